"""S02: whether the numbers of grids and households can fit the bands at all."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from compliant import AT
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.check import check
from boundaries.plan import Plan
from boundaries.scheme import default_scheme
from boundaries.town import Town
from geo.layers import STORED_CRS, conform

LEVELS = (1, 2, 3)


def counted_plan(counts: tuple[int, int, int], households: int | None) -> tuple[Town, Plan]:
    """Return a plan of some numbers of grids among which households are spread evenly."""
    rows = []
    for level, number in zip(LEVELS, counts, strict=True):
        share = np.full(number, 0) if households is None else _spread(households, number)
        above = None if level == 1 else counts[level - 2]
        rows += [
            {
                "code": f"141127100001{level}{serial:06d}",
                "level": level,
                "parent": above and f"141127100001{level - 1}{serial * above // number:06d}",
                "kind": "general",
                "households": None if households is None else int(share[serial]),
            }
            for serial in range(number)
        ]
    boxes = shapely.box(*np.array([[111.6, 38.2, 111.601, 38.201]] * len(rows)).T)
    frame = gpd.GeoDataFrame(rows, geometry=boxes, crs=STORED_CRS)
    frame["households"] = frame["households"].astype("Int64")
    town = Town.empty("岚县", default_scheme())
    return town, Plan.of("源案例", "岚县", gpd.GeoDataFrame(conform("grids", frame)))


def _spread(households: int, number: int) -> np.ndarray:
    edges = np.arange(number + 1) * households // number
    return np.diff(edges)


def found(counts, households, *rules):
    town, plan = counted_plan(counts, households)
    return check(town, plan, rules=rules or ("S01", "S02", "S03"), at=AT).findings


@pytest.mark.parametrize("households", [None, 22_000, 22_100, 22_500])
def test_the_source_case_is_one_sentence(households):
    (finding,) = found((75, 396, 1100), households, "S02")
    assert finding.severity == "I"  # the scheme's tolerance of 10 % settles it
    assert (finding.measure, finding.unit, finding.level) == (500, "households", None)
    assert finding.message.text("en") == (
        "75 level-1 grids need 22,500 households at least but 1,100 level-3 grids hold 22,000 at "
        "most, 500 households short: it takes 1,125 level-3 grids, or a tolerance of 2.3 %."
    )
    zh = finding.message.text("zh")
    assert "500 户" in zh
    assert "1,125 个三级网格" in zh
    assert "2.3 %" in zh


def test_the_source_case_is_not_told_again_grid_by_grid():
    assert [finding.rule for finding in found((75, 396, 1100), 22_100)] == ["S02"]


def test_1125_level_3_grids_settle_it():
    assert found((75, 396, 1125), 22_500, "S01", "S02") == ()


def test_a_smaller_tolerance_makes_it_a_warning():
    town, plan = counted_plan((75, 396, 1100), 22_100)
    strict = replace(town, scheme=replace(town.scheme, band_tolerance=0.02))
    (finding,) = check(strict, plan, rules=["S02"], at=AT).findings
    assert finding.severity == "W"


def test_too_many_households_for_a_level():
    (finding,) = found((75, 396, 1100), 28_000, "S02")
    assert finding.severity == "W"
    assert finding.measure == 6000
    assert finding.message.text("en") == (
        "1,100 level-3 grids hold 22,000 households at most but there are 28,000, 6,000 "
        "households too many: it takes 1,400 level-3 grids, or a tolerance of 27.3 %."
    )


def test_too_few_households_for_two_levels_is_still_one_finding():
    (finding,) = found((75, 396, 900), 12_000, "S02")
    said = finding.message.text("en")
    assert "at most 40 level-1 grids fit" in said
    assert "at most 240 level-2 grids fit" in said
    assert finding.measure == 10_500


def test_what_is_worse_than_the_totals_ask_for_is_still_told():
    town, plan = counted_plan((75, 396, 1100), 22_100)
    grids = plan.grids.copy()
    worst = int(np.flatnonzero(grids["level"] == 3)[0])
    grids.loc[worst, "households"] = 40
    told = check(town, plan.with_changes(grids=grids), rules=["S01"], at=AT).findings
    assert [(f.rule, f.severity, f.measure) for f in told] == [("S01", "E", 40)]


def test_exclusive_special_grids_are_among_the_numbers():
    town, plan = counted_plan((75, 396, 1100), 22_500)
    grids = plan.grids.copy()
    schools = np.flatnonzero(grids["level"] == 3)[:40]
    grids.loc[schools, ["kind", "mode"]] = ["special", "exclusive"]
    (finding,) = check(town, plan.with_changes(grids=grids), rules=["S02"], at=AT).findings
    assert "1,125 level-3 grids" in finding.message.text("en")


def test_grids_with_a_reason_do_not_count():
    town, plan = counted_plan((10, 40, 200), 3_000)
    assert check(town, plan, rules=["S02"], at=AT).findings == ()
    grids = plan.grids.copy()
    many = np.flatnonzero(grids["level"] == 1)[:8]
    grids.loc[many, "reason"] = "natural_village"
    told = check(town, plan.with_changes(grids=grids), rules=["S02"], at=AT).findings
    assert told == ()  # two grids of 300 each


@settings(deadline=None, max_examples=30)
@given(
    first=st.integers(1, 20),
    second=st.integers(1, 50),
    third=st.integers(1, 120),
    households=st.integers(1, 8_000),
)
def test_silence_means_that_the_households_can_be_spread(first, second, third, households):
    counts = (first, second, third)
    fits = all(
        number * level.low <= households <= number * level.high
        for number, level in zip(counts, default_scheme().levels, strict=True)
    )
    told = found(counts, households, "S02")
    assert (len(told) == 0) is fits
    if told:
        assert told[0].measure > 0
        assert math.isfinite(told[0].measure)
