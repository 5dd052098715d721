"""What a layer's schema says of its values, one problem a bad row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa

from geo.layers.names import COLUMN_NAMES
from geo.layers.schema import SCHEMAS
from geo.layers.source import Fault, Source
from geo.problem import Problem


def unfit(
    source: Source,
    layer: str,
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    told: Sequence[Problem],
) -> list[Problem]:
    """Return the values that a layer's schema does not allow.

    Parameters
    ----------
    source
        Where the values are from.
    layer
        The layer.
    frame
        Its columns; a row's number in the file is its index + 1.
    columns
        Our columns to the file's.
    told
        Problems that are known: their rows are not told again.
    """
    known = {(problem.row, problem.column) for problem in told}
    whole = {problem.column for problem in told if problem.row is None}
    problems: list[Problem] = []
    for name, column in SCHEMAS[layer].columns.items():
        heading = columns.get(name, name)
        values = frame[name]
        if not column.nullable and len(values) and values.isna().all() and name not in columns:
            if heading not in whole:
                problems.append(_missing_column(source, layer, name))
            continue
        missing = [] if column.nullable else values.index[values.isna()].tolist()
        faults: list[Fault] = [(row, "layers.no_value", None) for row in missing]
        if column.unique:
            faults += _repeats(values)
        for check in column.checks:
            faults += _failures(values, check)
        new = [
            (row + 1, key, value) for row, key, value in faults if (row + 1, heading) not in known
        ]
        problems += source.faults(heading, new, **_told_of(column))
    return problems


def _missing_column(source: Source, layer: str, name: str) -> Problem:
    usual = COLUMN_NAMES[layer].get(name, name).split()
    there = "、".join(str(each) for each in source.table.columns)
    return source.problem(
        "layers.missing_column", column=name, usual="、".join(usual[:8]), found=there
    )


def _repeats(values: pd.Series) -> list[Fault]:
    there = values.dropna()
    again = there.index[there.duplicated(keep="first")].tolist()
    return [(row, "layers.repeated_value", there[row]) for row in again]


def _failures(values: pd.Series, check: pa.Check) -> list[Fault]:
    there = values.dropna()
    statistics = check.statistics or {}
    if "allowed_values" in statistics:
        bad, key = there[~there.isin(list(statistics["allowed_values"]))], "layers.unknown_value"
    elif "min_value" in statistics:
        bad, key = there[there < statistics["min_value"]], "layers.too_small"
    else:
        passed = check(there).check_output if len(there) else []
        bad, key = there[~np.asarray(passed, dtype=bool)], "layers.not_of_pattern"
    return [(row, key, value) for row, value in zip(bad.index.tolist(), bad.tolist(), strict=True)]


def _told_of(column: pa.Column) -> dict[str, object]:
    """Return what a sentence about a value may say of its column."""
    told: dict[str, object] = {"known": "", "least": ""}
    for check in column.checks:
        statistics = check.statistics or {}
        if "allowed_values" in statistics:
            told["known"] = "、".join(str(value) for value in statistics["allowed_values"])
        if "min_value" in statistics:
            told["least"] = statistics["min_value"]
    return told
