"""Read GeoParquet, and Parquet tables without places."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyproj
import shapely

from geo.layers.source import Limits, Source, made_shapes, refuse_rows
from geo.problem import input_error


def read(path: Path, limits: Limits) -> Source:
    """Read the file's records; see `geo.layers.source.open_source`."""
    with pq.ParquetFile(path) as file:
        refuse_rows(path, None, file.metadata.num_rows, limits)
        table = file.read().replace_schema_metadata()  # what pandas noted there is not needed
        described = json.loads((file.metadata.metadata or {}).get(b"geo", b"{}"))
    name = described.get("primary_column")
    if name is None:
        values = table.to_pandas()
        none = np.zeros(len(values), dtype=bool)
        return Source(str(path), None, values, None, none, None)
    column = described["columns"][name]
    if column.get("encoding") != "WKB" or name not in table.column_names:
        raise input_error(
            "layers.parquet_encoding", file=path, column=name, value=column.get("encoding")
        )
    others = set(described["columns"])
    values = table.select([each for each in table.column_names if each not in others]).to_pandas()
    wkb = np.array(table[name].to_pylist(), dtype=object)
    shapes = made_shapes(shapely.from_wkb, wkb)
    there = np.array([each is not None for each in wkb], dtype=bool)
    return Source(
        file=str(path),
        layer=None,
        table=pd.DataFrame(values, index=pd.RangeIndex(len(shapes))),
        shapes=shapes,
        broken=there & shapely.is_missing(shapes),
        crs=_crs(column),
    )


def _crs(column: dict[str, object]) -> pyproj.CRS | None:
    """Return the CRS; a file that leaves it out means CRS84, one that says null does not know."""
    if "crs" not in column:
        return pyproj.CRS.from_user_input("OGC:CRS84")
    return pyproj.CRS.from_user_input(column["crs"]) if column["crs"] else None
