"""Other names of an address from the columns that a table has for them (别名, 曾用名, 俗称)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from geo.aliases import Alias, AliasError, AliasKind, day_of, kind_of, read_aliases, write_aliases
from geo.layers.mapping import LayerMapping
from geo.layers.names import ALIAS_COLUMN_NAMES, guessed
from geo.layers.source import Fault, Source
from geo.layers.values import as_text, is_empty
from geo.problem import Problem

_KINDS = {
    "aliases": None,
    "official_names": AliasKind.OFFICIAL,
    "old_names": AliasKind.OLD,
    "colloquial_names": AliasKind.COLLOQUIAL,
}
_BESIDE = {
    "kind": "_kind _type 类型 类别 性质",
    "from": "_from _since 起 启用 启用日期 启用时间 开始日期 起始日期",
    "until": "_until _to 止 停用 停用日期 停用时间 结束日期 截止日期",
}


@dataclass(frozen=True)
class _Column:
    """A column of aliases and the columns of what is known of them, all of the file."""

    kind: AliasKind | None
    heading: str
    beside: dict[str, str]


def gather_aliases(
    source: Source, mapping: LayerMapping, frame: pd.DataFrame, columns: dict[str, str]
) -> list[Problem]:
    """Put a table's columns of aliases together into ``aliases`` of a frame; return the faults.

    Parameters
    ----------
    source
        Where the values are from.
    mapping
        May name the columns: ``aliases``, ``official_names``, ``old_names``,
        ``colloquial_names``. Beside each there may be one of its kind, first day and end:
        曾用名, 曾用名启用日期, 曾用名停用日期; ``old_name``, ``old_name_from``, ``old_name_until``.
    frame
        The layer's values so far; its column ``aliases`` is replaced.
    columns
        Our columns to the file's, so far; those read here are added.
    """
    found = _columns_of(source, mapping, columns)
    if not found:
        return []
    faults: dict[str, list[Fault]] = defaultdict(list)
    by_row: list[list[Alias]] = [[] for _ in range(len(source.table))]
    for column in found:
        _read(source.table, column, by_row, faults)
    frame["aliases"] = pd.Series([write_aliases(held) or None for held in by_row], dtype=object)
    return [problem for name, each in faults.items() for problem in source.faults(name, each)]


def _columns_of(source: Source, mapping: LayerMapping, columns: dict[str, str]) -> list[_Column]:
    taken = {theirs for ours, theirs in columns.items() if ours != "aliases"}
    free = [str(name) for name in source.table.columns if name not in taken]
    found = []
    for ours, kind in _KINDS.items():
        heading = mapping.columns.get(ours)
        if heading is None:
            heading = guessed(ALIAS_COLUMN_NAMES[ours], free)
        if not heading or heading not in source.table.columns:
            continue
        columns[ours] = heading
        free = [name for name in free if name != heading]
        beside = {}
        for about, ends in _BESIDE.items():
            name = guessed(" ".join(f"{heading}{end}" for end in ends.split()), free)
            if name is not None:
                columns[f"{ours}_{about}"] = beside[about] = name
        free = [name for name in free if name not in beside.values()]
        found.append(_Column(kind, heading, beside))
    return found


def _read(
    table: pd.DataFrame,
    column: _Column,
    by_row: list[list[Alias]],
    faults: dict[str, list[Fault]],
) -> None:
    """Add the aliases of one column to those of each row; what cannot be read is a fault."""
    beside = {about: table[heading].tolist() for about, heading in column.beside.items()}
    for row, value in enumerate(table[column.heading].tolist()):
        if is_empty(value):
            continue
        try:
            held = read_aliases(as_text(value))
        except AliasError:
            faults[column.heading].append((row + 1, "layers.not_an_alias", value))
            continue
        known = Alias("", column.kind)
        for about, values in beside.items():
            if is_empty(values[row]):
                continue
            try:
                known = _with(known, about, values[row])
            except AliasError:
                key = "layers.not_an_alias_kind" if about == "kind" else "layers.not_a_date"
                faults[column.beside[about]].append((row + 1, key, values[row]))
        if known.valid_from and known.valid_until and known.valid_from >= known.valid_until:
            fault = (row + 1, "layers.alias_ends_first", known.valid_until)
            faults[column.beside["until"]].append(fault)
        by_row[row] += [_completed(alias, known) for alias in held]


def _with(known: Alias, about: str, value: object) -> Alias:
    """Return what is known of an alias with what a cell beside it says: a kind or a day."""
    if about == "kind":
        kind = kind_of(as_text(value))
        if kind is None:
            raise AliasError(as_text(value))
        return replace(known, kind=kind)
    day = pd.Timestamp(value).date() if isinstance(value, date) else day_of(as_text(value))
    if about == "from":
        return replace(known, valid_from=day)
    return replace(known, valid_until=day)


def _completed(alias: Alias, known: Alias) -> Alias:
    """Return an alias with what its row says of it, where it says nothing itself."""
    return replace(
        alias,
        kind=alias.kind or known.kind,
        valid_from=alias.valid_from or known.valid_from,
        valid_until=alias.valid_until or known.valid_until,
    )
