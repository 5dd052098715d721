"""Mend a division that left its bands: the fewest moves, level by level, and what is proved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from boundaries.draft.apart import mixed
from boundaries.draft.bound import least_moves
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.nested import mended_parents
from boundaries.draft.partition import Aim
from boundaries.draft.relief import Family, relieve
from boundaries.draft.settling import Mending
from boundaries.draft.together import DEAR, RISING, mended_together

_RELIEFS = 3
_PROOF = 0.25
"""Share of the time that proving the bound may take."""
_LEFT_OVER = Mending(recuts=40, turns=100, starts=1)
"""What to do about the parts that the search on all levels at once leaves off their bands."""


@dataclass(frozen=True)
class MendedLevels:
    """A division that is back in its bands as far as could be.

    Attributes
    ----------
    labels
        Part of every unit by level; a part that goes on has the number it had.
    moved
        Households whose part of a level is not the one it was, by level. Who leaves a parent
        leaves its children.
    least
        Households that any division in the bands must move, by level: proved.
    """

    labels: list[Integers]
    moved: list[int]
    least: list[int]


def mend_levels(
    graph: UnitGraph,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    *,
    seed: int,
    held: Sequence[Integers] | None = None,
    until: float = float("inf"),
    fixed: Flags | None = None,
) -> MendedLevels:
    """Bring every level back into its band with the fewest moves that are found.

    Parameters
    ----------
    graph
        Units with today's households.
    old
        Today's parts by level, coarsest first, numbered below the number of units, level inside
        level.
    aims
        Bands and weights by level.
    seed
        Same seed, same moves.
    held
        Households to count on each level, where not the graph's own.
    until
        `time.monotonic` moment after which the best so far is taken; a quarter of the time
        is for the bound.
    fixed
        Units that stay in their parts of all levels; None: all may move.
    """
    counted = list(held) if held is not None else [graph.households] * len(aims)
    now = time.monotonic()
    proof = now + _PROOF * (until - now)
    least = [
        least_moves(replace(graph, households=households), today, aim.low, aim.high, until=proof)
        for households, today, aim in zip(counted, old, aims, strict=True)
    ]
    together = mended_together(
        graph, old, aims, counted, prices=RISING, seed=seed, until=until, fixed=fixed
    )
    above = [graph.components()]
    labels: list[Integers] = []
    for index, aim in enumerate(aims):
        walled = graph.at_level(index + 1)
        level = replace(walled, households=counted[index])
        label = together[index]
        if _off(level.households, label, aim) or _leaves(label, above[-1]):
            left_over = replace(_LEFT_OVER, until=until)
            label = left_over.mended(level, above[-1], label, None, aim, seed=seed)
        is_in_time = time.monotonic() < until
        if index and is_in_time and _off(level.households, label, aim):
            label = _relieved(walled, above, labels, label, old, aims, counted, seed)
        if index and _off(level.households, label, aim):
            label = _with_parents(walled, labels, label, aims[: index + 1], counted, seed, until)
        labels.append(label)
        above.append(label)
    if not _holds(graph, labels, old, fixed):
        labels = together
    labels = mended_together(
        graph, old, aims, counted, prices=DEAR, seed=seed, until=until, begin=labels, fixed=fixed
    )
    moved = []
    kept = np.ones(len(graph), bool)
    for label, today in zip(labels, old, strict=True):
        kept &= label == today
        moved.append(int(graph.households[~kept].sum()))
    return MendedLevels(labels, moved, np.maximum.accumulate(least).tolist())


def _holds(
    graph: UnitGraph, labels: Sequence[Integers], old: Sequence[Integers], fixed: Flags | None
) -> bool:
    """Whether fixed units are where they were, and locked pairs apart."""
    return not any(
        len(mixed(graph, label, level))
        or (fixed is not None and (label[fixed] != today[fixed]).any())
        for level, (label, today) in enumerate(zip(labels, old, strict=False), start=1)
    )


def _off(households: Integers, label: Integers, aim: Aim) -> bool:
    return bool(off_band(totals(households, numbered(label)), aim.low, aim.high).any())


def _leaves(label: Integers, above: Integers) -> bool:
    """Whether a part is in several parts of the level above."""
    pairs = np.unique(np.column_stack([label, above]), axis=0)
    return len(pairs) > len(np.unique(label))


def _relieved(  # noqa: PLR0917
    graph: UnitGraph,
    above: list[Integers],
    labels: list[Integers],
    label: Integers,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    seed: int,
) -> Integers:
    """Move a little between parents where their children cannot be mended inside them."""
    index = len(labels)
    family = Family(
        graph,
        above[-2],
        labels[-1].copy(),
        label.copy(),
        old[index - 1],
        old[index],
        (aims[index - 1], aims[index]),
        (held[index - 1], held[index]),
    )
    for attempt in range(_RELIEFS):
        if not len(family.troubled()):
            break
        if attempt and index > 1:
            family.outer = (aims[index - 2], held[index - 2])
        relieve(family, Mending(recuts=40, turns=30, rounds=100, starts=1), seed=seed + attempt)
    labels[-1] = family.parents
    above[-1] = family.parents
    if index > 1:
        labels[-2] = above[-2] = family.above
    return family.children


def _with_parents(  # noqa: PLR0917
    graph: UnitGraph,
    labels: list[Integers],
    label: Integers,
    aims: Sequence[Aim],
    held: Sequence[Integers],
    seed: int,
    until: float,
) -> Integers:
    """Recut parents that moves alone cannot help; parts go on in the one they share most with."""
    before = [*labels, label]
    drawn = [numbered(each) for each in labels]
    children = mended_parents(graph, drawn, numbered(label), aims, held, seed=seed, until=until)
    for index, (new, was) in enumerate(zip([*drawn, children], before, strict=True)):
        kept = renamed(new, was, graph.households)
        if index < len(labels):
            labels[index] = kept
        else:
            label = kept
    return label


def renamed(new: Integers, was: Integers, households: Integers) -> Integers:
    """Give new parts the numbers of the old ones they share most households with."""
    new = numbered(new)
    pairs, number = np.unique(np.column_stack([new, was]), axis=0, return_inverse=True)
    shared = np.bincount(number.ravel(), weights=households + 1)
    names = np.full(int(new.max()) + 1, -1, np.int64)
    taken: set[int] = set()
    for at in np.lexsort((pairs[:, 1], pairs[:, 0], -shared)).tolist():
        part, name = int(pairs[at, 0]), int(pairs[at, 1])
        if names[part] < 0 and name not in taken:
            names[part] = name
            taken.add(name)
    fresh = iter(np.setdiff1d(np.arange(len(new)), was).tolist())
    for part in np.flatnonzero(names < 0).tolist():
        names[part] = next(fresh)
    return names[new]
