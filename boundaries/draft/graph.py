"""Units and their neighbour pairs as the arrays that the drafting kernels read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from boundaries.draft.compiled import Integers, given
from boundaries.draft.trees import Net

OPEN = 1 << 30
"""Level from which on a pair is kept apart that nothing keeps apart: there is no such level."""

_FEW = 20
"""A part with fewer than one in so many of the units is looked up pair by pair."""


@dataclass(frozen=True)
class UnitGraph:
    """Units (or groups of units) and their neighbour pairs, in whole numbers.

    Whole numbers make every sum exact, so the same seed gives the same plan on any machine.

    Attributes
    ----------
    households
        Of every unit.
    area
        In dm².
    perimeter
        In cm: the rim and all borders with neighbours.
    one, other
        The units of every pair, each pair once.
    length
        Shared border of every pair, cm.
    barrier
        How much of it lies on a barrier, cm.
    price
        What a border there costs: its length off barriers, and a little of that on them, cm.
    toll
        0 … 16: how dear it is for a tree to cross (16 = all of it on the greatest barrier).
    walled
        Pairs that must stay apart on every level: community lines. No connection leads across.
    locked
        Level from which on the units of a pair never share a part, not by a way around either:
        the locked borders; `OPEN` for other pairs.
    """

    households: Integers
    area: Integers
    perimeter: Integers
    one: Integers
    other: Integers
    length: Integers
    barrier: Integers
    price: Integers
    toll: Integers
    walled: npt.NDArray[np.bool_]
    locked: Integers

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.households)

    def at_level(self, level: int) -> UnitGraph:
        """Return the graph of one level: what is locked there is walled."""
        shut = self.locked <= level
        return replace(self, walled=self.walled | shut) if shut.any() else self

    def grouped(self, group: Integers) -> UnitGraph:
        """Return the graph of groups of units, numbered 0 … without holes; inner pairs go."""
        count = int(group.max(initial=-1)) + 1
        one, other = group[self.one], group[self.other]
        crossing = np.flatnonzero(one != other)
        low = np.minimum(one[crossing], other[crossing])
        high = np.maximum(one[crossing], other[crossing])
        key, pair = np.unique(low * count + high, return_inverse=True)

        def summed(values: Integers, index: Integers, size: int) -> Integers:
            total = np.zeros(size, np.int64)
            np.add.at(total, index, values)
            return total

        inner = np.flatnonzero(one == other)
        length = summed(self.length[crossing], pair, len(key))
        dear = summed((self.toll * self.length)[crossing], pair, len(key))
        walled = np.zeros(len(key), bool)
        np.logical_or.at(walled, pair, self.walled[crossing])
        locked = np.full(len(key), OPEN, np.int64)
        np.minimum.at(locked, pair, self.locked[crossing])
        return UnitGraph(
            households=summed(self.households, group, count),
            area=summed(self.area, group, count),
            perimeter=summed(self.perimeter, group, count)
            - 2 * summed(self.length[inner], one[inner], count),
            one=key // max(count, 1),
            other=key % max(count, 1),
            length=length,
            barrier=summed(self.barrier[crossing], pair, len(key)),
            price=summed(self.price[crossing], pair, len(key)),
            toll=dear // np.maximum(length, 1),
            walled=walled,
            locked=locked,
        )

    def part(self, units: Integers) -> UnitGraph:
        """Return the graph of some of the units, numbered in the order given."""
        place = np.full(len(self), -1, np.int64)
        place[units] = np.arange(len(units))
        near = self._pairs_at(units)
        pairs = near[(place[self.one[near]] >= 0) & (place[self.other[near]] >= 0)]
        return replace(
            self,
            households=self.households[units],
            area=self.area[units],
            perimeter=self.perimeter[units],
            one=place[self.one[pairs]],
            other=place[self.other[pairs]],
            **{
                name: getattr(self, name)[pairs]
                for name in ("length", "barrier", "price", "toll", "walled", "locked")
            },
        )

    def _pairs_at(self, units: Integers) -> Integers:
        """Return the pairs that have some of the units, in order; all where the units are many."""
        if len(units) * _FEW > len(self):
            return np.arange(len(self.one))
        begin, pair = self._incidence
        found = [pair[begin[unit] : begin[unit + 1]] for unit in units.tolist()]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))

    @cached_property
    def _incidence(self) -> tuple[Integers, Integers]:
        """Where every unit's pairs begin in a list of pairs, and that list."""
        tail = np.concatenate([self.one, self.other])
        order = np.argsort(tail, kind="stable")
        begin = np.zeros(len(self) + 1, np.int64)
        np.cumsum(np.bincount(tail, minlength=len(self)), out=begin[1:])
        return begin, order % max(len(self.one), 1)

    def components(self, within: Integers | None = None) -> Integers:
        """Return numbers of the connected parts, no wall nor change of label crossed."""
        kept = ~self.walled
        if within is not None:
            kept &= within[self.one] == within[self.other]
        return linked(len(self), self.one[kept], self.other[kept])


def linked(count: int, one: Integers, other: Integers) -> Integers:
    """Return numbers of the connected parts of a graph by their first member's order."""
    matrix = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    label = connected_components(matrix.tocsr(), directed=False)[1]
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[number]


def net_of(graph: UnitGraph) -> Net:
    """Return a graph's pairs, both ways, without those that are walled, and its measures."""
    passable = np.flatnonzero(~graph.walled)
    one, other = graph.one[passable], graph.other[passable]
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((head, tail))
    begin = np.zeros(len(graph) + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=len(graph)), out=begin[1:])

    def both(values: Integers) -> Integers:
        return given(np.concatenate([values[passable]] * 2)[order])

    return Net(
        begin=given(begin),
        head=given(head[order]),
        tail=given(tail[order]),
        length=both(graph.length),
        price=both(graph.price),
        toll=both(graph.toll),
        households=given(graph.households),
        area=given(graph.area),
        perimeter=given(graph.perimeter),
    )


def unit_graph(
    households: npt.ArrayLike,
    *,
    area_m2: npt.ArrayLike,
    rim_m: npt.ArrayLike,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    length_m: npt.ArrayLike,
    barrier_m: npt.ArrayLike,
    barrier_class: npt.ArrayLike,
    on_barrier: float = 0.0,
    walled: npt.ArrayLike | None = None,
    locked: npt.ArrayLike | None = None,
) -> UnitGraph:
    """Make a graph from measures in metres.

    Parameters
    ----------
    households, area_m2, rim_m
        Of every unit; the rim is the part of its outline that no other unit shares.
    one, other, length_m, barrier_m
        The pairs, each once: shared border and how much of it lies on a barrier.
    barrier_class
        0 none; the greater, the greater the barrier.
    on_barrier
        Price of a metre of border on a barrier, beside 1 for a metre off it.
    walled
        Pairs that must stay apart.
    locked
        Level from which on pairs never share a part; None: nothing is locked.
    """
    one, other = np.asarray(one, np.int64), np.asarray(other, np.int64)
    length = np.rint(np.asarray(length_m, np.float64) * 100).astype(np.int64)
    barrier = np.minimum(np.rint(np.asarray(barrier_m, np.float64) * 100).astype(np.int64), length)
    perimeter = np.rint(np.asarray(rim_m, np.float64) * 100).astype(np.int64)
    for side in (one, other):
        np.add.at(perimeter, side, length)
    classes = np.asarray(barrier_class, np.int64)
    greatest = max(int(classes.max(initial=0)), 1)
    share = 8 + (8 * classes) // greatest
    toll = np.where(classes > 0, share * barrier // np.maximum(length, 1), 0)
    return UnitGraph(
        households=np.asarray(households, np.int64),
        area=np.rint(np.asarray(area_m2, np.float64) * 100).astype(np.int64),
        perimeter=perimeter,
        one=one,
        other=other,
        length=length,
        barrier=barrier,
        price=length - barrier + np.rint(barrier * on_barrier).astype(np.int64),
        toll=toll,
        walled=np.zeros(len(one), bool) if walled is None else np.asarray(walled, bool),
        locked=np.full(len(one), OPEN) if locked is None else np.asarray(locked, np.int64),
    )
