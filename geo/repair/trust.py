"""Which of two lines is the border: the one that others know, with more detail, or shorter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.grids import Floats
from geo.coverage.segments import segments_of

_DETOUR = 1.5
"""A line that is longer by this ratio has a spike, not more detail."""
_STEEP = 0.5
"""Cosine of the angle from which a line that leaves another steps aside."""


@dataclass(frozen=True)
class Chains:
    """The pieces of one face's border that each grid of a level has.

    Attributes
    ----------
    pieces
        By row: ends of the pieces, shape (n, 4).
    shared
        By row: length of the pieces that another grid, a coarser level or the jurisdiction has.
    known
        Vertices of the face that two or more grids of the level have.
    """

    pieces: dict[int, Floats]
    shared: dict[int, float]
    known: frozenset[tuple[float, float]]

    def length(self, row: int) -> float:
        """Return how much of the face's border one grid has."""
        if row not in self.pieces:
            return 0.0
        ends = self.pieces[row]
        return float(np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]).sum())

    def vertices(self, row: int) -> set[tuple[float, float]]:
        """Return the vertices inside one grid's line, its ends left out."""
        count: dict[tuple[float, float], int] = {}
        for x1, y1, x2, y2 in self.pieces.get(row, np.zeros((0, 4))).tolist():
            for place in ((x1, y1), (x2, y2)):
                count[place] = count.get(place, 0) + 1
        return {place for place, times in count.items() if times > 1}

    def steps_aside(self, row: int) -> bool:
        """Return whether one grid's line leaves the straight way at both ends by a step."""
        pieces = self.pieces.get(row, np.zeros((0, 4)))
        places, count = np.unique(pieces.reshape(-1, 2), axis=0, return_counts=True)
        ends = places[count == 1]
        if len(ends) != 2:  # noqa: PLR2004
            return False
        way = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        at_end = (pieces[:, None, :2] == ends).all(axis=2) | (pieces[:, None, 2:] == ends).all(
            axis=2
        )
        steps = (pieces[:, 2:] - pieces[:, :2])[at_end.any(axis=1)]
        return bool((np.abs(steps @ way) < _STEEP * np.hypot(*steps.T)).all())


def chains_of(arrangement: Arrangement, face: int, depth: int) -> Chains:
    """Return who has which pieces of one face's border on one level."""
    shapes = np.empty(1, object)
    shapes[0] = arrangement.faces[face]
    pieces = segments_of(shapes).ends
    middle = np.asarray(shapely.points((pieces[:, :2] + pieces[:, 2:]) / 2.0), object)
    slack = arrangement.grids.tolerance
    has: dict[int, np.ndarray] = {}
    for row in arrangement.neighbours(depth, face):
        line = shapely.boundary(arrangement.grids.levels[depth].geometry[row])
        has[row] = shapely.dwithin(line, middle, slack)
    times = np.zeros(len(pieces))
    for flags in has.values():
        times += flags
    times += _coarser(arrangement, face, depth, middle)
    length = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    shared = {row: float(length[flags & (times > 1)].sum()) for row, flags in has.items()}
    chains = {row: pieces[flags] for row, flags in has.items()}
    return Chains(chains, shared, _known(arrangement, face, depth))


def _coarser(arrangement: Arrangement, face: int, depth: int, middle: np.ndarray) -> np.ndarray:
    """Return which pieces a coarser level, or the jurisdiction, has."""
    slack = arrangement.grids.tolerance
    found = np.zeros(len(middle), bool)
    for above in range(depth):
        for row in arrangement.neighbours(above, face):
            line = shapely.boundary(arrangement.grids.levels[above].geometry[row])
            found |= shapely.dwithin(line, middle, slack)
    if arrangement.grids.jurisdiction is not None:
        found |= shapely.dwithin(shapely.boundary(arrangement.grids.jurisdiction), middle, slack)
    return found


def _known(arrangement: Arrangement, face: int, depth: int) -> frozenset[tuple[float, float]]:
    """Return the face's vertices that at least two grids of the level have as vertices."""
    corners = {(x, y) for x, y in shapely.get_coordinates(arrangement.faces[face]).tolist()}
    count = dict.fromkeys(corners, 0)
    for row in arrangement.neighbours(depth, face):
        shape = arrangement.grids.levels[depth].geometry[row]
        for place in {(x, y) for x, y in shapely.get_coordinates(shape).tolist()} & corners:
            count[place] += 1
    return frozenset(place for place, times in count.items() if times > 1)


def less_trusted(chains: list[Chains], rows: Iterable[int]) -> int | None:
    """Return the grid whose line has left the common border; None where nothing tells.

    Parameters
    ----------
    chains
        Of all faces between the same grids.
    rows
        The grids.
    """
    candidates = sorted(rows)
    for judge in (_others_know, _knows_nodes, _has_detail, _is_short):
        scores = {row: judge(chains, row, candidates) for row in candidates}
        worst = min(scores.values())
        losers = [row for row, score in scores.items() if score == worst]
        if len(losers) == 1:
            return losers[0]
        candidates_left = losers
        if len(candidates_left) < len(candidates):
            candidates = candidates_left
    return None


def _others_know(chains: list[Chains], row: int, _: list[int]) -> float:
    """Return 1 where most of the line is known to others or to coarser levels."""
    length = _length(chains, row)
    shared = sum(one.shared.get(row, 0.0) for one in chains)
    return float(shared > 0.5 * length)


def _knows_nodes(chains: list[Chains], row: int, _: list[int]) -> float:
    """Return 1 where the line runs through a node that other grids have, too."""
    return float(any(_has_known_vertex(one, row) for one in chains))


def _has_known_vertex(chains: Chains, row: int) -> bool:
    ends = chains.pieces.get(row)
    if ends is None:
        return False
    corners = {(x, y) for x, y in ends.reshape(-1, 2).tolist()}
    own = chains.vertices(row)
    if own & chains.known:
        return True
    return bool((corners - own) & chains.known) and len(ends) == 1 and len(chains.known) > 2  # noqa: PLR2004


def _has_detail(chains: list[Chains], row: int, rows: list[int]) -> float:
    """Return 0 where another line has all of this line's vertices and more, else 1.

    What steps aside and runs along the other line is a strip that was cut, not more detail.
    """
    own = set().union(*(one.vertices(row) for one in chains))
    for other in rows:
        more = own < set().union(*(one.vertices(other) for one in chains))
        if other == row or not more or all(one.steps_aside(other) for one in chains):
            continue
        if _length(chains, other) < _DETOUR * _length(chains, row):
            return 0.0
    return 1.0


def _is_short(chains: list[Chains], row: int, _: list[int]) -> float:
    """Return the more, the shorter the line is: one that was moved between fixed ends is longer."""
    return -_length(chains, row)


def _length(chains: list[Chains], row: int) -> float:
    return sum(one.length(row) for one in chains)
