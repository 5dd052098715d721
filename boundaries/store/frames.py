"""Layers as rows, and rows as layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select
from sqlalchemy.sql import ColumnElement

from boundaries.store.models import layer_table
from geo.layers import GEOMETRY_TYPES, SCHEMAS, STORED_CRS
from geo.layers.schema import column_dtypes
from geo.problem import InputError, Problem, input_error

_BATCH = 5_000


def write_layer_rows(
    connection: Connection, layer: str, frame: pd.DataFrame, owner: Mapping[str, Any]
) -> None:
    """Insert a layer's rows in their order.

    Parameters
    ----------
    connection
        In a transaction.
    layer
        Name of the layer.
    frame
        Fits the layer's schema; in EPSG:4490 where it has places.
    owner
        Column and value of the town or plan that the rows belong to.

    Raises
    ------
    ValueError
        The frame is in another reference system.
    InputError
        A text holds what a database cannot keep.
    """
    _refuse_unstorable_text(layer, frame)
    statement = insert(layer_table(layer))
    rows = frame_rows(layer, frame)
    for start in range(0, len(rows), _BATCH):
        connection.execute(statement, [{**row, **owner} for row in rows[start : start + _BATCH]])


def _refuse_unstorable_text(layer: str, frame: pd.DataFrame) -> None:
    """Refuse a NUL, which PostgreSQL cannot keep, and half a character, which UTF-8 cannot."""
    problems: list[Problem] = []
    for name in SCHEMAS[layer].columns:
        texts = [value if isinstance(value, str) else "" for value in frame[name].tolist()]
        if _is_storable("".join(texts)):
            continue
        problems += [
            problem
            for row, text in enumerate(texts, start=1)
            if not _is_storable(text)
            for problem in input_error(
                "store.unstorable_text", layer=layer, row=row, column=name, value=ascii(text)
            ).problems
        ]
    if problems:
        raise InputError(problems)


def _is_storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def frame_rows(layer: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a layer's rows as plain values: text, int, bool, date, geometry or None."""
    names = list(SCHEMAS[layer].columns)
    columns = [_plain(frame[name]) for name in names]
    if GEOMETRY_TYPES[layer] is not None:
        names.append("geometry")
        columns.append(_geometries(layer, frame))
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain(values: pd.Series[Any]) -> list[Any]:
    if np.issubdtype(values.to_numpy().dtype, np.datetime64):
        return [None if pd.isna(value) else value.date() for value in values]
    return [
        None if value is None or value is pd.NA or value != value else value  # noqa: PLR0124
        for value in values.tolist()
    ]


def _geometries(layer: str, frame: pd.DataFrame) -> list[Any]:
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None or frame.crs != STORED_CRS:
        msg = f"layer {layer} is not in {STORED_CRS}"
        raise ValueError(msg)
    return list(frame.geometry.array)


def read_layer_rows(connection: Connection, layer: str, owner: ColumnElement[bool]) -> pd.DataFrame:
    """Return a layer of one town or plan, in the order in which it was written."""
    table = layer_table(layer)
    names = list(SCHEMAS[layer].columns)
    placed = GEOMETRY_TYPES[layer] is not None
    wanted = [table.c[name] for name in (*names, "geometry")[: len(names) + placed]]
    found = connection.execute(select(*wanted).where(owner).order_by(table.c.fid)).all()
    return rows_frame(layer, found)


def rows_frame(layer: str, rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return rows of a layer, geometry last, as a frame that fits its schema."""
    dtypes = column_dtypes(layer)
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(dtypes) + 1)
    table = pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=dtype)
            for (name, dtype), values in zip(dtypes.items(), columns, strict=False)
        }
    )
    if GEOMETRY_TYPES[layer] is None:
        return table
    return gpd.GeoDataFrame(table, geometry=list(columns[len(dtypes)]), crs=STORED_CRS)
