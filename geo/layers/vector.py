"""Read vector files through GDAL: GPKG, SHP, GeoJSON, FlatGeobuf, KML."""

from __future__ import annotations

import sqlite3
import warnings
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj
import shapely

from geo.layers.source import (
    Limits,
    Shapes,
    Source,
    made_shapes,
    reading_of,
    refuse_rows,
    refuse_size,
    suffix_of,
    unreadable,
)
from geo.problem import input_error

_IMPLIED = (".geojson", ".json", ".kml", ".kmz")
_HEAD = 4_096
_UTF8_FAULTS_AT_MOST = 0.05  # a DBF field may cut a character in two


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers in a file.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    with reading_of(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whatever is wrong is found when a layer is read
        return [str(name) for name, _ in pyogrio.list_layers(opened_as(path))]


def opened_as(path: Path) -> str | Path:
    """Return what GDAL is to open: of a KMZ, the KML inside, whose columns it would lose else."""
    if suffix_of(path) != ".kmz":
        return path
    with zipfile.ZipFile(path) as archive:
        inside = next((n for n in archive.namelist() if n.lower().endswith(".kml")), None)
    return path if inside is None else f"/vsizip/{path.absolute()}/{inside}"


def read(path: Path, source_layer: str | None, encoding: str | None, limits: Limits) -> Source:
    """Read one layer; see `geo.layers.source.open_source`."""
    suffix = suffix_of(path)
    if suffix == ".gpkg":
        _refuse_broken_database(path)
    if suffix == ".kmz":
        _refuse_unpacked(path, limits)
    layer = _chosen_layer(path, source_layer)
    if suffix == ".shp" and encoding is None:
        encoding = shapefile_encoding(path)
    meta, geometry, fields = _records(path, layer, encoding, limits)
    shapes, broken = _parsed(geometry)
    crs = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    values = pd.DataFrame(
        {str(name): column for name, column in zip(meta["fields"], fields, strict=True)},
        index=pd.RangeIndex(len(shapes) if fields == [] else len(fields[0])),
    )
    return Source(
        file=str(path),
        layer=layer,
        table=values,
        shapes=shapes if meta["geometry_type"] is not None else None,
        broken=broken,
        crs=crs,
        is_implied=suffix in _IMPLIED and not _declares_crs(path),
    )


def _chosen_layer(path: Path, wanted: str | None) -> str:
    names = layer_names(path)
    if not names:
        raise unreadable(path, "no layers")
    if wanted is None:
        if len(names) == 1:
            return names[0]
        raise input_error("layers.which_layer", file=path, known="、".join(names))
    if wanted not in names:
        raise input_error("layers.no_layer", file=path, value=wanted, known="、".join(names))
    return wanted


def _records(
    path: Path, layer: str, encoding: str | None, limits: Limits
) -> tuple[dict[str, Any], npt.NDArray[np.object_] | None, list[npt.NDArray[Any]]]:
    """Read a layer's records; what GDAL only warns of (a record cut short) is an error here."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        any_bytes = "ISO-8859-1" if suffix_of(path) == ".shp" else None
        info = pyogrio.read_info(
            opened_as(path), layer=layer, encoding=any_bytes, force_feature_count=True
        )
        refuse_rows(path, layer, int(info["features"]), limits)
        meta, geometry, fields = _decoded(path, layer, encoding)
    rows = len(fields[0]) if fields else len(geometry if geometry is not None else ())
    if rows != info["features"]:
        raise unreadable(path, f"{rows} of {info['features']} records", layer)
    faults = [str(each.message) for each in said if issubclass(each.category, RuntimeWarning)]
    faults = [fault for fault in faults if _tells_of_damage(fault)]
    if faults:
        raise unreadable(path, faults[0], layer)
    return meta, geometry, fields


def _decoded(
    path: Path, layer: str, encoding: str | None
) -> tuple[dict[str, Any], npt.NDArray[np.object_] | None, list[npt.NDArray[Any]]]:
    """Read a layer; a character that a shapefile's width has cut in two is left out."""
    try:
        meta, _, geometry, fields = pyogrio.raw.read(
            opened_as(path), layer=layer, encoding=encoding
        )
    except UnicodeDecodeError:
        if suffix_of(path) != ".shp" or encoding is None:
            raise
    else:
        return meta, geometry, list(fields)
    meta, _, geometry, fields = pyogrio.raw.read(path, layer=layer, encoding="ISO-8859-1")

    def mended(text: object) -> object:
        if not isinstance(text, str):
            return text
        return text.encode("iso-8859-1").decode(encoding, errors="ignore")

    texts = [
        np.array([mended(value) for value in column], dtype=object)
        if column.dtype == object
        else column
        for column in fields
    ]
    return {**meta, "fields": [mended(name) for name in meta["fields"]]}, geometry, texts


def _tells_of_damage(fault: str) -> bool:
    """Return whether a warning of GDAL's means that records are missing or cut."""
    said = fault.lower()
    return any(
        word in said
        for word in (
            "corrupt",
            "truncat",
            "unexpected end",
            "cannot read",
            "failed",
            "error",
            "eof",
        )
    )


def _parsed(geometry: npt.NDArray[np.object_] | None) -> tuple[Shapes, npt.NDArray[np.bool_]]:
    if geometry is None:
        return np.array([], dtype=object), np.array([], dtype=bool)
    shapes = made_shapes(shapely.from_wkb, geometry)
    there = np.array([wkb is not None for wkb in geometry], dtype=bool)
    return shapes, there & shapely.is_missing(shapes)


def _refuse_broken_database(path: Path) -> None:
    """Refuse a GeoPackage that lost pages: GDAL would read what is left without a word."""
    try:
        verdict = _quick_check(path, "mode=ro")
    except sqlite3.OperationalError:  # in WAL mode, on a disk that cannot be written
        verdict = _quick_check(path, "mode=ro&immutable=1")
    if verdict != "ok":
        raise unreadable(path, verdict)


def _quick_check(path: Path, options: str) -> str:
    """Return SQLite's own verdict on a file: ``ok``, or what is wrong."""
    uri = f"{path.absolute().as_uri()}?{options}"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.text_factory = bytes  # what is wrong with it may be no text
        row = database.execute("PRAGMA quick_check(1)").fetchone()
        return bytes(row[0]).decode(errors="replace")


def _refuse_unpacked(path: Path, limits: Limits) -> None:
    """Refuse an archive that unpacks to more than the limits."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    refuse_size(path, size, limits)


def _declares_crs(path: Path) -> bool:
    """Return whether a GeoJSON file has a ``crs`` member of its own."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(path.stat().st_size - _HEAD, 0))
        return b'"crs"' in head or b'"crs"' in file.read()


def shapefile_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile without a .cpg: UTF-8 if its bytes are, else GB18030."""
    stated = next((each for s in (".cpg", ".CPG") if (each := path.with_suffix(s)).exists()), None)
    if stated is not None:
        name = stated.read_text("ascii", errors="ignore").strip()
        return "UTF-8" if name.upper().replace("-", "") in ("UTF8", "65001") else None
    table = next((each for s in (".dbf", ".DBF") if (each := path.with_suffix(s)).exists()), None)
    if table is None:
        return None
    data = table.read_bytes()
    start = int.from_bytes(data[8:10], "little")
    names = b" ".join(data[at : at + 11] for at in range(32, start - 1, 32))
    text = names + b" " + data[start:]
    special = sum(byte >= 0x80 for byte in text)  # noqa: PLR2004 - beyond ASCII
    faults = text.decode("utf-8", errors="replace").count("\ufffd")
    return "UTF-8" if faults <= special * _UTF8_FAULTS_AT_MOST else "GB18030"
