"""GCJ-02 and BD-09 against the formula as it is usually written, and back again."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo.datum import Datum, from_wgs84, to_wgs84, working_crs

_METRES_A_DEGREE = 111_320.0


def _formula(lng: float, lat: float) -> tuple[float, float]:
    """Return GCJ-02 by the formula as published, term by term, in plain floats."""
    a, ee, pi = 6378245.0, 0.00669342162296594323, math.pi
    x, y = lng - 105.0, lat - 35.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * math.sin(y / 12.0 * pi) + 320 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lng = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lng += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lng += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lng += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - ee * math.sin(lat / 180.0 * pi) ** 2
    d_lat = d_lat * 180.0 / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    d_lng = d_lng * 180.0 / (a / math.sqrt(magic) * math.cos(lat / 180.0 * pi) * pi)
    return lng + d_lng, lat + d_lat


def _baidu(lng: float, lat: float) -> tuple[float, float]:
    x, y = _formula(lng, lat)
    angle = math.pi * 3000.0 / 180.0
    z = math.sqrt(x * x + y * y) + 0.00002 * math.sin(y * angle)
    theta = math.atan2(y, x) + 0.000003 * math.cos(x * angle)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


_longitudes = st.floats(73.6, 134.9)
_latitudes = st.floats(3.5, 53.6)


@given(_longitudes, _latitudes)
@settings(max_examples=100, deadline=None)
def test_forward_is_the_published_formula(longitude: float, latitude: float) -> None:
    for datum, formula in ((Datum.GCJ02, _formula), (Datum.BD09, _baidu)):
        east, north = from_wgs84(longitude, latitude, datum)
        expected = formula(longitude, latitude)
        assert abs(float(east) - expected[0]) < 1e-12
        assert abs(float(north) - expected[1]) < 1e-12


@given(st.lists(st.tuples(_longitudes, _latitudes), min_size=1, max_size=50))
@settings(max_examples=60, deadline=None)
def test_there_and_back_is_the_same_place(places: list[tuple[float, float]]) -> None:
    longitude, latitude = np.array(places).T
    for datum in Datum:
        back = to_wgs84(*from_wgs84(longitude, latitude, datum), datum)
        away = np.hypot(back[0] - longitude, back[1] - latitude) * _METRES_A_DEGREE
        assert away.max() < 1e-6


def test_known_shift_at_lan_county() -> None:
    east, north = from_wgs84(111.67, 38.28, Datum.GCJ02)
    metres = np.hypot((east - 111.67) * math.cos(math.radians(38.28)), north - 38.28)
    assert 300 < float(metres) * _METRES_A_DEGREE < 700


def test_wgs84_and_cgcs2000_are_one() -> None:
    for datum in (Datum.WGS84, Datum.CGCS2000):
        assert to_wgs84(111.5, 38.3, datum) == (111.5, 38.3)
        assert not datum.is_shifted


def test_outside_china_nothing_is_shifted() -> None:
    east, north = from_wgs84([2.35, -70.0], [48.85, -33.0], Datum.GCJ02)
    assert east.tolist() == [2.35, -70.0]
    assert north.tolist() == [48.85, -33.0]


def test_nan_stays_nan_and_shapes_are_kept() -> None:
    longitude = np.array([[111.0, np.nan], [112.0, 113.0]])
    east, north = to_wgs84(longitude, 38.0, Datum.BD09)
    assert east.shape == north.shape == (2, 2)
    assert np.isnan(east[0, 1])
    assert not np.isnan(east[1]).any()


def test_input_is_left_as_it_is() -> None:
    longitude = np.array([111.0, 112.0])
    to_wgs84(longitude, np.array([38.0, 38.0]), Datum.GCJ02)
    assert longitude.tolist() == [111.0, 112.0]


def test_zone_of_lan_county_is_111_east() -> None:
    county = gpd.GeoSeries([box(111.36, 38.08, 111.84, 38.60)], crs="EPSG:4490")
    assert working_crs(county).to_epsg() == 4546


@pytest.mark.parametrize(
    ("longitude", "epsg"), [(75.0, 4534), (112.4, 4546), (112.6, 4547), (135.0, 4554), (120, 4549)]
)
def test_zone_is_the_nearest_meridian(longitude: float, epsg: int) -> None:
    assert working_crs(longitude).to_epsg() == epsg


def test_no_zone_far_from_china() -> None:
    with pytest.raises(ValueError, match="no CGCS2000"):
        working_crs(2.35)
