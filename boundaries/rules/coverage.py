"""Seamless coverage: C01, C02, C03, C06, all from one residual of the whole plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.acceptance import Acceptance
from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import stacked
from boundaries.rules.case import Case
from boundaries.rules.registry import rule
from boundaries.scheme import Scheme
from geo.coverage import Fault, GridLevel, Grids, Limits, inspect
from geo.coverage.gate import usable
from messages import Message

_BY_WIDTH = frozenset(
    {"micro", "neck", "shift", "sliver", "spike", "vertex.parent", "vertex.unmatched"}
)
"""Families and kinds of faults that a distance tells more of than an area."""
_SHORTENED_M = 0.016
"""By how much rounding both ends to 1e-7° shortens a segment at most."""
_BESIDE_LINE_M = 0.008
"""Half a lattice cell's diagonal: so far a vertex put on an official line may lie beside it."""
COMMUNITIES = 0
"""Level number under which communities take part in the coverage."""


def rows_of_levels(case: Case) -> list[npt.NDArray[np.int64]]:
    """Return which rows of the communities and of the plan's grids each level of the coverage has.

    Overlay grids are in none.
    """
    rows = []
    if len(case.communities):
        rows.append(np.arange(len(case.communities)))
    tiling = (case.grids["mode"] != "overlay").to_numpy(dtype=bool)
    numbers = case.grids["level"].to_numpy()
    rows.extend(np.flatnonzero(tiling & (numbers == number)) for number in case.levels)
    return rows


def coverage_of(case: Case) -> Grids:
    """Return the plan's grids as levels under the communities and the jurisdiction, in metres.

    Overlay grids lie on top of the tiling and are left out. An exclusive special-purpose grid
    needs no children: it is its own ground on the finer levels.
    """
    levels = []
    if len(case.communities):
        communities = case.communities
        levels.append(
            _level(COMMUNITIES, communities, np.full(len(communities), None, dtype=object))
        )
    for number in case.levels:
        grids = case.level(number)
        grids = grids[(grids["mode"] != "overlay").to_numpy(dtype=bool)]
        column = "community" if number == case.levels[0] else "parent"
        levels.append(_level(number, grids, grids[column].to_numpy()))
    return Grids(tuple(levels), _jurisdiction(case))


def _level(number: int, frame: gpd.GeoDataFrame, parents: npt.NDArray[np.object_]) -> GridLevel:
    alone = (
        ((frame["kind"] == "special") & (frame["mode"] == "exclusive")).to_numpy(dtype=bool)
        if "mode" in frame
        else np.zeros(len(frame), bool)
    )
    shapes = frame.geometry.to_numpy()
    return GridLevel.of(number, frame["code"].to_numpy(), shapes, parents, list(alone))


def _jurisdiction(case: Case) -> BaseGeometry | None:
    shapes = case.jurisdiction.geometry.to_numpy()
    shapes = shapes[usable(shapes)]
    if not len(shapes):
        return None
    if len(shapes) == 1:
        only: BaseGeometry = shapes[0]
        return only
    joined: BaseGeometry = shapely.coverage_union_all(shapes)
    return joined


def faults(case: Case) -> tuple[Fault, ...]:
    """Return the coverage faults of the whole plan, computed once for all rules."""
    return case.once(_faults)


def _faults(case: Case) -> tuple[Fault, ...]:
    grids = coverage_of(case)
    if not grids.levels:
        return ()
    return tuple(inspect(grids, crs=case.crs, limits=limits_of(case)))


def limits_of(case: Case) -> Limits:
    """Return from when on a shape is a fault, by the scheme's thresholds.

    A segment that only rounding to the stored lattice may have made short is none.
    """
    return Limits(
        spike_degrees=case.threshold("spike_degrees"),
        short_segment_m=case.threshold("short_segment_m") - _SHORTENED_M,
    )


def as_finding(case: Case, rule_id: str, severity: str, fault: Fault) -> Finding:
    """Return a fault as a finding of a rule, measured by its area, or by its width in metres."""
    by_width = fault.family in _BY_WIDTH or fault.kind in _BY_WIDTH
    return Finding(
        rule_id,
        Severity(severity),
        fault.level or None,
        fault.codes,
        None if fault.geometry is None else case.to_stored(fault.geometry),
        (fault.width_m or 0.0) if by_width else fault.area_m2,
        "m" if by_width else "m²",
        fault_message(fault),
        Message(f"coverage.{fault.kind}_remedy", _values(fault)),
        kind=fault.kind,
        fix=fault.fix,
    )


def acceptance_of(case: Case, fault: Fault) -> Acceptance | None:
    """Return by what a fault was accepted with the plan, if the ground is still the same."""
    for one in case.plan.accepted:
        if one.kind == fault.kind and one.finding == as_finding(case, one.rule, "E", fault).id:
            return one
    return None


def fault_message(fault: Fault) -> Message:
    """Return a coverage fault as a sentence."""
    return Message(f"coverage.{fault.kind}", _values(fault))


def _values(fault: Fault) -> dict[str, object]:
    return {
        "level": _level_words(fault.level),
        "grids": _listed(fault.codes),
        "parents": _listed(fault.parents),
        "area": _rounded(fault.area_m2),
        "width": _rounded(fault.width_m or 0.0),
        "length": _rounded(_number(fault, "length_m")),
        "apart": _rounded(_number(fault, "apart_m")),
        "distance": _rounded(_number(fault, "distance_m")),
        "dx": _rounded(_number(fault, "dx_m")),
        "dy": _rounded(_number(fault, "dy_m")),
        "count": fault.details.get("count", ""),
        "type": fault.details.get("type", ""),
        "reason": fault.details.get("reason", ""),
        "suggested": fault.details.get("suggested") or Message("coverage.unknown"),
    }


def _number(fault: Fault, name: str) -> float:
    return float(str(fault.details.get(name, 0.0)))


def _level_words(level: int | None) -> Message | str:
    if level is None:
        return ""
    if level == COMMUNITIES:
        return Message("coverage.level_communities")
    return Message("coverage.level", {"level": level})


def _listed(codes: Iterable[str]) -> str | Message:
    return "、".join(codes) or Message("coverage.none")


def _rounded(value: float) -> str:
    return f"{value:.3g}" if 0 < abs(value) < 1 else f"{value:,.1f}"


_RULES = {
    "missing.child": "C01",
    "leak.jurisdiction": "C03",
    "leak.parent": "C06",
    "parent.line": "C06",
    "parent.missing": "C06",
    "parent.wrong": "C06",
    "parent.none": "H05",
    "parent.unknown": "H05",
    "parent.pieces": "B05",
    "gap.hole": "B06",
    "vertex.unmatched": "B08",
    "vertex.parent": "B08",
    "shift.rigid": "R03",
    "shift.layer": "R03",
}
_FAMILIES = {
    "gap": "C01",
    "overlap": "C02",
    "part": "B05",
    "code": "H02",
    "shift": "R02",
}


def rule_of(fault: Fault, scheme: Scheme, *, first_level: int | None = 1) -> str:
    """Return the ID of the rule that a coverage fault breaks.

    Parameters
    ----------
    fault
        A fault of `geo.coverage`.
    scheme
        Its thresholds tell an overlap from a border that does not match.
    first_level
        Number of the coarsest level of grids: what its grids do to their communities is B01's.
    """
    if fault.level == COMMUNITIES and fault.family in {"gap", "missing", "overlap", "parent"}:
        return "C03"
    if fault.level == first_level and fault.kind in {"leak.parent", "parent.wrong"}:
        return "B01" if fault.level else "C06"
    if fault.family == "overlap" and fault.area_m2 <= scheme.thresholds["overlap_area_m2"]:
        return "B08"
    return _RULES.get(fault.kind) or _FAMILIES.get(fault.family, "B07")


_OFFICIAL = {"gap.open", "leak.jurisdiction", "leak.parent"}


def faults_of(case: Case, *rules: str) -> Iterator[Fault]:
    """Yield the faults that break some rules."""
    first = case.levels[0] if case.levels and len(case.communities) else None
    for fault in faults(case):
        if _is_rounding(fault, first):
            continue
        if rule_of(fault, case.scheme, first_level=first) in rules:
            yield fault


def _is_rounding(fault: Fault, first_level: int | None) -> bool:
    """Whether vertices that another plan put on a community's or the outer line explain a fault."""
    at_line = fault.kind in _OFFICIAL and fault.level == (first_level or 1)
    return at_line and 0.0 < (fault.width_m or 0.0) <= _BESIDE_LINE_M


@rule("C01", severity="W/E", thresholds=("gap_area_m2", "gap_width_m"))
def gaps(case: Case) -> Iterator[Finding]:
    """Every level's grids leave no ground of the jurisdiction and its communities bare.

    A gap of more than ``gap_area_m2``, or wider than ``gap_width_m``, is an error; a smaller one
    is a warning that the repair can mend. A gap that finer levels only repeat is told once, at
    the coarsest level that has it. A hole inside one grid is B06's. Along the outer line and
    those of communities up to 8 mm may be rounding of vertices put on the line, and are not told.
    """
    for fault in faults_of(case, "C01"):
        wide = (fault.width_m or 0.0) > case.threshold("gap_width_m")
        grave = wide or fault.area_m2 > case.threshold("gap_area_m2")
        yield as_finding(case, "C01", "E" if grave else "W", fault)


@rule("C02", severity="E", thresholds=("overlap_area_m2",))
def overlaps(case: Case) -> Iterator[Finding]:
    """No two grids of a level lie over the same ground.

    Overlay grids may, and so may grids that share the footprint of a building that is divided by
    stairs or floors. An overlap of no more than ``overlap_area_m2`` is a border that does not
    match: B08's.
    """
    for fault in faults_of(case, "C02"):
        if not _is_sliced(case, fault):
            yield as_finding(case, "C02", "E", fault)


def _is_sliced(case: Case, fault: Fault) -> bool:
    """Return whether grids overlap only where buildings are divided between them."""
    if case.once(stacked).issuperset(map(frozenset, combinations(sorted(set(fault.codes)), 2))):
        return True  # slices of one building, or else V03 tells it
    shares = case.plan.assignments
    if not len(shares) or fault.geometry is None:
        return False
    sliced = shares[(shares["stairs"].notna() | shares["floors"].notna())]
    sliced = sliced[sliced["grid"].isin(fault.codes)]
    shared = sliced.groupby("building")["grid"].nunique()
    buildings = case.buildings[case.buildings["id"].isin(shared.index[shared > 1])]
    footprints = shapely.union_all(buildings.geometry.to_numpy())
    outside = shapely.difference(fault.geometry, footprints)
    return bool(outside.area <= case.threshold("overlap_area_m2"))


@rule("C03", severity="E")
def communities_and_outer_line(case: Case) -> Iterator[Finding]:
    """Communities tile the jurisdiction, and no grid leaves it."""
    for fault in faults_of(case, "C03"):
        yield as_finding(case, "C03", "E", fault)


@rule("C06", severity="E")
def children_tile_their_parent(case: Case) -> Iterator[Finding]:
    """Every grid lies in the grid that it names as its parent, and its children tile it.

    Proved segment by segment, without tolerance. Level-1 grids and their communities are B01's,
    a parent that is missing or not given is H05's.
    """
    for fault in faults_of(case, "C06"):
        if fault.kind == "parent.missing" and case.runs("H05"):
            continue
        yield as_finding(case, "C06", "E", fault)
