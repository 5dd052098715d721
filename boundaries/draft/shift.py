"""Bring parts back into their band by moving as few households as can be."""

from __future__ import annotations

from boundaries.draft.compiled import Integers, integers, kernel
from boundaries.draft.improve import branch_parts
from boundaries.draft.trees import (
    Band,
    Net,
    Tree,
    cleared,
    drawn,
    grown,
    outside,
    room_for_tree,
    weighed,
)


@kernel
def least_moved(  # noqa: PLR0917
    net: Net,
    tree: Tree,
    count: int,
    band: Band,
    origin: Integers,
    one: int,
    other: int,
    held: Integers,
    stays: Integers,
    other_stays: Integers,
    limit: int,
) -> tuple[int, int, int, float]:
    """Return the branch to be `one` with the rest `other`: least off the band, then least moved.

    Negative where the branch should be `other` instead; 0 where no cut is within the limit of
    households off the band. With it: off the band, households that stay, shape.
    """
    for position in range(count):
        node = tree.order[position]
        held[position] = net.households[node]
        stays[position] = net.households[node] if origin[node] == one else 0
        other_stays[position] = net.households[node] if origin[node] == other else 0
    for position in range(count - 1, 0, -1):
        held[tree.up[position]] += held[position]
        stays[tree.up[position]] += stays[position]
        other_stays[tree.up[position]] += other_stays[position]
    best, best_off, best_stays, best_shape = 0, limit, -1, 0.0
    for position in range(1, count):
        off = outside(held[position], band) + outside(held[0] - held[position], band)
        if off > best_off:
            continue
        straight = stays[position] + other_stays[0] - other_stays[position]
        crossed = other_stays[position] + stays[0] - stays[position]
        kept = max(straight, crossed)
        if off == best_off and kept < best_stays:
            continue
        shape = tree.cut_price[position] / band.reach
        if off < best_off or kept > best_stays or shape < best_shape:
            best = position if straight >= crossed else -position
            best_off, best_stays, best_shape = off, kept, shape
    return best, best_off, best_stays, best_shape


@kernel
def starts_at(  # noqa: PLR0917
    net: Net,
    region: Integers,
    label: Integers,
    origin: Integers,
    total: Integers,
    band: Band,
    found: Integers,
) -> int:
    """Fill the arcs to start from: borders of parts off the band, else of what has moved."""
    for moved in range(2):
        count = 0
        for node in range(len(label)):
            if moved == 0 and outside(total[label[node]], band) == 0:
                continue
            if moved == 1 and label[node] == origin[node]:
                continue
            for arc in range(net.begin[node], net.begin[node + 1]):
                other = net.head[arc]
                if label[other] != label[node] and region[other] == region[node]:
                    found[count] = arc
                    count += 1
        if count > 0:
            return count
    return 0


@kernel
def shift_parts(  # noqa: C901, PLR0912, PLR0915, PLR0917
    net: Net,
    region: Integers,
    label: Integers,
    origin: Integers,
    band: Band,
    rounds: int,
    random: Integers,
) -> int:
    """Recut pairs of parts so that less is off the band, then less is moved from `origin`.

    Every fourth recut divides a part above the band alone, its branch taking a free name.
    Returns the households still off the band.
    """
    nodes = len(region)
    tree = room_for_tree(nodes, len(net.head))
    part, chosen, total = integers(nodes), integers(nodes), integers(nodes)
    held, stays, other_stays = integers(nodes), integers(nodes), integers(nodes)
    bad, spot = integers(len(net.head)), integers(nodes)
    for node in range(nodes):
        total[label[node]] += net.households[node]
        chosen[label[node]] = 1
        chosen[origin[node]] = 1
    free = 0
    for name in range(nodes):
        if chosen[name] == 0:
            spot[free] = name
            free += 1
        chosen[name] = 0
    troubled, stale = 0, True
    for attempt in range(rounds):
        if stale or attempt % 512 == 0:
            # draws start where a part is off the band; then where somebody has moved
            stale = False
            troubled = starts_at(net, region, label, origin, total, band, bad)
            if troubled == 0:
                break
        way = bad[drawn(random, troubled)]
        if attempt % 8 == 0:
            way = drawn(random, len(net.head))
        start, beside = net.tail[way], net.head[way]
        if region[start] != region[beside]:
            continue
        one, other = label[start], label[beside]
        alone = one == other or attempt % 8 == 1
        if alone:
            if free == 0 or outside(total[one], band) == 0 or total[one] < 2 * band.low:
                continue
            other = spot[free - 1]
        chosen[one] = 1
        chosen[other] = 1
        count = grown(net, tree, start, label, chosen, random)
        chosen[one] = 0
        chosen[other] = 0
        weighed(net, tree, count)
        now_off = outside(total[one], band)
        now_stays = 0
        border = 0
        if not alone:
            now_off += outside(total[other], band)
        for position in range(count):
            node = tree.order[position]
            if label[node] == origin[node]:
                now_stays += net.households[node]
            if label[node] == one:
                for way in range(net.begin[node], net.begin[node + 1]):
                    if label[net.head[way]] == other:
                        border += net.price[way]
        branch, off, kept, shape = least_moved(
            net, tree, count, band, origin, one, other, held, stays, other_stays, now_off
        )
        whole = held[0]
        joined = -1
        if not alone and outside(whole, band) <= off and outside(whole, band) < now_off:
            # all in one part: the smaller one is given up
            joined_stays = max(stays[0], other_stays[0])
            if branch == 0 or outside(whole, band) < off or joined_stays > kept:
                joined = one if stays[0] >= other_stays[0] else other
        better = branch != 0 and (
            off < now_off
            or kept > now_stays
            or (kept == now_stays and shape < border / band.reach - 0.000001)
        )
        if joined >= 0:
            for position in range(count):
                label[tree.order[position]] = joined
            given_up = other if joined == one else one
            total[joined], total[given_up] = whole, 0
            stale = True
        elif better:
            if alone:
                free -= 1
            within, beyond = one, other
            if branch < 0:
                within, beyond, branch = other, one, -branch
            branch_parts(tree, count, branch, part)
            for position in range(count):
                label[tree.order[position]] = within if part[position] == 1 else beyond
            total[within], total[beyond] = held[branch], whole - held[branch]
            if off < now_off:
                stale = True
        cleared(tree, count)
    left = 0
    for name in range(nodes):
        if total[name] > 0:
            left += outside(total[name], band)
    return left
