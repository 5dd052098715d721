"""Datums of China and the Gauss–Krüger zone in which some data is measured."""

from __future__ import annotations

import geopandas as gpd
import pyproj

_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135
_FIRST_ZONE_EPSG = 4534  # CGCS2000 / 3-degree Gauss-Kruger CM 75E


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
