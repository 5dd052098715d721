"""Mend level by level, each with an eye to the next one, and of several tries the best of each."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from boundaries.draft.compiled import COMPILED, Flags, Integers
from boundaries.draft.graph import OPEN, UnitGraph
from boundaries.draft.measure import numbered
from boundaries.draft.merging import Mended
from boundaries.draft.partition import Aim
from boundaries.draft.together import mended_together, put_inside

_TRIES = (3, 3)
"""Tries of the coarsest level and of the others."""
_RISING = np.append(np.geomspace(0.5, 10.0, 30), np.full(7, 20.0))
"""Prices of a household off its band."""
_FIRST, _LATER = (12, 3), (3, 2)
"""Weights of a household that moves on the level that is mended and on the next finer one."""


def mended_by_stages(
    graph: UnitGraph,
    old: Sequence[Integers],
    aims: Sequence[Aim],
    held: Sequence[Integers],
    *,
    seed: int,
    until: float,
    fixed: Flags | None = None,
) -> list[Integers]:
    """Mend the coarsest level with the next one, then that one with the third, and so on.

    What was found for a level stays; so the parts of the next one are mended apart from one
    another, and of all tries the best counts in every place.

    Parameters
    ----------
    graph
        Units with the households that are counted as moved.
    old, aims, held
        Today's parts, bands and the households that count for them, by level, coarsest first.
    seed
        Same seed, same moves.
    until
        `time.monotonic` moment after which the best so far is returned.
    fixed
        Units that never move; None: all may.

    Returns
    -------
    list of numpy.ndarray
        Parts by level, each in one piece and inside one of the level above; a part that goes on
        has the number it had.
    """
    moved = np.zeros(len(graph), bool)
    found: list[Integers] = []
    ahead: Integers | None = None
    for level in range(len(old)):
        both = slice(level, level + 2)
        weights = (_LATER if level else _FIRST)[: len(old[both])]
        if level:
            apart = found[-1][graph.one] != found[-1][graph.other]
            locked = np.where(graph.locked < OPEN, np.maximum(graph.locked - 1, 1), OPEN)
            graph = replace(graph, walled=graph.walled | apart, locked=locked)
        task = Mended(graph.households, moved.copy(), old[both], aims[both], held[both], weights)
        first = None if ahead is None else _begun(graph, ahead, task)
        tries = _TRIES[0 if first is None else 1]
        best = _best(graph, task, first, tries, seed=seed, until=until, fixed=fixed)
        found.append(best[0])
        moved |= best[0] != old[level]
        ahead = best[1] if len(best) > 1 else None
    return found


def _best(
    graph: UnitGraph,
    task: Mended,
    first: Sequence[Integers] | None,
    tries: int,
    *,
    seed: int,
    until: float,
    fixed: Flags | None,
) -> list[Integers]:
    """Try a level several times; the first try begins with what the level above ended with."""

    def tried(attempt: int) -> list[Integers] | None:
        if attempt and time.monotonic() > until:
            return None
        return mended_together(
            graph,
            task.old,
            task.aims,
            task.held,
            weights=task.weights,
            prices=_RISING,
            seed=seed + 100 * attempt,
            until=until,
            begin=None if attempt else first,
            fixed=fixed,
        )

    with ThreadPoolExecutor((os.cpu_count() or 1) if COMPILED else 1) as pool:
        best, *others = pool.map(tried, range(tries))
    if best is None:
        raise ValueError("a level without any try")
    for other in others:
        if other is not None:
            best = task.merged(best, other)
    return best


def _begun(graph: UnitGraph, ahead: Integers, task: Mended) -> list[Integers]:
    """Return what a level was mended to with the one above it, and today's next level inside."""
    if len(task.old) == 1:
        return [ahead]
    today = numbered(task.old[1])
    names = np.unique(task.old[1])
    inside = put_inside(graph, numbered(ahead), today, 2)
    free = int(max(names.max(), len(graph))) + 1
    known = np.concatenate([names, free + np.arange(len(graph))])
    return [ahead, known[inside]]
