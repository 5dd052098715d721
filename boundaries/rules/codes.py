"""Codes and lineage: H01."""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.finding import Finding
from boundaries.rules.case import Case
from boundaries.rules.registry import rule


@rule("H01", severity="E")
def code_fits_the_scheme(case: Case) -> Iterator[Finding]:
    """Every grid's code fits the scheme's pattern, and its length tells the grid's level."""
    scheme = case.scheme
    pattern = re.compile(scheme.code_pattern)
    for code, level, place in zip(
        case.grids["code"], case.grids["level"], case.grids.geometry, strict=True
    ):
        if pattern.fullmatch(code) is None:
            yield case.finding(
                "H01.pattern",
                "E",
                level=level,
                grids=(code,),
                place=place.representative_point(),
                code=code,
                pattern=scheme.code_pattern,
            )
        elif scheme.level_of_code(code) != level:
            yield case.finding(
                "H01.level",
                "E",
                level=level,
                grids=(code,),
                place=place.representative_point(),
                measure=len(code),
                unit="1",
                code=code,
                length=scheme.code_lengths.get(level, "—"),
            )
