"""Move a few connected units from one part to its neighbour: the smallest step of mending."""

from __future__ import annotations

from boundaries.draft.compiled import Integers, integers, kernel
from boundaries.draft.shift import starts_at
from boundaries.draft.trees import Band, Net, drawn, outside

_LARGEST = 14
_WANTED = 3


@kernel
def holds_together(  # noqa: C901, PLR0917
    net: Net,
    label: Integers,
    base: int,
    part: int,
    start: int,
    taken: Integers,
    size: int,
    seen: Integers,
    queue: Integers,
) -> bool:
    """Whether a part without the units in `taken` (marked 2 in `seen`) is in one piece.

    `label` has the units' parts from `base` on; `start` is one of the part's units beside them.
    Leaves `seen` as it was.
    """
    want = 0
    for index in range(size):
        node = taken[index]
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = net.head[arc]
            if label[base + other] == part and seen[other] == 0:
                seen[other] = _WANTED
                want += 1
    count, at = 1, 0
    found = 0
    queue[0] = start
    if seen[start] == _WANTED:
        found += 1
    seen[start] = 1
    while at < count and found < want:
        node = queue[at]
        at += 1
        for arc in range(net.begin[node], net.begin[node + 1]):
            other = net.head[arc]
            if label[base + other] == part and (seen[other] == 0 or seen[other] == _WANTED):
                if seen[other] == _WANTED:
                    found += 1
                seen[other] = 1
                queue[count] = other
                count += 1
    for index in range(count):
        seen[queue[index]] = 0
    for index in range(size):
        node = taken[index]
        for arc in range(net.begin[node], net.begin[node + 1]):
            if seen[net.head[arc]] == _WANTED:
                seen[net.head[arc]] = 0
    return found == want


@kernel
def move_chunks(  # noqa: C901, PLR0912, PLR0915, PLR0917
    net: Net,
    region: Integers,
    label: Integers,
    origin: Integers,
    band: Band,
    rounds: int,
    random: Integers,
) -> int:
    """Move chunks so that less is off the band, then less is moved; return what is off.

    A chunk grows from a border, unit by unit, at random; the best of its sizes is taken if it
    is better than nothing. While something is off the band, a chunk may now and then pass on
    what is off to the next part.
    """
    nodes = len(region)
    total, seen, starts = integers(nodes), integers(nodes), integers(len(net.head))
    taken = integers(_LARGEST)
    members, queue = integers(nodes), integers(nodes)
    for node in range(nodes):
        total[label[node]] += net.households[node]
        members[label[node]] += 1
    stale, count = True, 0
    for attempt in range(rounds):
        if stale or attempt % 1024 == 0:
            stale = False
            count = starts_at(net, region, label, origin, total, band, starts)
            if count == 0:
                break
        arc = starts[drawn(random, count)]
        start, beside = net.tail[arc], net.head[arc]
        if attempt % 2 == 1:
            start, beside = beside, start
        one, other = label[start], label[beside]
        if one == other or region[start] != region[beside]:
            continue
        now = outside(total[one], band) + outside(total[other], band)
        patient = attempt % 32 < 2 and now > 0  # noqa: PLR2004
        largest = 1 + drawn(random, _LARGEST)
        size, held, gain = 0, 0, 0
        best, best_off, best_gain = 0, now, 0
        node = start
        while True:
            taken[size] = node
            seen[node] = 2
            size += 1
            held += net.households[node]
            if origin[node] == other:
                gain += net.households[node] + 1
            elif origin[node] == one:
                gain -= net.households[node] + 1
            off = outside(total[one] - held, band) + outside(total[other] + held, band)
            if size == members[one]:
                off = outside(total[other] + held, band)
            better = off < best_off or (off == best_off and gain > best_gain)
            if better or (patient and best == 0 and off == now and total[one] > band.high):
                best, best_off, best_gain = size, off, gain
            if size >= largest or size == members[one]:
                break
            node = -1
            for _turn in range(6):
                from_ = taken[drawn(random, size)]
                way = net.begin[from_] + drawn(random, net.begin[from_ + 1] - net.begin[from_])
                if label[net.head[way]] == one and seen[net.head[way]] == 0:
                    node = net.head[way]
                    break
            if node < 0:
                break
        for index in range(best, size):
            seen[taken[index]] = 0
        if best > 0:
            rest = -1
            for index in range(best):
                node = taken[index]
                for way in range(net.begin[node], net.begin[node + 1]):
                    if label[net.head[way]] == one and seen[net.head[way]] == 0:
                        rest = net.head[way]
            whole = best == members[one]
            if whole or (
                rest >= 0 and holds_together(net, label, 0, one, rest, taken, best, seen, queue)
            ):
                for index in range(best):
                    label[taken[index]] = other
                    total[one] -= net.households[taken[index]]
                    total[other] += net.households[taken[index]]
                members[one] -= best
                members[other] += best
                stale = True
            for index in range(best):
                seen[taken[index]] = 0
    left = 0
    for name in range(nodes):
        if members[name] > 0:
            left += outside(total[name], band)
    return left
