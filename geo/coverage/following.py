"""Which lines on the ground a border follows, stretch by stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.grids import Flags, Floats, Ints, Objects

NOTHING = -1
"""Row of the line where a border follows none."""
_PIECE_M = 5.0
_AROUND_M = 4.0
"""How far before and behind a place the border's direction is looked at."""
_ALONG = np.cos(np.radians(35.0))
_WITHIN_COST = 0.5
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
    segment
        Number of the border's segment that it is a piece of.
    line
        Row of the line; `NOTHING` where the border follows none.
    nearest_m
        How far off the nearest line is that runs the same way; inf where none is within reach.
    met_m
        How far off the nearest line is whatever way it runs; inf where none is within reach.
    from_end_m
        How far along the border it is to the nearer end of that; inf on a ring.
    """

    start: Floats
    end: Floats
    segment: Ints
    line: Ints
    nearest_m: Floats
    met_m: Floats
    from_end_m: Floats

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
        self._surfaces, self._surface_of = shapely.STRtree(parts[areal]), owner[areal]
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

    def followed(self, start: Floats, end: Floats, border: Ints, tolerance_m: float) -> Pieces:
        """Return the pieces of borders and the line that each follows.

        A line is followed where it is near and runs the same way, and the surface of a river
        within it. Among parallel lines the one stays that fits a whole stretch best: changing
        costs more than a short detour.

        Parameters
        ----------
        start, end
            Ends of the borders' segments, one border after the other, shape (n, 2), metres.
        border
            Number of each segment's border, in order.
        tolerance_m
            How far off a line may be.
        """
        segment, begin, stop = _pieces(start, end)
        _, number = np.unique(border[segment], return_inverse=True)
        number = number.reshape(-1)
        length = np.hypot(*(stop - begin).T)
        way, from_end = _ways(begin, stop, number)
        piece, line, off, along = self._near(begin, stop, way, tolerance_m)
        within, surface = self._within(begin, stop)
        nearest, met = np.full((2, len(begin)), np.inf)
        np.minimum.at(met, piece, off)
        np.minimum.at(nearest, piece[along], off[along])
        nearest[within] = met[within] = 0.0
        piece, line = np.concatenate([piece[along], within]), np.append(line[along], surface)
        cost = np.append(off[along] / tolerance_m, np.full(len(within), _WITHIN_COST))
        weight = length / _PIECE_M
        chosen = np.full(len(begin), NOTHING, np.int64)
        counts = np.bincount(number)
        order = np.argsort(-counts, kind="stable")  # borders of a length together
        for some in np.array_split(order, len(order) // _BORDERS_AT_ONCE + 1):
            rows = np.flatnonzero(np.isin(number, some))
            if len(rows):
                near = np.isin(piece, rows)
                at = np.searchsorted(rows, piece[near])
                chosen[rows] = _best(number[rows], weight[rows], at, line[near], cost[near])
        return Pieces(begin, stop, segment, chosen, nearest, met, from_end)

    def _near(
        self, start: Floats, end: Floats, way: Floats, tolerance_m: float
    ) -> tuple[Ints, Ints, Floats, Flags]:
        """Return pairs of a piece and a line near it, how far off it is, and if it runs along."""
        middle = (start + end) / 2.0
        piece, segment = self._tree.query(
            shapely.points(middle), predicate="dwithin", distance=tolerance_m
        )
        step = self._end[segment] - self._start[segment]
        length = np.maximum(np.hypot(*step.T), 1e-12)
        ahead = np.abs((way[piece] * step).sum(axis=1)) / length
        share = ((middle[piece] - self._start[segment]) * step).sum(axis=1) / length**2
        foot = self._start[segment] + np.clip(share, 0.0, 1.0)[:, None] * step
        distance = np.hypot(*(middle[piece] - foot).T)
        return piece, self._owner[segment], distance, ahead >= _ALONG

    def _within(self, start: Floats, end: Floats) -> tuple[Ints, Ints]:
        """Return pairs of a piece and a polygon that it lies in."""
        if not len(self._surface_of):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        middle = shapely.points((start + end) / 2.0)
        piece, surface = self._surfaces.query(middle, predicate="intersects")
        return piece, self._surface_of[surface]


def _pieces(start: Floats, end: Floats) -> tuple[Ints, Floats, Floats]:
    """Return segment, start and end of every piece; long segments are divided."""
    step = end - start
    count = np.maximum(1, np.ceil(np.hypot(*step.T) / _PIECE_M)).astype(np.int64)
    row = np.repeat(np.arange(len(start)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    share = np.column_stack([within, within + 1]) / count[row, None]
    begin = start[row] + share[:, :1] * step[row]
    stop = np.where(share[:, 1:] == 1.0, end[row], start[row] + share[:, 1:] * step[row])
    return row, begin, stop


def _ways(start: Floats, end: Floats, border: Ints) -> tuple[Floats, Floats]:
    """Return the direction of borders around every piece, and how far it is to a border's end.

    Small wiggles play no part in the direction, a vector of length 1.
    """
    if not len(start):
        return start, np.zeros(0)
    length = np.hypot(*(end - start).T)
    last = np.flatnonzero(np.append(border[1:] != border[:-1], True))
    behind = np.cumsum(length) + border  # borders lie apart along the common scale
    ahead = behind - length
    scale = np.insert(ahead, last + 1, behind[last])
    x, y = (np.insert(start[:, axis], last + 1, end[last, axis]) for axis in (0, 1))
    first = np.append(0, last[:-1] + 1)
    middle = (ahead + behind) / 2.0
    begin, stop = ahead[first][border], behind[last][border]
    from_end = np.minimum(middle - begin, stop - middle)
    ring = (start[first] == end[last]).all(axis=1)
    from_end[ring[border]] = np.inf
    low, high = np.maximum(middle - _AROUND_M, begin), np.minimum(middle + _AROUND_M, stop)
    way = np.column_stack(
        [np.interp(high, scale, axis) - np.interp(low, scale, axis) for axis in (x, y)]
    )
    return way / np.maximum(np.hypot(*way.T), 1e-12)[:, None], from_end


def _best(border: Ints, weight: Floats, piece: Ints, line: Ints, cost: Floats) -> Ints:
    """Return the line of every piece that makes its whole border cheapest; changing costs, too.

    All borders are gone along at once, piece by piece.

    Parameters
    ----------
    border
        Border of every piece, in order.
    weight
        How much every piece counts.
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
    table *= weight[:, None]
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
