"""Why a grid is off its band: proofs where there are, what was tried where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.crowding import Crowding
from boundaries.draft.enclosed import enclosed
from boundaries.draft.feasibility import Hope, count_of, hope_of
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered, off_band, totals


@dataclass(frozen=True)
class Reason:
    """What is known of a part off its band.

    Attributes
    ----------
    kind
        ``"ground"``: no number of parts in the band holds the households of the connected ground
        it lies in. ``"hopeless"``: it has a unit that no connected set of the band contains.
        ``"crowded"``: it has one of some small units that cannot all be in such sets at once.
        ``"not proved"``: none of these.
    searched
        Connected sets that were looked at without a proof; 0 where there is one.
    around
        Households of the connected ground.
    """

    kind: str
    searched: int
    around: int

    def __str__(self) -> str:
        """Return the kind, and how much was searched where nothing is proved."""
        return f"{self.kind}, searched {self.searched} sets" if self.searched else self.kind


class Certificate:
    """What can be proved of units of one graph and one band.

    Parameters
    ----------
    graph
        Units.
    low, high
        The band.
    counted
        Households of every unit that its grid must hold, where not all of them.
    """

    def __init__(
        self, graph: UnitGraph, low: int, high: int, *, counted: Integers | None = None
    ) -> None:
        self._low, self._high = low, high
        self._held = graph.households if counted is None else counted
        self._graph = graph
        self._ground = graph.components()
        self._around = totals(graph.households, self._ground)
        self.hope: Hope = hope_of(graph, low, high, households=self._held)
        self._hopeless = set(self.hope.hopeless.tolist())
        self._crowding: Crowding | None = None
        self._enclosed: Flags | None = None

    def reason(self, units: Integers) -> Reason:
        """Return why the part that some units make is off the band."""
        around = int(self._around[self._ground[units[0]]])
        if not count_of(1, around, self._low, self._high).possible:
            return Reason("ground", 0, around)
        if self._hopeless.intersection(units.tolist()):
            return Reason("hopeless", 0, around)
        if self._enclosed is None:
            self._enclosed = enclosed(
                self._graph, self._low, self._high, households=self._held
            ).impossible
        if self._enclosed[units].any():
            return Reason("crowded", 0, around)
        if self._crowding is None:
            self._crowding = Crowding(self._graph, self._low, self._high, households=self._held)
        tried = self._crowding.tried
        if any(self._crowding.is_proved(unit) for unit in units.tolist()):
            return Reason("crowded", 0, around)
        searched = self._crowding.tried - tried
        searched += sum(self.hope.searched.get(unit, 0) for unit in units.tolist())
        return Reason("not proved", max(searched, 1), around)


def explained(graph: UnitGraph, label: Integers, low: int, high: int) -> dict[int, Reason]:
    """Return, for every part off its band, what is known of it."""
    label = numbered(label)
    off = off_band(totals(graph.households, label), low, high)
    if not off.any():
        return {}
    certificate = Certificate(graph, low, high)
    return {
        part: certificate.reason(np.flatnonzero(label == part))
        for part in np.flatnonzero(off).tolist()
    }
