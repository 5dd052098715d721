"""Rows of addresses answered: in this process, or in several over the same snapshots."""

from __future__ import annotations

import csv
import gc
import io
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from boundaries.address_records import Record, record_of
from boundaries.contacts import View
from boundaries.readside import InForce, Published
from boundaries.snapshot import open_snapshot
from geo.address import without_persons
from geo.address.index import MOST_CHARACTERS
from geo.pasted import pasted_point

_MOST_KNOWN = 20_000
_UNDER_WAY_A_WORKER, _WAITING_A_WORKER = 3, 64

Row = list[str]


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
        for each in in_force:
            _ = each.snapshot.addresses, each.snapshot.address_grids
        gc.freeze()  # what is open stays open: no later collection goes through it
        self._in_force = in_force
        self._asked = asked
        self._known: dict[str, Record] = {}

    def written(self, rows: Sequence[Row]) -> Written:
        """Return rows with their answers."""
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        statuses: Counter[str] = Counter()
        width, place = self._asked.width, self._asked.place
        for row in rows:
            filled = [*row, *[""] * (width - len(row))]
            record = self._record(filled[place])
            statuses[record[0]] += 1
            writer.writerow((*filled, *record))
        return Written(lines.getvalue(), len(rows), dict(statuses))

    def _record(self, text: str) -> Record:
        said = _said(text)
        record = self._known.get(said)
        if record is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            asked = self._asked
            record = self._known[said] = record_of(
                self._in_force,
                text,
                asked.moment,
                level=asked.level,
                view=asked.view,
                levels=asked.levels,
            )
        return record


def _said(text: str) -> str:
    """Return what a text is answered by: itself, but for who calls."""
    said = without_persons(text).rstrip(" ")
    if not said or len(text) > MOST_CHARACTERS or pasted_point(said) is not None:
        return text  # a place on the map, and a long text, are read with all that is in them
    return said


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
        Processes, of which this is one: it answers whatever the others have no room for, from
        the first row on, while they start.
    """
    here = RowAnswerer(in_force, asked)
    if workers == 1:
        yield from map(here.written, chunks)
        return
    sources = [(each.publication, each.snapshot.folder) for each in in_force]
    pool = ProcessPoolExecutor(
        workers - 1, mp_context=get_context("spawn"), initializer=_start, initargs=(sources, asked)
    )
    waiting: deque[Future[Written]] = deque()
    try:
        for chunk in chunks:
            if sum(not each.done() for each in waiting) < (workers - 1) * _UNDER_WAY_A_WORKER:
                waiting.append(pool.submit(_written, chunk))
            else:
                waiting.append(_done(here.written(chunk)))
            while waiting and (waiting[0].done() or len(waiting) >= workers * _WAITING_A_WORKER):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _done(written: Written) -> Future[Written]:
    future: Future[Written] = Future()
    future.set_result(written)
    return future


_of_this_process: list[RowAnswerer] = []


def _start(sources: Sequence[tuple[Published, Path]], asked: Asked) -> None:
    """Open the snapshots in a worker; the process that sent them has verified them."""
    in_force = [
        InForce(publication, open_snapshot(folder, verify=False)) for publication, folder in sources
    ]
    _of_this_process[:] = [RowAnswerer(in_force, asked)]


def _written(chunk: list[Row]) -> Written:
    return _of_this_process[0].written(chunk)
