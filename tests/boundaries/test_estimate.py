"""Households where only buildings are known."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
import shapely
from shapely.geometry import box

from boundaries.estimate import count_households, estimate_households
from boundaries.scheme import default_scheme
from boundaries.town import Town
from geo.layers import conform


def _square(easting: float, side_m: float) -> shapely.Geometry:
    """Return a square in longitude and latitude, its side in metres in the zone of 111° E."""
    back = pyproj.Transformer.from_crs(4546, 4490, always_xy=True)
    flat = box(easting, 4_238_000, easting + side_m, 4_238_000 + side_m)
    return shapely.transform(flat, back.transform, interleaved=False)


def _town(**columns: list[object]) -> Town:
    count = len(next(iter(columns.values())))
    table = {
        "id": [f"b{n}" for n in range(count)],
        "residential": [True] * count,
        "households": [None] * count,
        "floors": [None] * count,
        **columns,
    }
    shapes = [_square(550_000 + 100 * n, 30.0) for n in range(count)]
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs=4490)
    return Town.empty("甲", default_scheme()).with_layers(buildings=conform("buildings", frame))


def test_footprint_times_floors_over_a_dwelling() -> None:
    town = estimate_households(_town(floors=[6, 18, None]))
    # 900 m² × floors × 0.85 ÷ 75 m²; six floors where they are not known
    assert town.buildings["households"].tolist() == [61, 184, 61]
    assert town.buildings["estimated"].tolist() == [True, True, True]


def test_what_is_known_stays() -> None:
    town = estimate_households(_town(households=[24, None, 0]))
    assert town.buildings["households"].tolist() == [24, 61, 0]
    assert town.buildings["estimated"].tolist() == [False, True, False]
    assert estimate_households(town) is town


def test_nobody_lives_in_a_school_or_a_shed() -> None:
    town = _town(residential=[False, True])
    shed = town.buildings.geometry.to_list()
    shed[1] = _square(550_100, 6.0)
    town = town.with_layers(buildings=town.buildings.set_geometry(shed, crs=4490))
    assert estimate_households(town).buildings["households"].tolist() == [0, 0]


def _grids(**columns: list[object]) -> gpd.GeoDataFrame:
    table = {"code": ["1", "2"], "level": [1, 1], "kind": ["general"] * 2, **columns}
    back = pyproj.Transformer.from_crs(4546, 4490, always_xy=True)
    shapes = [
        shapely.transform(box(e, 4_237_900, e + 150, 4_238_100), back.transform, interleaved=False)
        for e in (549_980, 550_130)
    ]
    return gpd.GeoDataFrame(conform("grids", gpd.GeoDataFrame(table, geometry=shapes, crs=4490)))


def test_grids_count_the_buildings_inside() -> None:
    town = estimate_households(_town(households=[24, 10, None]))
    grids = count_households(town, _grids())
    assert grids["households"].tolist() == [34, 61]
    assert grids["estimated"].tolist() == [False, True]


@pytest.mark.parametrize("given", [[30, None], [30, 40]])
def test_counts_that_a_level_gives_stay(given: list[object]) -> None:
    grids = count_households(_town(households=[24, 10, 7]), _grids(households=given))
    assert grids["households"].astype(object).where(grids["households"].notna(), None).tolist() == (
        given
    )


def test_without_buildings_nothing_is_counted() -> None:
    grids = _grids()
    assert count_households(Town.empty("甲", default_scheme()), grids) is grids
