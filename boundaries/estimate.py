"""Households where only buildings are known: estimated from footprint × floors, and flagged."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.scheme import Scheme
from boundaries.town import Town
from geo.datum import working_crs
from geo.layers import valid_areas


def estimate_households(town: Town) -> Town:
    """Return the town with a household count for every building that gives none.

    households = round(footprint m² × floors × net_share ÷ dwelling_m2), with the scheme's
    `boundaries.scheme.Estimate`; 0 where nobody lives or the footprint is too small to live in.
    What is filled in is flagged ``estimated``; counts that are given stay as they are.

    Parameters
    ----------
    town
        Its buildings need a footprint; floors that are not known are the scheme's.
    """
    buildings = town.buildings
    unknown = buildings["households"].isna()
    if not unknown.any():
        return town
    counts = estimated_households(buildings[unknown], town.scheme)
    households = buildings["households"].copy()
    households[unknown] = counts
    return town.with_layers(
        buildings=buildings.assign(
            households=households.astype("Int64"),
            estimated=(buildings["estimated"] | unknown).astype(bool),
        )
    )


def estimated_households(buildings: gpd.GeoDataFrame, scheme: Scheme) -> npt.NDArray[np.int64]:
    """Return the households that buildings of layer ``buildings`` probably hold; see above."""
    estimate = scheme.estimate
    footprint = buildings.geometry.to_crs(working_crs(buildings)).area.to_numpy(dtype=np.float64)
    floors = buildings["floors"].fillna(estimate.floors_if_unknown).to_numpy(dtype=np.float64)
    is_large = footprint >= estimate.minimum_footprint_m2
    lived_in = buildings["residential"].to_numpy(dtype=bool) & is_large
    dwellings = footprint * floors * estimate.net_share / estimate.dwelling_m2
    return np.where(lived_in, np.rint(dwellings), 0).astype(np.int64)


def count_households(town: Town, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return grids with households counted from the buildings, where a whole level has none.

    A building counts in the one grid of each level that its inner point lies in (the first in
    the layer's order on a shared border), and once more in one that lies on top of these
    (``overlay``). A level with at least one count is left as it is.
    """
    buildings = town.buildings[town.buildings["households"].notna()]
    if not len(buildings) or not len(grids):
        return grids
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    counts = buildings["households"].to_numpy(dtype=np.int64)
    guessed = buildings["estimated"].to_numpy(dtype=bool)
    households, estimated = grids["households"].copy(), grids["estimated"].to_numpy(copy=True)
    counted = set(grids["level"][grids["households"].notna()])
    for (number, _), level in grids.groupby(["level", grids["mode"] == "overlay"]):
        if number in counted:
            continue
        shapes = valid_areas(level.geometry.to_numpy())
        building, grid = shapely.STRtree(shapes).query(points, predicate="intersects")
        order = np.lexsort((grid, building))
        building, first = np.unique(building[order], return_index=True)
        grid = grid[order][first]
        total = np.bincount(grid, weights=counts[building], minlength=len(level))
        households[level.index] = pd.array(total.astype(np.int64), dtype="Int64")
        unsure = np.bincount(grid, weights=guessed[building], minlength=len(level)) > 0
        estimated[grids.index.get_indexer(level.index)] |= unsure
    return grids.assign(households=households.astype("Int64"), estimated=estimated)
