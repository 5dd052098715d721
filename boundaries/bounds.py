"""四至: a grid's border in words — what lies east, south, west and north of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from boundaries.plan import Plan
from boundaries.town import Town
from geo.coverage.arcs import OUTSIDE, Arc, arcs
from geo.coverage.following import NOTHING, Lines, Pieces
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
    codes = grids["code"].tolist()
    names = _names(grids["name"].tolist(), codes)
    barriers = list(zip(barriers_m["name"], barriers_m["kind"], strict=True))
    borders = arcs(grids.geometry.to_numpy())
    pieces = Lines(barriers_m.geometry.to_numpy()).followed(
        [arc.places for arc in borders], _TOLERANCE_M
    )
    found: list[dict[str, dict[str | Message, float]]] = [
        {side: defaultdict(float) for side in SIDES} for _ in codes
    ]
    named = np.zeros((len(codes), len(SIDES)))
    for row, side, line, other, length in _sides(borders, pieces):
        found[row][SIDES[side]][_what(line, barriers, other, names)] += length
        if line != NOTHING and barriers[line][0]:
            named[row, side] += length
    return [
        _bounds(code, sides, named[row])
        for row, (code, sides) in enumerate(zip(codes, found, strict=True))
    ]


def _sides(borders: list[Arc], pieces: Pieces) -> Iterator[tuple[int, int, int, int, float]]:
    """Yield row, side, line, row beyond, and the length of border with all these in common."""
    beside = np.array([(arc.left, arc.right) for arc in borders]).reshape(-1, 2)[pieces.border]
    facing = _facing(pieces.start, pieces.end)  # with the grid on the left
    row, other = np.concatenate([beside, beside[:, ::-1]]).T
    faced = np.concatenate([facing, (facing + 2) % len(SIDES)])
    keys = (row, faced, np.tile(pieces.line, 2), other)
    inner = np.flatnonzero(row != OUTSIDE)
    size = tuple(int(key.max(initial=0)) + 2 for key in keys)
    code = np.ravel_multi_index([key[inner] + 1 for key in keys], size)  # none of them is below -1
    groups, number = np.unique(code, return_inverse=True)
    total = np.bincount(number, weights=np.tile(pieces.length, 2)[inner], minlength=len(groups))
    told = (part - 1 for part in np.unravel_index(groups, size))
    yield from zip(*(part.tolist() for part in told), total.tolist(), strict=True)


def _facing(start: Floats, end: Floats) -> npt.NDArray[np.int64]:
    """Return the side that pieces of a border face, a position in `SIDES`; the grid is left."""
    step = end - start
    turned = np.degrees(np.arctan2(-step[:, 0], step[:, 1]))
    quarter = np.floor((turned + 45.0) / 90.0).astype(np.int64) % 4  # east, north, west, south
    return np.array([SIDES.index(side) for side in ("east", "north", "west", "south")])[quarter]


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
