"""Unit-test cases of the JTS coverage package: the same verdict, valid or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.coverage import Fault, GridLevel, Grids, Limits, inspect

NO_SHAPES = Limits(spike_degrees=0.0, short_segment_m=0.0, neck_m=0.0, sliver_m=0.0)


@pytest.fixture(scope="module")
def cases(coverage_data: Path) -> list[dict[str, Any]]:
    content = json.loads((coverage_data / "jts_coverage_cases.json").read_text(encoding="utf-8"))
    return content["cases"]


def faults_of(texts: list[str], *, gap_width: float | None = None) -> list[Fault]:
    """Return what JTS calls invalid: overlaps and edges that do not match; gaps where asked."""
    shapes = [shapely.from_wkt(text) for text in texts]
    level = GridLevel.of(1, [str(number) for number in range(len(shapes))], shapes)
    families = {"overlap", "vertex"} | ({"gap"} if gap_width else set())
    return [
        fault
        for fault in inspect(Grids((level,)), limits=NO_SHAPES, gap_width_m=gap_width)
        if fault.family in families
        and fault.kind not in {"vertex.repeated", "vertex.needless"}
        and (fault.family != "gap" or (fault.width_m or 0.0) <= 2.0 * (gap_width or 0.0))
    ]


def test_the_validator_agrees_with_jts(cases: list[dict[str, Any]]):
    wrong = []
    looked_at = 0
    for case in cases:
        if case["cls"] != "CoverageValidatorTest":
            continue
        looked_at += 1
        gap = case["args"][1] if case["fn"] == "checkInvalidWithGaps" else None
        valid = not faults_of(case["args"][0], gap_width=gap)
        if valid != case["fn"].startswith("checkValid"):
            wrong.append(case["test"])
    assert looked_at
    assert wrong == []


def test_the_polygon_validator_agrees_with_jts(cases: list[dict[str, Any]]):
    wrong = []
    looked_at = 0
    for case in cases:
        if case["cls"] != "CoveragePolygonValidatorTest" or case["fn"] == "checkInvalidGap":
            continue
        target, others = case["args"][:2]
        if others.count("(") != others.count(")"):
            continue  # one text is no WKT
        looked_at += 1
        parts = shapely.get_parts(shapely.from_wkt(others))
        faults = faults_of([target, *(part.wkt for part in parts)])
        valid = not any("0" in fault.codes for fault in faults)
        if valid != case["fn"].startswith("checkValid"):
            wrong.append((case["test"], case["fn"], [(f.kind, f.codes) for f in faults]))
    assert looked_at
    assert wrong == []
