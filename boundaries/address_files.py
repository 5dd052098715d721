"""Whole files of addresses looked up: the single call's answers, row by row, resumable.

Input columns stay in their order; the result columns follow in the order of `result_columns`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from boundaries.answer import Answer
from boundaries.contacts import View
from boundaries.lookup import lookup_address
from boundaries.readside import ReadSide
from geo.problem import input_error

FORMATS = (".csv", ".xlsx")
ADDRESS_COLUMNS = ("address", "地址", "text", "详细地址", "住址")
_PROGRESS_EVERY = 500
_FLUSH_EVERY = 1000
_FIRST = ("status", "grade", "p", "p_none", "precision")
_MATCHED = ("matched", "compound", "zone", "building", "stair", "road", "number")
_OF_LEVEL = ("state", "code", "name", "p")
_LAST = ("faults", "ask", "note", "plan", "as_of")

Row = list[str]


@dataclass(frozen=True)
class FileAnswered:
    """What a run over a file did.

    Attributes
    ----------
    rows
        Rows of the file.
    resumed
        Rows that an earlier, interrupted run had done.
    by_status
        Rows of this run by the status of their answers.
    """

    rows: int
    resumed: int
    by_status: dict[str, int]


def result_columns(levels: Sequence[int]) -> tuple[str, ...]:
    """Return the result columns, in the order in which they follow the input's."""
    of_levels = (f"level{level}_{name}" for level in levels for name in _OF_LEVEL)
    return (*_FIRST, *_MATCHED, *of_levels, *_LAST)


def answer_file(
    read_side: ReadSide,
    source: Path,
    target: Path,
    *,
    column: str | None = None,
    at: datetime | None = None,
    level: int | None = None,
    view: View = "duty",
    progress: Callable[[int], None] | None = None,
) -> FileAnswered:
    """Look every address of a file up and write the file with its answers.

    Each row is answered as `boundaries.lookup.lookup_address` answers it. Rows are written as
    they are answered, beside the target under the name ``.part.csv``; a run that was interrupted
    goes on behind the last whole row, and the target stands only when all is done.

    Parameters
    ----------
    read_side
        What is published.
    source, target
        CSV (UTF-8, with or without a mark) or XLSX (its first sheet).
    column
        The column of the addresses; found by its usual names by default.
    at
        Aware moment to answer for; now by default, the same for all rows.
    level, view
        See `boundaries.lookup.lookup_address`.
    progress
        Called with the number of rows done.

    Raises
    ------
    InputError
        A format that is none of `FORMATS`, or a file without such a column.
    """
    for path in (source, target):
        if path.suffix.lower() not in FORMATS:
            raise input_error("address_files.format", file=path, value=path.suffix)
    moment = at or datetime.now(UTC)
    part = target.with_name(f"{target.name}.part.csv")
    with closing(_rows(source)) as rows:
        heading = next(rows, [])
        place = _address_column(source, heading, column)
        levels = _levels(read_side, moment, level)
        resumed = _whole_rows(part, [*heading, *result_columns(levels)])
        statuses: dict[str, int] = {}
        done = resumed
        with part.open("a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if not resumed and not part.stat().st_size:
                writer.writerow([*heading, *result_columns(levels)])
            for row in islice(rows, resumed, None):
                filled = [*row, *[""] * (len(heading) - len(row))]
                answer = lookup_address(read_side, filled[place], at=moment, level=level, view=view)
                writer.writerow([*filled, *_record(answer, levels)])
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                done += 1
                if done % _FLUSH_EVERY == 0:
                    file.flush()
                if progress is not None and done % _PROGRESS_EVERY == 0:
                    progress(done)
    if progress is not None:
        progress(done)
    _finish(part, target)
    return FileAnswered(done, resumed, statuses)


def _levels(read_side: ReadSide, moment: datetime, level: int | None) -> tuple[int, ...]:
    if level is not None:
        return (level,)
    found = {
        one for current in read_side.in_force(moment) for one in current.snapshot.placement.levels
    }
    return tuple(sorted(found))


def _address_column(source: Path, heading: Row, column: str | None) -> int:
    if column is not None:
        if column in heading:
            return heading.index(column)
        raise input_error(
            "address_files.no_column", file=source, column=column, known="、".join(heading)
        )
    for name in ADDRESS_COLUMNS:
        if name in heading:
            return heading.index(name)
    raise input_error("address_files.which_column", file=source, known="、".join(heading) or "—")


def _record(answer: Answer, levels: Sequence[int]) -> list[str]:
    """Return the result columns of an answer."""
    best: dict[str, Any] = dict(answer.candidates[0]) if answer.candidates else {}
    by_level = {one.level: one for one in answer.levels}
    record: list[object] = [
        answer.status,
        answer.grade,
        best.get("p"),
        round(answer.p_none, 6),
        answer.precision,
        best.get("text"),
        *(best.get(name) for name in _MATCHED[1:]),
    ]
    for level in levels:
        one = by_level.get(level)
        record += [None] * 4 if one is None else [one.state, one.code, one.name, round(one.p, 6)]
    record += [
        ";".join(str(fault["code"]) for fault in answer.faults),
        None if answer.ask is None else answer.ask.text("zh"),
        None if answer.note is None else answer.note.text("zh"),
        answer.plan_name,
        answer.as_of.isoformat(),
    ]
    return ["" if value is None else str(value) for value in record]


def _rows(path: Path) -> Generator[Row, None, None]:
    """Read a file row by row."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file)
        return
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for values in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if value is None else str(value) for value in values]
    finally:
        book.close()


def _whole_rows(part: Path, heading: Row) -> int:
    """Return how many answered rows an interrupted run left; what it half wrote is cut off."""
    if not part.exists():
        return 0
    whole = part.read_bytes().rpartition(b"\n")[0]
    part.write_bytes(whole + b"\n" if whole else b"")
    with part.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != heading:
            part.unlink()
            return 0
        return sum(1 for _ in rows)


def _finish(part: Path, target: Path) -> None:
    if target.suffix.lower() == ".csv":
        part.replace(target)
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _rows(part):
        sheet.append(row)
    book.save(target)
    part.unlink()
