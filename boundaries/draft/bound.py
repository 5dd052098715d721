"""How few households must move: a bound that holds for every division in the band.

Around every part off its band lies a window: the part and all that touch it; windows that share
a part are one. Inside a window a whole programme says how many units of each size of a part go
where, so that every part ends in its band or is given up (HiGHS). The least of it is a bound:

- Shapes are left out of account, and who leaves for elsewhere may always do so.
- Every move is charged once: where it starts if that part is off its band; else where it ends, if
  that is in a window; else where it starts. So the sum over the windows holds as well.
- A window that there is no time for proves nothing and counts as none moved.
- Units next to a part may join it. Others need a way there whose units join too. A part off its
  band may hence be fed for nothing, by another such part that is charged already, only behind
  as many households as lie on the shortest way from there: it takes in at least those, or what
  it lacks. Units without households are passed freely.
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.measure import numbered, totals
from boundaries.draft.programme import Programme, Terms

_WIDEST = 4000
"""Windows are one programme up to so many columns: a closer bound, but slower."""


def least_moves(
    graph: UnitGraph, label: Integers, low: int, high: int, *, until: float = float("inf")
) -> int:
    """Return a number of households that every division in the band moves at least.

    Parameters
    ----------
    graph
        Units with today's households.
    label
        Today's parts, by any numbers.
    low, high
        The band.
    until
        `time.monotonic` moment after which what is proved so far is taken.
    """
    level = _level_of(graph, numbered(label), low, high, until)
    if level is None:
        return 0
    windows = _windows(level)
    if sum(_width(level, parts) for parts in windows) <= _WIDEST:
        windows = [[part for parts in windows for part in parts]]
    least = sum(_least_in(level, parts, until) for parts in windows)
    return int(np.ceil(least - 1e-6))


@dataclass(frozen=True)
class _Level:
    """Parts of a level: households, units by size, neighbours."""

    low: int
    high: int
    held: list[int]
    kinds: dict[int, list[tuple[int, int]]]
    near: dict[int, set[int]]
    bad: set[int]
    feed: dict[int, int]


def _level_of(
    graph: UnitGraph, label: Integers, low: int, high: int, until: float
) -> _Level | None:
    """Return the parts of a level; None where the time is over before all ways are known."""
    held = totals(graph.households, label)
    kinds = kinds_of(graph, label)
    near = neighbours(graph, label)
    bad = set(np.flatnonzero((held < low) | (held > high)).tolist())
    feed = _ways(graph, label, near, bad, high, until)
    if feed is None:
        return None
    return _Level(low, high, held.tolist(), kinds, near, bad, feed)


def kinds_of(graph: UnitGraph, label: Integers) -> dict[int, list[tuple[int, int]]]:
    """Return how many units of which size every part has; units without households do not count.

    Parameters
    ----------
    graph
        Units.
    label
        Their parts.
    """
    settled = graph.households > 0
    sizes, times = np.unique(
        np.column_stack([label, graph.households])[settled], axis=0, return_counts=True
    )
    kinds: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (part, size), count in zip(sizes.tolist(), times.tolist(), strict=True):
        kinds[part].append((size, count))
    return kinds


def neighbours(graph: UnitGraph, label: Integers) -> dict[int, set[int]]:
    """Return which parts touch, across units without households too.

    Parameters
    ----------
    graph
        Units.
    label
        Their parts, numbered from 0 without holes.
    """
    passable = ~graph.walled
    tail = np.concatenate([graph.one[passable], graph.other[passable]])
    head = np.concatenate([graph.other[passable], graph.one[passable]])
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in np.unique(np.column_stack([label[tail], label[head]]), axis=0).tolist():
        near[one].add(other)
    empty = graph.households == 0
    both = empty[tail] & empty[head]
    patch = linked(len(graph), tail[both], head[both])
    beside = np.column_stack([patch[tail], label[head]])[empty[tail]]
    around: dict[int, set[int]] = defaultdict(set)
    for number, part in np.unique(beside, axis=0).tolist():
        around[number].add(part)
    for number, part in zip(patch[empty].tolist(), label[empty].tolist(), strict=True):
        around[number].add(part)
    for parts in around.values():
        for part in parts:
            near[part] |= parts
    return {part: near[part] - {part} for part in np.unique(label).tolist()}


def _ways(  # noqa: PLR0917
    graph: UnitGraph,
    label: Integers,
    near: dict[int, set[int]],
    bad: set[int],
    high: int,
    until: float,
) -> dict[int, int] | None:
    """Return, for parts in windows, the fewest households between them and a far part off its band.

    Parts that no such way reaches within the band's upper end are left out. None where the time
    is over: without some of the ways the bound would be too high.
    """
    beside: list[list[int]] = [[] for _ in range(len(graph))]
    passable = np.flatnonzero(~graph.walled)
    for one, other in zip(
        graph.one[passable].tolist(), graph.other[passable].tolist(), strict=True
    ):
        beside[one].append(other)
        beside[other].append(one)
    households, part_of = graph.households.tolist(), label.tolist()
    members: dict[int, list[int]] = defaultdict(list)
    for unit, part in enumerate(part_of):
        members[part].append(unit)
    found = {}
    for part in bad.union(*(near[each] for each in bad)):
        if time.monotonic() >= until:
            return None
        far = bad - near[part] - {part}
        way = _way(members[part], far, part_of, beside, households, high)
        if way is not None:
            found[part] = way
    return found


def _way(  # noqa: PLR0917
    members: list[int],
    far: set[int],
    part_of: list[int],
    beside: list[list[int]],
    households: list[int],
    high: int,
) -> int | None:
    """Return the fewest households between a part's units and far parts; None if too many."""
    heap = [(0, other) for unit in members for other in beside[unit]]
    heapq.heapify(heap)
    done = set(members)
    while heap:
        passed, unit = heapq.heappop(heap)
        if unit in done:
            continue
        if part_of[unit] in far:
            return passed
        done.add(unit)
        if passed + households[unit] < high:
            for other in beside[unit]:
                if other not in done:
                    heapq.heappush(heap, (passed + households[unit], other))
    return None


def _windows(level: _Level) -> list[list[int]]:
    """Return the parts of every window; windows share no part."""
    pairs = [(part, other) for part in level.bad for other in level.near[part]]
    inside = sorted(level.bad.union(other for _, other in pairs))
    place = {part: at for at, part in enumerate(inside)}
    ends = np.array([(place[one], place[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    window = linked(len(inside), ends[:, 0], ends[:, 1])
    parts: dict[int, list[int]] = defaultdict(list)
    for part, number in zip(inside, window.tolist(), strict=True):
        parts[number].append(part)
    return list(parts.values())


def _width(level: _Level, parts: list[int]) -> int:
    """Return about how many columns a window's programme has."""
    return sum(len(level.kinds.get(part, ())) * (2 + len(level.near[part])) for part in parts)


def _least_in(level: _Level, parts: list[int], until: float) -> float:
    """Return the least households charged to one window, proved in time."""
    if time.monotonic() >= until:
        return 0.0
    programme = Programme()
    within = set(parts)
    paid: dict[int, Terms] = defaultdict(list)
    lost: dict[int, Terms] = defaultdict(list)
    founding: Terms = []
    given: Terms = []
    fresh = programme.column(0.0, 1)
    for part in parts:
        outer = level.near[part] - within
        for size, count in level.kinds.get(part, ()):
            places = []
            for other in level.near[part] & within:
                places.append(programme.column(size, count))
                paid[other].append((places[-1], size))
            # a new part, with at least the households of the band unless it reaches out of here
            places.append(programme.column(size, count))
            founding.append((places[-1], size + (level.low if outer else 0)))
            programme.row([(places[-1], 1), (fresh, -count)], high=0)
            # elsewhere: charged there, but for those who leave a part off its band
            places.append(programme.column(size if part in level.bad else 0, count))
            if part in level.bad:
                given.append((places[-1], -size))
            lost[part] += [(place, size) for place in places]
            programme.row([(place, 1) for place in places], high=count)
        for other in outer:
            for size, count in level.kinds.get(other, ()):
                paid[part].append((programme.column(size, count), size))
        paid[part].append((programme.column(1, level.high, whole=False), 1))
    programme.row([*founding, (fresh, -level.low)], low=0)
    fed = [_in_band(level, programme, part, paid[part], lost[part]) for part in parts]
    if level.bad <= within:
        # nobody else could feed a part for nothing
        programme.row([*given, *((place, 1) for one in fed for place, _ in one)], high=0)
    return programme.least(until)


def _in_band(level: _Level, programme: Programme, part: int, paid: Terms, lost: Terms) -> Terms:
    """Let a part end in its band, or be given up with all its units gone; return what feeds it."""
    held, low, high = level.held[part], level.low, level.high
    given_up = programme.column(0.0, 1)
    programme.row([*lost, (given_up, -held)], low=0)
    fed: Terms = []
    if part in level.feed:
        way = level.feed[part]
        fed = [(programme.column(0.0, high - way, whole=False), 1)]
        programme.row([(fed[0][0], way), *((place, -high * size) for place, size in paid)], high=0)
        if held < low:
            least = min(low - held, way)
            programme.row([*paid, (given_up, least)], low=least)
    change = [*paid, *fed, *((place, -size) for place, size in lost)]
    programme.row([*change, (given_up, low)], low=low - held)
    programme.row([*change, (given_up, high)], high=high - held)
    return fed
