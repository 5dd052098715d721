"""Whose grid changes: households by grid, and the contacts who will answer for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from boundaries.moving import levels_of
from boundaries.plan import Plan
from boundaries.rules.belonging import assigned, building_points, grids_at
from boundaries.rules.case import Case
from boundaries.rules.counts import assignment_households, building_households, households


@dataclass(frozen=True)
class GridChange:
    """A grid that is new or given up, or whose households or ground change.

    Attributes
    ----------
    code, level, name
        Of the grid; its new name where it goes on.
    state
        ``new``, ``retired`` or ``changed``.
    households_old, households_new
        As the plans count them; None where there is no grid or nobody knows.
    arriving, leaving
        Households of buildings that come from, or go to, another grid of the level.
    area_gained_m2, area_lost_m2
        Ground that comes from, or goes to, another grid.
    """

    code: str
    level: int
    name: str | None
    state: str
    households_old: int | None
    households_new: int | None
    arriving: int
    leaving: int
    area_gained_m2: float
    area_lost_m2: float


@dataclass(frozen=True)
class ContactChange:
    """Somebody who answers for a grid that changes.

    Attributes
    ----------
    id, grid, level, role, stand_in, title, name
        As the old plan has them; no number and no basis.
    state
        ``retired`` where the grid is given up, ``renumbered`` where it goes on under another code,
        ``dropped`` where the grid goes on without this contact, else ``changed``.
    arriving, leaving
        Of the grid.
    """

    id: str
    grid: str
    level: int
    role: str
    stand_in: bool
    title: str | None
    name: str | None
    state: str
    arriving: int
    leaving: int


def shares_of(case: Case) -> pd.DataFrame:
    """Return which finest grid has which building or slice: by the table, else by place.

    Returns
    -------
    pandas.DataFrame
        ``building, stairs, floors, grid, households``; buildings that lie in no grid are left
        out, unknown households are 0.
    """
    table = case.once(assigned)
    counted = assignment_households(case) if len(table) else np.zeros(0)
    known = ((table["grid_at"] >= 0) & (table["building_at"] >= 0)).to_numpy(dtype=bool)
    columns = ["building", "stairs", "floors", "grid"]
    by_table = table.loc[known, columns].assign(households=counted[known])
    rest = ~case.buildings["id"].isin(set(by_table["building"])).to_numpy()
    points = case.once(building_points).copy()
    points[~rest] = None
    building, grid = grids_at(case, case.levels[-1], points) if case.levels else ([], [])
    building, first = np.unique(np.asarray(building, dtype=np.int64), return_index=True)
    grid = np.asarray(grid, dtype=np.int64)[first]
    by_place = pd.DataFrame(
        {
            "building": case.buildings["id"].to_numpy()[building],
            "stairs": None,
            "floors": None,
            "grid": case.grids["code"].to_numpy()[grid],
            "households": building_households(case)[building],
        }
    )
    found = pd.concat([part for part in (by_table, by_place) if len(part)] or [by_table])
    whole = np.rint(found["households"].fillna(0).to_numpy(dtype=np.float64)).astype(np.int64)
    return found.assign(households=whole).reset_index(drop=True)


def grid_changes(
    old: Case, new: Case, moved: pd.DataFrame, ground: pd.DataFrame
) -> tuple[GridChange, ...]:
    """Return the grids that change, by level and code.

    Parameters
    ----------
    old, new
        The plans.
    moved
        As `boundaries.moving.moves` gives it.
    ground
        As `boundaries.comparing.ground.ground_moved` gives it, of all levels.
    """
    before, after = _counted(old), _counted(new)
    arriving, leaving = _flows(moved, "to"), _flows(moved, "from")
    gained = ground.groupby(["level", "to"])["area_m2"].sum().to_dict()
    lost = ground.groupby(["level", "from"])["area_m2"].sum().to_dict()
    found = []
    for key in sorted({*before, *after}):
        level, code = key
        state = "retired" if key not in after else "new" if key not in before else "changed"
        name, count = after.get(key, before.get(key, (None, None)))
        change = GridChange(
            code,
            level,
            name,
            state,
            before.get(key, (None, None))[1],
            None if state == "retired" else count,
            arriving.get(key, 0),
            leaving.get(key, 0),
            round(gained.get(key, 0.0), 1),
            round(lost.get(key, 0.0), 1),
        )
        if state != "changed" or _differs(change):
            found.append(change)
    return tuple(found)


def _differs(change: GridChange) -> bool:
    flows = (change.arriving, change.leaving, change.area_gained_m2, change.area_lost_m2)
    return any(flows) or change.households_old != change.households_new


def _counted(case: Case) -> dict[tuple[int, str], tuple[str | None, int | None]]:
    """Return name and households of every grid by level and code."""
    counts = case.once(households)
    return {
        (int(level), code): (name, None if np.isnan(count) else int(count))
        for level, code, name, count in zip(
            *(case.grids[column] for column in ("level", "code", "name")), counts, strict=True
        )
    }


def _flows(moved: pd.DataFrame, side: str) -> dict[tuple[int, str], int]:
    """Return the households that change grid, by level and the grid on one side."""
    found: dict[tuple[int, str], int] = {}
    for level in levels_of(moved):
        changed = moved[moved[f"from{level}"] != moved[f"to{level}"]]
        sums = changed.groupby(f"{side}{level}")["households"].sum()
        found.update({(level, str(code)): int(total) for code, total in sums.items()})
    return found


def contact_changes(
    old: Plan, new: Plan, changes: tuple[GridChange, ...]
) -> tuple[ContactChange, ...]:
    """Return the contacts of the old plan's grids that change, and those who are dropped."""
    by_code = {change.code: change for change in changes}
    level_of = dict(zip(old.grids["code"], old.grids["level"], strict=True))
    kept = set(zip(new.contacts["id"], new.contacts["grid"], strict=True))
    goes_on = {identity for identity, grid in kept if grid not in level_of}
    found = []
    for row in old.contacts.to_dict("records"):
        change = by_code.get(row["grid"])
        is_dropped = (row["id"], row["grid"]) not in kept
        if change is None and not is_dropped:
            continue
        arriving, leaving = (change.arriving, change.leaving) if change else (0, 0)
        retired = change is not None and change.state == "retired"
        if not (retired or is_dropped or arriving or leaving):
            continue
        state = "dropped" if is_dropped else "changed"
        if retired:
            state = "renumbered" if row["id"] in goes_on else "retired"
        found.append(_contact(row, int(level_of.get(row["grid"], 0)), state, arriving, leaving))
    return tuple(sorted(found, key=lambda one: (one.level, one.grid, one.role, one.id)))


def _contact(
    row: dict[Any, Any], level: int, state: str, arriving: int, leaving: int
) -> ContactChange:
    said = {name: row[name] for name in ("id", "grid", "role", "title", "name")}
    return ContactChange(
        **said,
        level=level,
        stand_in=bool(row["stand_in"]),
        state=state,
        arriving=arriving,
        leaving=leaving,
    )
