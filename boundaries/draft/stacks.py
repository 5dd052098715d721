"""Stairs that hold more households than a grid: runs of floors, one grid above the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.dwellings import floor_runs, shares
from boundaries.scheme import Scheme


@dataclass(frozen=True)
class Slice:
    """A run of floors of one unit and where it stands among the slices of its part.

    Attributes
    ----------
    first, last
        Floors.
    households
        In the run.
    at
        Number of its grid inside the part, by level number, for levels that are stacked.
    """

    first: int
    last: int
    households: int
    at: dict[int, int]


def weights_at(households: Integers, high: int) -> Integers:
    """Return households of units for one level's drawing; a stack fills one grid to the brim."""
    return np.minimum(households, high)


def slices_of(households: int, floors: int, scheme: Scheme, levels: int) -> list[Slice]:
    """Divide a stair by floors for every level whose band it exceeds, level inside level.

    Parameters
    ----------
    households
        Of the stair; more than the finest level drawn may hold.
    floors
        Of the building.
    scheme
        Bands.
    levels
        How many levels are drawn.
    """
    finest = scheme.level(levels)
    runs = floor_runs(households, max(floors, 1), finest.low, finest.high)
    at: list[dict[int, int]] = [{levels: number} for number in range(len(runs))]
    for level in range(levels - 1, 0, -1):
        high = scheme.level(level).high
        if households <= high:
            continue
        groups = min(-(-households // high), len(runs))
        ends = np.cumsum(shares(len(runs), groups)).tolist()
        for number in range(len(runs)):
            at[number][level] = sum(end <= number for end in ends)
    return [
        Slice(first, last, held, where) for (first, last, held), where in zip(runs, at, strict=True)
    ]
