"""Grids and whole layers in the wrong place are one cause, not hundreds of gaps and overlaps."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from geo.coverage import Grids, inspect

_MAKER = Path(__file__).resolve().parents[2] / "benchmarks" / "nested.py"


@pytest.fixture(scope="module")
def grids() -> Grids:
    specification = importlib.util.spec_from_file_location("nested", _MAKER)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.nested(8)


def with_level(grids: Grids, depth: int, change) -> Grids:
    levels = list(grids.levels)
    shapes = shapely.transform(levels[depth].geometry, change)
    levels[depth] = levels[depth].with_geometry(shapes)
    return Grids(tuple(levels), grids.jurisdiction)


def test_a_made_coverage_is_clean(grids: Grids):
    assert inspect(grids) == []


@pytest.mark.parametrize("vector", [(1.5, -0.8), (430.0, 310.0)])
def test_a_layer_off_as_a_whole_is_one_fault(grids: Grids, vector: tuple[float, float]):
    (fault,) = inspect(with_level(grids, 2, lambda xy: xy + vector))
    assert (fault.kind, fault.level) == ("shift.layer", 3)
    assert fault.width_m == pytest.approx(np.hypot(*vector), abs=0.01)
    assert fault.details["dx_m"] == pytest.approx(-vector[0], abs=0.01)


def test_a_plan_off_as_a_whole_is_one_fault_of_its_first_level(grids: Grids):
    moved = grids
    for depth in range(3):
        moved = with_level(moved, depth, lambda xy: xy + np.array([300.0, 400.0]))
    (fault,) = inspect(moved)
    assert (fault.kind, fault.level, round(fault.width_m or 0)) == ("shift.layer", 1, 500)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("shift.swapped", lambda xy: xy[:, ::-1]),
        ("shift.zone_prefix", lambda xy: xy + np.array([38_000_000.0, 0.0])),
        ("shift.rigid", lambda xy: xy + np.array([0.0, 0.7])),
    ],
)
def test_one_grid_in_the_wrong_place_is_one_fault(grids: Grids, kind: str, change):
    level = grids.levels[2]
    shapes = level.geometry.copy()
    shapes[27] = shapely.transform(shapes[27], change)
    moved = Grids((*grids.levels[:2], level.with_geometry(shapes)), grids.jurisdiction)
    (fault,) = inspect(moved, crs=pyproj.CRS(4547))
    assert (fault.kind, fault.codes) == (kind, (level.codes[27],))
