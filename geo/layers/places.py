"""Make the places of a table from its columns of coordinates or of WKT."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.layers.mapping import LayerMapping
from geo.layers.names import PLACE_NAMES, guessed
from geo.layers.schema import GEOMETRY_TYPES
from geo.layers.source import Source, made_shapes
from geo.layers.values import as_text, is_empty
from geo.problem import Problem

_SEXAGESIMAL = re.compile(
    r"(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′'分’]\s*)?"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:[″\"秒”]|''|′′))?\s*[NSEWnsew]?"
)
_NORTHING_FROM_M = 1_500_000.0  # south of it lies no town of ours; no easting is so large …
_NORTHING_TO_M = 6_500_000.0  # … without a zone number before it


def with_places(
    source: Source, layer: str, mapping: LayerMapping, *, needed: bool = True
) -> tuple[Source, list[Problem]]:
    """Return a table's source with the geometries that its columns describe.

    Longitude and latitude, easting and northing, or ``x`` and ``y`` (whose order in a
    Gauss–Krüger zone, where x is often north, is told from the values), or WKT.
    A table that describes none is a problem where they are ``needed``.
    """
    if source.shapes is not None or GEOMETRY_TYPES[layer] is None:
        return source, []
    source = _declared(source)
    pair = _columns(source, mapping)
    if isinstance(pair, str):
        return _from_wkt(source, pair)
    if pair is None and not needed:
        return source, []
    if pair is None:
        there = "、".join(str(name) for name in source.table.columns)
        return source, [source.problem("layers.no_coordinates", found=there)]
    first, problems = _numbers(source, pair[0])
    second, more = _numbers(source, pair[1])
    problems += more
    if _is_north_first(first, second):
        first, second = second, first
    half = np.isnan(first) != np.isnan(second)
    told = {problem.row for problem in problems}
    problems += [
        source.problem("layers.half_a_place", row=int(row) + 1, column=f"{pair[0]}, {pair[1]}")
        for row in np.flatnonzero(half)
        if int(row) + 1 not in told
    ]
    shapes = np.full(len(first), None, dtype=object)
    there_is = ~np.isnan(first) & ~np.isnan(second)
    shapes[there_is] = shapely.points(first[there_is], second[there_is])
    crs = source.crs
    if crs is None and pair[2]:
        crs = pyproj.CRS.from_epsg(4326)
    implied = pair[2] and source.crs is None
    table = pd.DataFrame(source.table.drop(columns=[pair[0], pair[1]]))
    return replace(source, table=table, shapes=shapes, crs=crs, is_implied=implied), problems


def _declared(source: Source) -> Source:
    """Return a table whose own column says in every row what its coordinates refer to."""
    heading = guessed("crs 坐标系 坐标参考系 epsg", list(source.table.columns))
    if heading is None or source.crs is not None:
        return source
    said = source.table[heading].dropna().unique()
    if len(said) != 1 or source.table[heading].isna().any():
        return source
    try:
        text = as_text(said[0])
        crs = pyproj.CRS.from_user_input(int(text) if text.isdecimal() else text)
    except pyproj.exceptions.CRSError:
        return source
    return replace(source, crs=crs)


def _columns(source: Source, mapping: LayerMapping) -> tuple[str, str, bool] | str | None:
    """Return the columns of x and y and whether they are named in degrees, or that of WKT."""
    names = list(source.table.columns)

    def find(ours: str) -> str | None:
        return mapping.columns.get(ours) or guessed(PLACE_NAMES[ours], names)

    for first, second, degrees in (
        ("longitude", "latitude", True),
        ("easting", "northing", False),
    ):
        one, other = find(first), find(second)
        if one in names and other in names and one is not None and other is not None:
            return one, other, degrees
    wkt = find("wkt")
    if wkt in names and wkt is not None:
        return wkt
    one, other = guessed("x x坐标 x_coord", names), guessed("y y坐标 y_coord", names)
    return None if one is None or other is None else (one, other, False)


def _numbers(source: Source, column: str) -> tuple[npt.NDArray[np.float64], list[Problem]]:
    """Return a column as numbers, NaN where a cell is empty; text that is none is a problem.

    A cell that says ``NaN`` or ``inf`` is no empty cell.
    """
    problems: list[Problem] = []
    numbers = np.full(len(source.table), np.nan)
    for at, value in enumerate(source.table[column].tolist()):
        written_nan = isinstance(value, str) and value.strip().casefold() == "nan"
        if is_empty(value) and not written_nan:
            continue
        number = _number(as_text(value))
        if np.isfinite(number):
            numbers[at] = number
        else:
            problems.append(
                source.problem("layers.not_a_number", row=at + 1, column=column, value=value)
            )
    return numbers, problems


def _number(text: str) -> float:
    """Return a decimal number, or degrees, minutes and seconds, as a number; NaN where neither."""
    found = _SEXAGESIMAL.fullmatch(text)
    if found is not None:
        degrees, minutes, seconds = (float(part or 0) for part in found.groups())
        return degrees + minutes / 60 + seconds / 3600
    try:
        return float(text)
    except ValueError:
        return math.nan


def _is_north_first(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> bool:
    """Return whether the first of two columns holds the northings of a Gauss–Krüger zone."""
    both = ~np.isnan(first) & ~np.isnan(second)
    if not both.any():
        return False
    one, other = float(np.median(first[both])), float(np.median(second[both]))
    is_northing = _NORTHING_FROM_M <= one <= _NORTHING_TO_M
    is_easting = 1e5 <= other % 1e6 <= 9e5 and not _NORTHING_FROM_M <= other <= _NORTHING_TO_M  # noqa: PLR2004
    return is_northing and is_easting


def _from_wkt(source: Source, column: str) -> tuple[Source, list[Problem]]:
    texts = source.table[column]
    there = np.array([not is_empty(value) for value in texts], dtype=bool)
    wkt = np.array([str(v) if there[at] else None for at, v in enumerate(texts)], dtype=object)
    shapes = made_shapes(shapely.from_wkt, wkt)
    values = pd.DataFrame(source.table.drop(columns=[column]))
    broken = there & shapely.is_missing(shapes)
    return replace(source, table=values, shapes=shapes, broken=broken), []
