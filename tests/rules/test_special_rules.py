"""Special-purpose grids: X01, X03, X04."""

from __future__ import annotations

THIRD = "1411271000010020304"
SCHOOL = {"kind": "special", "mode": "exclusive", "special_type": "school"}


def test_a_complete_special_grid_is_fine(small):
    assert small.grid(THIRD, **SCHOOL).found("X01", "X03", "X04") == []


def test_x01_wants_a_type(small):
    (finding,) = small.grid(THIRD, **{**SCHOOL, "special_type": None}).found("X01", "X03")
    assert (finding.rule, finding.severity, finding.grids) == ("X01", "E", (THIRD,))
    assert "hospital" in finding.remedy.text("en")


def test_x03_wants_a_mode(small):
    (finding,) = small.grid(THIRD, **{**SCHOOL, "mode": None}).found("X01", "X03")
    assert (finding.rule, finding.severity, finding.grids) == ("X03", "E", (THIRD,))


def test_x04_wants_residents_counted(small):
    (finding,) = small.grid(THIRD, **SCHOOL, households=4).found("X04")
    assert (finding.severity, finding.measure) == ("W", 11)
    assert small.grid(THIRD, **{**SCHOOL, "mode": "overlay"}, households=0).found("X04") == []


def test_x04_tells_the_coarsest_level_alone(small):
    both = small.grid(THIRD, **SCHOOL, households=0).grid(THIRD[:17], **SCHOOL, households=0)
    assert [finding.level for finding in both.found("X04")] == [2]
