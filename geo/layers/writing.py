"""Write a layer to a file that other programs open."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.layers.source import suffix_of
from geo.problem import input_error

_DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".kml": "LIBKML",
}
_TABLES = (".csv", ".xlsx", ".parquet", ".geoparquet")


def write_layer(frame: pd.DataFrame, path: Path | str, layer: str) -> Path:
    """Write a layer; the file is replaced, other layers of a GeoPackage stay.

    Parameters
    ----------
    frame
        Fits the layer's schema.
    path
        Its suffix tells the format: GPKG, SHP (UTF-8, names cut to ten letters), GeoJSON,
        FlatGeobuf, KML, GeoParquet, CSV or XLSX, the last two with places as WKT.
    layer
        Name of the layer in the file.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        No format has the suffix, or a table is to go into a format for maps only.
    """
    path = Path(path)
    suffix = suffix_of(path)
    known = " ".join((*_DRIVERS, *_TABLES))
    if suffix in _DRIVERS:
        if not isinstance(frame, gpd.GeoDataFrame) and suffix != ".gpkg":
            raise input_error("layers.not_writable", file=path, value=suffix, known=known)
        _write_vector(frame, path, suffix, layer)
    elif suffix in (".parquet", ".geoparquet"):
        frame.to_parquet(path, index=False)
    elif suffix in (".csv", ".xlsx"):
        table = _as_table(frame)
        if suffix == ".csv":
            table.to_csv(path, index=False, encoding="utf-8-sig")
        else:
            table.to_excel(path, index=False, sheet_name=layer)
    else:
        raise input_error("layers.not_writable", file=path, value=suffix, known=known)
    return path


def _write_vector(frame: pd.DataFrame, path: Path, suffix: str, layer: str) -> None:
    options = {"encoding": "UTF-8"} if suffix == ".shp" else {}
    if suffix == ".fgb":
        options["SPATIAL_INDEX"] = "NO"  # it would put the rows in another order
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*Normalized/laundered field name")
        pyogrio.write_dataframe(frame, path, layer=layer, driver=_DRIVERS[suffix], **options)


def _as_table(frame: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns="geometry")) if "geometry" in frame else frame.copy()
    if isinstance(frame, gpd.GeoDataFrame):
        table["wkt"] = frame.geometry.to_wkt(rounding_precision=7)
        table["crs"] = str(frame.crs)
    return table
