"""Units that could each be in a grid of the band, but not all at once: a proof."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from boundaries.draft.compiled import Integers
from boundaries.draft.feasibility import Neighbours, connected_sets
from boundaries.draft.graph import UnitGraph

_MOST_SETS = 1_500
_MOST_COLUMNS = 12_000
_MOST_NEEDY = 48
_MOST_EFFORT, _ALL_EFFORT = 30_000, 800_000
_LIMIT_S = 5.0
_INFEASIBLE = 2

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
        self._neighbours = Neighbours(graph)
        self._low, self._high = low, high
        self._sets: dict[int, _Sets | None] = {}
        self._effort = 0
        self.tried = 0
        """How many sets were looked at in all."""

    def is_proved(self, unit: int) -> bool:
        """Whether the unit and some small ones near it cannot all be in the band at once.

        Each of them needs a connected set of low … high households; the sets must not share a
        unit. Small units that rival for the same larger ones are added, the neediest first, and
        an exact programme (HiGHS) says whether all of them can have one.
        """
        if not 0 < self._held[unit] < self._low or not self._of(unit):
            return False
        needy, checked = [unit], 0
        while len(needy) <= _MOST_NEEDY:
            rival = self._rival(needy)
            if rival is None or len(needy) in (2, 3, 4, 6, 9, 14, 22, 34, _MOST_NEEDY):
                if len(needy) > checked and not self._fits(needy):
                    return True
                checked = len(needy)
            if rival is None:
                return False
            needy.append(rival)
        return False

    def _of(self, unit: int) -> _Sets | None:
        """Return all sets of the band with a unit, empty units left out; None if too many."""
        if unit not in self._sets:
            found: set[frozenset[int]] = set()
            self._sets[unit] = None
            limit = min(self._effort + _MOST_EFFORT, _ALL_EFFORT)
            for steps, (members, held) in enumerate(
                connected_sets(unit, self._neighbours, self._held, self._high)
            ):
                self._effort += len(members)
                if steps > _MOST_SETS or self._effort > limit:
                    return None
                self.tried += 1
                if held >= self._low:
                    found.add(frozenset(each for each in members if self._held[each]))
            self._sets[unit] = sorted(found, key=lambda members: (len(members), sorted(members)))
        return self._sets[unit]

    def _rival(self, needy: list[int]) -> int | None:
        """Return the small unit with the fewest sets among those near the needy ones."""
        partners = {
            member for one in needy for members in self._of(one) or () for member in members
        }
        near = partners | {other for one in partners for other in self._neighbours[one]}
        best: tuple[int, int] | None = None
        for unit in sorted(near - set(needy)):
            if 0 < self._held[unit] < self._low:
                own = self._of(unit)
                if own and (best is None or (len(own), unit) < best):
                    best = len(own), unit
        return None if best is None else best[1]

    def _fits(self, needy: list[int]) -> bool:
        """Whether disjoint sets hold all needy units; True too where that was not decided."""
        columns = sorted(
            {tuple(sorted(members)) for one in needy for members in self._of(one) or ()}
        )
        if len(columns) > _MOST_COLUMNS:
            return True
        row_of: dict[int, int] = {unit: row for row, unit in enumerate(needy)}
        rows, places = [], []
        for place, members in enumerate(columns):
            for unit in members:
                rows.append(row_of.setdefault(unit, len(row_of)))
                places.append(place)
        matrix = coo_array((np.ones(len(rows)), (rows, places)), shape=(len(row_of), len(columns)))
        least = np.zeros(len(row_of))
        least[: len(needy)] = 1
        solved = milp(
            np.zeros(len(columns)),
            integrality=np.ones(len(columns)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix.tocsr(), lb=least, ub=1),
            options={"time_limit": _LIMIT_S},
        )
        return bool(solved.status != _INFEASIBLE)
