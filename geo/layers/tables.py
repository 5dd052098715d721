"""Read tables whose rows may carry coordinates: CSV and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils.cell import range_boundaries

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
_LEAST_CODE = 1_000_000  # smaller numbers are counts, larger ones codes and telephone numbers
_MERGED = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
_HUGE_FIELD = 10_000_000  # a WKT polygon may be long


_Numbered = tuple[int, Sequence[Any]]  # a row behind the number that a spreadsheet shows


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
        sheet, numbered = _workbook(path, sheet, limits)
    else:
        sheet, numbered = None, _text_rows(path, encoding)
    refuse_rows(path, sheet, len(numbered) - 1, limits)
    headings = ["" if cell is None else str(cell) for cell in numbered[0][1]] if numbered else []
    lines = np.array([line for line, _ in numbered[1:]], dtype=np.int64)
    values = _frame(path, sheet, headings, numbered[1:])
    none = np.zeros(len(values), dtype=bool)
    return Source(str(path), sheet, values, None, none, None, lines=lines)


def _text_rows(path: Path, encoding: str | None) -> list[_Numbered]:
    text = _decoded(path, encoding)
    first = "\n".join(text.splitlines()[:_TITLE_ROWS])
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_HUGE_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows: list[_Numbered] = [(at, row) for at, row in enumerate(reader, start=1) if row]
    except csv.Error as error:
        raise unreadable(path, f"line {reader.line_num}: {error}") from error
    return _below_title(rows)


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


def _workbook(path: Path, wanted: str | None, limits: Limits) -> tuple[str, list[_Numbered]]:
    with zipfile.ZipFile(path) as archive:
        refuse_size(path, sum(entry.file_size for entry in archive.infolist()), limits)
    with _opened(path) as book:
        if wanted is not None and wanted not in book.sheetnames:
            known = "、".join(book.sheetnames)
            raise input_error("layers.no_layer", file=path, value=wanted, known=known)
        sheet = book[wanted] if wanted is not None else book.worksheets[0]
        name = str(sheet.title)
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        merged = _merged(path, sheet)
    groups = _fill_down(rows, merged)
    numbered: list[_Numbered] = [
        (at, row)
        for at, row in enumerate(rows, start=1)
        if any(cell not in (None, "") for cell in row)
    ]
    return name, _below_title(numbered, groups)


def _merged(path: Path, sheet: Any) -> list[tuple[int, int, int, int]]:
    """Return first column, first row, last column and last row of the cells merged in a sheet.

    A workbook that is read row by row does not tell them itself.
    """
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(sheet._worksheet_path)  # noqa: SLF001
    found = []
    for span in _MERGED.findall(xml):
        first_column, first, last_column, last = range_boundaries(span.decode())
        if first_column and first and last_column and last:
            found.append((first_column, first, last_column, last))
    return found


def _fill_down(rows: list[list[Any]], merged: Sequence[tuple[int, int, int, int]]) -> set[int]:
    """Give every row of merged cells the text that stands in the first; return rows of groups.

    A count over several rows is their sum, and stays in the first. A row with cells merged
    across columns, above one with more headings, is a title or a heading of groups.
    """
    across: set[int] = set()
    for column, first, last_column, last in merged:
        if first > len(rows) or column > len(rows[first - 1]):
            continue
        value = rows[first - 1][column - 1]
        if last_column > column:
            across.add(first)
        if isinstance(value, (int, float)) and abs(value) < _LEAST_CODE:
            continue
        for row in rows[first : min(last, len(rows))]:
            row[column - 1] = value
    filled = [sum(cell not in (None, "") for cell in row) for row in rows]
    return {at for at in across if at < len(rows) and filled[at] > filled[at - 1]}


def _below_title(rows: list[_Numbered], groups: Container[int] = ()) -> list[_Numbered]:
    """Leave out what stands above the headings: a title across the sheet, headings of groups."""
    for at, (line, row) in enumerate(rows[:_TITLE_ROWS]):
        if sum(cell not in (None, "") for cell in row) > 1 and line not in groups:
            return rows[at:]
    return rows


def _frame(
    path: Path, sheet: str | None, headings: Sequence[str], numbered: Sequence[_Numbered]
) -> pd.DataFrame:
    """Return the rows under their headings; a row of another length is a problem."""
    names = [re.sub(r"\s+", " ", heading).strip() for heading in headings]
    while names and not names[-1]:
        names.pop()
    problems = [*_bad_headings(path, sheet, names), *_bad_rows(path, sheet, len(names), numbered)]
    if problems:
        raise InputError(problems)
    rows = [row for _, row in numbered]
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
    path: Path, sheet: str | None, width: int, numbered: Sequence[_Numbered]
) -> Iterable[Problem]:
    if sheet is not None:  # cells outside the headings are notes in the margin
        return
    for number, (line, row) in enumerate(numbered, start=1):
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            yield from input_error(
                "layers.ragged_row",
                file=path,
                row=number,
                value=len(row),
                line=line,
                expected=width,
            ).problems
