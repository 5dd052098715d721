"""Ground that holds more households than a grid: several grids on it, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.dwellings import floor_runs
from boundaries.draft.measure import off_band
from boundaries.scheme import Scheme


@dataclass(frozen=True)
class Share:
    """What one grid gets of a tenant: some floors, or all of it.

    Attributes
    ----------
    tenant
        Its number.
    first, last
        Floors; 0 where they are not divided.
    households
        There.
    at
        Number of its grid among those on the same ground, by level number, for levels that
        have several.
    """

    tenant: int
    first: int
    last: int
    households: int
    at: dict[int, int]


def weights_at(households: Integers, high: int) -> Integers:
    """Return households of units for one level's drawing; a stack fills one grid to the brim."""
    return np.minimum(households, high)


def shared_out(tenants: Sequence[tuple[int, int, int]], scheme: Scheme, levels: int) -> list[Share]:
    """Share a unit's tenants out to grids on its ground, level inside level.

    Parameters
    ----------
    tenants
        Number, households and floors of every tenant. Who has more households than the finest
        grid holds is divided by whole floors.
    scheme
        Bands.
    levels
        How many levels are drawn.

    Returns
    -------
    list of Share
        In the order of the tenants, each from the ground up.
    """
    finest = scheme.level(levels)
    pieces: list[tuple[int, int, int, int]] = []
    for number, households, floors in tenants:
        runs = [(0, 0, households)]
        if households > finest.high:
            runs = floor_runs(households, max(floors, 1), finest.low, finest.high)
        pieces += [(number, *run) if len(runs) > 1 else (number, 0, 0, households) for run in runs]
    held = [households for *_, households in pieces]
    at: list[dict[int, int]] = [{} for _ in pieces]
    group = list(range(len(pieces)))
    for number in range(levels, 0, -1):
        level = scheme.level(number)
        if sum(held) <= level.high:
            break
        above = _grouped(held, level.low, level.high)
        group = [above[mine] for mine in group]
        for where, mine in zip(at, group, strict=True):
            where[number] = mine
        held = [sum(h for h, other in zip(held, above, strict=True) if other == mine)
                for mine in range(max(above) + 1)]  # fmt: skip
    return [Share(*piece, where) for piece, where in zip(pieces, at, strict=True)]


def _grouped(held: Sequence[int], low: int, high: int) -> list[int]:
    """Group neighbours in a row so that the least is off the band; as few groups as can be."""
    below = np.concatenate([[0], np.cumsum(held)])
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(held) + 1):
        off = off_band(below[end] - below[:end], low, high).tolist()
        best.append(
            min((best[start][0] + off[start], best[start][1] + 1, start) for start in range(end))
        )
    group, end = [0] * len(held), len(held)
    while end:
        _, count, start = best[end]
        group[start:end] = [count - 1] * (end - start)
        end = start
    return group
