"""All fixable planted defects at once: mended, near the truth, and nothing else touched."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import shapely

from geo.coverage import inspect, residual
from geo.repair import repair


def planted_together(planted_data: ModuleType, suite, *, fixable_only: bool):
    grids = suite.base
    for defect in suite.defects:
        if planted_data.is_fixable(defect) or not fixable_only:
            grids = planted_data.planted(grids, defect.patch)
    return grids


def test_fixable_defects_are_mended_and_proved(planted_data: ModuleType, coverage_data: Path):
    suite = planted_data.read_suite(coverage_data, "A")
    broken = planted_together(planted_data, suite, fixable_only=True)
    done = repair(broken, lattice=0.001, crs=suite.crs)
    assert done.proved
    assert not len(residual(done.grids))
    truth = suite.base.levels[-1]
    assert done.grids.levels[-1].codes.tolist() == truth.codes.tolist()
    now = done.grids.levels[-1].geometry
    assert not shapely.is_empty(now).any()
    assert shapely.is_valid(now).all()
    distance = shapely.area(shapely.symmetric_difference(truth.geometry, now)).sum()
    planted = shapely.area(
        shapely.symmetric_difference(truth.geometry, broken.levels[-1].geometry)
    ).sum()
    assert distance < 0.1 * planted
    assert not any(repair(done.grids, lattice=0.001, crs=suite.crs).changed.values())


@pytest.mark.long
def test_what_needs_a_planner_is_left_and_told(planted_data: ModuleType, coverage_data: Path):
    suite = planted_data.read_suite(coverage_data, "A")
    broken = planted_together(planted_data, suite, fixable_only=False)
    done = repair(broken, lattice=0.001, crs=suite.crs)
    kinds = {fault.kind for fault in done.remaining}
    assert kinds <= {
        "missing.child",
        "overlap.contained",
        "overlap.duplicate",
        "overlap.near_duplicate",
        "ring.turned",
        "gap.hole",
    }
    again = repair(done.grids, lattice=0.001, crs=suite.crs)
    assert again.moves == ()
    assert not any(again.changed.values())


@pytest.mark.long
def test_levels_are_mended_from_their_children(planted_data: ModuleType, coverage_data: Path):
    suite = planted_data.read_suite(coverage_data, "C")
    for defect in suite.defects:
        if not defect.kind.startswith(("child_leaks", "parent_s", "parent_e")):
            continue
        broken = planted_data.planted(suite.base, defect.patch)
        done = repair(broken, lattice=0.001, crs=suite.crs)
        assert done.proved, defect.id
        for level, truth in zip(done.grids.levels, suite.base.levels, strict=True):
            moved = shapely.symmetric_difference(level.geometry, truth.geometry)
            assert shapely.area(moved).sum() == pytest.approx(0.0, abs=0.01), defect.id


def test_nothing_is_done_to_a_clean_base(planted_data: ModuleType, coverage_data: Path):
    suite = planted_data.read_suite(coverage_data, "A")
    done = repair(suite.base, lattice=0.001, crs=suite.crs)
    assert done.proved
    assert not any(done.changed.values())
    assert inspect(done.grids, crs=suite.crs) == []
