"""Moderate size: S01, S03, S05, S08, S09 and the form rules S06, S07."""

from __future__ import annotations

import pytest
import shapely
from compliant import at_metres

FIRST = "141127100001001"
SECOND = f"{FIRST}01"
THIRD = f"{SECOND}03"


@pytest.mark.parametrize(
    ("households", "severity", "kind"),
    [
        (9, "I", "under"),
        (8, "W", "under"),
        (5, "W", "under"),
        (4, "E", "under"),
        (0, "E", "under"),
        (10, None, None),
        (20, None, None),
        (22, "I", "over"),
        (23, "W", "over"),
        (30, "W", "over"),
        (31, "E", "over"),
    ],
)
def test_s01_grows_graver_with_the_distance_from_the_band(small, households, severity, kind):
    found = small.grid(THIRD, households=households).found("S01")
    assert [(f.severity, f.kind, f.grids, f.level) for f in found] == (
        [] if severity is None else [(severity, kind, (THIRD,), 3)]
    )


def test_s01_names_the_households_and_the_bound(small):
    (finding,) = small.grid(THIRD, households=5).found("S01")
    assert finding.measure == 5
    assert finding.unit == "households"
    assert finding.message.text("en") == (
        f"level-3 grid {THIRD} 东城社区第1网格-1-3 has 5 households, 50.0 % below the least of 10."
    )
    assert finding.geometry.within(small.plan.grids.set_index("code").geometry[THIRD])


@pytest.mark.parametrize(
    "reason", ["island", "natural_village", "new_estate", "special_purpose", "rest_of_building"]
)
def test_s01_excuses_a_recorded_reason(small, reason):
    assert small.grid(THIRD, households=1, reason=reason).found("S01") == []


def test_s01_does_not_excuse_a_reason_that_is_about_form(small):
    assert small.grid(THIRD, households=1, reason="linear_village").found("S01")


def test_s01_excuses_special_purpose_grids(small):
    spoilt = small.grid(THIRD, households=0, kind="special", mode="exclusive")
    assert spoilt.found("S01") == []


def test_s01_counts_buildings_where_the_plan_gives_no_count(small):
    uncounted = small.grids(
        lambda grids: grids.assign(households=None).astype({"households": "Int64"})
    )
    assert uncounted.found("S01") == []
    emptied = uncounted.assignments(lambda table: table.assign(households=0))
    assert {f.kind for f in emptied.found("S01")} == {"under"}


def test_s01_says_once_a_level_that_nothing_is_known(small):
    blank = small.grids(
        lambda grids: grids.assign(households=None).astype({"households": "Int64"})
    ).layer(
        "buildings", lambda layer: layer.assign(households=None).astype({"households": "Int64"})
    )
    assert [(f.kind, f.level, f.measure) for f in blank.found("S01")] == [
        ("unknown", 1, 6),
        ("unknown", 2, 30),
        ("unknown", 3, 150),
    ]


def test_s03_wants_children_for_the_households(small):
    (few,) = small.grid(SECOND, households=150).found("S03")
    assert (few.kind, few.level, few.grids, few.measure) == ("few", 2, (SECOND,), 5)
    (many,) = small.grid(SECOND, households=40).found("S03")
    assert (many.kind, many.level, many.measure) == ("many", 2, 5)


def test_s03_leaves_out_children_with_a_reason(small):
    rest = small.grid(SECOND, households=62).grid(THIRD, households=2, reason="rest_of_building")
    assert rest.found("S03") == []
    lot = small.grid(SECOND, households=130).grid(THIRD, households=100, reason="new_estate")
    assert [f.kind for f in lot.found("S03")] == ["many"]


def test_s05_tells_uneven_communities(small):
    uneven = small
    for number, households in enumerate((300, 500, 400), start=1):
        uneven = uneven.grid(f"{FIRST[:-1]}{number}", households=households)
    (finding,) = uneven.found("S05")
    assert (finding.severity, finding.level) == ("I", 1)
    assert finding.measure == pytest.approx(0.2041, abs=1e-4)
    grave = uneven.grid(FIRST, households=100).found("S05")
    assert [f.severity for f in grave] == ["W"]


def test_s06_tells_thin_shapes_unless_a_linear_village(small):
    strip = at_metres(shapely.box(0, 0, 1000, 40))
    (finding,) = small.grid(THIRD, geometry=strip).found("S06")
    assert finding.severity == "I"
    assert finding.measure == pytest.approx(0.116, abs=0.002)
    thinner = at_metres(shapely.box(0, 0, 1000, 20))
    assert [f.severity for f in small.grid(THIRD, geometry=thinner).found("S06")] == ["W"]
    village = small.grid(THIRD, geometry=strip, reason="linear_village")
    assert village.found("S06") == []


def test_s07_draws_the_line_to_the_farthest_building(small):
    near = small.scheme(reach_m=[2000.0, 800.0, 300.0])
    assert near.found("S07") == []
    far = small.scheme(reach_m=[2000.0, 100.0, 300.0]).found("S07")
    assert {f.level for f in far} == {2}
    assert len(far) == 30
    assert far[5].geometry.geom_type == "LineString"
    assert far[5].measure == pytest.approx(120, abs=2)


def test_s08_tells_communities_out_of_size(small):
    def with_ledger(count):
        return small.layer("communities", lambda layer: layer.assign(households=[count, 2000]))

    assert [f.kind for f in with_ledger(999).found("S08")] == ["small"]
    assert [f.kind for f in with_ledger(3001).found("S08")] == ["large"]
    assert with_ledger(3000).found("S08") == []


def test_s08_counts_buildings_where_there_is_no_ledger(small):
    blank = small.layer(
        "communities", lambda layer: layer.assign(households=None).astype({"households": "Int64"})
    )
    assert blank.found("S08") == []
    empty = blank.layer(
        "buildings", lambda layer: layer.assign(households=1).astype({"households": "Int64"})
    )
    assert [f.measure for f in empty.found("S08")] == [75, 74]


def test_s09_tells_estimates_once(small):
    (finding,) = small.grid(THIRD, estimated=True).found("S09")
    assert (finding.severity, finding.measure, finding.grids) == ("W", 1, (THIRD,))
