"""The finished parts of a file of points, kept beside the output until all are there."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.point_files import format_of, write_csv_piece, write_parts
from boundaries.point_tables import Part

_LONGITUDE, _LATITUDE = "__longitude", "__latitude"
_PIECES = {".csv": ".csv", ".xlsx": ".json"}


class Pieces:
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
        return self._folder / f"{number:06}{_PIECES.get(self._suffix, '.parquet')}"

    def add(self, part: Part, results: pd.DataFrame) -> None:
        """Keep a part with its results; it counts once its number of rows is written, too."""
        table = part.table.reset_index(drop=True)
        table = pd.concat([table, _renamed(results, set(map(str, table.columns)))], axis=1)
        path = self._piece(self._count)
        if self._suffix == ".csv":
            write_csv_piece(path, table, headed=self._count == 0)
        elif self._suffix == ".xlsx":
            path.write_text(_as_json(table), encoding="utf-8")
        else:
            placed = table.assign(**{_LONGITUDE: part.longitude, _LATITUDE: part.latitude})
            pq.write_table(_as_arrow(placed), path)
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
        """Types that hold for all parts: a part alone may know nothing of an empty column.

        A column that holds numbers in one part and texts in another holds texts.
        """
        schemas = [pq.read_schema(self._piece(n)).remove_metadata() for n in range(self._count)]
        fields = []
        for name in schemas[0].names:
            try:
                own = [pa.schema([schema.field(name)]) for schema in schemas]
                kind = pa.unify_schemas(own, promote_options="permissive").field(name).type
            except pa.ArrowTypeError:
                kind = pa.string()
            fields.append((name, pa.string() if pa.types.is_null(kind) else kind))
        return pa.schema(fields)

    def _part(self, number: int) -> Part:
        if self._suffix == ".xlsx":
            table = _from_json(self._piece(number).read_text(encoding="utf-8"))
            nowhere = np.full(len(table), np.nan)
            return Part(table, nowhere, nowhere)
        kept = pq.read_table(self._piece(number)).cast(self._schema)
        exact = pd.ArrowDtype if self._suffix == ".parquet" else None
        table = kept.to_pandas(types_mapper=exact)
        longitude, latitude = (
            table.pop(name).to_numpy(dtype=np.float64) for name in (_LONGITUDE, _LATITUDE)
        )
        return Part(table, longitude, latitude)


def _renamed(results: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """Return result columns under names that the input does not have."""
    names = {}
    for name in map(str, results.columns):
        free = name
        while free in taken:
            free += "_wangge"
        taken.add(free)
        names[name] = free
    return results.rename(columns=names)


def _as_arrow(table: pd.DataFrame) -> pa.Table:
    """Return a table with types; a column that holds values of several kinds becomes text."""
    columns = {}
    for name in table.columns:
        try:
            columns[name] = pa.array(table[name], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = table[name].map(str, na_action="ignore")
            columns[name] = pa.array(texts, type=pa.string(), from_pandas=True)
    return pa.table(columns)


_DATES = {each.__name__: each for each in (datetime, date, time)}


def _as_json(table: pd.DataFrame) -> str:
    """Return the cells of a sheet as they are: dates with their kind, numbers as numbers."""
    plain = table.astype(object).where(table.notna(), None)

    def told(value: Any) -> Any:
        if isinstance(value, pd.Timestamp):
            value = value.to_pydatetime()
        if isinstance(value, datetime | date | time):
            return {"kind": type(value).__name__, "value": value.isoformat()}
        return value.item() if isinstance(value, np.generic) else str(value)

    cells = [list(row) for row in plain.itertuples(index=False, name=None)]
    return json.dumps({"columns": list(map(str, table.columns)), "rows": cells}, default=told)


def _from_json(text: str) -> pd.DataFrame:
    def read(value: dict[str, Any]) -> Any:
        kind = _DATES.get(value.get("kind", ""))
        return value if kind is None else kind.fromisoformat(value["value"])

    kept = json.loads(text, object_hook=read)
    return pd.DataFrame(kept["rows"], columns=kept["columns"], dtype=object)
