"""Read tables whose rows may carry coordinates: CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from geo.layers.source import (
    Limits,
    Source,
    refuse_rows,
    refuse_size,
    suffix_of,
    unreadable,
)
from geo.problem import InputError, Problem, input_error

_DELIMITERS = ",;\t|，；"
_ENCODINGS = ("utf-8-sig", "gb18030")
_HUGE_FIELD = 10_000_000  # a WKT polygon may be long


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets."""
    try:
        book = openpyxl.load_workbook(path, read_only=True)
        names = list(book.sheetnames)
        book.close()
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise unreadable(path, error) from error
    return names


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
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count) if first else ","
    csv.field_size_limit(_HUGE_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings = next(reader, [])
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise unreadable(path, f"line {reader.line_num}: {error}") from error
    refuse_rows(path, None, len(rows), limits)
    return _frame(path, None, headings, rows)


def _decoded(path: Path, encoding: str | None) -> str:
    data = path.read_bytes()
    for candidate in (encoding,) if encoding else _ENCODINGS:
        try:
            return data.decode(candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    raise unreadable(path, f"not in {encoding or ' / '.join(_ENCODINGS)}")


def _workbook(path: Path, wanted: str | None, limits: Limits) -> tuple[str, pd.DataFrame]:
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_size(path, sum(entry.file_size for entry in archive.infolist()), limits)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise unreadable(path, error) from error
    try:
        if wanted is not None and wanted not in book.sheetnames:
            known = "、".join(book.sheetnames)
            raise input_error("layers.no_layer", file=path, value=wanted, known=known)
        sheet = book[wanted] if wanted is not None else book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        if isinstance(error, InputError):
            raise
        raise unreadable(path, error) from error
    finally:
        book.close()
    while rows and all(cell is None for cell in rows[-1]):  # formatted, but never filled
        rows.pop()
    refuse_rows(path, sheet.title, len(rows) - 1, limits)
    headings = ["" if cell is None else str(cell) for cell in rows[0]] if rows else []
    return str(sheet.title), _frame(path, str(sheet.title), headings, rows[1:])


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
