"""Whole programmes and what their cost cannot be below, proved as far as the time allows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Terms = list[tuple[int, float]]
"""Columns and their factors."""


@dataclass
class Programme:
    """A whole programme while it is written down; no column is below 0."""

    cost: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)

    def column(self, cost: float, most: float, *, whole: bool = True) -> int:
        """Return the number of a new column."""
        self.cost.append(cost)
        self.most.append(most)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def row(self, terms: Terms, low: float = -np.inf, high: float = np.inf) -> None:
        """Keep a sum of columns between two values."""
        for place, value in terms:
            self.rows.append(len(self.lows))
            self.places.append(place)
            self.values.append(value)
        self.lows.append(low)
        self.highs.append(high)

    def least(self, until: float, limit_s: float = 1.0) -> float:
        """Return what the cost cannot be below, as far as it was proved in time.

        What it cannot be below in fractions comes first: that takes little time.
        """
        begun = time.monotonic()
        until = min(until, begun + limit_s)
        loose = self._solved(until, whole=False)
        return max(loose, self._solved(until, whole=True)) if any(self.whole) else loose

    def _solved(self, until: float, *, whole: bool) -> float:
        seconds = until - time.monotonic()
        if seconds <= 0:
            return 0.0
        matrix = coo_array(
            (self.values, (self.rows, self.places)), shape=(len(self.lows), len(self.cost))
        )
        solved = milp(
            np.array(self.cost),
            integrality=np.array(self.whole) * whole,
            bounds=Bounds(0, np.array(self.most)),
            constraints=LinearConstraint(matrix.tocsr(), lb=self.lows, ub=self.highs),
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )
        proved = solved.mip_dual_bound if whole else solved.fun if solved.success else None
        return 0.0 if proved is None or not np.isfinite(proved) else max(float(proved), 0.0)
