"""四至: a grid's border in words — what lies east, south, west and north of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from boundaries.plan import Plan
from boundaries.town import Town
from geo.coverage.arcs import OUTSIDE, Arc, arcs
from geo.coverage.following import NOTHING, Lines, Stretch
from messages import Message

SIDES = ("east", "south", "west", "north")
_SECOND_SHARE = 0.3
_TOLERANCE_M = 15.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """One grid's bounds.

    Attributes
    ----------
    code
        The grid.
    sides
        By side (``east``, ``south``, ``west``, ``north``): what it reaches to, the longest first.
    described
        By side: share of its length along a line on the ground that has a name, 0–1.
    """

    code: str
    sides: dict[str, tuple[str | Message, ...]]
    described: dict[str, float]

    @property
    def message(self) -> Message:
        """The bounds as one sentence: 东至…，南至…，西至…，北至…."""
        return Message(
            "coverage.bounds", {side: _listed(self.sides.get(side, ())) for side in SIDES}
        )


def bounds_of(town: Town, plan: Plan, level: int) -> list[Bounds]:
    """Return the bounds of all grids of a level, in the order of the plan.

    Every stretch of the border is a road, river, railway or wall that it follows, else the
    neighbour behind it. A side is the border that faces that way; what makes up most of it is
    named, and a second one that makes up nearly a third of it or more.

    Parameters
    ----------
    town
        Its barriers give the names.
    plan
        Its grids of the level should be seamless.
    level
        Number of the level.
    """
    grids = plan.grids[plan.grids["level"] == level]
    return bounds_in(grids.to_crs(town.crs), town.barriers.to_crs(town.crs))


def bounds_in(grids: gpd.GeoDataFrame, barriers_m: gpd.GeoDataFrame) -> list[Bounds]:
    """Return the bounds of a level's grids, given with the barriers in metres; see `bounds_of`."""
    grids = grids[(grids["mode"] != "overlay").to_numpy(dtype=bool)]
    names = _names(grids["name"].tolist(), grids["code"].tolist())
    lines = Lines(barriers_m.geometry.to_numpy())
    barriers = list(zip(barriers_m["name"], barriers_m["kind"], strict=True))
    found: list[dict[str, dict[str | Message, float]]] = [
        {side: defaultdict(float) for side in SIDES} for _ in range(len(grids))
    ]
    named = np.zeros((len(grids), len(SIDES)))
    for arc in arcs(grids.geometry.to_numpy()):
        for stretch in lines.followed(arc.places, _TOLERANCE_M):
            for row, other, places in _both_sides(arc, stretch):
                what = _what(stretch.line, barriers, other, names)
                for number, length in enumerate(_lengths(places)):
                    found[row][SIDES[number]][what] += length
                    if stretch.line != NOTHING and barriers[stretch.line][0]:
                        named[row, number] += length
    return [
        _bounds(code, sides, named[row])
        for row, (code, sides) in enumerate(zip(grids["code"].tolist(), found, strict=True))
    ]


def _both_sides(arc: Arc, stretch: Stretch) -> list[tuple[int, int, Floats]]:
    """Return (row, row beyond, places with the grid on the left) for each grid at a stretch."""
    sides = []
    if arc.left != OUTSIDE:
        sides.append((arc.left, arc.right, stretch.places))
    if arc.right != OUTSIDE:
        sides.append((arc.right, arc.left, stretch.places[::-1]))
    return sides


def _lengths(places: Floats) -> Floats:
    """Return how much of a line faces east, south, west and north; the grid is on its left."""
    step = np.diff(places, axis=0)
    outward = np.column_stack([step[:, 1], -step[:, 0]])
    turned = np.degrees(np.arctan2(outward[:, 1], outward[:, 0]))
    quarter = np.floor((turned + 45.0) / 90.0).astype(np.int64) % 4  # east, north, west, south
    length = np.hypot(*step.T)
    east, north, west, south = np.bincount(quarter, weights=length, minlength=4)
    return np.array([east, south, west, north])


def _names(names: Sequence[str | None], codes: Sequence[str]) -> list[str]:
    return [name or code for name, code in zip(names, codes, strict=True)]


def _what(
    line: int, barriers: list[tuple[str | None, str]], other: int, names: list[str]
) -> str | Message:
    if line != NOTHING:
        name, kind = barriers[line]
        if name:
            return name
        if other != OUTSIDE:
            return Message(f"coverage.barrier_{kind}", {"beyond": names[other]})
    return Message("coverage.outer_line") if other == OUTSIDE else names[other]


def _bounds(code: str, sides: dict[str, dict[str | Message, float]], named: Floats) -> Bounds:
    chosen: dict[str, tuple[str | Message, ...]] = {}
    described: dict[str, float] = {}
    for number, side in enumerate(SIDES):
        lengths = sorted(sides[side].items(), key=lambda item: (-item[1], str(item[0])))
        total = sum(length for _, length in lengths)
        chosen[side] = tuple(
            what
            for place, (what, length) in enumerate(lengths[:2])
            if place == 0 or length >= _SECOND_SHARE * total
        )
        described[side] = float(named[number] / total) if total else 1.0
    return Bounds(code, chosen, described)


def _listed(items: tuple[str | Message, ...]) -> str | Message:
    if not items:
        return Message("coverage.none")
    if len(items) == 1:
        return items[0]
    return Message("coverage.bounds_two", {"first": items[0], "second": items[1]})
