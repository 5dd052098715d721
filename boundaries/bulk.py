"""Give the points of a whole file their grids: part by part, resumable, on one machine or many."""

from __future__ import annotations

import json
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.assigning import Assigner, Floats
from boundaries.file_runs import FileDone, fingerprint
from boundaries.point_files import Part, format_of, read_parts, write_csv_piece, write_parts
from boundaries.readside import InForce
from geo.datum import Datum
from geo.problem import input_error

PART_ROWS = 100_000
_IN_FLIGHT_A_WORKER = 2
_LONGEST_END_S = 120.0
_LONGITUDE, _LATITUDE = "__longitude", "__latitude"


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
    pieces = _Pieces(out, fingerprint(in_force, source, asked))
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


class _Pieces:
    """The finished parts of a run, in a folder beside its output."""

    def __init__(self, out: Path, fingerprint: dict[str, Any]) -> None:
        self._out = out
        self._suffix = format_of(out)
        self._folder = out.with_name(f"{out.name}.parts")
        state = self._folder / "state.json"
        text = json.dumps(fingerprint)
        if not state.is_file() or state.read_text(encoding="utf-8") != text:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            state.write_text(text, encoding="utf-8")
        self._count = 0

    def rows(self) -> list[int]:
        """Return the rows of each part that is finished, and go on behind them."""
        found: list[int] = []
        while self._rows_file(len(found)).is_file():
            found.append(int(self._rows_file(len(found)).read_text(encoding="utf-8")))
        self._count = len(found)
        return found

    def _rows_file(self, number: int) -> Path:
        return self._folder / f"{number:06}.rows"

    def _piece(self, number: int) -> Path:
        return self._folder / f"{number:06}{'.csv' if self._suffix == '.csv' else '.parquet'}"

    def add(self, part: Part, results: pd.DataFrame) -> None:
        """Keep a part with its results; it counts once its number of rows is written, too."""
        table = part.table.reset_index(drop=True)
        taken = set(map(str, table.columns))
        renamed = {name: f"{name}_wangge" if name in taken else name for name in results.columns}
        table = pd.concat([table, results.rename(columns=renamed)], axis=1)
        path = self._piece(self._count)
        if self._suffix == ".csv":
            write_csv_piece(path, table, headed=self._count == 0)
        else:
            placed = table.assign(**{_LONGITUDE: part.longitude, _LATITUDE: part.latitude})
            placed.to_parquet(path, index=False)
        fresh = self._rows_file(self._count).with_suffix(".fresh")
        fresh.write_text(str(len(table)), encoding="utf-8")
        fresh.rename(self._rows_file(self._count))
        self._count += 1

    def join(self) -> None:
        """Write the output from the parts, at once and for good, and take them away."""
        making = self._folder / f"all{self._suffix}"
        making.unlink(missing_ok=True)
        if self._suffix == ".csv":
            with making.open("wb") as whole:
                for number in range(self._count):
                    with self._piece(number).open("rb") as piece:
                        shutil.copyfileobj(piece, whole, 1 << 20)
        else:
            write_parts(making, map(self._part, range(self._count)))
        making.rename(self._out)
        shutil.rmtree(self._folder)

    @cached_property
    def _schema(self) -> pa.Schema:
        """Types that hold for all parts: a part alone may know nothing of an empty column."""
        schemas = [pq.read_schema(self._piece(n)).remove_metadata() for n in range(self._count)]
        whole = pa.unify_schemas(schemas, promote_options="permissive")
        return pa.schema(
            [
                (each.name, pa.string() if pa.types.is_null(each.type) else each.type)
                for each in whole
            ]
        )

    def _part(self, number: int) -> Part:
        kept = pq.read_table(self._piece(number)).cast(self._schema)
        exact = pd.ArrowDtype if self._suffix == ".parquet" else None
        table = kept.to_pandas(types_mapper=exact)
        longitude, latitude = (
            table.pop(name).to_numpy(dtype=np.float64) for name in (_LONGITUDE, _LATITUDE)
        )
        return Part(table, longitude, latitude)
