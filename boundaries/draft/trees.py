"""Random spanning trees of a part of the graph, and the best division of such a tree."""

from __future__ import annotations

from typing import NamedTuple

from boundaries.draft.compiled import Integers, integers, kernel

NEVER = 1 << 60
"""Cost of what cannot be."""

ARC_BITS = (1 << 32) - 1
"""The low bits of a heap's item: which arc; above them its weight."""


class Net(NamedTuple):
    """A graph as the kernels read it: arcs sorted by their tails, then measures of the nodes."""

    begin: Integers
    head: Integers
    tail: Integers
    length: Integers
    price: Integers
    toll: Integers
    households: Integers
    area: Integers
    perimeter: Integers


class Band(NamedTuple):
    """What the parts of a level should be; see `boundaries.draft.partition.Aim`."""

    low: int
    high: int
    most: int
    reach: int
    per_household: int
    per_part: int


class Tree(NamedTuple):
    """Room for a tree: a node's place in it (-1: none), and for every place what is there.

    Of every branch (a place and all that grew from it) the outline, and the length and price of
    its border to the rest of the tree.
    """

    place: Integers
    order: Integers
    up: Integers
    heap: Integers
    outline: Integers
    cut_length: Integers
    cut_price: Integers


@kernel
def room_for_tree(nodes: int, arcs: int) -> Tree:
    """Return an empty tree of a graph of that size."""
    tree = Tree(
        integers(nodes),
        integers(nodes),
        integers(nodes),
        integers(arcs + 1),
        integers(nodes),
        integers(nodes),
        integers(nodes),
    )
    for node in range(nodes):
        tree.place[node] = -1
    return tree


@kernel
def drawn(state: Integers, below: int) -> int:
    """Return a random whole number in 0 … below - 1 and move the generator on (drand48's)."""
    state[0] = (state[0] * 25214903917 + 11) & 281474976710655
    return (state[0] >> 17) % below


@kernel
def pushed(heap: Integers, size: int, item: int) -> None:
    """Put an item on a binary heap of that size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= item:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = item


@kernel
def popped(heap: Integers, size: int) -> int:
    """Take the least item off a binary heap of that size."""
    least = heap[0]
    last = heap[size - 1]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size - 1:
            break
        if below + 1 < size - 1 and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= last:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = last
    return least


@kernel
def grown(  # noqa: PLR0917
    net: Net, tree: Tree, start: int, label: Integers, chosen: Integers, random: Integers
) -> int:
    """Grow a random least spanning tree over what is connected with `start` in chosen labels.

    An arc's weight is random plus its toll, 0 … 16 times 0 … 3 eighths of the randomness, so
    that some trees keep off barriers and some do not. Returns how many nodes the tree has;
    `cleared` must follow before the next one.
    """
    scale = 131072 * drawn(random, 4)
    tree.order[0] = start
    tree.up[0] = -1
    tree.place[start] = 0
    count, size, node = 1, 0, start
    while True:
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = net.head[arc]
            if tree.place[other] < 0 and chosen[label[other]] == 1:
                weight = drawn(random, 1048576) + net.toll[arc] * scale
                pushed(tree.heap, size, (weight << 32) | arc)
                size += 1
        arc = -1
        while size > 0 and arc < 0:
            arc = popped(tree.heap, size) & ARC_BITS
            size -= 1
            if tree.place[net.head[arc]] >= 0:
                arc = -1
        if arc < 0:
            return count
        node = net.head[arc]
        tree.place[node] = count
        tree.order[count] = node
        tree.up[count] = tree.place[net.tail[arc]]
        count += 1


@kernel
def cleared(tree: Tree, count: int) -> None:
    """Forget the places of a grown tree."""
    for position in range(count):
        tree.place[tree.order[position]] = -1


@kernel
def weighed(net: Net, tree: Tree, count: int) -> None:
    """Fill every branch's outline, and the length and price of its border to the rest."""
    place, up, outline = tree.place, tree.up, tree.outline
    cut_length, cut_price = tree.cut_length, tree.cut_price
    for position in range(count):
        outline[position] = net.perimeter[tree.order[position]]
        cut_length[position] = 0
        cut_price[position] = 0
    for position in range(count):
        node = tree.order[position]
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = place[net.head[arc]]
            if other < 0:
                continue
            cut_length[position] += net.length[arc]
            cut_price[position] += net.price[arc]
            if other < position:
                one = position
                while one != other:  # up to the branch that holds both ends
                    if one > other:
                        one = up[one]
                    else:
                        other = up[other]
                outline[one] -= 2 * net.length[arc]
                cut_length[one] -= 2 * net.length[arc]
                cut_price[one] -= 2 * net.price[arc]
    for position in range(count - 1, 0, -1):
        outline[up[position]] += outline[position]
        cut_length[up[position]] += cut_length[position]
        cut_price[up[position]] += cut_price[position]


@kernel
def outside(households: int, band: Band) -> int:
    """Return how many households a part is away from its band."""
    if households < band.low:
        return band.low - households
    if households > band.high:
        return households - band.high
    return 0


@kernel
def divided(net: Net, tree: Tree, count: int, band: Band, part: Integers) -> int:
    """Divide a weighed tree into parts at the least cost, exactly, by dynamic programming.

    For every branch and every number of households in its open part, the least cost of all that
    is closed. A part costs `per_part`, every household off the band `per_household`, a cut its
    price. No part exceeds `most` unless one node does. Fills the part of every place (numbered
    from 0) and returns how many parts there are.
    """
    most, up = band.most, tree.up
    size, begin, merged = integers(count), integers(count), integers(count)
    best_state = integers(count)
    total = 0
    for position in range(count):
        size[position] = min(net.households[tree.order[position]], most)
        total += size[position] + 1
    for position in range(count - 1, 0, -1):
        size[up[position]] = min(size[up[position]] + size[position], most)
        total += size[up[position]] + 1
    cost, choice = integers(total), integers(total)
    free = 0
    for position in range(count):
        size[position] = min(net.households[tree.order[position]], most)
        begin[position] = free
        for state in range(size[position]):
            cost[free + state] = NEVER
        free += size[position] + 1
    for position in range(count - 1, -1, -1):
        mine = begin[position]
        closed = NEVER
        for state in range(size[position] + 1):
            if cost[mine + state] < NEVER:
                whole = cost[mine + state] + band.per_part
                whole += band.per_household * outside(state, band)
                if whole < closed:
                    closed = whole
                    best_state[position] = state
        if position > 0:
            above = up[position]
            closed += tree.cut_price[position]
            joined = min(size[above] + size[position], most)
            merge(
                cost, choice, begin[above], size[above], mine, size[position], free, joined, closed
            )
            merged[position] = free
            begin[above] = free
            size[above] = joined
            free += joined + 1
    return traced(tree, count, choice, merged, best_state, part)


@kernel
def merge(  # noqa: PLR0917
    cost: Integers,
    choice: Integers,
    theirs: int,
    their_size: int,
    mine: int,
    my_size: int,
    free: int,
    joined: int,
    closed: int,
) -> None:
    """Write, from `free` on, the costs of a branch once one more branch is cut off or joined."""
    for state in range(joined + 1):
        cost[free + state] = NEVER
    for state in range(their_size + 1):
        before = cost[theirs + state]
        if before >= NEVER:
            continue
        if before + closed < cost[free + state]:
            cost[free + state] = before + closed
            choice[free + state] = -1
        for more in range(min(my_size, joined - state) + 1):
            together = before + cost[mine + more]
            if together < cost[free + state + more]:
                cost[free + state + more] = together
                choice[free + state + more] = more


@kernel
def traced(  # noqa: PLR0917
    tree: Tree,
    count: int,
    choice: Integers,
    merged: Integers,
    left: Integers,
    part: Integers,
) -> int:
    """Follow the choices down from the root; `left` is every branch's best open part."""
    parts = 1
    part[0] = 0
    for position in range(1, count):
        above = tree.up[position]
        more = choice[merged[position] + left[above]]
        if more < 0:
            part[position] = parts
            parts += 1
        else:
            part[position] = part[above]
            left[above] -= more
            left[position] = more
    return parts
