"""Mend levels at once: the price of being off a band rises until it is worth every move."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from boundaries.draft.apart import led_on
from boundaries.draft.compiled import Flags, Integers, given, taken
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.partition import Aim, random_of
from boundaries.draft.settling import settled
from boundaries.draft.transfer import SCALE, Levels, Room, counted, transfer, troubled_arcs

_STEPS = 3
"""Steps at each price, for every pair of units where something is amiss."""
_JUDGED = 0.5
"""Share of the prices at which nothing is judged yet: too much is still off its band."""
_CHANCES = np.rint(-1024 * np.log((np.arange(256) + 0.5) / 256)).astype(np.int64)


def mended_together(
    graph: UnitGraph,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    *,
    weights: Sequence[int],
    prices: npt.NDArray[np.float64],
    seed: int,
    until: float,
    begin: Sequence[Integers] | None = None,
    fixed: Flags | None = None,
) -> list[Integers]:
    """Move units between the parts of levels until few are off their bands, and few moved.

    Parameters
    ----------
    graph
        Units with the households that are counted as moved; locked pairs stay apart.
    old
        Today's parts by level, coarsest first, level inside level.
    aims, held
        Bands and the households that count for them, by level.
    weights
        Of a household that moves, by level.
    prices
        Of a household off its band, one after the other; 1 is what it costs to move it there
        and on all finer levels.
    begin
        Parts to begin with, one in the other and in one piece; today's where None.
    fixed
        Units that never move; None: all may.
    seed
        Same seed, same moves.
    until
        `time.monotonic` moment after which the best so far is returned.

    Returns
    -------
    list of numpy.ndarray
        Parts by level, each in one piece and inside one of the level above; a part that goes on
        has the number it had, a new one a number above all of today's.
    """
    names = [np.unique(each) for each in old]
    origin = [numbered(each) for each in old]
    start = _settled(graph, origin) if begin is None else _numbered_as(begin, names)
    levels = _levels(graph, start, origin, aims, held, weights, fixed)
    best, best_worth = start, _worth(graph, start, origin, aims, held, weights)
    if sum(best_worth) > 0:
        net, room = net_of(graph), _room(graph, len(aims))
        random, chances = random_of(seed), given(_CHANCES)
        counted(levels)
        arcs, mark = _zeros(len(net.head)), _zeros(2 * len(graph))
        count = troubled_arcs(net, levels, mark, arcs)
        for turn, price in enumerate((SCALE * prices).astype(np.int64).tolist()):
            if time.monotonic() > until:
                break
            heat = int(SCALE * (2 - 1.5 * turn / len(prices)))
            steps = _STEPS * max(count, 256)
            count = transfer(
                net, levels, room, steps, price, heat, aims[-1].reach_cm, chances, random
            )
            if turn + 1 < _JUDGED * len(prices):
                continue
            found = list(taken(levels.label).reshape(len(aims), -1))
            worth = _worth(graph, found, origin, aims, held, weights)
            if worth < best_worth:
                best, best_worth = [label.copy() for label in found], worth
    return [
        _named(label, own, len(graph), today)
        for label, own, today in zip(best, names, old, strict=True)
    ]


def _settled(graph: UnitGraph, origin: Sequence[Integers]) -> list[Integers]:
    above, found = graph.components(), []
    for level, label in enumerate(origin, start=1):
        above = put_inside(graph, above, label, level)
        found.append(above)
    return found


def put_inside(graph: UnitGraph, above: Integers, label: Integers, level: int) -> Integers:
    """Return parts of a level, each in one piece, inside its parent, on one side of locked borders.

    Parameters
    ----------
    graph
        Units.
    above
        Their parts of the level above.
    label
        Their parts, below the number of units; these are kept as far as can be.
    level
        Number of the level.
    """
    walled = graph.at_level(level)
    found = settled(walled, above, label)
    cut = led_on(walled, found, level)
    if cut is None:
        return found
    return _largest_keeps(replace(walled, walled=walled.walled | cut), found)


def _largest_keeps(graph: UnitGraph, label: Integers) -> Integers:
    """Give all pieces of a part but the largest numbers of their own."""
    piece = graph.components(label)
    size = np.bincount(piece, weights=graph.households + 1e-3)
    owner = label[np.unique(piece, return_index=True)[1]]
    order = np.lexsort((-size, owner))
    main = order[np.unique(owner[order], return_index=True)[1]]
    fresh = np.setdiff1d(np.arange(2 * len(graph)), label)
    names = fresh[: len(size)].copy()
    names[main] = owner[main]
    return np.asarray(names[piece], np.int64)


def _numbered_as(label: Sequence[Integers], names: Sequence[Integers]) -> list[Integers]:
    """Return parts numbered as today's are, new ones behind them."""
    found = []
    for each, own in zip(label, names, strict=True):
        known = np.concatenate([own, np.setdiff1d(each, own)])
        order = np.argsort(known, kind="stable")
        found.append(order[np.searchsorted(known, each, sorter=order)])
    return found


def _worth(  # noqa: PLR0917
    graph: UnitGraph,
    label: Sequence[Integers],
    origin: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    weights: Sequence[int],
) -> tuple[int, int]:
    """Return the households off the bands, then those moved by weight; the less, the better."""
    off = sum(
        int(off_band(totals(each, numbered(now)), aim.low, aim.high).sum())
        for now, aim, each in zip(label, aims, held, strict=True)
    )
    moved = sum(
        weight * int(graph.households[now != was].sum())
        for weight, now, was in zip(weights, label, origin, strict=True)
    )
    return off, moved


def _levels(  # noqa: PLR0917
    graph: UnitGraph,
    start: Sequence[Integers],
    origin: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    weights: Sequence[int],
    fixed: Flags | None,
) -> Levels:
    begin, beside, since = _kept_apart(graph, len(aims))
    count, size = len(aims), 2 * len(graph)
    parent, known = [], []
    for level in range(count):
        home = np.full(size, -1, np.int64)
        if level:
            home[origin[level]] = origin[level - 1]
            home[start[level]] = start[level - 1]
        parent.append(home)
        is_known = np.zeros(size, np.int64)
        is_known[origin[level]] = is_known[start[level]] = 1
        known.append(is_known)
    return Levels(
        units=len(graph),
        names=size,
        label=given(np.concatenate(start)),
        origin=given(np.concatenate(origin)),
        held=given(np.concatenate(held)),
        parent=given(np.concatenate(parent)),
        total=_zeros(count * size),
        members=_zeros(count * size),
        known=given(np.concatenate(known)),
        unused=_zeros(count * size),
        free=_zeros(count),
        low=given([aim.low for aim in aims]),
        high=given([aim.high for aim in aims]),
        weight=given([SCALE * weight for weight in weights]),
        dear=given(np.cumsum(weights[::-1])[::-1]),
        fixed=given(np.zeros(len(graph)) if fixed is None else fixed),
        begin=given(begin),
        beside=given(beside),
        since=given(since),
    )


def _kept_apart(graph: UnitGraph, levels: int) -> tuple[Integers, Integers, Integers]:
    """Return where every unit's locked pairs begin, with whom, and from which level on."""
    pairs = np.flatnonzero(graph.locked <= levels)
    tail = np.concatenate([graph.one[pairs], graph.other[pairs]])
    order = np.argsort(tail, kind="stable")
    begin = np.searchsorted(tail[order], np.arange(len(graph) + 1))
    beside = np.concatenate([graph.other[pairs], graph.one[pairs]])[order]
    return begin, beside, np.concatenate([graph.locked[pairs]] * 2)[order] - 1


def _room(graph: UnitGraph, count: int) -> Room:
    units = len(graph)
    renamed = given(np.full(2 * units * count, -1))
    return Room(_zeros(units), _zeros(units), _zeros(units), renamed, _zeros(count))


def _named(label: Integers, names: Integers, units: int, today: npt.NDArray[np.int64]) -> Integers:
    """Give parts their numbers of today's plan back; new ones get numbers above all of them."""
    largest = max(int(today.max(initial=0)), units)
    new = np.arange(2 * units) - len(names) + largest + 1
    return np.concatenate([names, new[len(names) :]])[label]


def _zeros(count: int) -> Integers:
    return given(np.zeros(count, np.int64))
