"""Divide every region of a graph into parts within a band: many trees, the best one kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Integers, given, integers, kernel, taken
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.trees import (
    Band,
    Net,
    Tree,
    cleared,
    divided,
    drawn,
    grown,
    outside,
    room_for_tree,
    weighed,
)

PER_HOUSEHOLD = 10_000_000
"""What a household outside the band costs a division: more than any border, in cm."""

USUAL_COMPACTNESS = 0.7
"""A part of that compactness costs nothing, so that the number of parts is free."""


@dataclass(frozen=True)
class Aim:
    """What the parts of one level should be.

    Attributes
    ----------
    low, high
        Band of households.
    most
        Households that no part exceeds unless one unit does.
    reach_cm
        A border of that price weighs as much as the whole compactness of a part.
    per_part
        Price of a part, cm; negative where more parts are wanted.
    """

    low: int
    high: int
    most: int
    reach_cm: int
    per_part: int = 0

    def band(self) -> Band:
        """Return the aim as the kernels read it."""
        return Band(self.low, self.high, self.most, self.reach_cm, PER_HOUSEHOLD, self.per_part)


@kernel
def compactness(area: int, around: int) -> float:
    """Return Polsby and Popper's 4πA/P² of an area in dm² and its outline in cm."""
    if around <= 0:
        return 1.0
    return 1256.6370614359173 * area / (float(around) * float(around))


@kernel
def judged(  # noqa: PLR0917
    net: Net, tree: Tree, count: int, part: Integers, parts: int, band: Band, sums: Integers
) -> tuple[int, float]:
    """Return how many households a division is off its band, and the cost of its shape."""
    for index in range(3 * parts):
        sums[index] = 0
    border = 0
    for position in range(count):
        node = tree.order[position]
        mine = 3 * part[position]
        sums[mine] += net.households[node]
        sums[mine + 1] += net.area[node]
        sums[mine + 2] += net.perimeter[node]
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = tree.place[net.head[arc]]
            if other < 0:
                continue
            if part[other] == part[position]:
                sums[mine + 2] -= net.length[arc]
            else:
                border += net.price[arc]
    off = 0
    shape = (border / 2 + band.per_part * parts) / band.reach
    for index in range(parts):
        off += outside(sums[3 * index], band)
        shape += USUAL_COMPACTNESS - compactness(sums[3 * index + 1], sums[3 * index + 2])
    return off, shape


@kernel
def divide_regions(  # noqa: PLR0917
    net: Net,
    starts: Integers,
    region: Integers,
    band: Band,
    tries: int,
    enough: int,
    random: Integers,
    label: Integers,
    off: Integers,
) -> int:
    """Divide each region; fill every node's part and every region's households off the band.

    Each region gets `enough` trees, and up to `tries` while households are off the band.
    """
    nodes = len(region)
    tree = room_for_tree(nodes, len(net.head))
    part, best, sums, chosen = (
        integers(nodes),
        integers(nodes),
        integers(3 * nodes),
        integers(nodes),
    )
    free = 0
    for index in range(len(starts)):
        start = starts[index]
        chosen[region[start]] = 1
        best_off, best_shape, best_parts, count = -1, 0.0, 0, 0
        for attempt in range(tries):
            if best_off == 0 and attempt >= enough:
                break
            count = grown(net, tree, start, region, chosen, random)
            weighed(net, tree, count)
            parts = divided(net, tree, count, band, part)
            now_off, shape = judged(net, tree, count, part, parts, band, sums)
            cleared(tree, count)
            start = tree.order[drawn(random, count)]
            if best_off < 0 or now_off < best_off or (now_off == best_off and shape < best_shape):
                best_off, best_shape, best_parts = now_off, shape, parts
                for position in range(count):
                    best[tree.order[position]] = part[position]
        for position in range(count):
            label[tree.order[position]] = free + best[tree.order[position]]
        chosen[region[start]] = 0
        free += best_parts
        off[index] = best_off
    return free


def divide(
    graph: UnitGraph,
    region: Integers,
    aim: Aim,
    *,
    seed: int,
    tries: int,
    enough: int,
    net: Net | None = None,
) -> tuple[Integers, Integers]:
    """Divide every region of a graph into connected parts within a band.

    Parameters
    ----------
    graph
        Units or groups of units.
    region
        Label of every unit, below their number; a label must be connected without walls.
    aim
        Band and weights.
    seed
        Same seed, same parts.
    tries, enough
        Trees a region gets at most, and when nothing is off the band.
    net
        The graph as the kernels read it, where the caller has it already.

    Returns
    -------
    part
        Of every unit, numbered from 0 without holes.
    off
        Households off the band, of every region label in ascending order.
    """
    starts = np.unique(region, return_index=True)[1]
    label, off = given(np.zeros(len(graph))), given(np.zeros(len(starts)))
    divide_regions(
        net or net_of(graph),
        given(starts),
        given(region),
        aim.band(),
        tries,
        enough,
        random_of(seed),
        label,
        off,
    )
    return taken(label), taken(off)


def random_of(seed: int) -> Integers:
    """Return the state of the kernels' random numbers for a seed."""
    return given([(seed * 0x9E3779B97F4A7C15 ^ 0x5DEECE66D) & ((1 << 48) - 1)])
