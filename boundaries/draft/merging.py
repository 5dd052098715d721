"""Two mended divisions of the same parts made one: of every place the better of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import linked
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.partition import Aim

_OFF = 10_000
"""A household off its band weighs as much as so many moved."""


@dataclass(frozen=True)
class Mended:
    """What mended divisions of one or two levels are judged by.

    Attributes
    ----------
    households
        Of every unit, as they count for moves.
    moved
        Units that have moved on a coarser level already.
    old, aims, held, weights
        Today's parts, bands, households that count for them and weights of a household that
        moves, by level.
    """

    households: Integers
    moved: Flags
    old: Sequence[Integers]
    aims: Sequence[Aim]
    held: Sequence[Integers]
    weights: Sequence[int]

    def merged(self, one: Sequence[Integers], other: Sequence[Integers]) -> list[Integers]:
        """Return the better of two divisions, place by place.

        Places are apart where neither division has moved anybody between them: today's finest
        parts are linked by who moves, and all who move from or to a coarse part are linked.
        """
        cells = numbered(self.old[-1])
        nodes = _Nodes(cells)
        grounds = [[nodes.parts(self.old[-1], label[-1]) for label in (one, other)]]
        if len(self.old) > 1:
            grounds.insert(0, nodes.hubs(self.old[0], (one[0], other[0])))
        place = nodes.linked()
        worth = [self._worth(label, place, grounds, at) for at, label in enumerate((one, other))]
        better = (worth[1] < worth[0])[place[cells]]
        found = []
        for first, second, was in zip(one, other, self.old, strict=True):
            free = int(max(first.max(), was.max())) + 1
            apart = np.where(np.isin(second, was), second, second + free)
            found.append(np.where(better, apart, first))
        return found

    def _worth(
        self,
        label: Sequence[Integers],
        place: Integers,
        grounds: Sequence[Sequence[Integers]],
        at: int,
    ) -> Integers:
        """Return the cost of a division in every place: households off their bands, and moved."""
        cost = np.zeros(len(place), np.int64)
        kept = ~self.moved
        first = place[numbered(self.old[-1])]
        for level, now in enumerate(label):
            kept &= now == self.old[level]
            np.add.at(cost, first, self.weights[level] * self.households * ~kept)
            aim = self.aims[level]
            part = numbered(now)
            off = off_band(totals(self.held[level], part), aim.low, aim.high)
            np.add.at(cost, place[grounds[level][at]], _OFF * off)
        return cost


class _Nodes:
    """Today's finest parts, and whatever links them, as nodes of a graph."""

    def __init__(self, cells: Integers) -> None:
        self._cells = cells
        self._count: int = int(cells.max(initial=-1)) + 1
        self._ends: list[tuple[Integers, Integers]] = []

    def parts(self, old: Integers, now: Integers) -> Integers:
        """Link all that is in a part now, and the part that had its number; return its nodes."""
        part = numbered(now)
        names = np.unique(now)
        node = self._count + np.arange(len(names))
        self._count += len(names)
        self._ends.append((self._cells, node[part]))
        known = np.unique(old)
        goes_on = np.isin(names, known)
        self._ends.append((np.searchsorted(known, names[goes_on]), node[goes_on]))
        return node

    def hubs(self, old: Integers, labels: Sequence[Integers]) -> list[Integers]:
        """Link all who leave or join a coarse part; return the nodes of every label's parts."""
        known = np.unique(old)
        hub = self._count + np.arange(len(known))
        self._count += len(known)
        found = []
        for now in labels:
            names = np.unique(now)
            goes_on = np.isin(names, known)
            node = np.full(len(names), -1, np.int64)
            node[goes_on] = hub[np.searchsorted(known, names[goes_on])]
            fresh = int(np.count_nonzero(~goes_on))
            node[~goes_on] = self._count + np.arange(fresh)
            self._count += fresh
            moved = np.flatnonzero(now != old)
            self._ends.append((self._cells[moved], node[numbered(now)][moved]))
            self._ends.append((self._cells[moved], hub[numbered(old)][moved]))
            found.append(node)
        return found

    def linked(self) -> Integers:
        one = np.concatenate([ends[0] for ends in self._ends])
        other = np.concatenate([ends[1] for ends in self._ends])
        return linked(self._count, one, other)
