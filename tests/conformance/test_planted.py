"""Each planted defect alone on its clean base: found, of the right type, with codes and area."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from geo.coverage import Fault, inspect

TYPES = {
    "gap_": ("gap",),
    "overlap_": ("overlap",),
    "leak_outside": ("leak.jurisdiction",),
    "missing_child": ("missing.child",),
    "unfilled_hole": ("gap.hole",),
    "contained_polygon": ("overlap.contained",),
    "duplicate_exact": ("overlap.duplicate",),
    "duplicate_shift": ("overlap.near_duplicate",),
    "t_vertex": ("vertex.unmatched",),
    "misaligned_vertex_1mm_gap": ("gap",),
    "misaligned_vertex_1mm_overlap": ("overlap",),
    "misaligned_vertex": ("gap", "overlap", "vertex"),
    "dropped_vertex": ("gap", "overlap", "vertex"),
    "sliver_feature": ("sliver.grid",),
    "spike_matched": ("spike.shared",),
    "spike_into_neighbour": ("overlap.spike",),
    "cut_in_needle_gap": ("gap.spike",),
    "spike_zero_width": ("spike.flat",),
    "narrow_neck": ("neck.narrow",),
    "needless_collinear": ("vertex.needless",),
    "micro_zigzag": ("micro.zigzag",),
    "repeated_vertex": ("vertex.repeated",),
    "bow_tie": ("invalid.bow_tie",),
    "figure_eight": ("invalid.bow_tie",),
    "inverted_loop": ("invalid.loop",),
    "nan_": ("input.not_finite",),
    "inf_": ("input.not_finite",),
    "empty_polygon": ("input.empty",),
    "null_geometry": ("input.null",),
    "wrong_type": ("input.type",),
    "ring_orientation": ("ring.turned",),
    "hole_outside": ("invalid.hole_outside",),
    "multipart_overlapping": ("invalid.overlapping_parts",),
    "z_coordinates": ("input.height",),
    "swapped_xy": ("shift.swapped",),
    "degrees_in": ("shift.degrees",),
    "latlon_swapped": ("shift.swapped_degrees",),
    "gcj02_like": ("shift.rigid",),
    "datum_shift": ("shift.rigid",),
    "zone_prefix": ("shift.zone_prefix",),
    "child_leaks": ("leak.parent",),
    "wrong_parent": ("parent.wrong",),
    "orphan_parent": ("parent.unknown",),
    "null_parent": ("parent.none",),
    "duplicate_code": ("code.repeated",),
    "multipart_far": ("part.far",),
    "missing_parent": ("parent.missing",),
    "parent_simplified": ("parent.line",),
    "parent_shifted": ("parent.line",),
    "parent_extra": ("vertex.parent",),
    "parent_discontiguous": ("parent.pieces",),
}
"""Kinds by which a class is told; the longest beginning counts."""

# Planted by their nominal width and length; rounding to millimetres makes them another area.
NOMINAL_AREA = ("spike_", "cut_in", "misaligned_vertex_1um")


def right_type(kind: str, fault: Fault) -> bool:
    beginning = max((name for name in TYPES if kind.startswith(name)), key=len)
    return any(f"{fault.kind}.".startswith(f"{name}.") for name in TYPES[beginning])


def right_area(kind: str, measure: dict[str, float], fault: Fault) -> bool:
    if "area" not in measure or kind.startswith(NOMINAL_AREA):
        return True
    return fault.area_m2 == pytest.approx(abs(measure["area"]), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("group", ["A", "B", "C"])
@pytest.mark.parametrize(
    "only_first", [True, pytest.param(False, marks=pytest.mark.long)], ids=["classes", "all"]
)
def test_each_planted_defect_is_told(
    planted_data: ModuleType, coverage_data: Path, group: str, *, only_first: bool
):
    suite = planted_data.read_suite(coverage_data, group)
    missed, other = [], []
    kinds: set[str] = set()
    for defect in suite.defects:
        if only_first and defect.kind in kinds:
            continue
        kinds.add(defect.kind)
        faults = inspect(planted_data.planted(suite.base, defect.patch), crs=suite.crs)
        if not faults:
            missed.append(defect.id)
        right = [
            fault
            for fault in faults
            if right_type(defect.kind, fault)
            and set(defect.codes) <= set(fault.codes)
            and right_area(defect.kind, defect.measure, fault)
        ]
        if not right:
            other.append((defect.id, [(fault.kind, fault.codes) for fault in faults]))
    assert missed == []
    assert len(other) <= len(suite.defects) * 5 // 190, other


@pytest.mark.parametrize("group", ["A", "B", "C"])
def test_nothing_is_found_on_the_clean_base(
    planted_data: ModuleType, coverage_data: Path, group: str
):
    suite = planted_data.read_suite(coverage_data, group)
    assert inspect(suite.base, crs=suite.crs) == []


@pytest.mark.parametrize("group", ["A", "B", "C"])
def test_all_defects_of_a_group_at_once_are_found(
    planted_data: ModuleType, coverage_data: Path, group: str
):
    suite = planted_data.read_suite(coverage_data, group)
    faults = inspect(
        planted_data.read_grids(coverage_data / f"corrupted_{group}.gpkg"), crs=suite.crs
    )
    told = [set(fault.codes) for fault in faults]
    missed = [
        defect.id
        for defect in suite.defects
        if not any(set(defect.codes) <= codes for codes in told)
    ]
    unexplained = [
        fault
        for fault in faults
        if not any(set(defect.codes) & set(fault.codes) for defect in suite.defects)
    ]
    assert missed == []
    assert unexplained == []
