"""Draw all levels, one inside the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from boundaries.draft.apart import led_on, mixed
from boundaries.draft.coarsest import coarsest, worth_of
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.effort import POLISH, Effort
from boundaries.draft.enclosed import enclosed, may_share
from boundaries.draft.feasibility import beyond_help
from boundaries.draft.graph import OPEN, UnitGraph, net_of
from boundaries.draft.improve import improve
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.nested import mended_parents
from boundaries.draft.partition import Aim, divide
from boundaries.draft.regions import PIECE_UNITS, in_pieces
from boundaries.draft.relief import Family, relieve
from boundaries.draft.settling import Mending
from boundaries.draft.trees import Net
from boundaries.scheme import Weights

_PRICES, _DEAREST = 9, 32
_MOST_RELIEVED = 12
_TURNS = 3
_TRIES, _ENOUGH = 60, 6
_MENDING_ROUNDS = 20
_DETOURS = 8
"""How often locked borders are led on before parts around their ends are just cut."""


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
    counted = list(held) if held is not None else [graph.households] * len(aims)
    if _has_locks(graph):
        return _drawn(graph, aims, seed, effort, keep, counted, targets)
    exact = enclosed(graph, aims[-1].low, aims[-1].high, households=counted[-1])

    def drawn_from(part: Integers | None) -> list[Integers]:
        if part is None:
            return _drawn(graph, aims, seed, effort, keep, counted, targets)
        first = np.unique(part, return_index=True)[1]
        found = _drawn(
            graph.grouped(part), aims, seed, effort, None if keep is None else keep[first],
            [totals(households, part) for households in counted], targets,
        )  # fmt: skip
        return [label[part] for label in found]

    labels = drawn_from(None if exact.is_trivial else exact.part)
    finest = replace(graph.at_level(len(aims)), households=counted[-1])
    if targets is None and len(graph) <= PIECE_UNITS and not effort.is_over(len(aims) - 1):
        off = off_band(totals(counted[-1], labels[-1]), aims[-1].low, aims[-1].high)
        if off.any():
            off[labels[-1][exact.impossible | beyond_help(finest, aims[-1].low, aims[-1].high)]] = 0
        if off.any():
            again = drawn_from(_from_below(finest, aims[-1], seed))
            return min(labels, again, key=lambda each: worth_of(graph, aims, each, counted))
    return labels


def _from_below(graph: UnitGraph, aim: Aim, seed: int) -> Integers:
    """Return groups of units that are parts of the finest level, drawn before all others.

    Where sizes are such that few divisions fit, the levels above must not cut these.
    """
    apart = replace(graph, walled=~may_share(graph, graph.households, aim.high))
    ground, net = apart.components(), net_of(apart)
    label, _ = divide(apart, ground, aim, seed=seed, tries=_TRIES, enough=_ENOUGH, net=net)
    rounds = _MENDING_ROUNDS * len(graph)
    label = numbered(
        improve(apart, ground, numbered(label), aim, seed=seed, rounds=rounds, heat=0, net=net)
    )
    fits = off_band(totals(graph.households, label), aim.low, aim.high) == 0
    return numbered(np.where(fits[label], label, len(graph) + np.arange(len(graph))))


def _drawn(  # noqa: PLR0917
    graph: UnitGraph,
    aims: Sequence[Aim],
    seed: int,
    effort: Effort,
    keep: Integers | None,
    counted: Sequence[Integers],
    targets: Sequence[int | None] | None,
) -> list[Integers]:
    """Draw every level from units that the finest level may part."""
    graphs: list[UnitGraph] = []
    drawn: list[Integers] = []
    for index, households in enumerate(counted):
        walled = graphs[-1].walled if graphs else graph.walled
        level_graph = replace(graph.at_level(index + 1), households=households)
        graphs.append(replace(level_graph, walled=level_graph.walled | walled))
        for turn in range(_DETOURS + 1):
            level = partial(
                _level, graphs, drawn, index, seed=seed, effort=effort, keep=keep, held=counted
            )
            target = targets[index] if targets is not None else None
            above, label = level(aims) if target is None else _aimed(level, aims, index, target)
            cut = led_on(graphs[index], label, index + 1)
            if cut is None:
                break
            graphs[index] = replace(graphs[index], walled=graphs[index].walled | cut)
            if turn == _DETOURS:
                label = graphs[index].components(label)
        drawn = [*above, label]
        effort.told((index + 1) / len(aims))
    return [numbered(label) for label in drawn]


def _level(
    graphs: Sequence[UnitGraph],
    drawn: list[Integers],
    index: int,
    aims: Sequence[Aim],
    *,
    seed: int,
    effort: Effort,
    keep: Integers | None,
    held: Sequence[Integers],
) -> tuple[list[Integers], Integers]:
    """Return one level and those above it, some of whose parts may have been recut."""
    if index == 0:
        graph = graphs[0]
        ground = graph.components()
        return [], coarsest(graph, net_of(graph), ground, aims[0], seed, effort, keep)
    above = list(drawn)
    return above, _inside(graphs, above, aims, index, seed, effort, held)


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
    dear, cheap = _DEAREST * aim.reach_cm, -_DEAREST * aim.reach_cm
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


def _inside(  # noqa: PLR0917
    graphs: Sequence[UnitGraph],
    drawn: list[Integers],
    aims: Sequence[Aim],
    index: int,
    seed: int,
    effort: Effort,
    held: Sequence[Integers],
) -> Integers:
    """Draw a finer level; parents that cannot be divided are recut with their neighbours."""
    aim, graph = aims[index], graphs[index]
    net = net_of(graph)
    label = _divided(graph, net, _regions(graph, drawn[index - 1]), aim, seed + index)
    if off_band(totals(graph.households, label), aim.low, aim.high).any():
        hopeless = beyond_help(graph, aim.low, aim.high)
        for turn in range(_TURNS):
            before = list(drawn), label
            label = mended_parents(
                graph,
                drawn,
                label,
                aims[: index + 1],
                held,
                seed=seed + 31 * turn,
                until=effort.until,
                hopeless=hopeless,
                parents_graph=graphs[index - 1] if _has_locks(graph) else None,
            )
            label = _relieved(graph, drawn, label, aims, held, index, seed + turn, hopeless)
            if any(len(mixed(graph, each, at)) for at, each in enumerate(drawn, start=1)):
                drawn[:], label = before
                break
            off = off_band(totals(graph.households, label), aim.low, aim.high)
            off[label[hopeless]] = 0
            if not 0 < np.count_nonzero(off) <= _MOST_RELIEVED or effort.is_over(index):
                break
    region = numbered(_regions(graph, drawn[index - 1]))
    if len(graph) > PIECE_UNITS:
        return effort.improved_in_pieces(index, graph, region, label, aim, seed=seed + index)
    label = effort.improved(index, graph, region, label, aim, seed=seed + index, net=net)
    return numbered(label)


def _regions(graph: UnitGraph, parent: Integers) -> Integers:
    """Return the ground that children must not leave: a parent, or its pieces between locks."""
    return graph.components(parent) if _has_locks(graph) else parent


def _has_locks(graph: UnitGraph) -> bool:
    return bool((graph.locked < OPEN).any())


def _divided(graph: UnitGraph, net: Net, parent: Integers, aim: Aim, seed: int) -> Integers:
    """Divide every parent; of a large graph pieces of whole parents at a time."""

    def work(part: UnitGraph, regions: Integers, _units: Integers, piece: int) -> Integers:
        return divide(
            part, regions, aim, seed=seed + 104_729 * piece, tries=_TRIES, enough=_ENOUGH
        )[0]

    if len(graph) > PIECE_UNITS:
        return in_pieces(graph, numbered(parent), work)
    return divide(graph, parent, aim, seed=seed, tries=_TRIES, enough=_ENOUGH, net=net)[0]


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
    return min(drawn, again, key=lambda labels: worth_of(graph, aims, labels, held))


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
