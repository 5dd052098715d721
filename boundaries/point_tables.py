"""Tables of points, read part by part: CSV and XLSX as offices keep them."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openpyxl
import pandas as pd

from geo.problem import input_error

Floats = npt.NDArray[np.float64]

EASTINGS = ("longitude", "lon", "lng", "经度", "x")
NORTHINGS = ("latitude", "lat", "纬度", "y")
_EAST_MOST, _NORTH_MOST = 180.0, 90.0
_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 1 << 20
_DECIMAL_COMMA = r"^([+-]?\d{1,3}),(\d+)$"
_FIRST_LINE = 2
_MOST_TITLES = 20
"""Lines of a sheet among which its headings are looked for."""
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*$", re.IGNORECASE)
_LOOKED_AT = 100
"""Rows of CSV that tell how many columns there are: they may have more than the headings."""


@dataclass(frozen=True)
class Part:
    """Some rows of a file.

    Attributes
    ----------
    table
        All columns but the geometry.
    longitude, latitude
        Degrees; NaN where a row has no point that can be read.
    """

    table: pd.DataFrame
    longitude: Floats
    latitude: Floats


def csv_tables(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    """Yield a table of texts, so that every value is written again just as it was."""
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline()
        declared = _SEPARATOR_LINE.match(first)  # as spreadsheets write for each other
        delimiter = declared[1] if declared else max(_DELIMITERS, key=first.count)
        if not declared:
            file.seek(0)
        lines = csv.reader(file, delimiter=delimiter)
        heading = next(lines, [])
        width = max(map(len, islice(lines, _LOOKED_AT)), default=0)
        names = _distinct([*heading, *[""] * (width - len(heading))])
    if not names:
        raise pd.errors.EmptyDataError("no columns")
    with pd.read_csv(
        path,
        chunksize=rows,
        dtype=str,
        keep_default_na=False,
        encoding=encoding,
        sep=delimiter,
        names=names,
        header=0,
        skiprows=1 if declared else 0,
        index_col=False,
    ) as parts:
        for part in parts:
            part.index += _FIRST_LINE
            yield part


def _encoding_of(path: Path) -> str:
    """Return UTF-8 or UTF-16 where a whole file is, GB 18030 otherwise."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        block = file.read(_BLOCK_BYTES)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _distinct(headings: Iterable[object]) -> list[str]:
    """Return headings as names of columns: the second of a name gets a number, blank ones a name.

    Spaces around them go.
    """
    names: list[str] = []
    for place, heading in enumerate(headings, start=1):
        name = plain = ("" if heading is None else str(heading).strip()) or f"列{place}"
        number = 1
        while name in names:
            name = f"{plain}.{number}"
            number += 1
        names.append(name)
    return names


def xlsx_tables(
    path: Path, rows: int, *, x: str | None = None, y: str | None = None
) -> Iterator[pd.DataFrame]:
    """Yield a table of what the cells of a sheet hold, indexed by the sheet's lines.

    It is the first visible sheet with headings of coordinates; titles above them are left out.
    """
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        sheet, skipped = _headed_sheet(book, x, y)
        lines = sheet.iter_rows(min_row=skipped + 1, values_only=True)
        names = _distinct(next(lines, ()))
        held: list[tuple[Any, ...]] = []
        first = skipped + _FIRST_LINE
        for line in lines:
            held.append(line[: len(names)])
            if len(held) == rows:
                yield _sheet_table(held, names, first)
                first += len(held)
                held = []
        if held or first == skipped + _FIRST_LINE:
            yield _sheet_table(held, names, first)
    finally:
        book.close()


def _sheet_table(held: list[tuple[Any, ...]], names: list[str], first: int) -> pd.DataFrame:
    lines = pd.RangeIndex(first, first + len(held))
    return pd.DataFrame(held, columns=names, index=lines, dtype=object)


def _headed_sheet(book: openpyxl.Workbook, x: str | None, y: str | None) -> tuple[Any, int]:
    """Return the sheet that holds points, and how many lines stand above its headings."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets = visible or book.worksheets
    if not sheets:
        raise pd.errors.EmptyDataError("no sheets")
    for sheet in sheets:
        for above, line in enumerate(sheet.iter_rows(max_row=_MOST_TITLES, values_only=True)):
            plain = {_plain(cell) for cell in line}
            if plain & set(_usual(x, EASTINGS)) and plain & set(_usual(y, NORTHINGS)):
                return sheet, above
    return sheets[0], 0


def _plain(heading: object) -> str:
    return "" if heading is None else str(heading).strip().lower()


def _usual(named: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    return usual if named is None else (_plain(named),)


def by_columns(
    path: Path, tables: Iterable[pd.DataFrame], x: str | None, y: str | None
) -> Iterator[Part]:
    """Yield tables with the points that two of their columns give.

    Raises
    ------
    InputError
        There are no such columns, or none of the first rows has a place on earth.
    """
    for number, table in enumerate(tables):
        columns = _column(path, table, x, EASTINGS), _column(path, table, y, NORTHINGS)
        longitude, latitude = (_numbers(table[column]) for column in columns)
        if number == 0:
            _refuse_without_places(path, table, columns, longitude, latitude)
        yield Part(table, longitude, latitude)


def _column(path: Path, table: pd.DataFrame, named: str | None, usual: tuple[str, ...]) -> str:
    plain = {_plain(column): str(column) for column in table.columns}
    for name in _usual(named, usual):
        if name in plain:
            if f"{name}.1" in plain:
                raise input_error("assign.same_column", file=path, column=name)
            return plain[name]
    raise input_error(
        "assign.no_column",
        file=path,
        column=named or usual[0],
        known="、".join(str(column) for column in table.columns) or "—",
    )


def _numbers(column: pd.Series[Any]) -> Floats:
    """Return numbers, also those with a decimal comma, a degree sign or full-width digits."""
    found = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    unread = np.isnan(found) & column.notna().to_numpy()
    if unread.any():
        texts = column[unread].astype(str).map(lambda text: unicodedata.normalize("NFKC", text))
        texts = texts.str.strip().str.rstrip("°").str.replace(_DECIMAL_COMMA, r"\1.\2", regex=True)
        numbers = pd.to_numeric(texts, errors="coerce")
        found = found.copy()
        found[unread] = numbers.to_numpy(dtype=float, na_value=np.nan)
    return found


def _refuse_without_places(
    path: Path,
    table: pd.DataFrame,
    columns: tuple[str, str],
    longitude: Floats,
    latitude: Floats,
) -> None:
    """Refuse rows none of which has a place, with the first value that is the cause."""
    numbers = np.isfinite(longitude) & np.isfinite(latitude)
    east, north = np.abs(longitude), np.abs(latitude)
    if not len(table) or ((east <= _EAST_MOST) & (north <= _NORTH_MOST)).any():
        return
    if numbers.any():
        swapped = (north <= _EAST_MOST) & (east <= _NORTH_MOST)
        if swapped[numbers].all():
            raise input_error("assign.swapped", file=path, x=columns[0], y=columns[1])
        row = int(np.argmax(numbers))
        column = columns[0] if east[row] > _EAST_MOST else columns[1]
        key = "assign.not_degrees"
    else:
        said = [(column, table[column].fillna("").astype(str).str.strip()) for column in columns]
        told = Counter({column: int((texts != "").sum()) for column, texts in said})
        column, most = told.most_common(1)[0]
        if not most:
            if path.suffix.lower() == ".xlsx" and _holds_formulas(path):
                raise input_error("assign.no_results", file=path)
            return
        row, key = int(np.argmax(dict(said)[column] != "")), "assign.not_a_number"
    value = table[column].iloc[row]
    line = int(table.index[row])
    raise input_error(key, file=path, row=line, column=column, value=str(value))


def _holds_formulas(path: Path) -> bool:
    """Return whether the first lines of a sheet hold formulas; their results may be missing."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return any(
            isinstance(cell, str) and cell.startswith("=")
            for sheet in book.worksheets
            for line in sheet.iter_rows(max_row=_LOOKED_AT, values_only=True)
            for cell in line
        )
    finally:
        book.close()
