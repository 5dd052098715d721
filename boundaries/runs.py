"""Runs of stairs or floors, such as ``1-3,5``: how a slice of a building is written down."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RUN = re.compile(r"\s*(-?\d+)\s*(?:[-–~至]\s*(-?\d+))?\s*")
_BETWEEN = re.compile(r"[,，;；、]")
_LONGEST = 500


def parse_runs(text: str) -> tuple[int, ...]:
    """Return the numbers that some runs hold, ascending.

    Parameters
    ----------
    text
        Numbers and ranges with commas between, such as ``"1-3,5"``; ``"-1"`` is the first
        basement.

    Raises
    ------
    ValueError
        The text is no such list, or a range runs backwards or over 500 numbers.
    """
    numbers: set[int] = set()
    for part in _BETWEEN.split(text):
        match = _RUN.fullmatch(part)
        if match is None:
            raise ValueError(text)
        first = int(match[1])
        last = first if match[2] is None else int(match[2])
        if not first <= last < first + _LONGEST:
            raise ValueError(text)
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def write_runs(numbers: Iterable[int]) -> str:
    """Return numbers as runs, the inverse of `parse_runs`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
