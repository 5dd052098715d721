"""Which lines on the ground a border follows, stretch by stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.coverage.grids import Floats, Objects

NOTHING = -1
"""Row of the line where a border follows none."""
_PIECE_M = 5.0
_ALONG = np.cos(np.radians(35.0))
_NONE_COST = 1.1
_SWITCH_COST = 2.0


@dataclass(frozen=True)
class Stretch:
    """A stretch of a border that follows one line, or none.

    Attributes
    ----------
    line
        Row of the line; `NOTHING` where the border follows none.
    places
        Vertices of the stretch, shape (n, 2).
    """

    line: int
    places: Floats

    @property
    def length(self) -> float:
        """Length in metres."""
        return float(np.hypot(*np.diff(self.places, axis=0).T).sum())


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

    def followed(self, places: Floats, tolerance_m: float) -> list[Stretch]:
        """Return the stretches of a border and the line that each follows.

        A line is followed where it is near and runs the same way. Among parallel lines the one
        stays that fits the whole stretch best: changing costs more than a short detour.

        Parameters
        ----------
        places
            Vertices of the border, shape (n, 2), metres.
        tolerance_m
            How far off a line may be.
        """
        pieces = _pieces(places)
        lines, cost = self._costs(pieces, tolerance_m)
        chosen = _best(cost)
        found: list[Stretch] = []
        begin = 0
        for number in range(1, len(pieces)):
            if number == len(pieces) - 1 or chosen[number] != chosen[begin]:
                end = min(len(chosen), number)
                found.append(Stretch(int(lines[chosen[begin]]), pieces[begin : end + 1]))
                begin = number
        return found

    def _costs(self, pieces: Floats, tolerance_m: float) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return the lines that come into question and the cost of each for every piece."""
        middle = (pieces[:-1] + pieces[1:]) / 2.0
        way = np.diff(pieces, axis=0)
        way /= np.maximum(np.hypot(*way.T), 1e-12)[:, None]
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
        lines = np.unique(np.append(self._owner[segment[kept]], NOTHING)).astype(np.int64)
        cost = np.full((len(middle), len(lines)), np.inf)
        column = np.searchsorted(lines, self._owner[segment[kept]])
        np.minimum.at(cost, (piece[kept], column), distance[kept] / tolerance_m)
        cost[:, np.searchsorted(lines, NOTHING)] = _NONE_COST
        return lines, cost


def _pieces(places: Floats) -> Floats:
    """Return the border's vertices with more between them, so that no piece is long."""
    length = np.hypot(*np.diff(places, axis=0).T)
    count = np.maximum(1, np.ceil(length / _PIECE_M)).astype(np.int64)
    side = np.repeat(np.arange(len(length)), count)
    within = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count)
    share = (within / count[side])[:, None]
    made = places[side] + share * (places[side + 1] - places[side])
    return np.vstack([made, places[-1:]])


def _best(cost: Floats) -> npt.NDArray[np.int64]:
    """Return the cheapest column of every row, where changing columns costs, too."""
    total = cost[0]
    came = np.zeros(cost.shape, np.int64)
    for number in range(1, len(cost)):
        cheapest = int(total.argmin())
        stay = total <= total[cheapest] + _SWITCH_COST
        came[number] = np.where(stay, np.arange(len(total)), cheapest)
        total = np.minimum(total, total[cheapest] + _SWITCH_COST) + cost[number]
    chosen = np.zeros(len(cost), np.int64)
    chosen[-1] = int(total.argmin())
    for number in range(len(cost) - 1, 0, -1):
        chosen[number - 1] = came[number, chosen[number]]
    return chosen
