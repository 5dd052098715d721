"""Rows of addresses answered: in this process, or in several over the same snapshots."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from boundaries.answer import Answer
from boundaries.contacts import View
from boundaries.lookup import answer_address
from boundaries.readside import InForce, Published
from boundaries.snapshot import open_snapshot

_FIRST = ("status", "grade", "p", "p_none", "precision")
_MATCHED = ("matched", "compound", "zone", "building", "stair", "road", "number")
_OF_LEVEL = ("state", "code", "name", "p")
_LAST = ("faults", "ask", "note", "plan", "as_of")
_UNMATCHED = (None,) * len(_MATCHED)
_UNKNOWN = (None,) * len(_OF_LEVEL)
_MOST_KNOWN = 20_000
_IN_FLIGHT_A_WORKER = 2

Row = list[str]
_Record = tuple[str, tuple[str, ...]]


def result_columns(levels: Sequence[int]) -> tuple[str, ...]:
    """Return the result columns, in the order in which they follow the input's."""
    of_levels = (f"level{level}_{name}" for level in levels for name in _OF_LEVEL)
    return (*_FIRST, *_MATCHED, *of_levels, *_LAST)


@dataclass(frozen=True)
class Asked:
    """What is asked of every row of a file.

    Attributes
    ----------
    moment, level, view
        See `boundaries.lookup.lookup_address`.
    levels
        Levels that have result columns.
    place, width
        Which column holds the address, and how many there are.
    """

    moment: datetime
    level: int | None
    view: View
    levels: tuple[int, ...]
    place: int
    width: int


@dataclass(frozen=True)
class Written:
    """Some rows with their answers, as lines of CSV."""

    lines: str
    rows: int
    by_status: dict[str, int]


class RowAnswerer:
    """Answers rows as single calls are answered; an address said twice is looked up once."""

    def __init__(self, in_force: Sequence[InForce], asked: Asked) -> None:
        self._in_force = in_force
        self._asked = asked
        self._known: dict[str, _Record] = {}

    def written(self, rows: Sequence[Row]) -> Written:
        """Return rows with their answers."""
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        statuses: Counter[str] = Counter()
        width, place = self._asked.width, self._asked.place
        for row in rows:
            filled = [*row, *[""] * (width - len(row))]
            status, record = self._record(filled[place])
            statuses[status] += 1
            writer.writerow((*filled, *record))
        return Written(lines.getvalue(), len(rows), dict(statuses))

    def _record(self, text: str) -> _Record:
        record = self._known.get(text)
        if record is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            asked = self._asked
            answer = answer_address(
                self._in_force, text, asked.moment, level=asked.level, view=asked.view, brief=True
            )
            record = self._known[text] = answer.status, _record_of(answer, asked.levels)
        return record


def _record_of(answer: Answer, levels: Sequence[int]) -> tuple[str, ...]:
    """Return the result columns of an answer."""
    record: list[str | None] = [answer.status, answer.grade]
    if answer.candidates:
        best = answer.candidates[0]
        record += [str(best["p"]), _shown(answer.p_none), answer.precision, best["text"]]
        record += [best[name] for name in _MATCHED[1:]]
    else:
        record += [None, _shown(answer.p_none), answer.precision, *_UNMATCHED]
    by_level = {one.level: one for one in answer.levels}
    for level in levels:
        one = by_level.get(level)
        record += _UNKNOWN if one is None else (one.state, one.code, one.name, _shown(one.p))
    faults = ";".join([fault["code"] for fault in answer.faults]) if answer.faults else ""
    ask = None if answer.ask is None else answer.ask.text("zh")
    note = None if answer.note is None else answer.note.text("zh")
    record += [faults, ask, note, answer.plan_name, answer.as_of.isoformat()]
    return tuple([value or "" for value in record])


def _shown(p: float) -> str:
    return str(round(p, 6))


def answered_chunks(
    chunks: Iterator[list[Row]], in_force: Sequence[InForce], asked: Asked, workers: int
) -> Iterator[Written]:
    """Yield chunks of rows with their answers, in their order, a few being worked on at a time.

    Parameters
    ----------
    chunks
        Rows, read as they are needed.
    in_force
        The publications that answer.
    asked
        What is asked of every row.
    workers
        Processes; with one the work is done in this one.
    """
    if workers == 1:
        yield from map(RowAnswerer(in_force, asked).written, chunks)
        return
    sources = [(each.publication, each.snapshot.folder) for each in in_force]
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(sources, asked)
    )
    waiting: deque[Future[Written]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_written, chunk))
            if len(waiting) >= workers * _IN_FLIGHT_A_WORKER:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


_of_this_process: list[RowAnswerer] = []


def _start(sources: Sequence[tuple[Published, Path]], asked: Asked) -> None:
    """Open the snapshots in a worker; the process that sent them has verified them."""
    in_force = [
        InForce(publication, open_snapshot(folder, verify=False)) for publication, folder in sources
    ]
    _of_this_process[:] = [RowAnswerer(in_force, asked)]


def _written(chunk: list[Row]) -> Written:
    return _of_this_process[0].written(chunk)
