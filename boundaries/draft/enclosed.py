"""Small units enclosed by full ones: such ground is divided exactly, or proved not to be divisible.

A full unit has so many households that nobody beside it can join it: its grid is itself. What
lies between full units can only be divided within itself. Where it is small, a dynamic programme
goes through its units one by one and keeps every way to divide those behind it: which parts reach
the units ahead, and how many households each of them has. What it finds off the band, no
division avoids.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.dangling import hanging
from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.measure import numbered, totals

_ROUNDS = 12
_MOST_UNITS = 80
_MOST_STATES = 4_000
"""Ways to divide what was passed that are still looked at, at one unit."""

_State = tuple[tuple[int, ...], tuple[int, ...]]
"""Number of the part of every unit at the front, and households by number."""


class _Step(NamedTuple):
    """How a state is reached at best.

    Households off the band so far, the state before, which of its parts the unit made one, the
    number of that one, and which numbers of before the state's parts had.
    """

    off: int
    before: _State
    joined: tuple[int, ...]
    fresh: int
    kept: tuple[int, ...]


@dataclass(frozen=True)
class Enclosed:
    """Ground that was divided exactly.

    Attributes
    ----------
    part
        Number of every unit; units with the same number are to be in one part. Units elsewhere
        have numbers of their own.
    impossible
        Units of ground that no division brings into the band as a whole: a proof.
    """

    part: Integers
    impossible: Flags

    @property
    def is_trivial(self) -> bool:
        """Whether no two units are to be in one part."""
        return bool(len(np.unique(self.part)) == len(self.part))


def enclosed(
    graph: UnitGraph, low: int, high: int, *, households: Integers | None = None
) -> Enclosed:
    """Divide all small ground between full units.

    Parameters
    ----------
    graph
        Units; walls keep them apart.
    low, high
        The band.
    households
        Of every unit, where not the graph's own.
    """
    held = graph.households if households is None else households
    part, impossible = _joined(graph, held, low, high)
    whole = graph.grouped(part)
    held = totals(held, part)
    passable = may_share(whole, held, high)
    one, other = whole.one[passable], whole.other[passable]
    ground = linked(len(whole), one, other)
    size = np.bincount(ground)
    wanted = (size > 1) & (size <= _MOST_UNITS) & (totals(held, ground) > 0)
    beside: dict[int, list[int]] = {int(unit): [] for unit in np.flatnonzero(wanted[ground])}
    inside = wanted[ground[one]]
    for here, there in zip(one[inside].tolist(), other[inside].tolist(), strict=True):
        beside[here].append(there)
        beside[there].append(here)
    members: dict[int, list[int]] = {}
    for unit in beside:
        members.setdefault(int(ground[unit]), []).append(unit)
    joins, is_off = np.arange(len(whole)), np.zeros(len(whole), bool)
    for units in members.values():
        found = divided_exactly(units, beside, held, low, high)
        if found is not None:
            is_off[units] = found[0] > 0
            for each in found[1]:
                joins[each] = min(each)
    return Enclosed(numbered(joins[part]), impossible | is_off[part])


def _joined(graph: UnitGraph, held: Integers, low: int, high: int) -> tuple[Integers, Flags]:
    """Join what hangs on one unit to it, as often as that makes more of it; say what cannot be."""
    part, impossible = np.arange(len(graph)), np.zeros(len(graph), bool)
    for _ in range(_ROUNDS):
        whole, counts = graph.grouped(part), totals(held, part)
        passable = may_share(whole, counts, high)
        joins, cannot = hanging(
            len(whole), whole.one[passable], whole.other[passable], counts, low, high
        )
        impossible |= cannot[part]
        if (joins == np.arange(len(joins))).all():
            break
        part = numbered(joins[part])
    return part, impossible


def may_share(graph: UnitGraph, held: Integers, high: int) -> Flags:
    """Return the pairs that can be in one part of the band, full units being left alone.

    Parameters
    ----------
    graph
        Units.
    held
        Households of every unit.
    high
        Upper end of the band.
    """
    ends = ~graph.walled
    one, other = graph.one[ends], graph.other[ends]
    empty = held == 0
    both = empty[one] & empty[other]
    patch = linked(len(graph), one[both], other[both])
    never = high + 1
    least = np.full(int(patch.max(initial=-1)) + 1, never)
    for here, there in ((one, other), (other, one)):
        meets = empty[here] & ~empty[there]
        np.minimum.at(least, patch[here[meets]], held[there[meets]])
    least_beside = np.full(len(graph), never)
    for here, there in ((one, other), (other, one)):
        # across empty ground the least of all around it counts, be it the unit itself
        np.minimum.at(least_beside, here, np.where(empty[there], least[patch[there]], held[there]))
    full = ~empty & (held + least_beside > high)
    fits = held[graph.one] + held[graph.other] <= high
    return np.asarray(~graph.walled & fits & ~full[graph.one] & ~full[graph.other], bool)


def divided_exactly(
    units: list[int], beside: dict[int, list[int]], held: Integers, low: int, high: int
) -> tuple[int, list[list[int]]] | None:
    """Divide connected ground with the fewest households off the band.

    Parameters
    ----------
    units
        Of the ground.
    beside
        Neighbours of every unit.
    held
        Households of every unit.
    low, high
        The band.

    Returns
    -------
    tuple or None
        Households off the band and the units of every part; None where there are too many ways.
    """
    order = _order(units, beside)
    place = {unit: at for at, unit in enumerate(order)}
    last = {unit: max([place[unit], *(place[each] for each in beside[unit])]) for unit in order}
    cap = high + max(low - 1, 0)
    front: list[int] = []
    states: dict[_State, _Step] = {((), ()): _Step(0, ((), ()), (), 0, ())}
    trail: list[dict[_State, _Step]] = []
    for at, unit in enumerate(order):
        near = [index for index, each in enumerate(front) if each in beside[unit]]
        stays = [each for each in [*front, unit] if last[each] > at]
        keep = [index for index, each in enumerate([*front, unit]) if last[each] > at]
        after: dict[_State, _Step] = {}
        for state, step in states.items():
            parts, sums = state
            for joined in _subsets(sorted({parts[index] for index in near})):
                total = int(held[unit]) + sum(sums[number] for number in joined)
                if joined and total > cap:
                    continue
                found, kept, more = _next(parts, sums, joined, total, keep, low, high)
                if found not in after or step.off + more < after[found].off:
                    after[found] = _Step(step.off + more, state, joined, len(sums), kept)
        if len(after) > _MOST_STATES:
            return None
        trail.append(after)
        states, front = after, stays
    return states[(), ()].off, _traced(order, trail)


def _order(units: list[int], beside: dict[int, list[int]]) -> list[int]:
    """Return the units so that few are at the front at any time: next, who adds fewest to it."""
    start = min(units, key=lambda unit: (len(beside[unit]), unit))
    order, seen, front = [start], {start}, set(beside[start])
    while front:
        unit = min(front, key=lambda each: (sum(o not in seen and o not in front
                                                for o in beside[each]), each))  # fmt: skip
        order.append(unit)
        seen.add(unit)
        front |= set(beside[unit])
        front -= seen
    return order


def _subsets(numbers: list[int]) -> Iterable[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for number in numbers:
        found += [(*each, number) for each in found]
    return found


def _next(  # noqa: PLR0917
    parts: tuple[int, ...],
    sums: tuple[int, ...],
    joined: tuple[int, ...],
    total: int,
    keep: list[int],
    low: int,
    high: int,
) -> tuple[_State, tuple[int, ...], int]:
    """Return the state once a unit has made one part of some, its parts' numbers before, and off.

    Off the band are households of parts that no unit ahead can join.
    """
    fresh = len(sums)
    numbers = [fresh if number in joined else number for number in (*parts, fresh)]
    known: dict[int, int] = {}
    kept = tuple(known.setdefault(numbers[index], len(known)) for index in keep)
    households = {number: count for number, count in enumerate(sums) if number not in joined}
    households[fresh] = total
    off = sum(
        max(low - count, count - high, 0)
        for number, count in households.items()
        if number not in known and count
    )
    return (kept, tuple(households[number] for number in known)), tuple(known), off


def _traced(order: list[int], trail: list[dict[_State, _Step]]) -> list[list[int]]:
    """Return the parts of the best way to divide everything."""
    state: _State = ((), ())
    steps = []
    for after in reversed(trail):
        steps.append(after[state])
        state = after[state].before
    members: dict[int, list[int]] = {}
    done: list[list[int]] = []
    for unit, step in zip(order, reversed(steps), strict=True):
        fresh = [unit, *(each for number in step.joined for each in members[number])]
        mine = {number: part for number, part in members.items() if number not in step.joined}
        mine[step.fresh] = fresh
        members = {at: mine.pop(number) for at, number in enumerate(step.kept)}
        done += list(mine.values())
    return done
