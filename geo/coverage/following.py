"""Which lines on the ground a border follows, stretch by stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.grids import Floats, Ints, Objects

NOTHING = -1
"""Row of the line where a border follows none."""
_PIECE_M = 5.0
_ALONG = np.cos(np.radians(35.0))
_NONE_COST = 1.1
_SWITCH_COST = 2.0
_BORDERS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Pieces:
    """Borders in short pieces, one border after the other, each with the line that it follows.

    Attributes
    ----------
    start, end
        Ends of every piece in the direction of its border, shape (n, 2).
    border
        Number of its border.
    line
        Row of the line; `NOTHING` where the border follows none.
    """

    start: Floats
    end: Floats
    border: Ints
    line: Ints

    @property
    def length(self) -> Floats:
        """Length of each in metres."""
        return np.asarray(np.hypot(*(self.end - self.start).T))


class Lines:
    """Lines on the ground that borders may follow: roads, rivers, walls.

    Parameters
    ----------
    lines
        Lines and polygons in metres; a polygon is followed along its outline.
    """

    def __init__(self, lines: Objects) -> None:
        parts, owner = shapely.get_parts(lines, return_index=True)
        areal = shapely.get_dimensions(parts) == 2  # noqa: PLR2004
        rings, ring_owner = shapely.get_rings(parts[areal], return_index=True)
        outlines = np.concatenate([parts[~areal], rings])
        of = np.concatenate([owner[~areal], owner[areal][ring_owner]])
        xy, number = shapely.get_coordinates(outlines, return_index=True)
        same = number[1:] == number[:-1]
        self._start, self._end = xy[:-1][same], xy[1:][same]
        self._owner = of[number[:-1][same]]
        pairs = np.stack([self._start, self._end], axis=1)
        self._tree = shapely.STRtree(
            np.asarray(shapely.linestrings(pairs), object) if len(pairs) else np.empty(0, object)
        )

    def followed(self, borders: Sequence[Floats], tolerance_m: float) -> Pieces:
        """Return the pieces of borders and the line that each follows.

        A line is followed where it is near and runs the same way. Among parallel lines the one
        stays that fits a whole stretch best: changing costs more than a short detour.

        Parameters
        ----------
        borders
            Vertices of each border, shape (n, 2), metres.
        tolerance_m
            How far off a line may be.
        """
        start, end, border = _pieces(borders)
        piece, line, cost = self._near(start, end, tolerance_m)
        chosen = np.full(len(start), NOTHING, np.int64)
        counts = np.bincount(border, minlength=len(borders))
        order = np.argsort(-counts, kind="stable")  # borders of a length together
        for some in np.array_split(order, len(order) // _BORDERS_AT_ONCE + 1):
            rows = np.flatnonzero(np.isin(border, some))
            if len(rows):
                near = np.isin(piece, rows)
                at = np.searchsorted(rows, piece[near])
                chosen[rows] = _best(border[rows], at, line[near], cost[near])
        return Pieces(start, end, border, chosen)

    def _near(self, start: Floats, end: Floats, tolerance_m: float) -> tuple[Ints, Ints, Floats]:
        """Return pairs of a piece and a line that comes into question, and what each costs."""
        middle = (start + end) / 2.0
        way = (end - start) / np.maximum(np.hypot(*(end - start).T), 1e-12)[:, None]
        piece, segment = self._tree.query(
            shapely.points(middle), predicate="dwithin", distance=tolerance_m
        )
        step = self._end[segment] - self._start[segment]
        length = np.maximum(np.hypot(*step.T), 1e-12)
        ahead = np.abs((way[piece] * step).sum(axis=1)) / length
        share = ((middle[piece] - self._start[segment]) * step).sum(axis=1) / length**2
        foot = self._start[segment] + np.clip(share, 0.0, 1.0)[:, None] * step
        distance = np.hypot(*(middle[piece] - foot).T)
        kept = ahead >= _ALONG
        return piece[kept], self._owner[segment[kept]], distance[kept] / tolerance_m


def _pieces(borders: Sequence[Floats]) -> tuple[Floats, Floats, Ints]:
    """Return start, end and border of every piece; more vertices are set where a side is long."""
    if not len(borders):
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64)
    places = np.concatenate(borders)
    of = np.repeat(np.arange(len(borders)), [len(border) for border in borders])
    side = np.flatnonzero(of[1:] == of[:-1])
    start, step = places[side], places[side + 1] - places[side]
    count = np.maximum(1, np.ceil(np.hypot(*step.T) / _PIECE_M)).astype(np.int64)
    row = np.repeat(np.arange(len(side)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    begin = start[row] + (within / count[row])[:, None] * step[row]
    end = start[row] + ((within + 1) / count[row])[:, None] * step[row]
    return begin, end, of[side][row]


def _best(border: Ints, piece: Ints, line: Ints, cost: Floats) -> Ints:
    """Return the line of every piece that makes its whole border cheapest; changing costs, too.

    All borders are gone along at once, piece by piece.

    Parameters
    ----------
    border
        Border of every piece, in order.
    piece, line, cost
        The pairs that come into question; to follow nothing is always possible.
    """
    _, first, count = np.unique(border, return_index=True, return_counts=True)
    number = np.repeat(np.arange(len(first)), count)
    width = int(line.max(initial=0)) + 1
    pairs, found = np.unique(number[piece] * width + line, return_inverse=True)
    of, lines_of = np.divmod(pairs, width)
    column = np.arange(len(pairs)) - np.searchsorted(of, of) + 1  # the first one is for nothing
    lines = np.full((len(first), int(column.max(initial=0)) + 1), NOTHING)
    lines[of, column] = lines_of
    table = np.full((len(border), lines.shape[1]), np.inf)
    table[:, 0] = _NONE_COST
    np.minimum.at(table, (piece, column[found]), cost)
    return lines[number, _cheapest(table, first, count)]


def _cheapest(table: Floats, first: Ints, count: Ints) -> Ints:
    """Return the column of every row by which each run of rows is cheapest."""
    order = np.argsort(-count, kind="stable")
    first, count = first[order], count[order]
    columns = np.arange(table.shape[1])
    total = table[first]
    came = np.zeros(table.shape, np.int64)
    for step in range(1, int(count[0])):
        going = int(np.searchsorted(-count, -step, side="left"))
        rows, here = first[:going] + step, total[:going]
        least = here.argmin(axis=1)
        change = here[np.arange(going), least] + _SWITCH_COST
        came[rows] = np.where(here <= change[:, None], columns, least[:, None])
        total[:going] = np.minimum(here, change[:, None]) + table[rows]
    chosen = np.zeros(len(table), np.int64)
    chosen[first + count - 1] = total.argmin(axis=1)
    for step in range(int(count[0]) - 1, 0, -1):
        going = int(np.searchsorted(-count, -step, side="left"))
        rows = first[:going] + step
        chosen[rows - 1] = came[rows, chosen[rows]]
    return chosen
