"""A small town in which no rule finds anything, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.check import Report, check
from boundaries.finding import Finding
from boundaries.plan import Plan
from boundaries.scheme import default_scheme
from boundaries.town import Town
from geo.layers import STORED_CRS, conform

Box = tuple[float, float, float, float]
AT = datetime(2026, 6, 1, 9, tzinfo=timezone(timedelta(hours=8)))
WEST, NORTH = 111.66, 38.28
EAST_DEGREES, NORTH_DEGREES = 1 / 87_400, 1 / 111_000  # of a metre, about, here
CELL_M = 60
TOWN_CODE = "141127100"
NUMBER_OF_COMMUNITIES, FIRSTS, SECONDS, THIRDS = 2, 3, 5, 5
HOUSEHOLDS = 15


def at_metres(geometry: BaseGeometry) -> BaseGeometry:
    """Turn metres east and south of the town's north-west corner into degrees on the lattice."""

    def moved(xy: np.ndarray) -> np.ndarray:
        degrees = np.column_stack(
            [WEST + xy[:, 0] * EAST_DEGREES, NORTH - xy[:, 1] * NORTH_DEGREES]
        )
        return np.round(degrees, 7)

    return shapely.orient_polygons(shapely.transform(geometry, moved))


def cell_line(boxes: list[Box]) -> BaseGeometry:
    """Return the outline of some cells together, with a vertex at every cell's corner."""
    return at_metres(shapely.coverage_union_all([shapely.box(*box) for box in boxes]))


@dataclass(frozen=True)
class Small:
    """A small town, its plan, and what a check at a fixed moment says of them."""

    town: Town
    plan: Plan
    at: datetime = AT

    def check(self, *rules: str) -> Report:
        return check(self.town, self.plan, rules=rules or None, at=self.at)

    def found(self, *rules: str) -> list[Finding]:
        return list(self.check(*rules).findings)

    def kinds(self) -> set[str]:
        """Return rule and kind of everything that any rule says."""
        return {f"{finding.rule}.{finding.kind}" for finding in self.found()}

    def grid(self, code: str, /, **values: Any) -> Small:
        """Return the town with a grid's columns set."""
        return replace(self, plan=self.plan.with_changes(grids=_set(self.plan.grids, code, values)))

    def grids(self, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Small:
        grids = change(self.plan.grids.copy())
        return replace(self, plan=self.plan.with_changes(grids=grids))

    def assignments(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Small:
        table = conform("assignments", change(self.plan.assignments.copy()))
        return replace(self, plan=self.plan.with_changes(assignments=table))

    def contacts(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Small:
        table = conform("contacts", change(self.plan.contacts.copy()))
        return replace(self, plan=self.plan.with_changes(contacts=table))

    def layer(self, name: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Small:
        layer = change(getattr(self.town, name).copy())
        return replace(self, town=self.town.with_layers(**{name: layer}))

    def scheme(self, **values: Any) -> Small:
        """Return the town under a scheme with some attributes or thresholds changed."""
        scheme = self.town.scheme
        attributes = {key: values.pop(key) for key in list(values) if hasattr(scheme, key)}
        changed = replace(scheme, **attributes, thresholds={**scheme.thresholds, **values})
        return replace(self, town=replace(self.town, scheme=changed))


def _set(frame: gpd.GeoDataFrame, code: str, values: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = frame.copy()
    rows = np.flatnonzero(frame["code"] == code)
    assert len(rows)
    for column, value in values.items():
        if column == "geometry":
            shapes = frame.geometry.to_numpy().copy()
            shapes[rows] = value
            frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=STORED_CRS))
        else:
            for row in rows:
                frame.iloc[row, frame.columns.get_loc(column)] = value
    return frame


def _frame(layer: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return conform(layer, gpd.GeoDataFrame(rows, crs=STORED_CRS))


COMMUNITY_NAMES = {f"{TOWN_CODE}001": "东城社区", f"{TOWN_CODE}002": "西城社区"}
ROLES = {1: "grid_leader", 2: "full_time", 3: "part_time"}
LENGTHS = {1: 15, 2: 17, 3: 19}
DIVIDED = f"{TOWN_CODE}0010010101"
"""The grid with a building of two stairs, the second of which is the next grid's."""
BESIDE = f"{TOWN_CODE}0010010102"


@cache
def compliant() -> Small:
    """Return the town: 2 communities, 6 / 30 / 150 grids of 375 / 75 / 15 households."""
    cells = _cells()
    town = Town(
        "小城",
        default_scheme(),
        jurisdiction=_frame(
            "jurisdiction",
            [{"code": TOWN_CODE, "name": "小城", "geometry": cell_line(list(cells.values()))}],
        ),
        communities=_frame("communities", _communities(cells)),
        estates=_frame("estates", _estates(cells)),
        buildings=_frame("buildings", _buildings(cells)),
        barriers=_frame("barriers", _walls(cells)),
        addresses=_frame("addresses", _addresses(cells)),
    )
    grids = _grids(cells)
    contacts = [_contact(grid["code"], ROLES[grid["level"]]) for grid in grids]
    stand_ins = [
        {**contact, "id": f"B{contact['grid']}", "stand_in": True}
        for contact in contacts
        if contact["role"] == ROLES[1]
    ]
    advisers = [
        {**contact, "id": f"C{contact['grid']}", "role": "adviser"}
        for contact in contacts
        if contact["role"] == ROLES[1]
    ]
    plan = Plan.of(
        "试划",
        town.name,
        _frame("grids", grids),
        assignments=conform("assignments", pd.DataFrame(_assignments(cells))),
        contacts=conform("contacts", pd.DataFrame([*contacts, *stand_ins, *advisers])),
    )
    return Small(town, plan)


def _cells() -> dict[str, Box]:
    """Return the finest grids' rectangles by code, metres east and south."""
    cells = {}
    for community, first, second, third in product(
        range(NUMBER_OF_COMMUNITIES), range(FIRSTS), range(SECONDS), range(THIRDS)
    ):
        code = f"{TOWN_CODE}{community + 1:03d}{first + 1:03d}{second + 1:02d}{third + 1:02d}"
        x = ((community * FIRSTS + first) * THIRDS + third) * CELL_M
        y = second * CELL_M
        cells[code] = (x, y, x + CELL_M, y + CELL_M)
    return cells


def _grids(cells: dict[str, Box]) -> list[dict[str, Any]]:
    grids, names = [], dict(COMMUNITY_NAMES)
    for level, length in LENGTHS.items():
        for code in sorted({cell[:length] for cell in cells}):
            boxes = [box for cell, box in cells.items() if cell.startswith(code)]
            parent = code[: 12 if level == 1 else LENGTHS[level - 1]]
            number = int(code[len(parent) :])
            names[code] = (
                f"{names[parent]}第{number}网格" if level == 1 else f"{names[parent]}-{number}"
            )
            grids.append(
                {
                    "code": code,
                    "level": level,
                    "parent": None if level == 1 else parent,
                    "community": code[:12],
                    "name": names[code],
                    "kind": "general",
                    "households": HOUSEHOLDS * len(boxes),
                    "party": {1: "branch", 2: "group"}.get(level),
                    "geometry": cell_line(boxes),
                }
            )
    return grids


def _communities(cells: dict[str, Box]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name,
            "households": HOUSEHOLDS * FIRSTS * SECONDS * THIRDS,
            "geometry": cell_line([box for cell, box in cells.items() if cell.startswith(code)]),
        }
        for code, name in COMMUNITY_NAMES.items()
    ]


def _buildings(cells: dict[str, Box]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"b{code}",
            "residential": True,
            "households": HOUSEHOLDS * (1 + (code == DIVIDED)),
            "stairs": 1 + (code == DIVIDED),
            "floors": 6,
            "geometry": at_metres(shapely.box(x + 20, y + 20, x + 40, y + 40)),
        }
        for code, (x, y, _, _) in cells.items()
        if code != BESIDE
    ]


def _assignments(cells: dict[str, Box]) -> list[dict[str, Any]]:
    stair = {DIVIDED: "1", BESIDE: "2"}
    return [
        {
            "building": f"b{DIVIDED if code == BESIDE else code}",
            "stairs": stair.get(code),
            "grid": code,
            "households": HOUSEHOLDS,
        }
        for code in cells
    ]


def _addresses(cells: dict[str, Box]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"a{code}",
            "text": f"岚县{code}号",
            "building_id": f"b{code}",
            "geometry": at_metres(shapely.Point(x + 30, y + 41)),
        }
        for code, (x, y, _, _) in cells.items()
        if code != BESIDE
    ]


def _walls(cells: dict[str, Box]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"w{code}",
            "kind": "wall",
            "rank": 3,
            "geometry": shapely.boundary(cell_line([box])),
        }
        for code, box in cells.items()
    ]


def _estates(cells: dict[str, Box]) -> list[dict[str, Any]]:
    codes = sorted(cells)
    row = [cells[code] for code in codes[:THIRDS]]
    x, y, _, _ = cells[codes[7]]
    return [
        {
            "id": "e1",
            "name": "花园小区",
            "kind": "estate",
            "community": codes[0][:12],
            "geometry": cell_line(row),
        },
        {
            "id": "e2",
            "name": "实验小学",
            "kind": "school",
            "community": codes[0][:12],
            "geometry": at_metres(shapely.box(x + 10, y + 10, x + 50, y + 50)),
        },
    ]


def _contact(grid: str, role: str) -> dict[str, Any]:
    return {
        "id": f"A{grid}",
        "grid": grid,
        "role": role,
        "stand_in": False,
        "name": "张三",
        "duty_phone": "0358-0000000",
        "duties": "日常走访",
        "since": pd.Timestamp("2026-01-01"),
        "verified": pd.Timestamp("2026-05-01"),
    }
