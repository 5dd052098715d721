"""Give the points of a whole file their grids: part by part, resumable, on one machine or many."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from boundaries.assigning import Assigner, Floats
from boundaries.file_runs import FileDone, fingerprint
from boundaries.point_files import format_of, read_parts
from boundaries.point_pieces import Pieces
from boundaries.point_tables import Part
from boundaries.readside import InForce
from geo.datum import Datum
from geo.problem import input_error

PART_ROWS = 100_000
_IN_FLIGHT_A_WORKER = 2
_LONGEST_END_S = 120.0


class Pending(Protocol):
    """A result that is being worked out."""

    def result(self) -> pd.DataFrame:
        """Return the result columns, waiting for them."""


Submit = Callable[[Floats, Floats], Pending]


def assign_file(
    in_force: Sequence[InForce],
    source: Path,
    out: Path,
    *,
    datum: Datum = Datum.WGS84,
    x: str | None = None,
    y: str | None = None,
    part_rows: int = PART_ROWS,
    dask: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> FileDone:
    """Write a copy of a file of points with the grids of each; input columns stay in order.

    Finished parts lie in a folder beside ``out`` until all are done, so that an interrupted run
    goes on where it stopped. With Dask, workers get the coordinates alone and the file is the
    same, byte for byte.

    Parameters
    ----------
    in_force
        The publications that answer.
    source, out
        CSV, XLSX, GeoParquet or GeoPackage.
    datum
        Datum of the points.
    x, y
        Columns of longitude and latitude, where their names are not the usual ones.
    part_rows
        Rows that are held in memory at once.
    dask
        Address of a Dask scheduler, or ``local:N`` for N workers on this machine.
    progress
        Called with the number of rows done after each part.

    Raises
    ------
    InputError
        A file cannot be read or written.
    """
    if out.exists():
        raise input_error("assign.out_exists", file=out)
    if not in_force:
        raise input_error("assign.nothing_in_force")
    format_of(out)
    asked = [datum.value, x, y, part_rows]
    pieces = Pieces(out, fingerprint(in_force, source, asked))
    done = pieces.rows()
    counts: Counter[str] = Counter()
    parts = islice(read_parts(source, part_rows, x=x, y=y), len(done), None)
    with _submitting(Assigner(in_force), datum, dask) as (submit, window):
        total = sum(done)
        if done and progress is not None:
            progress(total)
        for part, results in _located(parts, submit, window):
            pieces.add(part, results)
            counts.update(results["status"].tolist())
            total += len(results)
            if progress is not None:
                progress(total)
    pieces.join()
    return FileDone(total, sum(done), dict(counts))


def _located(
    parts: Iterator[Part], submit: Submit, window: int
) -> Iterator[tuple[Part, pd.DataFrame]]:
    """Yield parts with their results in order, a few of them being worked on at a time."""
    waiting: deque[tuple[Part, Pending]] = deque()
    for part in parts:
        waiting.append((part, submit(part.longitude, part.latitude)))
        if len(waiting) >= window:
            first, pending = waiting.popleft()
            yield first, pending.result()
    for part, pending in waiting:
        yield part, pending.result()


@dataclass(frozen=True)
class _Here:
    """A result of this process, worked out when it is asked for."""

    work: Callable[[], pd.DataFrame]

    def result(self) -> pd.DataFrame:
        return self.work()


@contextmanager
def _submitting(assigner: Assigner, datum: Datum, dask: str | None) -> Iterator[tuple[Submit, int]]:
    """Give the way to have points located, and how many parts may be under way."""
    if dask is None:
        yield (lambda x, y: _Here(lambda: assigner.assign(x, y, datum))), 1
        return
    with _client(dask) as client:
        shared = client.scatter(assigner, broadcast=True)
        workers = max(len(client.scheduler_info()["workers"]), 1)

        def submit(x: Floats, y: Floats) -> Pending:
            pending: Pending = client.submit(_assign, shared, x, y, datum, pure=False)
            return pending

        yield submit, workers * _IN_FLIGHT_A_WORKER


def _assign(assigner: Assigner, x: Floats, y: Floats, datum: Datum) -> pd.DataFrame:
    return assigner.assign(x, y, datum)


def _client(dask: str) -> AbstractContextManager[Any]:
    """Return a client of a cluster; a local one ends with it."""
    try:
        from distributed import Client, Nanny  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise input_error("assign.no_dask") from error
    kind, _, workers = dask.partition(":")
    if kind != "local":
        client: AbstractContextManager[Any] = Client(dask)  # type: ignore[no-untyped-call]
        return client
    if not workers.isdecimal() or int(workers) < 1:
        raise input_error("assign.bad_dask", value=dask)

    class Patient(Nanny):
        """A worker's keeper that lets it end in its own time: a busy machine takes some seconds."""

        async def close(self, *_: Any, **given: Any) -> Any:
            return await super().close(**{**given, "timeout": _LONGEST_END_S})

    local: AbstractContextManager[Any] = Client(  # type: ignore[no-untyped-call]
        n_workers=int(workers), threads_per_worker=1, dashboard_address=None, worker_class=Patient
    )
    return local
