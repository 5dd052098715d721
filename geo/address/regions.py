"""Provinces, cities and counties by their codes.

``regions.csv`` holds the codes of GB/T 2260 with 2, 4 or 6 digits and the names that the National
Bureau of Statistics gives to them (2023), as the package china-division 2.7.0 lists them (MIT).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_LENGTHS = (2, 4, 6)


@cache
def _names() -> dict[str, str]:
    with (Path(__file__).parent / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def names_of_regions(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the province, the city and the county of each code, each once.

    Parameters
    ----------
    codes
        Codes of counties or of what lies in them: only the first six digits count. What is no
        code, or of no county, is passed over.
    """
    names = _names()
    counties = sorted({code[: _LENGTHS[-1]] for code in codes} & names.keys())
    above = (county[:length] for county in counties for length in _LENGTHS)
    return tuple(dict.fromkeys(names[code] for code in above if code in names))
