"""How good a division is: in band, connected, compact, along barriers."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph


@dataclass(frozen=True)
class Measure:
    """What one level of a division is like.

    Attributes
    ----------
    parts
        How many.
    ok_percent
        Parts in the band and in one piece, of all parts.
    households_ok_percent
        Households in such parts.
    off
        Households by which parts miss the band, summed.
    compactness
        Mean of Polsby and Popper's 4πA/P².
    barrier_percent
        Share of the border between parts that lies on barriers.
    """

    parts: int
    ok_percent: float
    households_ok_percent: float
    off: int
    compactness: float
    barrier_percent: float

    def as_dict(self) -> dict[str, float]:
        """Return the measure as plain values."""
        return asdict(self)


def numbered(label: Integers) -> Integers:
    """Return labels numbered 0 … without holes, in the order of the labels."""
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def totals(values: Integers, label: Integers) -> Integers:
    """Sum values by label, exactly."""
    total = np.zeros(int(label.max(initial=-1)) + 1, np.int64)
    np.add.at(total, label, values)
    return total


def off_band(households: Integers, low: int, high: int) -> Integers:
    """Return how many households each part is away from its band."""
    return np.maximum(low - households, 0) + np.maximum(households - high, 0)


def outlines(graph: UnitGraph, label: Integers) -> Integers:
    """Return the outline of every part, cm."""
    around = totals(graph.perimeter, label)
    inner = label[graph.one] == label[graph.other]
    np.subtract.at(around, label[graph.one[inner]], 2 * graph.length[inner])
    return around


def pieces(graph: UnitGraph, label: Integers) -> Integers:
    """Return in how many pieces each part is; walls keep units apart."""
    component = graph.components(label)
    first = np.unique(component, return_index=True)[1]
    return np.bincount(label[first], minlength=int(label.max(initial=-1)) + 1)


def measure(graph: UnitGraph, label: Integers, low: int, high: int) -> Measure:
    """Measure one level of a division against its band."""
    label = numbered(label)
    households = totals(graph.households, label)
    area, around = totals(graph.area, label), outlines(graph, label)
    ok = (off_band(households, low, high) == 0) & (pieces(graph, label) == 1)
    cut = label[graph.one] != label[graph.other]
    return Measure(
        parts=len(ok),
        ok_percent=100.0 * float(ok.mean()),
        households_ok_percent=100.0 * int(households[ok].sum()) / max(int(households.sum()), 1),
        off=int(off_band(households, low, high).sum()),
        compactness=float(np.mean(400 * np.pi * area / np.maximum(around, 1) ** 2)),
        barrier_percent=100.0
        * int(graph.barrier[cut].sum())
        / max(int(graph.length[cut].sum()), 1),
    )
