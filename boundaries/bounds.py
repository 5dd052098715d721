"""四至: a grid's border in words — what lies east, south, west and north of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from boundaries.bordering import Borders, borders_of, lines_of
from boundaries.plan import Plan
from boundaries.town import Town
from geo.coverage.arcs import OUTSIDE
from geo.coverage.following import NOTHING
from geo.layers import valid_areas
from messages import Message

SIDES = ("east", "south", "west", "north")
_SECOND_SHARE = 0.3

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
    grids = plan.grids.to_crs(town.crs).reset_index(drop=True)
    barriers = town.barriers.to_crs(town.crs)
    shapes = valid_areas(grids.geometry.to_numpy())
    return bounds_in(grids, barriers, borders_of(grids, shapes, lines_of(barriers)), level)


def bounds_in(
    grids: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, borders: Borders, level: int
) -> list[Bounds]:
    """Return the bounds of a level's grids by borders that are known; see `bounds_of`.

    Parameters
    ----------
    grids, barriers
        What the borders were made of.
    borders
        The borders of all grids.
    level
        Number of the level.
    """
    told = np.flatnonzero(
        ((grids["level"] == level) & (grids["mode"] != "overlay")).to_numpy(dtype=bool)
    )
    codes = grids["code"].tolist()
    names = _names(grids["name"].tolist(), codes)
    called = list(zip(barriers["name"], barriers["kind"], strict=True))
    found: dict[int, list[dict[str | Message, float]]] = {
        row: [defaultdict(float) for _ in SIDES] for row in told.tolist()
    }
    named = np.zeros((len(codes), len(SIDES)))
    for row, side, line, other, length in _sides(borders, level):
        found[row][side][_what(line, called, other, names)] += length
        if line != NOTHING and called[line][0]:
            named[row, side] += length
    return [_bounds(codes[row], sides, named[row]) for row, sides in found.items()]


def _sides(borders: Borders, level: int) -> Iterator[tuple[int, int, int, int, float]]:
    """Yield row, side, line, row beyond, and the length of border with all these in common."""
    if level not in borders.levels:
        return
    pieces = borders.pieces
    left, right = borders.sides(level)
    facing = _facing(pieces.start, pieces.end)  # with the grid on the left
    row, other = np.concatenate([left, right]), np.concatenate([right, left])
    faced = np.concatenate([facing, (facing + 2) % len(SIDES)])
    keys = (row, faced, np.tile(pieces.line, 2), other)
    inner = np.flatnonzero((row != OUTSIDE) & (row != other))
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


def _bounds(code: str, sides: list[dict[str | Message, float]], named: Floats) -> Bounds:
    chosen: dict[str, tuple[str | Message, ...]] = {}
    described: dict[str, float] = {}
    for number, side in enumerate(SIDES):
        lengths = sorted(sides[number].items(), key=lambda item: (-item[1], str(item[0])))
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
