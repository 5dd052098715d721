"""Real nested units and real addresses: everything is located just as GEOS locates it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.placement import place_grids
from geo.datum import working_crs
from geo.layers import conform


@pytest.fixture(scope="module")
def units(shared_data) -> gpd.GeoDataFrame:
    """Return the statistical units of Magong as grids of three levels."""
    path = shared_data / "tw_penghu_magong" / "magong_nested.gpkg"
    parts = []
    for level, (layer, code, parent) in enumerate(
        (("code2", "CODE2", None), ("code1", "CODE1", "CODE2"), ("base", "CODEBASE", "CODE1")),
        start=1,
    ):
        frame = gpd.read_file(path, layer=layer)
        frame["code"] = frame[code]
        frame["parent"] = None if parent is None else frame[parent]
        frame["level"], frame["kind"] = level, "general"
        parts.append(frame[["code", "parent", "level", "kind", "geometry"]])
    grids = pd.concat(parts, ignore_index=True)
    grids["geometry"] = shapely.transform(grids.geometry.to_numpy(), lambda xy: np.round(xy, 7))
    return conform("grids", gpd.GeoDataFrame(grids, geometry="geometry", crs="EPSG:4490"))


def test_every_address_of_magong_is_located_as_geos_locates_it(units, shared_data):
    addresses = pd.read_csv(shared_data / "tw_penghu_magong" / "magong_addresses.csv")
    lon, lat = addresses["lon"].to_numpy(), addresses["lat"].to_numpy()
    placement = place_grids(units, working_crs(units))
    rows = placement.locate(lon, lat)
    assert len(rows) == 12_395
    assert (rows >= 0).all(axis=1).mean() >= 0.9997
    for column, level in enumerate((1, 2, 3)):
        of_level = np.flatnonzero(units["level"] == level)
        point, unit = shapely.STRtree(units.geometry.to_numpy()[of_level]).query(
            shapely.points(lon, lat), predicate="intersects"
        )
        expected = np.full(len(lon), -1)
        expected[point] = of_level[unit]
        assert len(point) == len(set(point.tolist()))
        assert np.array_equal(rows[:, column], expected)
    assert placement.levels == (1, 2, 3)
