"""Move units between the parts of all levels at once: what mending's search is made of."""

from __future__ import annotations

from typing import NamedTuple

from boundaries.draft.chunks import holds_together
from boundaries.draft.compiled import Integers, integers, kernel
from boundaries.draft.trees import Net, drawn

SCALE = 64
"""A household's weight in whole numbers."""

_LARGEST, _MOST_PARTS = 14, 6


class Levels(NamedTuple):
    """The levels while units move, coarsest first.

    ``label``, ``origin`` and ``held`` have `units` places a level, one level behind the other;
    `parent`, `total`, `members`, `known` (today's numbers) and `unused` have `names`. A part's
    number says its parents too: it never goes to another one. Whole parts that do get new numbers
    there, so that whoever leaves a parent has left its children.

    Units with `fixed` 1 never move. From `begin` of its own to that of the next, every unit has
    in `beside` those that it never shares a part with, from the level in `since` (0 the coarsest)
    on.
    """

    units: int
    names: int
    label: Integers
    origin: Integers
    held: Integers
    parent: Integers
    total: Integers
    members: Integers
    known: Integers
    unused: Integers
    free: Integers
    low: Integers
    high: Integers
    weight: Integers
    dear: Integers
    fixed: Integers
    begin: Integers
    beside: Integers
    since: Integers


class Room(NamedTuple):
    """Working room of a search: the units taken, marks, a queue, new numbers by level."""

    taken: Integers
    seen: Integers
    queue: Integers
    renamed: Integers
    target: Integers


@kernel
def off(levels: Levels, level: int, households: int) -> int:
    """Return how many households a count is away from a level's band."""
    if households < levels.low[level]:
        return levels.low[level] - households
    if households > levels.high[level]:
        return households - levels.high[level]
    return 0


@kernel
def counted(levels: Levels) -> None:
    """Count households and units by part, and which numbers are free."""
    for level in range(len(levels.low)):
        for name in range(levels.names):
            levels.total[level * levels.names + name] = 0
            levels.members[level * levels.names + name] = 0
        for unit in range(levels.units):
            name = levels.label[level * levels.units + unit]
            levels.total[level * levels.names + name] += levels.held[level * levels.units + unit]
            levels.members[level * levels.names + name] += 1
        levels.free[level] = 0
        for name in range(levels.names - 1, -1, -1):
            if (
                levels.members[level * levels.names + name] == 0
                and levels.known[level * levels.names + name] == 0
            ):
                levels.unused[level * levels.names + levels.free[level]] = name
                levels.free[level] += 1


@kernel
def troubled_arcs(net: Net, levels: Levels, mark: Integers, found: Integers) -> int:
    """Fill the arcs between finest parts where something is off its band or has moved."""
    last = (len(levels.low) - 1) * levels.units
    for name in range(len(mark)):
        mark[name] = 0
    for level in range(len(levels.low)):
        for unit in range(levels.units):
            name = levels.label[level * levels.units + unit]
            apart = off(levels, level, levels.total[level * levels.names + name])
            if apart > 0 or name != levels.origin[level * levels.units + unit]:
                mark[levels.label[last + unit]] = 1
    count = 0
    for arc in range(len(net.head)):
        one = levels.label[last + net.tail[arc]]
        other = levels.label[last + net.head[arc]]
        if one != other and mark[one] + mark[other] > 0:
            found[count] = arc
            count += 1
    return count


@kernel
def change_of_moved(levels: Levels, level: int, unit: int, target: int, households: int) -> int:
    """Return how the cost of moving changes when a unit goes to another part."""
    name, home = (
        levels.label[level * levels.units + unit],
        levels.origin[level * levels.units + unit],
    )
    if name == target:
        return 0
    if home == target:
        return -levels.weight[level] * households
    return levels.weight[level] * households if home == name else 0


@kernel
def change_of_off(levels: Levels, room: Room, size: int, last: int) -> int:
    """Return the change of what is off the bands, by dearness, when what is taken goes over."""
    change = 0
    for level in range(last + 1):
        name, target = levels.label[level * levels.units + room.taken[0]], room.target[level]
        if name == target:
            continue
        held = 0
        for index in range(size):
            held += levels.held[level * levels.units + room.taken[index]]
        apart = -off(levels, level, levels.total[level * levels.names + name])
        if size < levels.members[level * levels.names + name]:
            apart += off(levels, level, levels.total[level * levels.names + name] - held)
        if levels.members[level * levels.names + target] > 0:
            apart -= off(levels, level, levels.total[level * levels.names + target])
        apart += off(levels, level, levels.total[level * levels.names + target] + held)
        change += levels.dear[level] * apart
    return change


@kernel
def may_go(levels: Levels, room: Room, size: int, last: int) -> bool:
    """Whether nothing that is fixed is taken, and nobody meets those they are kept apart from."""
    for index in range(size):
        unit = room.taken[index]
        if levels.fixed[unit] == 1:
            return False
        for at in range(levels.begin[unit], levels.begin[unit + 1]):
            other = levels.beside[at]
            for level in range(levels.since[at], last + 1):
                if room.seen[other] == 2:  # noqa: PLR2004 - it is taken too
                    return False
                if levels.label[level * levels.units + other] == room.target[level]:
                    return False
    return True


@kernel
def can_leave(net: Net, levels: Levels, room: Room, size: int, last: int) -> bool:
    """Whether every part stays in one piece without what is taken."""
    for level in range(last, -1, -1):
        base = level * levels.units
        name = levels.label[base + room.taken[0]]
        if name == room.target[level] or size == levels.members[level * levels.names + name]:
            continue
        rest = -1
        for index in range(size):
            unit = room.taken[index]
            for arc in range(net.begin[unit], net.begin[unit + 1]):
                other = net.head[arc]
                if levels.label[base + other] == name and room.seen[other] == 0:
                    rest = other
        if rest < 0 or not holds_together(
            net, levels.label, base, name, rest, room.taken, size, room.seen, room.queue
        ):
            return False
    return True


@kernel
def beside(  # noqa: PLR0917
    net: Net, levels: Levels, level: int, room: Room, size: int, random: Integers, turns: int
) -> int:
    """Return a random unit of the same part next to what is taken; -1 where none was met."""
    base = level * levels.units
    name = levels.label[base + room.taken[0]]
    for _turn in range(turns):
        unit = room.taken[drawn(random, size)]
        width = net.begin[unit + 1] - net.begin[unit]
        other = net.head[net.begin[unit] + drawn(random, width)]
        if levels.label[base + other] == name and room.seen[other] == 0:
            return other
    return -1


@kernel
def number_for(levels: Levels, level: int, unit: int, above: int) -> int:
    """Return the number of a part to be made of a unit: its old one where that is empty there."""
    home = levels.origin[level * levels.units + unit]
    if levels.members[level * levels.names + home] == 0 and (
        level == 0 or levels.parent[level * levels.names + home] == above
    ):
        return home
    if levels.free[level] == 0:
        return -1
    return levels.unused[level * levels.names + levels.free[level] - 1]


@kernel
def settle_number(levels: Levels, level: int, name: int, above: int) -> None:
    """Take a number for a new part."""
    if levels.known[level * levels.names + name] == 0:
        levels.free[level] -= 1
    levels.parent[level * levels.names + name] = above


@kernel
def put(levels: Levels, level: int, unit: int, target: int) -> None:
    """Put a unit into a part of one level."""
    name = levels.label[level * levels.units + unit]
    if name == target:
        return
    levels.total[level * levels.names + name] -= levels.held[level * levels.units + unit]
    levels.members[level * levels.names + name] -= 1
    if (
        levels.members[level * levels.names + name] == 0
        and levels.known[level * levels.names + name] == 0
    ):
        levels.unused[level * levels.names + levels.free[level]] = name
        levels.free[level] += 1
    levels.total[level * levels.names + target] += levels.held[level * levels.units + unit]
    levels.members[level * levels.names + target] += 1
    levels.label[level * levels.units + unit] = target


@kernel
def move_chunk(  # noqa: C901, PLR0912, PLR0917
    net: Net,
    levels: Levels,
    room: Room,
    start: int,
    neighbour: int,
    fresh: bool,  # noqa: FBT001 - a kernel has no keywords
    penalty: int,
    reach: int,
    allowed: int,
    random: Integers,
) -> bool:
    """Move some units of a finest part to the neighbour's part, or to a new one beside it.

    The chunk grows at random; the best of its sizes is taken if it costs less than `allowed`.
    """
    finest = len(levels.low) - 1
    base = finest * levels.units
    name, above = levels.label[base + start], 0
    for level in range(finest):
        room.target[level] = levels.label[level * levels.units + neighbour]
        above = room.target[level]
    room.target[finest] = levels.label[base + neighbour]
    if fresh:
        room.target[finest] = number_for(levels, finest, start, above)
        if room.target[finest] < 0:
            return False
    target = room.target[finest]
    stays_under = finest == 0 or levels.label[(finest - 1) * levels.units + start] == above
    largest = 1 + drawn(random, _LARGEST if drawn(random, 2) == 1 else 3)
    size, best, least, moved, border, unit = 0, 0, allowed, 0, 0, start
    while True:
        room.taken[size] = unit
        room.seen[unit] = 2
        size += 1
        for level in range(finest + 1):
            moved += change_of_moved(levels, level, unit, room.target[level], net.households[unit])
        for arc in range(net.begin[unit], net.begin[unit + 1]):
            other = net.head[arc]
            if levels.label[base + other] == name:
                border += -net.price[arc] if room.seen[other] == 2 else net.price[arc]  # noqa: PLR2004
            elif levels.label[base + other] == target:
                border -= net.price[arc]
        is_whole = size == levels.members[finest * levels.names + name]
        if not (fresh and is_whole and stays_under):
            cost = penalty * change_of_off(levels, room, size, finest)
            cost += moved + border * SCALE // reach
            if cost < least:
                best, least = size, cost
        if size >= largest or is_whole:
            break
        unit = beside(net, levels, finest, room, size, random, 6)
        if unit < 0:
            break
    for index in range(best, size):
        room.seen[room.taken[index]] = 0
    fits = best > 0 and may_go(levels, room, best, finest)
    fits = fits and can_leave(net, levels, room, best, finest)
    for index in range(best):
        room.seen[room.taken[index]] = 0
    if not fits:
        return False
    if fresh:
        settle_number(levels, finest, target, above)
    for index in range(best):
        for level in range(finest + 1):
            put(levels, level, room.taken[index], room.target[level])
    return True


@kernel
def parts_taken(  # noqa: PLR0917
    net: Net, levels: Levels, room: Room, level: int, start: int, random: Integers
) -> int:
    """Take a random connected few of the parts below one part of a level, each of them whole."""
    outer, inner = level * levels.units, (level + 1) * levels.units
    wanted = 1 + drawn(random, _MOST_PARTS if drawn(random, 2) == 1 else 2)
    size, at, unit = 0, 0, start
    for _part in range(wanted):
        room.taken[size] = unit
        room.seen[unit] = 2
        size += 1
        while at < size:
            here = room.taken[at]
            at += 1
            for arc in range(net.begin[here], net.begin[here + 1]):
                other = net.head[arc]
                same = levels.label[inner + other] == levels.label[inner + here]
                if same and room.seen[other] == 0:
                    room.seen[other] = 2
                    room.taken[size] = other
                    size += 1
        if size == levels.members[level * levels.names + levels.label[outer + start]]:
            break
        unit = beside(net, levels, level, room, size, random, 12)
        if unit < 0:
            break
    return size


@kernel
def rename_below(levels: Levels, room: Room, level: int, size: int) -> bool:
    """Find numbers under the target for all parts below it that are taken; say if there were."""
    enough = True
    for below in range(level + 1, len(levels.low)):
        label, renamed = below * levels.units, below * levels.names
        for index in range(size):
            unit = room.taken[index]
            old = levels.label[label + unit]
            if room.renamed[renamed + old] >= 0 or not enough:
                continue
            above = room.target[level]
            if below > level + 1:
                above = room.renamed[
                    (below - 1) * levels.names + levels.label[(below - 1) * levels.units + unit]
                ]
            name = number_for(levels, below, unit, above)
            if name < 0:
                enough = False
                continue
            settle_number(levels, below, name, above)
            levels.members[below * levels.names + name] = -1
            room.renamed[renamed + old] = name
    for below in range(level + 1, len(levels.low)):
        for index in range(size):
            name = room.renamed[
                below * levels.names + levels.label[below * levels.units + room.taken[index]]
            ]
            if name >= 0:
                levels.members[below * levels.names + name] = 0
    return enough


@kernel
def move_parts(  # noqa: C901, PLR0912, PLR0917
    net: Net,
    levels: Levels,
    room: Room,
    start: int,
    neighbour: int,
    level: int,
    fresh: bool,  # noqa: FBT001 - a kernel has no keywords
    penalty: int,
    allowed: int,
    random: Integers,
) -> bool:
    """Move whole parts to the neighbour's part of the level above theirs, or to a new one there."""
    above = 0
    for upper in range(level):
        room.target[upper] = levels.label[upper * levels.units + neighbour]
        above = room.target[upper]
    room.target[level] = levels.label[level * levels.units + neighbour]
    if fresh:
        room.target[level] = number_for(levels, level, start, above)
        if room.target[level] < 0:
            return False
    size = parts_taken(net, levels, room, level, start, random)
    fits = rename_below(levels, room, level, size)
    if fits:
        cost = penalty * change_of_off(levels, room, size, level)
        for index in range(size):
            unit = room.taken[index]
            for each in range(len(levels.low)):
                target = room.target[each]
                if each > level:
                    target = room.renamed[
                        each * levels.names + levels.label[each * levels.units + unit]
                    ]
                cost += change_of_moved(levels, each, unit, target, net.households[unit])
        fits = cost < allowed and may_go(levels, room, size, level)
        fits = fits and can_leave(net, levels, room, size, level)
    if fits and fresh:
        settle_number(levels, level, room.target[level], above)
    for index in range(size):
        room.seen[room.taken[index]] = 0
    for each in range(len(levels.low) - 1, level, -1):
        renamed = each * levels.names
        for index in range(size):
            # the queue keeps what the number was, to clear it below
            room.queue[index] = levels.label[each * levels.units + room.taken[index]]
            if fits:
                put(levels, each, room.taken[index], room.renamed[renamed + room.queue[index]])
        for index in range(size):
            name = room.renamed[renamed + room.queue[index]]
            if name >= 0 and not fits and levels.known[each * levels.names + name] == 0:
                levels.unused[each * levels.names + levels.free[each]] = name
                levels.free[each] += 1
            room.renamed[renamed + room.queue[index]] = -1
    if fits:
        for each in range(level + 1):
            for index in range(size):
                put(levels, each, room.taken[index], room.target[each])
    return fits


@kernel
def transfer(  # noqa: C901, PLR0912, PLR0917
    net: Net,
    levels: Levels,
    room: Room,
    rounds: int,
    penalty: int,
    heat: int,
    reach: int,
    chances: Integers,
    random: Integers,
) -> int:
    """Move chunks and whole parts; return how many arcs the search started from at the end.

    A step is taken when it costs less than a random share of the heat: households moved by their
    level's weight, `penalty` for each off its band, a little for the border.
    """
    finest = len(levels.low) - 1
    arcs, mark = integers(len(net.head)), integers(levels.names)
    every = max(1024, levels.units // 4)
    counted(levels)
    count = 0
    for attempt in range(rounds):
        if attempt % every == 0:
            count = troubled_arcs(net, levels, mark, arcs)
            if count == 0:
                break
        arc = arcs[drawn(random, count)]
        if attempt % 16 == 0:
            arc = drawn(random, len(net.head))
        start, neighbour = net.tail[arc], net.head[arc]
        way = drawn(random, 64)
        allowed = heat * chances[drawn(random, len(chances))] // 1024
        level, fresh = finest, False
        if (
            levels.label[finest * levels.units + start]
            == levels.label[finest * levels.units + neighbour]
        ):
            total = levels.total[
                finest * levels.names + levels.label[finest * levels.units + start]
            ]
            if 2 * levels.low[finest] - 4 > total:
                continue
            fresh = True
        elif (
            finest > 0
            and levels.label[(finest - 1) * levels.units + start]
            != levels.label[(finest - 1) * levels.units + neighbour]
        ):
            fresh = way < 14  # noqa: PLR2004 - shares of 64 between the kinds of steps
            if 14 <= way < 30:  # noqa: PLR2004
                level = finest - 1
                while level > 0 and way % 4 == 0:
                    level -= 1
                    way = drawn(random, 8)
                fresh = way < 4  # noqa: PLR2004
                if (
                    levels.label[level * levels.units + start]
                    == levels.label[level * levels.units + neighbour]
                ):
                    continue
        else:
            fresh = way < 3  # noqa: PLR2004
        if level == finest:
            move_chunk(net, levels, room, start, neighbour, fresh, penalty, reach, allowed, random)
        else:
            move_parts(net, levels, room, start, neighbour, level, fresh, penalty, allowed, random)
    return count
