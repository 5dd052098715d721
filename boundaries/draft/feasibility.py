"""What no drawing can do: said before anything is drawn, with the reason and the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph

_SEARCH = 3_000


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


def neighbours_of(graph: UnitGraph) -> list[list[int]]:
    """Return the neighbours of every unit, walls left out, in ascending order."""
    found: list[list[int]] = [[] for _ in range(len(graph))]
    passable = np.flatnonzero(~graph.walled)
    for one, other in zip(
        graph.one[passable].tolist(), graph.other[passable].tolist(), strict=True
    ):
        found[one].append(other)
        found[other].append(one)
    for neighbours in found:
        neighbours.sort()
    return found


def hopeless_units(
    graph: UnitGraph, low: int, high: int, *, households: Integers | None = None
) -> Integers:
    """Return the units that no connected set of low … high households contains: a proof.

    Too large by themselves, or too small with neighbours that are all too large to join, or on
    ground with too few households. Units without households need no grid of their own and are
    not counted. `households` takes the place of the graph's own.
    """
    neighbours = neighbours_of(graph)
    weights = graph.households if households is None else households
    suspects = np.flatnonzero((weights > high) | ((weights < low) & (weights > 0)))
    held = weights.tolist()
    return np.array(
        [unit for unit in suspects.tolist() if _has_no_set(unit, neighbours, held, low, high)],
        dtype=np.int64,
    )


def _has_no_set(
    unit: int, neighbours: list[list[int]], households: list[int], low: int, high: int
) -> bool:
    """Whether the search for a set ends without one; False where it was given up."""
    if households[unit] > high:
        return True
    for steps, (_, held) in enumerate(connected_sets(unit, neighbours, households, high)):
        if held >= low or steps > _SEARCH:
            return False
    return True


def connected_sets(
    unit: int, neighbours: list[list[int]], households: list[int], high: int
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
    members: frozenset[int], neighbours: list[list[int]], households: list[int]
) -> frozenset[int]:
    grown = set(members)
    waiting = list(members)
    while waiting:
        for other in neighbours[waiting.pop()]:
            if households[other] == 0 and other not in grown:
                grown.add(other)
                waiting.append(other)
    return frozenset(grown)
