"""Datums of China and the Gauss–Krüger zone in which some data is measured.

WGS 84 and CGCS2000 differ by some centimetres and are taken as one here. GCJ-02 is what maps on
sale in mainland China are shifted by (Amap, Tencent), BD-09 is Baidu's shift on top of it. Both
are read and shown, never stored. Their formulas have been public for years; those here are the
ones that every open library uses.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj

Degrees = npt.NDArray[np.float64]
_Pair = tuple[Degrees, Degrees]

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_FIRST_ZONE_EPSG = 4534  # CGCS2000 / 3-degree Gauss-Kruger CM 75E

_SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940, as the formula of GCJ-02 has it
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_SHIFTED_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # outside, GCJ-02 shifts nothing
_BAIDU_ANGLE = np.pi * 3000.0 / 180.0
_BAIDU_OFFSET = (0.0065, 0.006)
_BLOCK = 8_192  # points taken at once: all temporaries stay in the processor's cache
_STEPS = 12  # at most; each step of an inverse divides what is left by 50 (BD-09) to 400 (GCJ-02)
_SETTLED = 1e-11  # degrees: a step so short leaves less than 1e-6 m, even at 105° E


class Datum(StrEnum):
    """What longitudes and latitudes refer to."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"

    @property
    def is_shifted(self) -> bool:
        """True for the datums that are read and shown, but never stored."""
        return self in (Datum.GCJ02, Datum.BD09)


def to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike, datum: Datum) -> _Pair:
    """Return WGS 84 longitudes and latitudes of points given in a datum.

    Parameters
    ----------
    longitude, latitude
        Degrees; arrays of one shape, or numbers. NaN gives NaN.
    datum
        What the degrees refer to.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude and latitude, in degrees. `from_wgs84` takes them back to within 1e-6 m.
    """
    inverse = {Datum.GCJ02: _unshifted, Datum.BD09: _from_baidu}
    return _in_blocks(inverse.get(Datum(datum)), longitude, latitude)


def from_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike, datum: Datum) -> _Pair:
    """Return longitudes and latitudes in a datum of points given in WGS 84; see `to_wgs84`."""
    forward = {Datum.GCJ02: _shifted, Datum.BD09: _to_baidu}
    return _in_blocks(forward.get(Datum(datum)), longitude, latitude)


def _in_blocks(
    change: Callable[[Degrees, Degrees], _Pair] | None,
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
) -> _Pair:
    given = np.broadcast_arrays(
        np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    )
    east, north = np.array(given[0]), np.array(given[1])
    if change is not None:
        flat_east, flat_north = east.reshape(-1), north.reshape(-1)
        for start in range(0, flat_east.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            flat_east[block], flat_north[block] = change(flat_east[block], flat_north[block])
    return east, north


def _shift(longitude: Degrees, latitude: Degrees) -> _Pair:
    """Return by how many degrees GCJ-02 moves WGS 84 points, also outside its box.

    The formula's twelve sines are multiples of two angles: one sine and one cosine of each, and
    the rest by the rules for multiple angles, is three times as fast.
    """
    x, y = longitude - 105.0, latitude - 35.0
    product, root = x * y, np.sqrt(np.abs(x))
    x_12, x_30, x_3, x_1, x_half, x_sixth = _sines(x)
    y_12, y_30, y_3, y_1, _, _ = _sines(y)
    common = 20.0 * (x_sixth + x_half)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north_m += (2.0 / 3.0) * (common + 20.0 * y_1 + 40.0 * y_3 + 160.0 * y_12 + 320.0 * y_30)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east_m += (2.0 / 3.0) * (common + 20.0 * x_1 + 40.0 * x_3 + 150.0 * x_12 + 300.0 * x_30)
    radians = np.radians(latitude)
    sine, cosine = np.sin(radians), np.cos(radians)
    curvature = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    root_curvature = np.sqrt(curvature)
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (curvature * root_curvature)
    parallel_m = _SEMI_MAJOR_M / root_curvature * cosine
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _sines(value: Degrees) -> tuple[Degrees, Degrees, Degrees, Degrees, Degrees, Degrees]:
    """Return sin(πv/12), sin(πv/30), sin(πv/3), sin(πv), sin(2πv), sin(6πv)."""
    angle = value * (np.pi / 60.0)
    first, first_cosine = np.sin(angle), np.cos(angle)
    square, cosine_square = first * first, first_cosine * first_cosine
    sine = first * (5.0 - square * (20.0 - 16.0 * square))
    cosine = first_cosine * (5.0 - cosine_square * (20.0 - 16.0 * cosine_square))
    double, double_cosine = 2.0 * sine * cosine, 1.0 - 2.0 * sine * sine
    third, third_cosine = 2.0 * double * double_cosine, 1.0 - 2.0 * double * double
    whole = third * (3.0 - 4.0 * third * third)
    whole_cosine = third_cosine * (4.0 * third_cosine * third_cosine - 3.0)
    half = 2.0 * whole * whole_cosine
    sixth = half * (3.0 - 4.0 * half * half)
    return sine, 2.0 * first * first_cosine, third, whole, half, sixth


def _inside_box(longitude: Degrees, latitude: Degrees) -> npt.NDArray[np.bool_]:
    west, south, east, north = _SHIFTED_BOX
    return np.asarray(
        (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    )


def _shifted(longitude: Degrees, latitude: Degrees) -> _Pair:
    inside = _inside_box(longitude, latitude)
    east, north = _shift(longitude, latitude)
    return longitude + np.where(inside, east, 0.0), latitude + np.where(inside, north, 0.0)


def _unshifted(longitude: Degrees, latitude: Degrees) -> _Pair:
    """Invert GCJ-02: the shift hardly changes over its own length, so take it off repeatedly.

    At 105° E the formula has a cusp (a square root), where the last steps are slow.
    """
    east, north = longitude, latitude
    for _ in range(_STEPS):
        before = east, north
        shift_east, shift_north = _shift(east, north)
        east, north = longitude - shift_east, latitude - shift_north
        if _is_settled(before[0] - east) and _is_settled(before[1] - north):
            break
    inside = _inside_box(east, north)
    return np.where(inside, east, longitude), np.where(inside, north, latitude)


def _is_settled(step: Degrees) -> bool:
    return not (np.abs(step) > _SETTLED).any()  # NaN never moves


def _to_baidu(longitude: Degrees, latitude: Degrees) -> _Pair:
    x, y = _shifted(longitude, latitude)
    distance = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_ANGLE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_ANGLE)
    return distance * np.cos(angle) + _BAIDU_OFFSET[0], distance * np.sin(angle) + _BAIDU_OFFSET[1]


def _from_baidu(longitude: Degrees, latitude: Degrees) -> _Pair:
    """Invert BD-09: turn and shorten by what the point found so far would be turned and drawn."""
    x, y = longitude - _BAIDU_OFFSET[0], latitude - _BAIDU_OFFSET[1]
    distance = np.hypot(x, y)
    east, north = x, y
    for _ in range(_STEPS // 2):
        turn = 0.000003 * np.cos(east * _BAIDU_ANGLE)
        scale = 1.0 - 0.00002 * np.sin(north * _BAIDU_ANGLE) / distance
        cosine = 1.0 - turn * turn / 2.0  # exact in doubles for so small an angle
        east, north = scale * (x * cosine + y * turn), scale * (y * cosine - x * turn)
    return _unshifted(east, north)


def working_crs(data: gpd.GeoDataFrame | gpd.GeoSeries | float) -> pyproj.CRS:
    """Return the CGCS2000 3° Gauss–Krüger zone in which data is measured.

    Parameters
    ----------
    data
        A layer in longitude and latitude, or a longitude in degrees. One zone serves the whole
        layer: that of the middle of its box.

    Returns
    -------
    pyproj.CRS
        One of EPSG:4534 … 4554 (central meridians 75° E … 135° E, no zone prefix).

    Raises
    ------
    ValueError
        The data lies outside the zones.
    """
    if isinstance(data, int | float):
        longitude = float(data)
    else:
        west, _, east, _ = data.total_bounds
        longitude = (west + east) / 2
    if not _FIRST_MERIDIAN - 1.5 <= longitude <= _LAST_MERIDIAN + 1.5:
        msg = f"no CGCS2000 3-degree zone holds longitude {longitude}"
        raise ValueError(msg)
    meridian = min(max(round(longitude / 3) * 3, _FIRST_MERIDIAN), _LAST_MERIDIAN)
    return pyproj.CRS.from_epsg(_FIRST_ZONE_EPSG + (meridian - _FIRST_MERIDIAN) // 3)
