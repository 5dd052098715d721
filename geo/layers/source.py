"""The records of one layer of one file, as they stand there, in whatever format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from geo.problem import InputError, Problem, input_error
from messages import Message

Shapes = npt.NDArray[np.object_]
Fault = tuple[int, str, object]
"""Row number, key of the sentence, and value of something wrong in a column."""

_MOST_TOLD = 10_000

VECTOR_SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".kml", ".kmz", ".dxf")
TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
OSM_SUFFIXES = (".pbf", ".osm")
SUFFIXES = (*VECTOR_SUFFIXES, *TABLE_SUFFIXES, *PARQUET_SUFFIXES, *OSM_SUFFIXES)


@dataclass(frozen=True)
class Limits:
    """How much a file may hold before it is refused unread.

    Attributes
    ----------
    megabytes
        Size of the file; of what it unpacks to, for XLSX and KMZ.
    rows
        Records of a layer.
    """

    megabytes: float = 1_000.0
    rows: int = 2_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Source:
    """Records of one layer of a file, before they are made to fit a schema.

    Attributes
    ----------
    file
        Path as the user gave it.
    layer
        Name within the file; None where the format has but one.
    table
        Columns as they stand in the file; a row's number is its position + 1.
    shapes
        Geometries of the rows, None where a row has none; None for a table without places.
    broken
        Rows whose geometry is there but cannot be made (an open ring, too few points).
    crs
        Coordinate reference system that the file declares; None where it declares none.
    is_implied
        True where not the file but its format declares the CRS (GeoJSON, KML).
    lines
        Of a table: the number that a spreadsheet shows beside each row.
    """

    file: str
    layer: str | None
    table: pd.DataFrame
    shapes: Shapes | None
    broken: npt.NDArray[np.bool_]
    crs: pyproj.CRS | None
    is_implied: bool = False
    lines: npt.NDArray[np.int64] | None = None

    def problem(
        self,
        key: str,
        /,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        **values: object,
    ) -> Problem:
        """Return a problem at a place in this source; the remedy is the key + ``_remedy``."""
        return input_error(
            key,
            file=self.file,
            layer=self.layer,
            row=row,
            column=column,
            value=None if value is None else shortened(value),
            line=None if row is None or self.lines is None else int(self.lines[row - 1]),
            **values,
        ).problems[0]

    def faults(self, column: str, found: Sequence[Fault], **values: object) -> list[Problem]:
        """Return one problem a bad value of a column; beyond ten thousand, how many more."""
        told = [
            self.problem(key, row=row, column=column, value=value, **values)
            for row, key, value in found[:_MOST_TOLD]
        ]
        if len(found) > _MOST_TOLD:
            more = len(found) - _MOST_TOLD
            told.append(self.problem("layers.and_more", column=column, more=more))
        return told

    def note(self, key: str, /, **values: object) -> Message:
        """Return something worth knowing about this source, which is no problem."""
        name = Path(self.file).name
        place = name if self.layer in (None, Path(self.file).stem) else f"{name}:{self.layer}"
        return Message(key, {"file": place, **values})


def made_shapes(read: Callable[..., Any], texts: npt.NDArray[np.object_]) -> Shapes:
    """Return the geometries of WKB or WKT; None where there is none or it cannot be made.

    Parameters
    ----------
    read
        `shapely.from_wkb` or `shapely.from_wkt`.
    texts
        What it reads, None where a row has nothing.
    """
    with np.errstate(invalid="ignore"):  # NaN is told with its row
        try:
            return np.asarray(read(texts, on_invalid="ignore"), dtype=object)
        except NotImplementedError:  # one curve makes shapely refuse all
            return np.array([_made_one(read, text) for text in texts], dtype=object)


def _made_one(read: Callable[..., Any], text: object) -> object:
    try:
        return read(text, on_invalid="ignore")
    except NotImplementedError:
        return None


def shortened(value: object, *, most: int = 120) -> str:
    """Return a value as text that fits a line."""
    text = str(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def suffix_of(path: Path) -> str:
    """Return a file's suffix in lower case."""
    return path.suffix.lower()


def open_source(
    path: Path,
    *,
    source_layer: str | None = None,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Source:
    """Read the records of one layer of a file of any format but OSM.

    Parameters
    ----------
    path
        The file.
    source_layer
        Layer or sheet within the file; may be left out where there is only one.
    encoding
        Encoding of a shapefile's or text file's characters; found out where not given.
    limits
        Beyond them the file is refused.

    Raises
    ------
    InputError
        The file is missing, of no known format, truncated or too large, or has no such layer.
    """
    from geo.layers import parquet, tables, vector  # noqa: PLC0415 - they need this module

    checked_file(path, limits)
    suffix = suffix_of(path)
    with reading_of(path, source_layer):
        if suffix in TABLE_SUFFIXES:
            source = tables.read(path, source_layer, encoding, limits)
        elif suffix in PARQUET_SUFFIXES:
            source = parquet.read(path, limits)
        elif suffix in VECTOR_SUFFIXES:
            source = vector.read(path, source_layer, encoding, limits)
        else:
            raise input_error(
                "layers.unknown_format", file=path, value=path.suffix, known=" ".join(SUFFIXES)
            )
    if not len(source.table):
        raise input_error("layers.no_rows", file=path, layer=source.layer or path.stem)
    return source


@contextmanager
def reading_of(path: Path, layer: str | None = None) -> Iterator[None]:
    """Turn whatever a format's library raises on a damaged file into the error that says so.

    These libraries fail in many ways of their own, even with `UnboundLocalError`; to the user
    all of them mean that the file cannot be read.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise unreadable(path, error, layer) from error


def checked_file(path: Path, limits: Limits) -> None:
    """Refuse a file that is missing, empty or too large."""
    if not path.is_file():
        raise input_error("layers.no_file", file=path)
    size = path.stat().st_size
    if size == 0:
        raise input_error("layers.empty_file", file=path)
    refuse_size(path, size, limits)


def refuse_size(path: Path, size: int, limits: Limits) -> None:
    """Refuse a number of bytes beyond the limits."""
    if size > limits.megabytes * 1e6:
        raise input_error(
            "layers.too_large",
            file=path,
            value=f"{size / 1e6:.1f} MB",
            limit=f"{limits.megabytes:g} MB",
        )


def refuse_rows(path: Path, layer: str | None, rows: int, limits: Limits) -> None:
    """Refuse a number of records beyond the limits."""
    if rows > limits.rows:
        raise input_error(
            "layers.too_many_rows", file=path, layer=layer, value=rows, limit=limits.rows
        )


def unreadable(path: Path, error: Exception | str, layer: str | None = None) -> InputError:
    """Return the error that says that a file cannot be read, and why."""
    return input_error(
        "layers.unreadable",
        file=path,
        layer=layer,
        reason=shortened(" ".join(f"{error}".split()) or type(error).__name__, most=200),
    )
