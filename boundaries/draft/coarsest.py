"""Draw the coarsest level: from whole blocks and estates, else from pieces of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.effort import Effort
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.improve import improve
from boundaries.draft.measure import measure, numbered, off_band, totals
from boundaries.draft.partition import Aim, divide
from boundaries.draft.trees import Net

_ATOM_SHARES = (1.0, 0.36, 0.1)
_MENDING_ROUNDS = 20


def coarsest(  # noqa: PLR0917
    graph: UnitGraph,
    net: Net,
    ground: Integers,
    aim: Aim,
    seed: int,
    effort: Effort,
    keep: Integers | None,
) -> Integers:
    """Draw level 1 from whole blocks and estates, and from smaller pieces; the better one counts.

    Where neither fits, single units are moved.
    """
    best: tuple[int, float] | None = None
    found = ground
    for share in _ATOM_SHARES:
        label = _from_atoms(graph, ground, aim, seed, effort, keep, share)
        if _needlessly_off(graph, ground, label, aim):
            rounds = _MENDING_ROUNDS * len(graph)
            label = numbered(
                improve(graph, ground, label, aim, seed=seed, rounds=rounds, heat=0, net=net)
            )
        worth = worth_of(graph, [aim], [label], None)
        if best is None or worth < best:
            best, found = worth, label
        if not _needlessly_off(graph, ground, found, aim):
            break
    return found


def _needlessly_off(graph: UnitGraph, ground: Integers, label: Integers, aim: Aim) -> bool:
    """Whether a part is off its band on ground whose households some number of parts holds."""
    off = off_band(totals(graph.households, label), aim.low, aim.high) > 0
    around = totals(graph.households, ground)
    possible = -(-around // aim.high) <= around // aim.low
    return bool((off[label] & possible[ground]).any())


def _from_atoms(  # noqa: PLR0917
    graph: UnitGraph,
    ground: Integers,
    aim: Aim,
    seed: int,
    effort: Effort,
    keep: Integers | None,
    share: float,
) -> Integers:
    """Draw level 1 from groups of units."""
    atom = atoms(graph, aim, seed=seed, keep=keep, share=share)
    blocks = graph.grouped(atom)
    region = np.zeros(len(blocks), np.int64)
    region[atom] = ground
    within = blocks.components(region)
    if within.max() > ground.max():
        # groups that meet at a locked border and beside it do not count as neighbours
        region = within
    net = net_of(blocks)
    label, _ = divide(
        blocks, region, aim, seed=seed, tries=20, enough=4 if effort.is_over(0) else 10, net=net
    )
    label = effort.improved(0, blocks, region, label, aim, seed=seed, net=net)
    return numbered(label[atom])


def atoms(
    graph: UnitGraph, aim: Aim, *, seed: int, keep: Integers | None = None, share: float = 1.0
) -> Integers:
    """Group units into what level 1 is drawn from: estates that fit, else street blocks.

    A block with more than that share of the most households is cut into pieces first.
    """
    off_barrier = ~graph.walled & (2 * graph.barrier < graph.length)
    if keep is not None:
        kept = (keep[graph.one] == keep[graph.other]) & (keep[graph.one] >= 0)
        crossing = (keep[graph.one] != keep[graph.other]) & ~kept
        off_barrier &= ~crossing
        off_barrier |= kept & ~graph.walled
    within = replace(graph, walled=~off_barrier).components()
    households = totals(graph.households, within)
    cap = max(int(aim.high * share), 1)
    limit = np.full(len(households), cap)
    if keep is not None:
        limit[np.unique(within[keep >= 0])] = aim.high
    large = households > limit
    if not large.any():
        return within
    units = np.flatnonzero(large[within])
    pieces, _ = divide(
        graph.part(units),
        numbered(replace(graph, walled=~off_barrier).part(units).components(within[units])),
        Aim(max(cap // 3, 1), cap, cap + max(cap // 6, 1), aim.reach_cm),
        seed=seed,
        tries=8,
        enough=4,
    )
    atom = within.copy()
    atom[units] = len(households) + pieces
    return numbered(atom)


def worth_of(
    graph: UnitGraph,
    aims: Sequence[Aim],
    labels: Sequence[Integers],
    held: Sequence[Integers] | None,
) -> tuple[int, float]:
    """Households off their bands first, then shape; the less, the better."""
    counted = [graph.households] * len(aims) if held is None else held
    found = [
        measure(replace(graph, households=households), label, aim.low, aim.high)
        for households, label, aim in zip(counted, labels, aims, strict=True)
    ]
    shape = -sum(one.compactness + one.barrier_percent / 100 for one in found)
    return sum(one.off for one in found), shape
