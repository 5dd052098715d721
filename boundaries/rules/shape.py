"""Clear shapes: B05, B06, B07, B08."""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.finding import Finding
from boundaries.rules.case import Case
from boundaries.rules.coverage import as_finding, faults
from boundaries.rules.registry import rule


@rule("B05", severity="E")
def one_part(case: Case) -> Iterator[Finding]:
    """Every grid is one piece, unless its community itself has that island or exclave."""
    for fault in faults(case):
        if fault.family == "part":
            yield as_finding(case, "B05", "E", fault)


@rule("B06", severity="E")
def no_hole(case: Case) -> Iterator[Finding]:
    """No grid has a hole, unless other grids of its level fill it exactly."""
    for fault in faults(case):
        if fault.kind == "gap.hole" and fault.level:
            yield as_finding(case, "B06", "E", fault)


@rule("B08", severity="E", thresholds=("overlap_area_m2",))
def edges_match(case: Case) -> Iterator[Finding]:
    """Grids share their borders vertex by vertex, with their neighbours and across levels.

    Overlaps of no more than ``overlap_area_m2`` are told here too.
    """
    for fault in faults(case):
        if fault.family == "vertex":
            yield as_finding(case, "B08", "E", fault, measure="width")
        elif (
            fault.family == "overlap"
            and fault.level
            and fault.area_m2 <= case.threshold("overlap_area_m2")
        ):
            yield as_finding(case, "B08", "E", fault)
