"""Draw all levels, one inside the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from boundaries.draft.compiled import Flags, Integers, given
from boundaries.draft.feasibility import beyond_help
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.improve import improve
from boundaries.draft.measure import measure, numbered, off_band, totals
from boundaries.draft.nested import mended_parents
from boundaries.draft.partition import Aim, divide
from boundaries.draft.relief import Family, relieve
from boundaries.draft.settling import Mending
from boundaries.draft.trees import Net
from boundaries.scheme import Weights

_ATOM_SHARES = (1.0, 0.36, 0.1)
_MENDING_ROUNDS = 20
_PRICES = 7
_MOST_RELIEVED = 12
_TIME_SHARES = (0.3, 0.8, 1.0)
_TRIES, _ENOUGH = 60, 6
_DRAFT_ROUNDS = (30, 5, 5)
_HEAT = 0.4


@dataclass(frozen=True)
class Effort:
    """How much work a drawing may take.

    Attributes
    ----------
    rounds
        Recuts for every unit (on level 1: every block), by level; the last holds for the rest.
    until
        `time.monotonic` moment after which only what is needed for a whole plan is done.
    begun
        Moment from which the levels share the time out.
    slices
        Into how many pieces a level's recuts are cut, so that the time can run out between.
    told
        Called with the share of the work that is done.
    """

    rounds: tuple[int, ...] = _DRAFT_ROUNDS
    until: float = float("inf")
    begun: float = 0.0
    slices: int = 1
    told: Callable[[float], None] = field(default=lambda _share: None)

    def of_level(self, index: int) -> int:
        """Return the recuts for every node of a level, counted from 0."""
        return self.rounds[min(index, len(self.rounds) - 1)]

    def is_over(self, index: int) -> bool:
        """Whether a level's time is up; the last levels have what those above leave."""
        share = _TIME_SHARES[min(index, len(_TIME_SHARES) - 1)]
        return time.monotonic() > self.begun + share * (self.until - self.begun)

    def improved(
        self,
        index: int,
        graph: UnitGraph,
        region: Integers,
        label: Integers,
        aim: Aim,
        *,
        seed: int,
        net: Net,
    ) -> Integers:
        """Polish one level slice by slice, cooling down, until its time is up."""
        rounds = self.of_level(index) * len(graph) // self.slices
        for number in range(self.slices):
            if self.is_over(index):
                break
            label = improve(
                graph,
                region,
                label,
                aim,
                seed=seed + 7919 * number,
                rounds=rounds,
                heat=_HEAT * (1 - number / self.slices),
                cool=_HEAT * (1 - (number + 1) / self.slices),
                net=net,
            )
        return label


POLISH = Effort((300, 180, 40), slices=12)
"""Some ten times the draft's work."""


def aims_of(
    graph: UnitGraph, bands: Sequence[tuple[int, int]], weights: Weights | None = None
) -> tuple[Aim, ...]:
    """Return what each level's parts should be; a border's weight follows the parts' usual size.

    Borders off barriers weigh against compactness as the weights say.
    """
    weights = weights or Weights()
    ratio = weights.borders / weights.compactness
    everyone = max(int(graph.households.sum()), 1)
    ground = int(graph.area.sum())
    aims = []
    for index, (low, high) in enumerate(bands):
        # parts between blocks and buildings in size gain most from a dear border
        share = 5.5 if 0 < index < len(bands) - 1 else 4.0
        side_cm = (100.0 * ground * (low + high) / 2 / everyone) ** 0.5
        aims.append(Aim(low, high, high + max(low // 2, 1), max(int(side_cm / (share * ratio)), 1)))
    return tuple(aims)


def draw(
    graph: UnitGraph,
    aims: Sequence[Aim],
    *,
    seed: int,
    effort: Effort | None = None,
    keep: Integers | None = None,
    held: Sequence[Integers] | None = None,
    targets: Sequence[int | None] | None = None,
) -> list[Integers]:
    """Draw every level inside the one above it.

    Parameters
    ----------
    graph
        Units; walls between them hold at every level.
    aims
        Coarsest level first.
    seed
        Same seed and effort, same drawing, unless the time runs out.
    effort
        How much polish.
    keep
        Group of every unit that level 1 should keep whole where it fits (an estate); -1: none.
    held
        Households of every unit to count on each level, where not the graph's own.
    targets
        How many parts each level should have in all; None: as many as fit best.

    Returns
    -------
    list of numpy.ndarray
        Part of every unit, one array a level, numbered from 0 without holes.
    """
    effort = effort or Effort()
    net = net_of(graph)
    ground = graph.components()
    drawn: list[Integers] = []
    for index in range(len(aims)):
        if held is not None:
            graph = replace(graph, households=held[index])
            net = net._replace(households=given(held[index]))
        level = partial(
            _level, graph, net, ground, drawn, index, seed=seed, effort=effort, keep=keep, held=held
        )
        target = targets[index] if targets is not None else None
        drawn, label = level(aims) if target is None else _aimed(level, aims, index, target)
        drawn.append(label)
        effort.told((index + 1) / len(aims))
    return [numbered(label) for label in drawn]


def _level(  # noqa: PLR0917
    graph: UnitGraph,
    net: Net,
    ground: Integers,
    drawn: list[Integers],
    index: int,
    aims: Sequence[Aim],
    *,
    seed: int,
    effort: Effort,
    keep: Integers | None,
    held: Sequence[Integers] | None,
) -> tuple[list[Integers], Integers]:
    """Return one level and those above it, some of whose parts may have been recut."""
    if index == 0:
        return [], _coarsest(graph, net, ground, aims[0], seed, effort, keep)
    above = list(drawn)
    return above, _inside(graph, net, above, aims, index, seed, effort, held)


def _aimed(
    level: Callable[[Sequence[Aim]], tuple[list[Integers], Integers]],
    aims: Sequence[Aim],
    index: int,
    target: int,
) -> tuple[list[Integers], Integers]:
    """Draw a level with a price on parts that brings their number near the target.

    What is off the band counts before the number does.
    """
    aim = aims[index]
    dear, cheap = 8 * aim.reach_cm, -8 * aim.reach_cm
    best: tuple[tuple[int, int], tuple[list[Integers], Integers]] | None = None
    for _ in range(_PRICES):
        price = (dear + cheap) // 2
        priced = [*aims[:index], replace(aim, per_part=price), *aims[index + 1 :]]
        found = level(priced)
        count = len(np.unique(found[1]))
        if best is None or abs(count - target) < best[0][0]:
            best = (abs(count - target), 0), found
        if count == target:
            break
        dear, cheap = (price, cheap) if count < target else (dear, price)
    if best is None:
        raise ValueError("no price was tried")
    return best[1]


def _coarsest(  # noqa: PLR0917
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
        worth = _worth(graph, [aim], [label], None)
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


def _inside(  # noqa: PLR0917
    graph: UnitGraph,
    net: Net,
    drawn: list[Integers],
    aims: Sequence[Aim],
    index: int,
    seed: int,
    effort: Effort,
    held: Sequence[Integers] | None,
) -> Integers:
    """Draw a finer level; parents that cannot be divided are recut with their neighbours."""
    aim, parent = aims[index], drawn[index - 1]
    label, off = divide(
        graph, parent, aim, seed=seed + index, tries=_TRIES, enough=_ENOUGH, net=net
    )
    if off.any():
        counted = [graph.households] * len(aims) if held is None else held
        hopeless = beyond_help(graph, aim.low, aim.high)
        label = mended_parents(
            graph,
            drawn,
            label,
            aims[: index + 1],
            counted,
            seed=seed,
            until=effort.until,
            hopeless=hopeless,
        )
        label = _relieved(graph, drawn, label, aims, counted, index, seed, hopeless)
    label = effort.improved(index, graph, drawn[index - 1], label, aim, seed=seed + index, net=net)
    return numbered(label)


def polished(
    graph: UnitGraph,
    aims: Sequence[Aim],
    drawn: list[Integers],
    *,
    seed: int,
    seconds: float = float("inf"),
    keep: Integers | None = None,
    held: Sequence[Integers] | None = None,
    told: Callable[[float], None] | None = None,
    targets: Sequence[int | None] | None = None,
) -> list[Integers]:
    """Draw again with more work; the result is never worse than the drawing given.

    Parameters
    ----------
    graph, aims, seed, keep, held, targets
        As for `draw`.
    drawn
        A drawing of all levels.
    seconds
        Where the time runs out, what was found so far is taken if it is better.
    told
        Called with the share of the work that is done.

    Returns
    -------
    list of numpy.ndarray
        The better of both.
    """
    now = time.monotonic()
    effort = replace(POLISH, begun=now, until=now + seconds)
    if told is not None:
        effort = replace(effort, told=told)
    again = draw(graph, aims, seed=seed, effort=effort, keep=keep, held=held, targets=targets)
    return min(drawn, again, key=lambda labels: _worth(graph, aims, labels, held))


def _worth(
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


def _relieved(  # noqa: PLR0917
    graph: UnitGraph,
    drawn: list[Integers],
    label: Integers,
    aims: Sequence[Aim],
    held: Sequence[Integers],
    index: int,
    seed: int,
    hopeless: Flags,
) -> Integers:
    """Help what is still off the band by moving a few units between two parents."""
    above = drawn[index - 2] if index > 1 else graph.components()
    family = Family(
        graph,
        above,
        drawn[index - 1].copy(),
        label.copy(),
        drawn[index - 1],
        label,
        (aims[index - 1], aims[index]),
        (held[index - 1], held[index]),
        (aims[index - 2], held[index - 2]) if index > 1 else None,
        hopeless,
    )
    if 0 < len(family.troubled()) <= _MOST_RELIEVED:
        relieve(family, Mending(recuts=40, turns=30, rounds=100, starts=1), seed=seed)
        drawn[index - 1] = numbered(family.parents)
        if index > 1:
            drawn[index - 2] = numbered(family.above)
    return numbered(family.children)
