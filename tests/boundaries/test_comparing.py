"""Two plans side by side: what is better, what is worse, for whom."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from compliant import AT, DIVIDED, Small, compliant

from boundaries.check import Report
from boundaries.comparing import Comparison, compare
from boundaries.comparing.matching import matched
from boundaries.moving import lineage, moves
from boundaries.plan import Plan
from boundaries.town import Town
from geo.problem import InputError

LEFT, RIGHT = "1411271000010020202", "1411271000010020203"


@pytest.fixture(scope="module")
def small() -> Small:
    return compliant()


def compared(small: Small, new: Plan) -> Comparison:
    return compare(small.town, small.plan, new, at=AT)


def taken_in(small: Small) -> Plan:
    """Return the plan with one grid taken in by its neighbour, and its building with it."""
    grids = small.plan.grids.copy()
    shape = shapely.union_all(grids.geometry[grids["code"].isin((LEFT, RIGHT))].to_numpy())
    grids.loc[grids["code"] == LEFT, ["geometry", "households"]] = [shape, 30]
    table = small.plan.assignments.copy()
    table["grid"] = table["grid"].replace({RIGHT: LEFT})
    contacts = small.plan.contacts[small.plan.contacts["grid"] != RIGHT]
    return small.plan.with_changes(
        grids=gpd.GeoDataFrame(grids[grids["code"] != RIGHT]),
        assignments=table,
        contacts=contacts,
    )


def test_a_plan_is_equal_to_itself(small: Small) -> None:
    found = compared(small, small.plan)
    assert (found.grids, found.contacts) == ((), ())
    assert (len(found.buildings), len(found.ground)) == (0, 0)
    for level in found.levels:
        assert set(level.verdicts.values()) == {"equal"}
        assert (level.added, level.retired, level.households_moved) == ((), (), 0)
    assert (found.findings.gone, found.findings.new) == ((), ())


def test_a_grid_taken_in_is_worse_and_says_for_whom(small: Small) -> None:
    found = compared(small, taken_in(small))
    finest = found.levels[-1]
    assert (finest.retired, finest.added, len(finest.kept)) == ((RIGHT,), (), 149)
    assert (finest.old.in_band, finest.new.in_band, finest.new.judged) == (150, 148, 149)
    assert (finest.verdicts["in_band"], finest.verdicts["off"]) == ("worse", "worse")
    assert finest.households_moved == 15
    assert finest.area_moved_m2 == pytest.approx(3600, rel=0.01)
    changes = {change.code: change for change in found.grids}
    assert (changes[LEFT].state, changes[LEFT].arriving) == ("changed", 15)
    assert (changes[RIGHT].state, changes[RIGHT].leaving) == ("retired", 15)
    assert [(one.grid, one.state) for one in found.contacts] == [
        (LEFT, "changed"),
        (RIGHT, "retired"),
    ]
    assert found.buildings[["building", "from", "to"]].to_numpy().tolist() == [
        [f"b{RIGHT}", RIGHT, LEFT]
    ]
    assert {finding.rule for finding in found.findings.new} >= {"S01"}


def test_the_other_way_round_it_is_better(small: Small) -> None:
    found = compare(small.town, taken_in(small), small.plan, at=AT)
    assert found.levels[-1].verdicts["in_band"] == "better"
    assert {finding.rule for finding in found.findings.gone} >= {"S01"}
    assert [change.state for change in found.grids] == ["changed", "new"]


def test_a_new_code_moves_everyone_of_its_grid(small: Small) -> None:
    new = f"{LEFT[:-2]}09"
    plan = small.grid(LEFT, code=new).plan
    table = plan.assignments.assign(grid=plan.assignments["grid"].replace({LEFT: new}))
    found = compared(small, plan.with_changes(assignments=table))
    finest = found.levels[-1]
    assert (finest.added, finest.retired, finest.households_moved) == ((new,), (LEFT,), 15)
    assert [contact.state for contact in found.contacts] == ["retired"]


def test_a_finding_whose_measure_changes_stays(small: Small) -> None:
    worse, better = (small.grid(LEFT, households=count) for count in (40, 35))
    found = matched(worse.found("S01"), better.found("S01"))
    assert (found.gone, found.new) == ((), ())
    ((old, new),) = found.staying
    assert old.measure is not None
    assert new.measure is not None
    assert abs(old.measure) > abs(new.measure)


def test_a_share_that_several_grids_had_is_parted_by_their_households(small: Small) -> None:
    table = small.plan.assignments.copy()
    slices = table["building"] == f"b{DIVIDED}"
    table.loc[slices, "households"] = [20, 10]
    old = small.plan.with_changes(assignments=table)
    first = table.index[slices][0]
    whole = table.drop(index=table.index[slices][1:])
    whole.loc[first, ["stairs", "households"]] = [None, 30]
    moved = moves(old, old.with_changes(assignments=whole))
    kin = lineage(moved[moved["building"] == f"b{DIVIDED}"])
    finest = kin[kin["level"] == 3]
    assert sorted(finest["households"]) == [10, 20]
    assert set(finest["to"]) == {DIVIDED}


@pytest.mark.parametrize("seed", range(3))
def test_whoever_leaves_arrives_and_nobody_is_lost(mini_demo: tuple[Town, Plan], seed: int) -> None:
    town, plan = mini_demo
    random = np.random.default_rng(seed)
    finest = plan.grids.index[plan.grids["level"] == plan.grids["level"].max()]
    shuffled = plan.grids["code"].copy()
    some = random.choice(finest, 8, replace=False)
    shuffled[some] = shuffled[random.permutation(some)].to_numpy()
    shuffled[some[0]] += "9"
    new = plan.with_changes(
        grids=plan.grids.assign(code=shuffled), assignments=plan.assignments.iloc[:0]
    )
    nothing = Report((), ())
    found = compare(town, plan, new, reports=(nothing, nothing))
    everyone = int(town.buildings["households"].sum())
    assert set(found.lineage.groupby("level")["households"].sum()) == {everyone}
    for level in found.levels:
        own = [change for change in found.grids if change.level == level.level]
        assert sum(change.arriving for change in own) == level.households_moved
        assert sum(change.leaving for change in own) == level.households_moved
    finest_level = found.ground[found.ground["level"] == found.levels[-1].level]
    assert finest_level["from"].notna().all()
    assert finest_level["to"].notna().all()


def test_plans_of_two_towns_cannot_be_compared(small: Small) -> None:
    with pytest.raises(InputError):
        compare(small.town, replace(small.plan, town="别处"), small.plan)
