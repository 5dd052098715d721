"""Files of points, read and written part by part: CSV, XLSX, GeoParquet, GeoPackage."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from openpyxl.utils.exceptions import InvalidFileException

from boundaries.point_tables import Floats, Part, by_columns, csv_tables, xlsx_tables
from geo.datum import Datum
from geo.layers import STORED_CRS
from geo.layers.reference import Reference, crs_name, too_coarse
from geo.problem import input_error

_WKB_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
_STORED = pyproj.CRS.from_user_input(STORED_CRS)
_TIMELESS = datetime(2000, 1, 1)  # noqa: DTZ001 - office files know no zones
FORMATS = (".csv", ".xlsx", ".parquet", ".gpkg")
_POINTS = re.compile(r"(Multi ?)?Point|Unknown|Geometry$")
_POINT, _MULTIPOINT = 0, 4


_UNREADABLE = (
    OSError,
    UnicodeError,
    KeyError,
    pa.ArrowException,
    pyogrio.errors.DataSourceError,
    pd.errors.ParserError,
    pd.errors.EmptyDataError,
    json.JSONDecodeError,
    shapely.errors.ShapelyError,
    pyproj.exceptions.CRSError,
    zipfile.BadZipFile,
    InvalidFileException,
)


def format_of(path: Path) -> str:
    """Return the format that a file's name tells.

    Raises
    ------
    InputError
        It is none of `FORMATS`.
    """
    suffix = path.suffix.lower()
    suffix = ".parquet" if suffix == ".geoparquet" else suffix
    if suffix not in FORMATS:
        raise input_error("assign.unknown_format", file=path, value=suffix, known=" ".join(FORMATS))
    return suffix


def count_rows(path: Path) -> int | None:
    """Return the number of rows where the file tells it without being read."""
    suffix = format_of(path)
    if suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    if suffix == ".gpkg":
        return int(pyogrio.read_info(path, _layer_of(path))["features"])
    return None


def read_parts(path: Path, rows: int, *, x: str | None, y: str | None) -> Iterator[Part]:
    """Yield a file's rows in parts of a fixed length.

    Parameters
    ----------
    path
        The file.
    rows
        Rows in each part but the last.
    x, y
        Columns of longitude and latitude in CSV and XLSX; found by their usual names otherwise.

    Raises
    ------
    InputError
        The file cannot be read, or it has no points.
    """
    suffix = format_of(path)
    if not path.is_file():
        raise input_error("assign.no_file", file=path)
    try:
        if suffix == ".csv":
            yield from by_columns(path, csv_tables(path, rows), x, y)
        elif suffix == ".xlsx":
            yield from by_columns(path, xlsx_tables(path, rows, x=x, y=y), x, y)
        elif suffix == ".parquet":
            yield from _parquet_parts(path, rows, x, y)
        else:
            yield from _gpkg_parts(path, rows)
    except _UNREADABLE as error:
        raise input_error("assign.unreadable", file=path, reason=str(error)) from error


def _parquet_parts(path: Path, rows: int, x: str | None, y: str | None) -> Iterator[Part]:
    file = pq.ParquetFile(path)
    described = (file.schema_arrow.metadata or {}).get(b"geo")
    batches = file.iter_batches(batch_size=rows) if file.metadata.num_rows else [_no_rows(file)]
    if described is None:
        yield from by_columns(path, map(_counted_from_one, batches), x, y)
        return
    meaning = json.loads(described)
    column = meaning["primary_column"]
    described = meaning["columns"][column]
    declared = described.get("crs", "OGC:CRS84")
    if declared is None:
        raise input_error("assign.no_crs", file=path)
    crs = pyproj.CRS.from_user_input(declared)
    shapes_of = _SHAPES.get(described["encoding"])
    if shapes_of is None:
        raise input_error("assign.no_points", file=path, value=described["encoding"])
    for part in batches:
        shapes = shapes_of(part.column(column))
        table = part.drop_columns([column]).to_pandas()
        yield Part(table, *_degrees(path, shapes, crs))


def _counted_from_one(batch: pa.RecordBatch) -> pd.DataFrame:
    table: pd.DataFrame = batch.to_pandas()
    return table.set_axis(pd.RangeIndex(1, len(table) + 1))


def _from_wkb(column: pa.Array) -> npt.NDArray[np.object_]:
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(np.asarray(column.to_pylist(), dtype=object))
    return shapes


def _from_fields(column: pa.StructArray) -> npt.NDArray[np.object_]:
    """Return points of GeoArrow, whose x and y are columns of their own."""
    x, y = (
        pc.struct_field(column, name).to_numpy(zero_copy_only=False).astype(np.float64)
        for name in ("x", "y")
    )
    shapes = np.asarray(shapely.points(x, y), dtype=object)
    shapes[np.isnan(x) | np.isnan(y)] = None
    return shapes


_SHAPES = {"WKB": _from_wkb, "point": _from_fields}


def _no_rows(file: pq.ParquetFile) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=file.schema_arrow)


def _gpkg_parts(path: Path, rows: int) -> Iterator[Part]:
    layer = _layer_of(path)
    total, start = int(pyogrio.read_info(path, layer, force_feature_count=True)["features"]), 0
    while start < max(total, 1):
        frame = pyogrio.read_dataframe(path, layer, skip_features=start, max_features=rows)
        if frame.crs is None:
            raise input_error("assign.no_crs", file=path)
        table = pd.DataFrame(frame.drop(columns="geometry"))
        yield Part(table, *_degrees(path, frame.geometry.to_numpy(), frame.crs))
        start += rows


def _layer_of(path: Path) -> str:
    """Return the name of the only layer that can hold points."""
    layers = pyogrio.list_layers(path).tolist()
    of_points = [name for name, kind in layers if kind is not None and _POINTS.match(kind)]
    if len(of_points) != 1:
        known = "、".join(name for name, _ in layers)
        kind = "assign.many_layers" if of_points else "assign.no_layer"
        raise input_error(kind, file=path, known=known)
    return str(of_points[0])


def _degrees(path: Path, shapes: npt.NDArray[np.object_], crs: pyproj.CRS) -> tuple[Floats, Floats]:
    """Return where points lie; what is no point, or several, lies nowhere."""
    points, kind = shapes.copy(), shapely.get_type_id(shapes)
    single = (kind == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    points[single] = shapely.get_geometry(shapes[single], 0)
    points[(kind != _POINT) & ~single | shapely.is_empty(shapes)] = None
    kind[shapely.is_empty(shapes)] = -1
    if (kind >= 0).any() and not (shapely.get_type_id(points) == _POINT).any():
        first = shapes[int(np.argmax(kind >= 0))]
        raise input_error("assign.no_points", file=path, value=first.geom_type)
    x, y = shapely.get_x(points), shapely.get_y(points)
    crs = pyproj.CRS(crs.to_2d())
    coarse = too_coarse(crs)
    if coarse is not None:
        raise input_error("assign.coarse_crs", file=path, value=crs_name(crs), accuracy=coarse)
    x, y = Reference(crs, Datum.CGCS2000).to_stored(np.column_stack([x, y])).T
    return np.where(np.isfinite(x), x, np.nan), np.where(np.isfinite(y), y, np.nan)


def write_parts(path: Path, parts: Iterable[Part]) -> None:
    """Write parts one after the other to a new file; the same parts give the same bytes.

    XLSX gets the columns of the table alone, the others a point in EPSG:4490 beside them; CSV is
    written piece by piece, see `write_csv_piece`.
    """
    writers = {".xlsx": _write_xlsx, ".parquet": _write_parquet, ".gpkg": _write_gpkg}
    writers[format_of(path)](path, parts)


def write_csv_piece(path: Path, table: pd.DataFrame, *, headed: bool) -> None:
    """Write rows of a CSV file, with the headings or, for what comes behind, without."""
    table.to_csv(
        path,
        index=False,
        header=headed,
        lineterminator="\r\n",
        encoding="utf-8-sig" if headed else "utf-8",
    )


def _write_xlsx(path: Path, parts: Iterable[Part]) -> None:
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = _TIMELESS
    sheet = book.create_sheet()
    for number, part in enumerate(parts):
        if number == 0:
            sheet.append([str(column) for column in part.table.columns])
        plain = part.table.astype(object).where(part.table.notna(), None)
        for row in plain.itertuples(index=False, name=None):
            sheet.append(row)
    written = path.with_suffix(".written")
    book.save(written)
    _without_times(written, path)
    written.unlink()


def _without_times(source: Path, path: Path) -> None:
    """Copy an archive without the times of writing, so that the same rows are the same bytes."""
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist()):
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content
                )
            made.writestr(
                zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )


def _points(part: Part) -> npt.NDArray[np.object_]:
    points = np.asarray(shapely.points(part.longitude, part.latitude), dtype=object)
    points[np.isnan(part.longitude) | np.isnan(part.latitude)] = None
    return points


def _wkb(part: Part) -> pa.Array:
    """Return the points as well-known binary, without making a geometry of each."""
    written = np.zeros(len(part.longitude), dtype=_WKB_POINT)
    written["order"], written["type"] = 1, 1
    written["x"], written["y"] = part.longitude, part.latitude
    whole = pa.Array.from_buffers(
        pa.binary(_WKB_POINT.itemsize), len(written), [None, pa.py_buffer(written.tobytes())]
    )
    missing = np.isnan(part.longitude) | np.isnan(part.latitude)
    return pc.if_else(pa.array(missing), None, whole).cast(pa.binary())


def _write_parquet(path: Path, parts: Iterable[Part]) -> None:
    geometry = {"encoding": "WKB", "geometry_types": ["Point"], "crs": _STORED.to_json_dict()}
    described = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {"geometry": geometry},
    }
    writer = None
    try:
        for part in parts:
            table = pa.Table.from_pandas(part.table, preserve_index=False)
            table = table.append_column("geometry", _wkb(part))
            table = table.replace_schema_metadata({"geo": json.dumps(described)})
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _write_gpkg(path: Path, parts: Iterable[Part]) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        for number, part in enumerate(parts):
            layer = gpd.GeoDataFrame(part.table, geometry=_points(part), crs=STORED_CRS)
            pyogrio.write_dataframe(layer, path, driver="GPKG", layer="points", append=number > 0)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
