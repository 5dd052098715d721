"""How many stairs and floors a building is divided by, and who lives in each."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.draft.compiled import Integers
from boundaries.scheme import Scheme

DWELLINGS_A_LANDING = 2
_MOST_STAIRS = 12


def with_stairs(buildings: gpd.GeoDataFrame, scheme: Scheme) -> gpd.GeoDataFrame:
    """Return buildings whose stairs and floors are known wherever they must be divided.

    A building with more households than the finest grid holds is divided by stair, then by
    floor. Where its floors are unknown they are the scheme's; where its stairs are, there is one
    for every two dwellings a floor. Such a building is flagged ``estimated``.
    """
    households = households_of(buildings)
    large = households > scheme.finest.high
    floors, stairs = buildings["floors"].copy(), buildings["stairs"].copy()
    guessed = large & (floors.isna() | stairs.isna()).to_numpy()
    floors[large & floors.isna().to_numpy()] = scheme.estimate.floors_if_unknown
    known = floors.fillna(1).to_numpy(dtype=np.float64)
    usual = np.rint(households / (DWELLINGS_A_LANDING * known))
    counted = pd.array(np.clip(usual, 1, _MOST_STAIRS).astype(np.int64), dtype="Int64")
    unknown = large & stairs.isna().to_numpy()
    stairs[unknown] = counted[unknown]
    return buildings.assign(
        floors=floors, stairs=stairs, estimated=buildings["estimated"].to_numpy(bool) | guessed
    )


def households_of(buildings: gpd.GeoDataFrame) -> Integers:
    """Return the households of buildings; 0 where they are not known."""
    return buildings["households"].fillna(0).to_numpy(dtype=np.int64)


def shares(total: int, count: int) -> list[int]:
    """Share a number out as evenly as whole numbers can be, in order."""
    return [total * (at + 1) // count - total * at // count for at in range(count)]


def floor_runs(households: int, floors: int, low: int, high: int) -> list[tuple[int, int, int]]:
    """Divide a stair into runs of whole floors with low … high households each.

    Returns
    -------
    list of (int, int, int)
        First floor, last floor and households of every run, from the ground up. As few runs as
        can be in the band; where none can, as many as hold no more than high, a floor at least.
    """
    below = np.concatenate([[0], np.cumsum(shares(households, floors))])
    best: list[tuple[int, int, int]] = []
    for count in range(max(-(-households // max(high, 1)), 1), floors + 1):
        even = households * np.arange(1, count) / count
        inner = [int(np.argmin(np.abs(below - part))) for part in even]
        ends = [0, *inner, floors]
        if any(first >= last for first, last in pairwise(ends)):
            continue
        runs = [
            (first + 1, last, int(below[last] - below[first])) for first, last in pairwise(ends)
        ]
        best = best or runs
        if all(low <= run[2] <= high for run in runs):
            return runs
    return best or [(1, floors, households)]
