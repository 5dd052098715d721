"""Turn a file's values into a layer's: text, counts, flags, dates, a few allowed words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from geo.layers.names import known_value
from geo.layers.schema import SCHEMAS
from geo.layers.source import Fault, Source
from geo.problem import Problem

_TRUE = frozenset({"1", "true", "t", "yes", "y", "是", "有", "√", "对"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "否", "无", "×", "没有"})
_EMPTY = frozenset({"", "null", "none", "nan", "<na>", "nat", "#n/a"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?|(\d{4})(\d\d)(\d\d)")
_COUNTED = "户層层個个栋幢单元 "  # words that may stand behind a number
_EXACT = 2**53  # beyond it a number no longer keeps its last digits
_MOST_ROWS = 2**31
_NEVER = 9999
_CODES = frozenset({"code", "parent", "community", "grid", "id", "building", "building_id"})


class NotReadableError(ValueError):
    """A value that does not fit its column; carries the key of the sentence that says so."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def is_empty(value: Any) -> bool:
    """Return whether a cell holds nothing."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().casefold() in _EMPTY


def as_text(value: Any) -> str:
    """Return a value as text; a whole number without its ``.0``."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _code(value: Any) -> str:
    if isinstance(value, float | np.floating) and abs(float(value)) > _EXACT:
        raise NotReadableError("layers.lost_digits")
    text = as_text(value)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text):
        raise NotReadableError("layers.lost_digits")
    return text


def _count(value: Any) -> int:
    text = unicodedata.normalize("NFKC", as_text(value)).replace(",", "").rstrip(_COUNTED)
    try:
        number = float(text)
    except ValueError as error:
        raise NotReadableError("layers.not_a_count") from error
    if not number.is_integer() or abs(number) > _MOST_ROWS:
        raise NotReadableError("layers.not_a_count")
    return int(number)


def _flag(value: Any) -> bool:
    text = as_text(value).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise NotReadableError("layers.not_a_flag")


def _date(value: Any) -> Any:
    """Return a day; 9999 means that there is none."""
    if isinstance(value, datetime | date | np.datetime64):
        stamp = pd.Timestamp(value)
        stamp = stamp.tz_localize(None) if stamp.tzinfo else stamp
    else:
        found = _DATE.fullmatch(as_text(value))
        if found is None:
            raise NotReadableError("layers.not_a_date")
        year, month, day = (int(part) for part in found.groups() if part is not None)
        try:
            stamp = pd.Timestamp(date(year, month, day))
        except ValueError as error:
            raise NotReadableError("layers.not_a_date") from error
    if stamp.year == _NEVER:
        return pd.NaT
    try:
        return stamp.as_unit("ns")
    except pd.errors.OutOfBoundsDatetime as error:
        raise NotReadableError("layers.not_a_date") from error


def converted(
    source: Source,
    layer: str,
    column: str,
    values: pd.Series,
    *,
    words: Mapping[str, object],
    heading: str,
) -> tuple[pd.Series, list[Problem]]:
    """Return a column in its dtype; what cannot be read is empty there and a problem here.

    Parameters
    ----------
    source
        Where the values are from.
    layer, column
        Ours.
    values
        As they stand in the file.
    words
        The file's words to our values, from the mapping.
    heading
        The file's name of the column, for the problems.
    """
    described = SCHEMAS[layer].columns[column]
    read = _reader(described, column)
    faults: list[Fault] = []
    known: dict[Any, Any] = {}
    out: list[Any] = []
    for row, value in enumerate(values.tolist(), start=1):
        if is_empty(value):
            out.append(None)
            continue
        if value not in known:
            known[value] = _read_one(read, layer, column, value, words)
        result = known[value]
        if isinstance(result, NotReadableError):
            faults.append((row, result.key, value))
            result = None
        out.append(result)
    return as_dtype(described, out), source.faults(heading, faults)


def _read_one(
    read: Callable[[Any], Any], layer: str, column: str, value: Any, words: Mapping[str, object]
) -> Any:
    """Return our value, or the fault itself: every row that has it is told."""
    text = as_text(value)
    try:
        if text in words:
            return read(words[text])
        word = known_value(layer, column, text)
        return read(value if word is None else word)
    except NotReadableError as fault:
        return fault


def _reader(described: pa.Column, column: str) -> Callable[[Any], Any]:
    kind = str(described.dtype)
    if kind in ("Int64", "int64"):
        return _count
    if kind == "bool":
        return _flag
    if kind.startswith("datetime"):
        return _date
    return _code if column in _CODES else as_text


def as_dtype(described: pa.Column, values: list[Any]) -> pd.Series:
    """Return values in a column's dtype; a missing whole number that must be there is kept NA."""
    kind = str(described.dtype)
    if kind in ("Int64", "int64"):
        return pd.Series(values, dtype="Int64")
    if kind == "bool":
        return pd.Series([bool(value) for value in values], dtype=bool)
    if kind.startswith("datetime"):
        return pd.Series(pd.to_datetime(values), dtype="datetime64[ns]")
    return pd.Series(values, dtype=object)
