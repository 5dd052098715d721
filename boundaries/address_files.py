"""Whole files of addresses looked up: the single call's answers, row by row, resumable.

Input columns stay in their order; the result columns follow in the order of `result_columns`.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from boundaries.address_records import result_columns
from boundaries.address_rows import Asked, Row, Written, answered_chunks
from boundaries.contacts import View
from boundaries.file_runs import FileDone, fingerprint
from boundaries.readside import InForce, ReadSide, refuse_missing_level
from geo.problem import input_error

__all__ = ["ADDRESS_COLUMNS", "FORMATS", "answer_file", "result_columns"]

FORMATS = (".csv", ".xlsx")
ADDRESS_COLUMNS = ("address", "地址", "text", "详细地址", "住址")
CHUNK_ROWS = 500
_MANY_CHUNKS = 20
_MOST_WORKERS = 8


def answer_file(
    read_side: ReadSide,
    source: Path,
    target: Path,
    *,
    column: str | None = None,
    at: datetime | None = None,
    level: int | None = None,
    view: View = "duty",
    workers: int | None = None,
    chunk_rows: int = CHUNK_ROWS,
    progress: Callable[[int], None] | None = None,
) -> FileDone:
    """Look every address of a file up and write the file with its answers.

    Each row is answered as `boundaries.lookup.lookup_address` answers it, whatever the number of
    workers. Rows are written as they are answered, beside the target under the name
    ``.part.csv``; a run that was interrupted goes on behind what it wrote, for the same moment,
    and the target stands only when all is done.

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
    workers
        Processes; by default as many as there are cores, one for a short file.
    chunk_rows
        Rows that are worked on together; a few chunks are in memory at once.
    progress
        Called with the number of rows done after each chunk.

    Raises
    ------
    InputError
        A format that is none of `FORMATS`, a file without such a column, or a level that
        nothing in force has.
    """
    for path in (source, target):
        if path.suffix.lower() not in FORMATS:
            raise input_error("address_files.format", file=path, value=path.suffix)
    part = _Part(target)
    known, in_force = _known_of(read_side, source, part, at, [column, level, view])
    with closing(_rows(source)) as rows:
        heading = next(rows, [])
        place = _address_column(source, heading, column)
        levels = _levels(in_force, level)
        moment = datetime.fromisoformat(known["at"])
        asked = Asked(moment, level, view, levels, place, len(heading))
        resumed = part.resume(known, [*heading, *result_columns(levels)])
        next(islice(rows, resumed, resumed), None)
        statuses: Counter[str] = Counter()
        done = resumed
        chunks = iter(lambda: list(islice(rows, chunk_rows)), [])
        first = list(islice(chunks, _MANY_CHUNKS))
        if workers is None:
            workers = _cores() if len(first) == _MANY_CHUNKS else 1
        for written in answered_chunks(chain(first, chunks), in_force, asked, workers):
            part.add(written)
            statuses.update(written.by_status)
            done += written.rows
            if progress is not None:
                progress(done)
    part.finish()
    return FileDone(done, resumed, dict(statuses))


def _known_of(
    read_side: ReadSide,
    source: Path,
    part: _Part,
    at: datetime | None,
    asked: Sequence[object],
) -> tuple[dict[str, Any], tuple[InForce, ...]]:
    """Return what a run is known by, with its moment, and what is in force at it."""
    for moment in (part.moment() if at is None else at, at or datetime.now(UTC)):
        if moment is None:
            continue
        in_force = read_side.in_force(moment)
        known = {"at": moment.isoformat(), **fingerprint(in_force, source, asked)}
        if part.is_of(known):
            break
    return known, in_force


def _cores() -> int:
    return min(_MOST_WORKERS, len(os.sched_getaffinity(0)))


def _levels(in_force: Sequence[InForce], level: int | None) -> tuple[int, ...]:
    refuse_missing_level(in_force, level)
    if level is not None:
        return (level,)
    return tuple(sorted({one for each in in_force for one in each.snapshot.placement.levels}))


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


class _Part:
    """What a run has written so far, beside its target, and how much of it counts."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._lines = target.with_name(f"{target.name}.part.csv")
        self._state = target.with_name(f"{target.name}.part.json")
        self._kept: dict[str, Any] = {}
        if self._state.is_file() and self._lines.is_file():
            self._kept = json.loads(self._state.read_text(encoding="utf-8"))

    def moment(self) -> datetime | None:
        """Return the moment that an interrupted run answered for."""
        return datetime.fromisoformat(self._kept["at"]) if self._kept else None

    def is_of(self, known: Mapping[str, Any]) -> bool:
        """Return whether an interrupted run is known by the same."""
        return bool(self._kept) and all(self._kept[name] == each for name, each in known.items())

    def resume(self, known: Mapping[str, Any], heading: Row) -> int:
        """Return how many rows are done; 0 where the run begins anew, with its heading."""
        if self.is_of(known):
            with self._lines.open("r+b") as file:
                file.truncate(self._kept["bytes"])
            done: int = self._kept["rows"]
            return done
        self._state.unlink(missing_ok=True)
        with self._lines.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(heading)
        self._kept = {**known, "rows": 0}
        return 0

    def add(self, written: Written) -> None:
        """Write answered rows; they count once the state says so."""
        with self._lines.open("ab") as file:
            file.write(written.lines.encode("utf-8"))
            self._kept["bytes"] = file.tell()
        self._kept["rows"] += written.rows
        fresh = self._state.with_suffix(".fresh")
        fresh.write_text(json.dumps(self._kept), encoding="utf-8")
        fresh.replace(self._state)

    def finish(self) -> None:
        """Put the answers in the target's place."""
        if self._target.suffix.lower() == ".csv":
            self._lines.replace(self._target)
        else:
            book = Workbook(write_only=True)
            sheet = book.create_sheet()
            with closing(_rows(self._lines)) as rows:
                for row in rows:
                    sheet.append(row)
            book.save(self._target)
            self._lines.unlink()
        self._state.unlink(missing_ok=True)
