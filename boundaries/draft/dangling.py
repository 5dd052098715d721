"""Ground that hangs on one unit and is too small for a part: it can only join that unit's part."""

from __future__ import annotations

import numpy as np

from boundaries.draft.compiled import Flags, Integers, given, integers, kernel, taken

_ALONE, _CROWDED = -1, -2


@kernel
def walked(  # noqa: PLR0917
    begin: Integers,
    head: Integers,
    held: Integers,
    root: int,
    first: int,
    order: Integers,
    place: Integers,
    up: Integers,
    back: Integers,
    total: Integers,
    size: Integers,
    at: Integers,
) -> int:
    """Walk the ground of a unit depth first; return how many units it has.

    Units are numbered in the order they are met, from `first` on; `back` is the first number
    that a unit and all behind it touch, `total` and `size` are their households and units.
    """
    count = 0
    node = root
    order[first] = root
    place[root], up[root], back[root] = first, _ALONE, first
    at[root], total[root], size[root] = begin[root], held[root], 1
    count = 1
    while node >= 0:
        if at[node] < begin[node + 1]:
            other = head[at[node]]
            at[node] += 1
            if place[other] < first:
                order[first + count] = other
                place[other], up[other], back[other] = first + count, node, first + count
                at[other], total[other], size[other] = begin[other], held[other], 1
                count += 1
                node = other
            elif place[other] < back[node]:
                back[node] = place[other]
        else:
            above = up[node]
            if above >= 0:
                total[above] += total[node]
                size[above] += size[node]
                back[above] = min(back[above], back[node])
            node = above
    return count


@kernel
def hung(  # noqa: C901, PLR0912, PLR0917
    begin: Integers, head: Integers, held: Integers, low: int, high: int, joins: Integers
) -> None:
    """Set `joins` to the unit that a unit must be in one part with; -1 none, -2 it cannot be."""
    nodes = len(held)
    order, place, up, back = integers(nodes), integers(nodes), integers(nodes), integers(nodes)
    total, size, at, hanging = integers(nodes), integers(nodes), integers(nodes), integers(nodes)
    for node in range(nodes):
        place[node] = -1
        joins[node] = _ALONE
    first = 0
    for start in range(nodes):
        if place[start] >= 0:
            continue
        count = walked(begin, head, held, start, first, order, place, up, back, total, size, at)
        around = total[start]
        if around < low:
            first += count
            continue
        # again from the middle, so that what hangs is below what it hangs on
        root = start
        for index in range(first, first + count):
            node = order[index]
            if 2 * total[node] > around and total[node] < total[root]:
                root = node
        for index in range(first, first + count):
            place[order[index]] = -1
        walked(begin, head, held, root, first, order, place, up, back, total, size, at)
        for index in range(first, first + count):
            hanging[order[index]] = held[order[index]]
        for index in range(first + 1, first + count):
            node = order[index]
            if back[node] >= place[up[node]] and total[node] < low:
                hanging[up[node]] += total[node]
        index = first + 1
        while index < first + count:
            node = order[index]
            if back[node] >= place[up[node]] and total[node] < low:
                crowded = hanging[up[node]] > high
                if crowded:
                    joins[up[node]] = _CROWDED
                for behind in range(index, index + size[node]):
                    joins[order[behind]] = _CROWDED if crowded else up[node]
                index += size[node]
            else:
                index += 1
        first += count


def hanging(  # noqa: PLR0917
    count: int, one: Integers, other: Integers, held: Integers, low: int, high: int
) -> tuple[Integers, Flags]:
    """Return with whom every unit must be, its own number where with none, and who cannot be.

    Parameters
    ----------
    count
        Number of units.
    one, other
        Pairs of them that can be in one part.
    held
        Households of every unit.
    low, high
        The band.

    Returns
    -------
    tuple
        Number of a unit for every unit; flags of units all of which no division brings into the
        band: what hangs on one of them is too small for itself and too much for that one's part.
    """
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((head, tail))
    begin = np.searchsorted(tail[order], np.arange(count + 1))
    joins = given(np.zeros(count))
    hung(given(begin), given(head[order]), given(held), low, high, joins)
    found = taken(joins)
    return np.where(found >= 0, found, np.arange(count)), found == _CROWDED
