"""Locked borders while levels are drawn: walls, led on where a part would go around their ends."""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered

_MOST_PRICE = 1 << 20


def mixed(graph: UnitGraph, label: Integers, level: int) -> Integers:
    """Return the locked pairs whose units share a part of the level."""
    shut = (graph.locked <= level) & (label[graph.one] == label[graph.other])
    return np.flatnonzero(shut)


def led_on(graph: UnitGraph, label: Integers, level: int) -> Flags | None:
    """Return the pairs at which parts around a locked border's end must be cut.

    Each such part is cut where that is cheapest: on barriers first, then where it is narrow.

    Parameters
    ----------
    graph
        Units of the level; locked pairs are walled.
    label
        Part of every unit; in one piece without the walled pairs.
    level
        Its number.

    Returns
    -------
    numpy.ndarray or None
        Flags of pairs; None where no part has units of both sides of a locked border.
    """
    label = numbered(label)
    cut = np.zeros(len(graph.one), bool)
    found = mixed(graph, label, level)
    if not len(found):
        return None
    while len(found):
        part = label[graph.one[found[0]]]
        units = np.flatnonzero(label == part)
        place = np.full(len(graph), -1, np.int64)
        place[units] = np.arange(len(units))
        here = found[label[graph.one[found]] == part]
        inside = np.flatnonzero(
            (label[graph.one] == part) & (label[graph.other] == part) & ~graph.walled & ~cut
        )
        ends = place[graph.one[inside]], place[graph.other[inside]]
        across = place[graph.one[here]], place[graph.other[here]]
        sides = _two_sides(across, ends, len(units))
        near = _nearer(*ends, graph.price[inside], sides)
        cut[inside[near[ends[0]] != near[ends[1]]]] = True
        label[units[~near]] = int(label.max()) + 1
        found = mixed(graph, label, level)
    return cut


def _two_sides(
    across: tuple[Integers, Integers], inside: tuple[Integers, Integers], count: int
) -> npt.NDArray[np.int8]:
    """Return 1 and -1 for the units on both sides of the first pair's border, 0 for the rest.

    Who is across a locked border from a unit is on the other side; neighbours along the border
    are on the same one.
    """
    over, along = _lists(*across), _lists(*inside)
    side = np.zeros(count, np.int8)
    waiting = deque([(int(across[0][0]), 1)])
    while waiting:
        unit, mine = waiting.popleft()
        if side[unit]:
            continue
        side[unit] = mine
        waiting.extendleft((other, -mine) for other in over[unit] if not side[other])
        waiting.extend((other, mine) for other in along[unit] if other in over and not side[other])
    return side


def _lists(one: Integers, other: Integers) -> defaultdict[int, list[int]]:
    """Return with whom every unit makes pairs."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for first, second in zip(one.tolist(), other.tolist(), strict=True):
        found[first].append(second)
        found[second].append(first)
    return found


def _nearer(one: Integers, other: Integers, price: Integers, sides: npt.NDArray[np.int8]) -> Flags:
    """Return which units stay with side 1 when the two sides are cut apart at the least price."""
    count = len(sides)
    source, sink = count, count + 1
    capacity = np.minimum(price, _MOST_PRICE) + 1
    ones, others = np.flatnonzero(sides == 1), np.flatnonzero(sides == -1)
    endless = np.full(len(ones) + len(others), np.iinfo(np.int32).max // 2)
    tail = np.concatenate([one, other, np.full(len(ones), source), others])
    head = np.concatenate([other, one, ones, np.full(len(others), sink)])
    matrix = coo_array(
        (np.concatenate([capacity, capacity, endless]).astype(np.int32), (tail, head)),
        shape=(count + 2, count + 2),
    ).tocsr()
    flow = maximum_flow(matrix, source, sink).flow
    left = matrix - flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    near = np.zeros(count + 2, bool)
    near[reached] = True
    return near[:count]
