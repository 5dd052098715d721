"""Units that could each be in a grid of the band, but not all at once: a proof by trying all."""

from __future__ import annotations

from boundaries.draft.compiled import Integers
from boundaries.draft.feasibility import connected_sets, neighbours_of
from boundaries.draft.graph import UnitGraph

_MOST_SETS = 1_500
_MOST_NEEDY = 9
_MOST_STEPS = 60_000

_Sets = list[frozenset[int]]


class Crowding:
    """Looks for proofs around single units of one graph and one band.

    Parameters
    ----------
    graph
        Units.
    low, high
        The band.
    households
        Of every unit, where not the graph's own.
    """

    def __init__(
        self, graph: UnitGraph, low: int, high: int, *, households: Integers | None = None
    ) -> None:
        weights = graph.households if households is None else households
        self._held: list[int] = weights.tolist()
        self._neighbours = neighbours_of(graph)
        self._low, self._high = low, high
        self._sets: dict[int, _Sets | None] = {}

    def is_proved(self, unit: int) -> bool:
        """Whether the unit and some small ones near it cannot all be in the band at once.

        Each of them needs a connected set of low … high households; the sets must not share a
        unit. Small units that rival for the same larger ones are added one after the other.
        """
        if not 0 < self._held[unit] < self._low:
            return False
        needy = [unit]
        while len(needy) <= _MOST_NEEDY:
            sets = [self._of(each) for each in needy]
            if any(each is None for each in sets):
                return False
            known = [each for each in sets if each is not None]
            if not self._fits(needy, known):
                return True
            rival = self._rival(needy, known)
            if rival is None:
                return False
            needy.append(rival)
        return False

    def _of(self, unit: int) -> _Sets | None:
        """Return all sets of the band with a unit, empty units left out; None if too many."""
        if unit not in self._sets:
            found: set[frozenset[int]] = set()
            for steps, (members, held) in enumerate(
                connected_sets(unit, self._neighbours, self._held, self._high)
            ):
                if steps > _MOST_SETS:
                    self._sets[unit] = None
                    return None
                if held >= self._low:
                    found.add(frozenset(each for each in members if self._held[each]))
            self._sets[unit] = sorted(found, key=lambda members: (len(members), sorted(members)))
        return self._sets[unit]

    def _rival(self, needy: list[int], sets: list[_Sets]) -> int | None:
        """Return the small unit with the fewest sets among those near the needy ones."""
        partners = {member for each in sets for members in each for member in members}
        near = partners | {other for one in partners for other in self._neighbours[one]}
        best: tuple[int, int] | None = None
        for unit in sorted(near - set(needy)):
            if 0 < self._held[unit] < self._low:
                own = self._of(unit)
                if own is not None and (best is None or (len(own), unit) < best):
                    best = len(own), unit
        return None if best is None else best[1]

    def _fits(self, needy: list[int], sets: list[_Sets]) -> bool:
        """Whether disjoint sets hold all needy units; True too where the search was given up."""
        self._steps = 0
        order = sorted(range(len(needy)), key=lambda at: len(sets[at]))
        return self._placed([(needy[at], sets[at]) for at in order], frozenset())

    def _placed(self, waiting: list[tuple[int, _Sets]], used: frozenset[int]) -> bool:
        waiting = [each for each in waiting if each[0] not in used]
        if not waiting:
            return True
        unit, choices = waiting[0]
        del unit
        for members in choices:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return True
            if used.isdisjoint(members) and self._placed(waiting[1:], used | members):
                return True
        return False
