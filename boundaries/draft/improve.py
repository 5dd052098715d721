"""Polish: take a few neighbouring parts together and divide them again, better."""

from __future__ import annotations

from boundaries.draft.compiled import Integers, given, integers, kernel, taken
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.partition import Aim, compactness, judged, random_of
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

_PAIR, _MOST_PARTS = 2, 8


@kernel
def best_branch(  # noqa: PLR0917
    net: Net, tree: Tree, count: int, band: Band, held: Integers, ground: Integers
) -> tuple[int, int, float]:
    """Return the branch that is best cut off a weighed tree, with what is off and its shape.

    Every branch is judged exactly: both parts' households, outlines and common border.
    """
    for position in range(count):
        held[position] = net.households[tree.order[position]]
        ground[position] = net.area[tree.order[position]]
    for position in range(count - 1, 0, -1):
        held[tree.up[position]] += held[position]
        ground[tree.up[position]] += ground[position]
    best, best_off, best_shape = 0, 0, 0.0
    for position in range(1, count):
        off = outside(held[position], band) + outside(held[0] - held[position], band)
        if best > 0 and off > best_off:
            continue
        rest = tree.outline[0] - tree.outline[position] + 2 * tree.cut_length[position]
        shape = (tree.cut_price[position] + 2 * band.per_part) / band.reach
        shape += 2 * 0.7 - compactness(ground[position], tree.outline[position])
        shape -= compactness(ground[0] - ground[position], rest)
        if best == 0 or off < best_off or shape < best_shape:
            best, best_off, best_shape = position, off, shape
    return best, best_off, best_shape


@kernel
def branch_parts(tree: Tree, count: int, branch: int, part: Integers) -> None:
    """Give the branch number 1 and the rest 0."""
    for position in range(count):
        part[position] = 0
        if position == branch or (position > branch and part[tree.up[position]] == 1):
            part[position] = 1


@kernel
def choose(  # noqa: PLR0917
    net: Net, tree: Tree, region: Integers, label: Integers, chosen: Integers, random: Integers
) -> int:
    """Choose two parts that meet and sometimes a third or fourth; grow a tree over them.

    Returns the number of its nodes, 0 where a draw met no border inside a region.
    """
    arc = drawn(random, len(net.head))
    start = net.tail[arc]
    if label[start] == label[net.head[arc]] or region[start] != region[net.head[arc]]:
        return 0
    chosen[label[start]] = 1
    chosen[label[net.head[arc]]] = 1
    more = drawn(random, 8)
    count = grown(net, tree, start, label, chosen, random)
    for extra in range(2):
        if more <= extra:
            node = tree.order[drawn(random, count)]
            for way in range(net.begin[node], net.begin[node + 1]):
                other = net.head[way]
                if chosen[label[other]] == 0 and region[other] == region[start]:
                    chosen[label[other]] = 1
                    cleared(tree, count)
                    count = grown(net, tree, start, label, chosen, random)
                    break
    return count


@kernel
def relabel(  # noqa: C901, PLR0917
    net: Net,
    tree: Tree,
    count: int,
    part: Integers,
    parts: int,
    names: Integers,
    name_count: int,
    label: Integers,
    chosen: Integers,
) -> bool:
    """Give new parts the names of old ones, the most households in common first.

    `chosen` is 1 for names to be given; surplus parts take names that the caller left in
    `names` behind the old ones. Returns whether any node changed its name.
    """
    shared = integers(parts * name_count)
    number = integers(parts)
    for position in range(count):
        node = tree.order[position]
        for index in range(name_count):
            if names[index] == label[node]:
                shared[part[position] * name_count + index] += net.households[node] + 1
    for index in range(parts):
        number[index] = -1
    for _turn in range(parts):
        best, best_part, best_name = -1, 0, 0
        for one in range(parts):
            if number[one] >= 0:
                continue
            for index in range(name_count):
                if chosen[names[index]] == 1 and shared[one * name_count + index] > best:
                    best, best_part, best_name = shared[one * name_count + index], one, index
        number[best_part] = names[best_name]
        chosen[names[best_name]] = 2
    changed = False
    for position in range(count):
        node = tree.order[position]
        if label[node] != number[part[position]]:
            label[node] = number[part[position]]
            changed = True
    return changed


@kernel
def recut(  # noqa: C901, PLR0912, PLR0917
    net: Net,
    region: Integers,
    label: Integers,
    band: Band,
    rounds: int,
    heat: int,
    cool: int,
    random: Integers,
) -> int:
    """Recut neighbouring parts again and again; return how often something changed.

    A division is taken when it is better, or worse by no more than the heat (millionths of a
    part's compactness), which falls from `heat` to `cool` over the rounds.
    """
    nodes = len(region)
    tree = room_for_tree(nodes, len(net.head))
    part, old, sums, chosen = integers(nodes), integers(nodes), integers(3 * nodes), integers(nodes)
    held, ground, names, unused = (
        integers(nodes),
        integers(nodes),
        integers(_MOST_PARTS),
        integers(nodes),
    )
    for node in range(nodes):
        chosen[label[node]] = 1
    spare = 0
    for name in range(nodes - 1, -1, -1):
        if chosen[name] == 0:
            unused[spare] = name
            spare += 1
        chosen[name] = 0
    changed = 0
    for attempt in range(rounds):
        count = choose(net, tree, region, label, chosen, random)
        if count == 0:
            continue
        weighed(net, tree, count)
        name_count = 0
        for position in range(count):
            name = label[tree.order[position]]
            if chosen[name] == 1:
                names[name_count] = name
                name_count += 1
                chosen[name] = 2
            for index in range(name_count):
                if names[index] == name:
                    old[position] = index
        now_off, now_shape = judged(net, tree, count, old, name_count, band, sums)
        if name_count == _PAIR:
            branch, off, shape = best_branch(net, tree, count, band, held, ground)
            branch_parts(tree, count, branch, part)
            parts = 2
        else:
            parts = divided(net, tree, count, band, part)
            off, shape = judged(net, tree, count, part, parts, band, sums)
        allowed = (heat * (rounds - attempt) + cool * attempt) / (rounds * 1000000.0)
        fits = parts <= _MOST_PARTS and parts - name_count <= spare
        if fits and (off < now_off or (off == now_off and shape < now_shape + allowed)):
            known = name_count
            while name_count < parts:
                spare -= 1
                names[name_count] = unused[spare]
                name_count += 1
            for index in range(name_count):
                chosen[names[index]] = 1
            if relabel(net, tree, count, part, parts, names, name_count, label, chosen):
                changed += 1
            for index in range(known):
                if chosen[names[index]] == 1:
                    unused[spare] = names[index]
                    spare += 1
        for index in range(name_count):
            chosen[names[index]] = 0
        cleared(tree, count)
    return changed


def improve(
    graph: UnitGraph,
    region: Integers,
    label: Integers,
    aim: Aim,
    *,
    seed: int,
    rounds: int,
    heat: float,
    cool: float = 0.0,
    net: Net | None = None,
) -> Integers:
    """Recut random pairs (sometimes three or four) of neighbouring parts inside their regions.

    Parameters
    ----------
    graph
        Units or groups of units.
    region, label
        Region and part of every unit, numbered below the number of units; parts are connected.
    aim
        Band and weights.
    seed
        Same seed, same parts.
    rounds
        Draws; most of them meet a border.
    heat, cool
        How much worse, in compactness, a division may be at the start and at the end.
    net
        The graph as the kernels read it, where the caller has it already.

    Returns
    -------
    numpy.ndarray
        New part of every unit; never more households off the band than before. A part that
        goes on keeps its number.
    """
    if not len(graph.one):
        return label
    after = given(label)
    recut(
        net or net_of(graph),
        given(region),
        after,
        aim.band(),
        rounds,
        int(heat * 1_000_000),
        int(cool * 1_000_000),
        random_of(seed),
    )
    return taken(after)
