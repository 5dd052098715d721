"""Codes: H01, H02, H03, H04, H05, H07."""

from __future__ import annotations

import numpy as np
import pytest
from compliant import AT

from boundaries.check import check
from boundaries.history import History

COMMUNITY = "141127100001"
FIRST = f"{COMMUNITY}002"
SECOND = f"{FIRST}03"
THIRD = f"{SECOND}04"


def told(found):
    return [(finding.rule, finding.kind, finding.grids) for finding in found]


@pytest.mark.parametrize("code", ["", "A", f"{COMMUNITY}2", f"{THIRD}1", f"{SECOND}0X"])
def test_h01_wants_codes_of_the_scheme(small, code):
    assert told(small.grid(THIRD, code=code).found("H01")) == [("H01", "pattern", (code,))]


def test_h01_wants_the_length_of_the_level(small):
    (finding,) = small.grid(THIRD, level=2).found("H01")
    assert (finding.kind, finding.measure, finding.level) == ("level", 19, 2)


def test_h02_tells_a_repeated_code_once(small):
    (finding,) = small.grid(THIRD, code=f"{SECOND}05").found("H02")
    assert (finding.grids, finding.measure) == ((f"{SECOND}05",), 2)
    assert len(finding.geometry.geoms) == 2


def test_h02_tells_a_code_that_a_retired_grid_had(small):
    history = History(retired=frozenset({THIRD, "999"}))
    report = check(small.town, small.plan, rules=["H02"], at=AT, history=history)
    assert told(report.findings) == [("H02", "retired", (THIRD,))]


def test_h03_wants_the_parent_as_prefix(small):
    found = small.grid(THIRD, parent=f"{FIRST}04").found("H03")
    assert told(found) == [("H03", "prefix", (THIRD, f"{FIRST}04"))]


def test_h03_wants_the_community_of_the_code(small):
    found = small.grid(THIRD, community="141127100002").found("H03")
    assert told(found) == [("H03", "community", (THIRD,))]


def test_h03_tells_an_unknown_community_once(small):
    (finding,) = small.layer("communities", lambda layer: layer.iloc[1:]).found("H03")
    assert (finding.kind, finding.measure) == ("unknown", 3 + 15 + 75)


def test_h03_takes_village_segments(small):
    def moved(frame):
        for column in ("code", "parent", "community"):
            if column in frame:
                frame[column] = frame[column].str.replace("100002", "100402", regex=False)
        return frame

    village = small.grids(moved).layer("communities", moved)
    assert village.found("H01", "H03", "H05") == []


def test_h04_tells_numbers_that_run_backwards(small):
    def reversed_serials(grids):
        rows = np.flatnonzero(grids["parent"] == SECOND)
        grids.iloc[rows, grids.columns.get_loc("code")] = grids["code"].iloc[rows[::-1]].to_numpy()
        return grids

    assert small.found("H04") == []
    backwards = small.grids(reversed_serials).found("H04")
    assert [(finding.severity, finding.level) for finding in backwards] in ([("I", 3)], [])


def test_h05_wants_a_parent(small):
    assert told(small.grid(THIRD, parent=None).found("H05")) == [("H05", "none", (THIRD,))]


def test_h05_tells_a_missing_parent_once_for_all_children(small):
    gone = small.grids(lambda grids: grids[grids["code"] != SECOND])
    (finding,) = gone.found("H05")
    assert (finding.kind, finding.measure) == ("missing", 5)
    assert finding.message.values["parent"] == SECOND


def test_h05_wants_the_next_level_up(small):
    (finding,) = small.grid(THIRD, parent=FIRST).found("H05")
    assert (finding.kind, finding.measure) == ("level", 1)


def test_a_wrong_prefix_is_not_told_as_a_missing_parent_too(small):
    wrong = small.grid(THIRD, parent=f"{FIRST}77")
    assert {finding.rule for finding in wrong.found("H03", "H05")} == {"H03"}


def test_h07_tells_when_serials_run_out(small):
    few = small.scheme(free_serials=0.96).found("H07")
    assert {finding.level for finding in few} == {2, 3}
    assert few[0].measure == pytest.approx(94 / 99 * 100)
    assert small.found("H07") == []
