"""How many households each grid has, and which grids the size rules judge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from boundaries.rules.belonging import (
    assigned,
    base_grids,
    building_points,
    cells_of,
    grids_at,
)
from boundaries.rules.case import Case

SIZE_EXEMPTIONS = frozenset(
    {"island", "natural_village", "new_estate", "special_purpose", "rest_of_building"}
)


def households(case: Case) -> npt.NDArray[np.float64]:
    """Return the households of every grid, NaN where nobody knows.

    The plan's own count holds; where it gives none, a grid of the finest level is counted by its
    buildings and a coarser one by its children.
    """
    grids = case.grids
    counts = grids["households"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.isnan(counts).any():
        return counts
    for level in reversed(case.levels):
        unknown = np.flatnonzero((grids["level"] == level).to_numpy() & np.isnan(counts))
        if not len(unknown):
            continue
        if level == case.levels[-1]:
            counts[unknown] = _by_buildings(case)[unknown]
        else:
            of_children = pd.Series(counts).groupby(grids["parent"]).sum(min_count=1)
            counts[unknown] = grids["code"].iloc[unknown].map(of_children).to_numpy()
    return counts


def _by_buildings(case: Case) -> npt.NDArray[np.float64]:
    """Return the households of the finest grids' buildings, by table or else by place."""
    counts = np.full(len(case.grids), np.nan)
    if not case.town.buildings["households"].notna().any():
        return counts
    of_building = building_households(case)
    table = case.once(assigned)
    if len(table):
        of_row = assignment_households(case)
        known = (table["grid_at"] >= 0).to_numpy() & ~np.isnan(of_row)
        at, weight = table["grid_at"].to_numpy()[known], of_row[known]
    else:
        building, at = grids_at(case, case.levels[-1], case.once(building_points))
        building, first = np.unique(building, return_index=True)
        at, weight = at[first], np.nan_to_num(of_building[building])
    finest = (case.grids["level"] == case.levels[-1]).to_numpy()
    counts[finest] = np.bincount(at, weights=weight, minlength=len(counts))[finest]
    return counts


def building_households(case: Case) -> npt.NDArray[np.float64]:
    """Return the households of every building, NaN where nobody knows."""
    known: npt.NDArray[np.float64] = case.town.buildings["households"].to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return known


def assignment_households(case: Case) -> npt.NDArray[np.float64]:
    """Return the households of every assignment.

    Where the table gives none, a whole building has its own, and a slice its share of the
    building's stairs × floors.
    """
    table = case.once(assigned)
    counts = table["households"].to_numpy(dtype=np.float64, na_value=np.nan)
    of_building = building_households(case)
    stairs, floors = (
        case.town.buildings[name].fillna(1).to_numpy(dtype=np.int64)
        for name in ("stairs", "floors")
    )
    for row in np.flatnonzero(np.isnan(counts)):
        at = int(table["building_at"].iloc[row])
        if at < 0:
            continue
        whole = (int(stairs[at]), int(floors[at]))
        runs = (table["stairs"].iloc[row], table["floors"].iloc[row])
        counts[row] = of_building[at] * cells_of(*runs, whole) / (whole[0] * whole[1])
    return counts


def within_the_numbers(case: Case) -> npt.NDArray[np.bool_]:
    """Return which grids the numbers of a scheme count: all but overlays and those with a reason.

    Exclusive special-purpose grids are among a level's grids, though S01 does not judge them.
    """
    reasoned = case.grids["reason"].isin(SIZE_EXEMPTIONS).to_numpy(dtype=bool)
    return case.once(base_grids) & ~reasoned


def judged(case: Case) -> npt.NDArray[np.bool_]:
    """Return which grids the size rules judge: general ones without a reason to differ."""
    grids = case.grids
    exempt = grids["reason"].isin(SIZE_EXEMPTIONS) | (grids["kind"] == "special")
    return ~exempt.to_numpy(dtype=bool)
