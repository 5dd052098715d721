"""One level of mending: today's parts, put inside their parents, then the fewest moves."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from boundaries.draft.chunks import move_chunks
from boundaries.draft.compiled import Integers, given, taken
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.measure import numbered, off_band, totals
from boundaries.draft.partition import Aim, random_of
from boundaries.draft.renew import renew
from boundaries.draft.shift import shift_parts


def worth(households: Integers, label: Integers, was: Integers, aim: Aim) -> tuple[int, int]:
    """Return the households off the band and the households moved."""
    off = off_band(totals(households, numbered(label)), aim.low, aim.high)
    return int(off.sum()), int(households[label != was].sum())


@dataclass(frozen=True)
class Mending:
    """How hard to look for fewer moves.

    Attributes
    ----------
    recuts
        Recuts of pairs of parts, for every part.
    turns, rounds
        How often moves are taken back, and the steps to find others each time.
    starts
        How often all of it is done; the best counts.
    """

    recuts: int = 12
    turns: int = 1500
    rounds: int = 300
    starts: int = 2
    until: float = float("inf")

    def mended(
        self,
        graph: UnitGraph,
        region: Integers,
        was: Integers,
        at_home: np.ndarray | None,
        aim: Aim,
        *,
        seed: int,
    ) -> Integers:
        """Return the parts of one level, back in their band as far as moves inside regions can.

        Parameters
        ----------
        graph
            Units with the households to count.
        region
            Parent of every unit.
        was
            Part of every unit by today's plan, any numbers.
        at_home
            Units still with the parent they had; the others have moved in any case. None: all.
        aim
            Band and weights.
        seed
            Same seed, same parts.
        """
        names, today = np.unique(was, return_inverse=True)
        start = settled(graph, region, today)
        at_home = np.ones(len(graph), bool) if at_home is None else at_home
        origin = np.where(at_home, today, -1)
        net = net_of(graph)
        where, was_there, band = given(region), given(origin), aim.band()
        best, best_worth = start, worth(graph.households, start, origin, aim)
        for turn in range(self.starts):
            if best_worth == (0, int(graph.households[~at_home].sum())):
                break
            label, random = given(start), random_of(seed + turn)
            base = given(start)
            recuts = self.recuts * len(names)
            move_chunks(net, where, label, was_there, band, 20 * recuts, random)
            for _ in range(2):
                shift_parts(net, where, label, was_there, band, recuts, random)
                if time.monotonic() < self.until:
                    renew(net, where, label, base, was_there, band, self.turns, self.rounds, random)
            found = worth(graph.households, taken(label), origin, aim)
            if found < best_worth:
                best, best_worth = taken(label), found
        return _with_names(best, names, was, graph)


def _with_names(label: Integers, names: Integers, was: Integers, graph: UnitGraph) -> Integers:
    """Give parts their numbers of today's plan back; new ones get numbers above all of them."""
    largest = int(max(was.max(initial=0), len(graph)))
    new = np.arange(int(label.max(initial=-1)) + 1) - len(names) + largest + 1
    return np.concatenate([names, new[len(names) :]])[label]


def settled(graph: UnitGraph, region: Integers, today: Integers) -> Integers:
    """Return connected parts inside the regions, as near to today's as can be.

    Of a part that is now in several regions or pieces the largest keeps its number; the others
    join the part of their region that they share most border with, or stand alone.

    Parameters
    ----------
    graph
        Units.
    region
        Label that parts must not cross.
    today
        Part of every unit, below the number of units.
    """
    within = np.unique(np.column_stack([region, today]), axis=0, return_inverse=True)[1].ravel()
    piece = graph.components(within)
    count = int(piece.max()) + 1
    first = np.unique(piece, return_index=True)[1]
    size = np.bincount(piece, weights=graph.households + 1e-3)
    owner = today[first]
    order = np.lexsort((-size, owner))
    home = np.full(count, -1, np.int64)
    main = order[np.unique(owner[order], return_index=True)[1]]
    home[main] = main
    allowed = (region[graph.one] == region[graph.other]) & ~graph.walled
    allowed &= piece[graph.one] != piece[graph.other]
    one, other = piece[graph.one[allowed]], piece[graph.other[allowed]]
    length = graph.length[allowed].tolist()
    pairs = list(zip(one.tolist(), other.tolist(), length, strict=True))
    while (home < 0).any():
        shared: dict[tuple[int, int], int] = {}
        for first_piece, second_piece, meets in pairs:
            for here, there in ((first_piece, second_piece), (second_piece, first_piece)):
                if home[here] < 0 <= home[there]:
                    key = (here, int(home[there]))
                    shared[key] = shared.get(key, 0) + meets
        if not shared:
            break
        for (here, there), _ in sorted(shared.items(), key=lambda item: (item[1], item[0])):
            home[here] = there
    label = np.where(home >= 0, owner[np.maximum(home, 0)], -1)[piece]
    fresh = np.setdiff1d(np.arange(len(today)), np.concatenate([today, label]))
    for number, stranded in enumerate(np.flatnonzero(home < 0).tolist()):
        label[piece == stranded] = fresh[number]
    return np.asarray(label, np.int64)
