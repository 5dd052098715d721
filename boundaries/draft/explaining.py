"""Why a grid of a draft is off its band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from boundaries.draft.beforehand import needs_two
from boundaries.draft.certificate import Certificate, Reason
from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.keeping import is_constrained
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Units
from boundaries.scheme import Level
from boundaries.town import Town
from messages import Message

if TYPE_CHECKING:
    from boundaries.draft.grids import GridMaker, Parts


_KEYS = {
    "ground": "ground_too_small",
    "hopeless": "hopeless",
    "crowded": "crowded",
    "needs two": "needs_two_grids",
    "not proved": "not_found",
}


@dataclass(frozen=True)
class Explanation:
    """Why a grid is off its band.

    Attributes
    ----------
    code
        Of the grid.
    level
        Its level.
    households
        That it has.
    message
        The reason.
    """

    code: str
    level: int
    households: int
    message: Message

    @property
    def is_for_locks(self) -> bool:
        """Whether it is so only for what is locked or kept together."""
        return self.message.key == "draft.because_locked"

    @property
    def kind(self) -> str:
        """The reason as one word."""
        reason = self.message.values["reason"] if self.is_for_locks else self.message
        return str(getattr(reason, "key", "")).rpartition(".")[2]


def explanations(
    town: Town, units: Units, parts: Parts, maker: GridMaker, group: Integers
) -> tuple[Explanation, ...]:
    """Return why each general grid off its band is off.

    What is locked, and what must stay together, is looked at where nothing else explains it;
    `group` has a number for every general unit, the same for those that stay together.
    """
    found = []
    general = np.flatnonzero(parts.special[-1] == NONE)
    place = np.full(len(units.graph), NONE, np.int64)
    place[general] = np.arange(len(general))
    graph = units.graph.part(general)
    proofs = Proofs(graph, group)
    for at, grid in enumerate(maker.grids):
        level = town.scheme.level(grid.level)
        if level.low <= grid.households <= level.high or maker.is_special(grid):
            continue
        inside = np.flatnonzero(parts.labels[grid.level - 1] == grid.part)
        reason, by_lock = proofs.reason(level, place[inside])
        key = _KEYS[reason.kind]
        if key == "not_found" and _is_undividable(units, maker, set(inside.tolist()), level.high):
            key = "undividable"
        message = Message(
            f"draft.{key}",
            {
                "grid": maker.codes[at][1],
                "households": grid.households,
                "around": reason.around,
                "searched": reason.searched,
                "low": level.low,
                "high": level.high,
            },
        )
        if by_lock:
            message = Message("draft.because_locked", {"reason": message})
        found.append(Explanation(maker.codes[at][0], grid.level, grid.households, message))
    return tuple(found)


class Proofs:
    """Why parts are off their bands, without what is locked and, where need be, with it.

    Parameters
    ----------
    graph
        Units that are drawn.
    group
        Number of every unit; the same for those that stay together.
    """

    def __init__(self, graph: UnitGraph, group: Integers) -> None:
        self._graph, self._group = graph, group
        self._is_constrained = is_constrained(graph, group)
        self._known: dict[tuple[int, bool], Certificate] = {}

    def reason(self, level: Level, units: Integers) -> tuple[Reason, bool]:
        """Return why the part of some units is off, and whether that is for what is locked."""
        free = self._certificate(level, locked=False).reason(units)
        if free.kind != "not proved" or not self._is_constrained:
            return free, False
        bound = self._certificate(level, locked=True).reason(np.unique(self._group[units]))
        if bound.kind == "not proved" and needs_two(self._graph, level)[units].any():
            return Reason("needs two", 0, bound.around), True
        return (free, False) if bound.kind == "not proved" else (bound, True)

    def _certificate(self, level: Level, *, locked: bool) -> Certificate:
        key = (level.level, locked)
        if key not in self._known:
            graph = self._graph
            if locked:
                graph = graph.at_level(level.level).grouped(self._group)
            held = weights_at(graph.households, level.high)
            self._known[key] = Certificate(graph, level.low, level.high, counted=held)
        return self._known[key]


def _is_undividable(units: Units, maker: GridMaker, inside: set[int], high: int) -> bool:
    """Whether one stair or building there has more than a grid holds, and no floors to share."""
    return any(
        tenant.unit in inside and tenant.households > high
        for number, tenant in enumerate(units.tenants)
        if number not in maker.slices
        or any(share.households > high for share, _ in maker.slices[number])
    )
