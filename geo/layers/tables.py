"""Read tables whose rows may carry coordinates: CSV and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from geo.layers.source import (
    Limits,
    Source,
    reading_of,
    refuse_rows,
    refuse_size,
    suffix_of,
    unreadable,
)
from geo.problem import InputError, Problem, input_error

_DELIMITERS = ",;\t|，；"
_ENCODINGS = ("utf-8-sig", "gb18030")
_TITLE_ROWS = 4  # so many rows may stand above the headings
_HUGE_FIELD = 10_000_000  # a WKT polygon may be long


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets."""
    with reading_of(path), _opened(path) as book:
        return list(book.sheetnames)


@contextmanager
def _opened(path: Path) -> Iterator[openpyxl.Workbook]:
    """Open a workbook for reading and close it, also where it turns out to be damaged."""
    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def read(path: Path, sheet: str | None, encoding: str | None, limits: Limits) -> Source:
    """Read a table; see `geo.layers.source.open_source`. Its places are made by `places`."""
    if suffix_of(path) == ".xlsx":
        sheet, values = _workbook(path, sheet, limits)
    else:
        sheet, values = None, _text_table(path, encoding, limits)
    none = np.zeros(len(values), dtype=bool)
    return Source(str(path), sheet, values, None, none, None)


def _text_table(path: Path, encoding: str | None, limits: Limits) -> pd.DataFrame:
    text = _decoded(path, encoding)
    first = "\n".join(text.splitlines()[:_TITLE_ROWS])
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_HUGE_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = _below_title([row for row in reader if row])
    except csv.Error as error:
        raise unreadable(path, f"line {reader.line_num}: {error}") from error
    refuse_rows(path, None, len(rows) - 1, limits)
    return _frame(path, None, rows[0] if rows else [], rows[1:])


def _decoded(path: Path, encoding: str | None) -> str:
    data = path.read_bytes()
    if encoding is None and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"  # what spreadsheets call Unicode text
    for candidate in (encoding,) if encoding else _ENCODINGS:
        try:
            return data.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    raise unreadable(path, f"not in {encoding or ' / '.join(_ENCODINGS)}")


def _workbook(path: Path, wanted: str | None, limits: Limits) -> tuple[str, pd.DataFrame]:
    with zipfile.ZipFile(path) as archive:
        refuse_size(path, sum(entry.file_size for entry in archive.infolist()), limits)
    with _opened(path) as book:
        if wanted is not None and wanted not in book.sheetnames:
            known = "、".join(book.sheetnames)
            raise input_error("layers.no_layer", file=path, value=wanted, known=known)
        sheet = book[wanted] if wanted is not None else book.worksheets[0]
        name = str(sheet.title)
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    while rows and all(cell is None for cell in rows[-1]):  # formatted, but never filled
        rows.pop()
    rows = _below_title(rows)
    refuse_rows(path, name, len(rows) - 1, limits)
    headings = ["" if cell is None else str(cell) for cell in rows[0]] if rows else []
    return name, _frame(path, name, headings, rows[1:])


def _below_title(rows: list[list[Any]]) -> list[list[Any]]:
    """Leave out what stands above the headings: a title across the sheet, empty rows."""
    for at, row in enumerate(rows[:_TITLE_ROWS]):
        if sum(cell not in (None, "") for cell in row) > 1:
            return rows[at:]
    return rows


def _frame(
    path: Path, sheet: str | None, headings: Sequence[str], rows: Sequence[Sequence[Any]]
) -> pd.DataFrame:
    """Return the rows under their headings; a row of another length is a problem."""
    names = [re.sub(r"\s+", " ", heading).strip() for heading in headings]
    while names and not names[-1]:
        names.pop()
    problems = [*_bad_headings(path, sheet, names), *_bad_rows(path, sheet, len(names), rows)]
    if problems:
        raise InputError(problems)
    columns = {
        name: pd.Series([_cell(row[at]) if at < len(row) else None for row in rows], dtype=object)
        for at, name in enumerate(names)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
        return value or None
    return value


def _bad_headings(path: Path, sheet: str | None, names: Sequence[str]) -> Iterable[Problem]:
    if not names:
        yield from input_error("layers.no_headings", file=path, layer=sheet).problems
    seen: set[str] = set()
    for name in names:
        if name in seen and name:
            yield from input_error(
                "layers.repeated_heading", file=path, layer=sheet, column=name
            ).problems
        seen.add(name)


def _bad_rows(
    path: Path, sheet: str | None, width: int, rows: Sequence[Sequence[Any]]
) -> Iterable[Problem]:
    if sheet is not None:  # cells outside the headings are notes in the margin
        return
    for number, row in enumerate(rows, start=1):
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            yield from input_error(
                "layers.ragged_row", file=path, row=number, value=len(row), expected=width
            ).problems
