"""How much work a drawing may take, and when its time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph, net_of
from boundaries.draft.improve import improve
from boundaries.draft.measure import numbered
from boundaries.draft.partition import Aim
from boundaries.draft.regions import in_pieces
from boundaries.draft.trees import Net

_TIME_SHARES = (0.3, 0.8, 1.0)
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
        return time.monotonic() > self._end_of(index)

    def _end_of(self, index: int) -> float:
        share = _TIME_SHARES[min(index, len(_TIME_SHARES) - 1)]
        return self.begun + share * (self.until - self.begun)

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
        """Polish one level slice by slice, cooling down, until its time is up.

        Where there is little time it cools faster, so that it ends cool in any case.
        """
        rounds = self.of_level(index) * len(graph) // self.slices
        start = time.monotonic()
        given = max(self._end_of(index) - start, 1e-9)
        for number in range(self.slices):
            if self.is_over(index):
                break
            done = max(number / self.slices, (time.monotonic() - start) / given)
            label = improve(
                graph,
                region,
                label,
                aim,
                seed=seed + 7919 * number,
                rounds=rounds,
                heat=_HEAT * max(1 - done, 0.0),
                cool=_HEAT * max(1 - done - 1 / self.slices, 0.0),
                net=net,
            )
        return label

    def improved_in_pieces(
        self,
        index: int,
        graph: UnitGraph,
        region: Integers,
        label: Integers,
        aim: Aim,
        *,
        seed: int,
    ) -> Integers:
        """Polish one level of a large graph, pieces of whole regions at a time."""

        def work(part: UnitGraph, regions: Integers, units: Integers, piece: int) -> Integers:
            return numbered(
                self.improved(
                    index,
                    part,
                    regions,
                    numbered(label[units]),
                    aim,
                    seed=seed + 104_729 * piece,
                    net=net_of(part),
                )
            )

        return in_pieces(graph, region, work)


POLISH = Effort((300, 180, 40), slices=12)
"""Some ten times the draft's work."""
