"""Reproducers of known bugs in libraries: what must come out here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo.coverage import GridLevel, Grids, inspect
from geo.repair import repair, simplified


@pytest.fixture(scope="module")
def cases(coverage_data: Path) -> dict[str, Any]:
    content = json.loads((coverage_data / "edge_cases.json").read_text(encoding="utf-8"))
    return {case["id"]: case for case in content["cases"]}


def grids_of(case: dict[str, Any]) -> Grids:
    shapes = [None if text is None else shapely.from_wkt(text) for text in case["wkt"]]
    return Grids((GridLevel.of(1, [str(number) for number in range(len(shapes))], shapes),))


def test_an_empty_inner_ring_is_dropped_before_any_predicate(cases: dict[str, Any]):
    script = """
import json, sys
import shapely
from geo.coverage import GridLevel, Grids, inspect
shape = shapely.from_geojson(sys.stdin.read())
faults = inspect(Grids((GridLevel.of(1, ["a"], [shape]),), shapely.box(0, 0, 10, 10)))
print(json.dumps([fault.kind for fault in faults]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(cases["empty_ring_geojson"]["geojson"]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "input.empty_ring" in json.loads(done.stdout)


def test_a_missing_shape_does_not_shift_the_blame(cases: dict[str, Any]):
    faults = inspect(grids_of(cases["none_misalign"]))
    assert {(fault.family, fault.codes) for fault in faults} == {
        ("input", ("0",)),
        ("overlap", ("2", "3")),
    }


def test_repair_keeps_both_areas_where_only_a_vertex_is_unmatched(cases: dict[str, Any]):
    grids = grids_of(cases["geos_1525"])
    (fault,) = (fault for fault in inspect(grids) if fault.family == "vertex")
    assert fault.kind == "vertex.unmatched"
    assert shapely.equals(fault.geometry, shapely.Point(1, 1))
    mended = repair(grids)
    assert np.allclose(shapely.area(mended.grids.levels[0].geometry), [4.5, 1.5])
    assert [fault for fault in mended.remaining if fault.family == "vertex"] == []


@pytest.mark.parametrize("name", ["jts_1122", "geos_1251"])
def test_a_gap_is_found_whatever_its_width(cases: dict[str, Any], name: str):
    gaps = [fault for fault in inspect(grids_of(cases[name])) if fault.family == "gap"]
    assert len(gaps) == 1
    if name == "geos_1251":
        assert gaps[0].area_m2 == pytest.approx(2.0)


def test_an_unmatched_vertex_is_found_before_any_union(cases: dict[str, Any]):
    faults = inspect(grids_of(cases["geos_889"]))
    places = [fault.geometry for fault in faults if fault.kind == "vertex.unmatched"]
    assert places == [shapely.Point(1, 0)]


def test_holes_stay_filled_when_simplified(cases: dict[str, Any]):
    grids = grids_of(cases["jts_953"])
    for tolerance in (0.0, 1.0, 3.0):
        simpler = simplified(grids, tolerance)
        assert [f for f in inspect(simpler) if f.family in {"gap", "overlap", "vertex"}] == []
