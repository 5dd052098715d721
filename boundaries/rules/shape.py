"""Clear shapes: B05, B06, B07, B08."""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.finding import Finding
from boundaries.rules.case import Case
from boundaries.rules.coverage import as_finding, faults_of
from boundaries.rules.registry import rule

_WARNINGS = ("spike.shared", "spike.single", "micro", "neck", "sliver")
_NOTES = ("vertex.needless", "ring.turned", "input.height", "input.empty_ring")


@rule("B05", severity="E")
def one_part(case: Case) -> Iterator[Finding]:
    """Every grid is one piece, unless its community itself has that island or exclave."""
    for fault in faults_of(case, "B05"):
        yield as_finding(case, "B05", "E", fault)


@rule("B06", severity="E")
def no_hole(case: Case) -> Iterator[Finding]:
    """No grid has a hole, unless other grids of its level fill it exactly."""
    for fault in faults_of(case, "B06"):
        yield as_finding(case, "B06", "E", fault)


@rule("B07", severity="I/W/E", thresholds=("spike_degrees", "short_segment_m"))
def valid_rings(case: Case) -> Iterator[Finding]:
    """Every grid is a valid polygon with closed rings and no repeated vertex.

    A spike sharper than ``spike_degrees``, a segment shorter than ``short_segment_m``, a neck of
    less than a metre and a grid that is a mere sliver are warnings. Vertices in a row on one
    straight line, a ring that runs the other way and heights are told for information.
    """
    for fault in faults_of(case, "B07"):
        if fault.kind in _NOTES:
            severity = "I"
        elif fault.kind in _WARNINGS or fault.family in _WARNINGS:
            severity = "W"
        else:
            severity = "E"
        yield as_finding(case, "B07", severity, fault)


@rule("B08", severity="E", thresholds=("overlap_area_m2",))
def edges_match(case: Case) -> Iterator[Finding]:
    """Grids share their borders vertex by vertex, with their neighbours and across levels.

    Overlaps of no more than ``overlap_area_m2`` are told here too, and a grid that would fit its
    place exactly but stands beside it.
    """
    for fault in faults_of(case, "B08", "R02", "R03"):
        yield as_finding(case, "B08", "E", fault)
