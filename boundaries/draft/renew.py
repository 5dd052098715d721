"""Mend again and again where something was moved: take the moves back, find fewer."""

from __future__ import annotations

from boundaries.draft.chunks import move_chunks
from boundaries.draft.compiled import Integers, integers, kernel
from boundaries.draft.trees import Band, Net, drawn, outside


@kernel
def root_of(above: Integers, part: int) -> int:
    """Return the head of a part's cluster."""
    while above[part] != part:
        above[part] = above[above[part]]
        part = above[part]
    return part


@kernel
def worth_of(  # noqa: PLR0917
    net: Net, label: Integers, origin: Integers, band: Band, total: Integers, members: Integers
) -> tuple[int, int]:
    """Return the households off the band and the households moved."""
    for name in range(len(label)):
        total[name] = 0
        members[name] = 0
    moved = 0
    for node in range(len(label)):
        total[label[node]] += net.households[node]
        members[label[node]] += 1
        if label[node] != origin[node]:
            moved += net.households[node]
    off = 0
    for name in range(len(label)):
        if members[name] > 0:
            off += outside(total[name], band)
    return off, moved


@kernel
def renew(  # noqa: C901, PLR0912, PLR0917
    net: Net,
    region: Integers,
    label: Integers,
    base: Integers,
    origin: Integers,
    band: Band,
    turns: int,
    rounds: int,
    random: Integers,
) -> int:
    """Take back all moves around a random one and mend there anew, many times.

    What parts have given one another since `base` makes them a cluster, taken back as a whole:
    so every part stays in one piece. A result is kept where it is no worse. Returns what is off.
    """
    nodes = len(label)
    above, total, members = integers(nodes), integers(nodes), integers(nodes)
    spots, trial = integers(nodes), integers(nodes)
    best_off, best_moved = worth_of(net, label, origin, band, total, members)
    for turn in range(turns):
        for name in range(nodes):
            above[name] = name
        count = 0
        for node in range(nodes):
            if label[node] != base[node]:
                one, other = root_of(above, label[node]), root_of(above, base[node])
                if one != other:
                    above[one] = other
            if outside(total[label[node]], band) > 0:
                spots[count] = node
                count += 1
        if count == 0 or turn % 2 == 1:
            for node in range(nodes):
                if label[node] != base[node]:
                    spots[count] = node
                    count += 1
        if count == 0:
            break
        cluster = root_of(above, label[spots[drawn(random, count)]])
        for node in range(nodes):
            trial[node] = label[node]
            if root_of(above, label[node]) == cluster or root_of(above, base[node]) == cluster:
                trial[node] = base[node]
        move_chunks(net, region, trial, origin, band, rounds, random)
        off, moved = worth_of(net, trial, origin, band, total, members)
        if off < best_off or (off == best_off and moved <= best_moved):
            best_off, best_moved = off, moved
            for node in range(nodes):
                label[node] = trial[node]
        else:
            worth_of(net, label, origin, band, total, members)
    return best_off
