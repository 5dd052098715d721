"""Mend a division that left its bands: the fewest moves, level by level, and what is proved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from boundaries.draft.apart import mixed
from boundaries.draft.bound import least_moves
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.joint import least_moves_of_all
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.nested import mended_parents
from boundaries.draft.partition import Aim
from boundaries.draft.relief import Family, relieve
from boundaries.draft.settling import Mending
from boundaries.draft.stages import mended_by_stages
from boundaries.draft.together import mended_together, put_inside

_TURNS = 3
_WEIGHTS = (12, 3, 2, 1, 1, 1)
_DEAR = np.full(16, 20.0)
_RELIEFS = 3
_PROOF = 0.5
"""Share of the time that proving the bound may take, beside the search."""


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
        `time.monotonic` moment after which the best so far is taken; the bound has half of
        the time, beside the search.
    fixed
        Units that stay in their parts of all levels; None: all may move.
    """
    counted = list(held) if held is not None else [graph.households] * len(aims)
    now = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        proof = beside.submit(_proved, graph, old, aims, counted, now + _PROOF * (until - now))
        labels = _searched(graph, old, aims, counted, seed, until, fixed)
        least = proof.result()
    moved = []
    kept = np.ones(len(graph), bool)
    for label, today in zip(labels, old, strict=True):
        kept &= label == today
        moved.append(int(graph.households[~kept].sum()))
    return MendedLevels(labels, moved, least)


def _proved(
    graph: UnitGraph,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    until: float,
) -> list[int]:
    """Return how many households must move by level, as far as it was proved in time.

    Who moves on a level moves on all finer ones. Levels are taken together where all of them
    count the same households and there is time; else each for itself.
    """
    is_alike = all((each == graph.households).all() for each in held)
    bands = [(aim.low, aim.high) for aim in aims]
    least: list[int] = []
    for level, (low, high) in enumerate(bands):
        found = 0
        if level and is_alike:
            below = level + 1
            found = least_moves_of_all(graph, old[:below], bands[:below], until=until)
        if not found:
            counted = replace(graph, households=held[level])
            found = least_moves(counted, old[level], low, high, until=until)
        least.append(max(found, *least[-1:]) if least else found)
    return least


def _searched(  # noqa: PLR0917
    graph: UnitGraph,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    counted: Sequence[Integers],
    seed: int,
    until: float,
    fixed: Flags | None,
) -> list[Integers]:
    """Return the division that was found with the fewest moves."""
    labels = mended_by_stages(graph, old, aims, counted, seed=seed, until=until, fixed=fixed)
    for turn in range(_TURNS):
        labels = mended_together(
            graph, old, aims, counted, weights=_WEIGHTS[: len(aims)], prices=_DEAR,
            seed=seed + turn, until=until, begin=labels, fixed=fixed,
        )  # fmt: skip
        if time.monotonic() > until or not any(
            _off(*each) for each in zip(counted, labels, aims, strict=True)
        ):
            break
        recut = _recut(graph, labels, old, aims, counted, seed, until)
        if _holds(graph, recut, old, fixed):
            labels = recut
    return labels


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
        labels[-2] if index > 1 else graph.components(),
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
    if index > 1:
        labels[-2] = family.above
    return family.children


def _recut(  # noqa: PLR0917
    graph: UnitGraph,
    labels: Sequence[Integers],
    old: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    seed: int,
    until: float,
) -> list[Integers]:
    """Recut parents whose children are off their bands; all else stays as it is."""
    found = [labels[0]]
    for index in range(1, len(aims)):
        label, walled = labels[index], graph.at_level(index + 1)
        if _leaves(label, found[-1]):
            names = np.unique(label)
            known = np.concatenate([names, int(label.max()) + 1 + np.arange(len(graph))])
            label = known[put_inside(graph, numbered(found[-1]), numbered(label), index + 1)]
        if _off(held[index], label, aims[index]) and time.monotonic() < until:
            label = _relieved(walled, found, label, old, aims, held, seed)
        if _off(held[index], label, aims[index]):
            label = _with_parents(walled, found, label, aims[: index + 1], held, seed, until)
        found.append(label)
    return found


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
