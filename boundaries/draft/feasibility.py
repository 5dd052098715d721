"""What no drawing can do: said before anything is drawn, with the reason and the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Flags, Integers, given, integers, kernel, taken
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.trees import Net

_SEARCH = 40_000
_WAYS = 3


@dataclass(frozen=True)
class Count:
    """How many grids of a level some ground can hold.

    Attributes
    ----------
    level
        Level number, from 1.
    households
        Of the ground.
    least, most
        Grids that can hold them: ceil(H / high) … floor(H / low).
    """

    level: int
    households: int
    least: int
    most: int

    @property
    def possible(self) -> bool:
        """Whether any number of grids holds them."""
        return self.least <= self.most and self.households > 0


def count_of(level: int, households: int, low: int, high: int) -> Count:
    """Return how many grids of a band can hold some households."""
    return Count(level, households, -(-households // high), households // low)


class Neighbours:
    """The neighbours of every unit in ascending order, walls left out; looked up on demand."""

    def __init__(self, graph: UnitGraph) -> None:
        net = net_of(graph)
        self._begin, self._head = taken(net.begin), taken(net.head)
        self._known: dict[int, list[int]] = {}

    def __getitem__(self, unit: int) -> list[int]:
        """Return the neighbours of one unit."""
        if unit not in self._known:
            self._known[unit] = self._head[self._begin[unit] : self._begin[unit + 1]].tolist()
        return self._known[unit]


@dataclass(frozen=True)
class Hope:
    """What is known of the units: which have a connected set of the band around them.

    Attributes
    ----------
    hopeless
        Units that no connected set of the band contains: a proof.
    searched
        How many sets around a unit were tried in vain before the search was given up.
    """

    hopeless: Integers
    searched: dict[int, int]


def hope_of(graph: UnitGraph, low: int, high: int, *, households: Integers | None = None) -> Hope:
    """Look for a connected set of low … high households around every unit.

    Too large by themselves, or too small with neighbours that are all too large to join, or on
    ground with too few households: for those units there is none. Units without households need
    no grid of their own and are not counted. Most sets come from growing one; what no growth
    helps is searched exhaustively.

    Parameters
    ----------
    graph
        Units.
    low, high
        The band.
    households
        Takes the place of the graph's own.
    """
    weights = graph.households if households is None else households
    net = net_of(graph)
    helped = given(np.zeros(len(graph)))
    mark_helped(net, given(weights), low, high, helped)
    ground = graph.components()
    around = np.bincount(ground, weights=weights).astype(np.int64)[ground]
    waiting = (taken(helped) == 0) & (weights > 0)
    proved = waiting & ((weights > high) | (around < low))
    neighbours = Neighbours(graph)
    held = weights.tolist()
    searched = {}
    for unit in np.flatnonzero(waiting & ~proved).tolist():
        found, tried = _searched(unit, neighbours, held, low, high)
        if found is None:
            searched[unit] = tried
        proved[unit] = found is False
    return Hope(np.flatnonzero(proved), searched)


def beyond_help(graph: UnitGraph, low: int, high: int) -> Flags:
    """Return which units no division helps: hopeless ones, or on ground that no number divides."""
    around = np.bincount(graph.components(), weights=graph.households).astype(np.int64)
    impossible = -(-around // high) > around // low
    found = impossible[graph.components()]
    found[hopeless_units(graph, low, high)] = True
    return found


def hopeless_units(
    graph: UnitGraph, low: int, high: int, *, households: Integers | None = None
) -> Integers:
    """Return the units that no connected set of low … high households contains: a proof."""
    return hope_of(graph, low, high, households=households).hopeless


@kernel
def mark_helped(net: Net, households: Integers, low: int, high: int, helped: Integers) -> None:
    """Set `helped` to 1 for all units of sets of the band that were grown from some unit."""
    nodes = len(households)
    member, queue, seen = integers(nodes), integers(nodes), integers(nodes)
    run = 0
    for start in range(nodes):
        for way in range(_WAYS):
            if helped[start] == 1 or households[start] == 0 or households[start] > high:
                break
            run += 1
            count = grown_set(net, households, start, low, high, way, run, member, queue, seen)
            for index in range(count):
                helped[member[index]] = 1


@kernel
def grown_set(  # noqa: PLR0917
    net: Net,
    households: Integers,
    start: int,
    low: int,
    high: int,
    way: int,
    run: int,
    member: Integers,
    queue: Integers,
    seen: Integers,
) -> int:
    """Grow a set from one unit until it is in the band; return its size, 0 where it gets stuck.

    Way 0 takes the largest neighbour that fits, way 1 the smallest, way 2 the first; those
    without households come first of all.
    """
    count, waiting, held, node = 0, 0, 0, start
    seen[start] = run
    while True:
        member[count] = node
        count += 1
        held += households[node]
        if held >= low:
            return count
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = net.head[arc]
            if seen[other] != run:
                seen[other] = run
                queue[waiting] = other
                waiting += 1
        best = -1
        for index in range(waiting):
            size = households[queue[index]]
            if held + size > high:
                continue
            if (
                best < 0
                or size == 0
                or (
                    households[queue[best]] > 0
                    and (
                        (way == 0 and size > households[queue[best]])
                        or (way == 1 and size < households[queue[best]])
                    )
                )
            ):
                best = index
        if best < 0:
            return 0
        node = queue[best]
        waiting -= 1
        queue[best] = queue[waiting]


def _searched(
    unit: int, neighbours: Neighbours, households: list[int], low: int, high: int
) -> tuple[bool | None, int]:
    """Return whether a set was found, None where the search was given up, and how many were tried.

    The effort is counted in members looked at: large sets are dear.
    """
    effort = tried = 0
    for members, held in connected_sets(unit, neighbours, households, high):
        tried += 1
        effort += len(members)
        if held >= low:
            return True, tried
        if effort > _SEARCH:
            return None, tried
    return False, tried


def connected_sets(
    unit: int, neighbours: Neighbours, households: list[int], high: int
) -> Iterator[tuple[frozenset[int], int]]:
    """Yield every connected set around a unit that does not exceed high, and its households.

    The largest neighbours first, so that a set in the band comes early. Neighbours without
    households join at once: they cost nothing and only widen the choice.
    """
    stack = [(frozenset([unit]), households[unit])]
    seen = set(stack)
    while stack:
        members, held = stack.pop()
        members = _with_empty(members, neighbours, households)
        yield members, held
        around = {other for member in members for other in neighbours[member]} - members
        for other in sorted(around, key=lambda one: (households[one], one)):
            if held + households[other] <= high:
                larger = (members | {other}, held + households[other])
                if larger not in seen:
                    seen.add(larger)
                    stack.append(larger)


def _with_empty(
    members: frozenset[int], neighbours: Neighbours, households: list[int]
) -> frozenset[int]:
    grown = set(members)
    waiting = list(members)
    while waiting:
        for other in neighbours[waiting.pop()]:
            if households[other] == 0 and other not in grown:
                grown.add(other)
                waiting.append(other)
    return frozenset(grown)
