"""From layers to a plan: the cells tile, the grids nest, the rules find no error."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.check import check
from boundaries.draft import Wishes, draft_plan, mend_plan
from boundaries.draft.dwellings import floor_runs, shares
from boundaries.scheme import Weights, default_scheme, parse_scheme
from boundaries.town import Town
from cli.planning import weights_of
from geo.layers import STORED_CRS, conform
from geo.problem import InputError

WEST, SOUTH, STEP = 111.6, 38.2, 0.0012
BLOCKS = 5


def square(west, south, east, north):
    return shapely.box(*np.round([west, south, east, north], 7))


def layer(kind_of_layer, geometry, /, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=STORED_CRS)
    return gpd.GeoDataFrame(conform(kind_of_layer, frame))


@pytest.fixture(scope="module")
def town():
    """Streets every 100 m, buildings of 2 stairs, one tower, one school."""
    random = np.random.default_rng(3)
    east, north = WEST + BLOCKS * STEP, SOUTH + BLOCKS * STEP
    middle = round(WEST + 3 * STEP, 7)
    streets = [
        shapely.LineString(np.round(line, 7))
        for number in range(BLOCKS + 1)
        for line in (
            [(WEST + number * STEP, SOUTH), (WEST + number * STEP, north)],
            [(WEST, SOUTH + number * STEP), (east, SOUTH + number * STEP)],
        )
    ]
    footprints, households, stairs, floors = [], [], [], []
    for block in range(BLOCKS * BLOCKS):
        row, column = divmod(block, BLOCKS)
        if block == 7:
            continue
        for place in range(4):
            x = WEST + (column + 0.12 + 0.44 * (place % 2)) * STEP
            y = SOUTH + (row + 0.15 + 0.45 * (place // 2)) * STEP
            tower = block == 12 and place == 0
            footprints.append(square(x, y, x + 0.3 * STEP, y + 0.15 * STEP))
            households.append(72 if tower else int(random.choice([10, 12, 24, 24, 22])))
            stairs.append(1 if tower else 2)
            floors.append(18 if tower else 6)
    school = square(WEST + 2.1 * STEP, SOUTH + 1.1 * STEP, WEST + 2.9 * STEP, SOUTH + 1.9 * STEP)
    count = len(footprints)
    return Town.empty("试验镇", default_scheme()).with_layers(
        jurisdiction=layer(
            "jurisdiction", [square(WEST, SOUTH, east, north)], code=["141127100"], name=["试验镇"]
        ),
        communities=layer(
            "communities",
            [square(WEST, SOUTH, middle, north), square(middle, SOUTH, east, north)],
            code=["141127100001", "141127100002"],
            name=["东社区", "西社区"],
        ),
        estates=layer("estates", [school], id=["S1"], name=["小学"], kind=["school"]),
        buildings=layer(
            "buildings",
            footprints,
            id=[f"B{number}" for number in range(count)],
            residential=[True] * count,
            households=pd.array(households, dtype="Int64"),
            stairs=pd.array(stairs, dtype="Int64"),
            floors=pd.array(floors, dtype="Int64"),
            estimated=[False] * count,
        ),
        barriers=layer(
            "barriers",
            streets,
            id=[f"R{number}" for number in range(len(streets))],
            kind=["road"] * len(streets),
            rank=pd.array([2] * len(streets), dtype="Int64"),
        ),
    )


@pytest.fixture(scope="module")
def drafted(town):
    return draft_plan(town, "草案", Wishes(seed=1))


def test_a_draft_has_no_error_but_open_contacts(drafted):
    report = check(drafted.town, drafted.plan)
    errors = {finding.rule for finding in report.findings if finding.severity.value == "E"}
    assert errors <= {"O01", "S01"}


def test_households_and_buildings_are_all_there_once(town, drafted):
    grids, table = drafted.plan.grids, drafted.plan.assignments
    everyone = town.buildings["households"].sum()
    assert grids.groupby("level")["households"].sum().tolist() == [everyone] * 3
    assert table["households"].sum() == everyone
    assert set(table["building"]) == set(town.buildings["id"])


def test_every_grid_off_its_band_is_explained(town, drafted):
    explained = {each.code for each in drafted.explanations}
    for level in town.scheme.levels:
        grids = drafted.plan.levels[level.level]
        general = grids[grids["kind"] == "general"]
        off = general[~general["households"].between(level.low, level.high)]
        assert set(off["code"]) <= explained


def test_the_school_is_a_grid_of_its_own_and_the_tower_is_sliced_by_floors(drafted):
    grids, table = drafted.plan.grids, drafted.plan.assignments
    special = grids[grids["kind"] == "special"]
    assert special["level"].tolist() == [1, 2, 3]
    assert special["special_type"].tolist() == ["school"] * 3
    assert special["code"].iloc[0][-3:] == "901"
    tower = table[table["floors"].notna()]
    assert len(set(tower["building"])) == 1
    assert tower["households"].between(10, 20).all()
    assert tower["floors"].iloc[0].startswith("1-")


def test_codes_run_from_west_to_east(drafted):
    first = drafted.plan.levels[1]
    for _, grids in first[first["kind"] == "general"].groupby("community"):
        places = grids.sort_values("code").geometry.representative_point().x
        assert places.is_monotonic_increasing


def test_the_same_seed_gives_the_same_plan(town, drafted):
    again = draft_plan(town, "草案", Wishes(seed=1))
    assert again.plan.grids.equals(drafted.plan.grids)


def test_only_the_levels_that_are_wanted_are_drawn(town):
    plan = draft_plan(town, "草案", Wishes(levels=1)).plan
    assert set(plan.grids["level"]) == {1}


def test_a_town_without_ground_is_refused(town):
    with pytest.raises(InputError):
        draft_plan(town.with_layers(jurisdiction=town.jurisdiction.iloc[:0]), "草案")


def test_a_good_plan_is_mended_by_doing_nothing(drafted):
    mended = mend_plan(drafted.town, drafted.plan, "修补")
    before, after = drafted.plan.grids, mended.drafted.plan.grids
    assert [level.households for level in mended.moved[:2]] == [0, 0]
    coarse = [grids[grids["level"] < 3]["code"].tolist() for grids in (before, after)]
    assert coarse[0] == coarse[1]
    report = check(mended.drafted.town, mended.drafted.plan)
    errors = {finding.rule for finding in report.findings if finding.severity.value == "E"}
    assert errors <= {"O01", "S01"}


def test_grown_buildings_move_few_households_and_it_is_said_whom(drafted):
    buildings = drafted.town.buildings.copy()
    small = np.flatnonzero((buildings["households"] > 2) & (buildings["households"] < 13))[:6]
    buildings.loc[buildings.index[small], "households"] += 6
    grown = drafted.town.with_layers(buildings=buildings)
    codes = drafted.plan.grids["code"].tolist()
    people = layer(
        "contacts",
        [None] * len(codes),
        id=[f"P{code}" for code in codes],
        grid=codes,
        role=["grid_leader"] * len(codes),
        name=[f"张{code}" for code in codes],
    )
    mended = mend_plan(grown, drafted.plan.with_changes(contacts=people), "修补")
    assert mended.moved[0].households < 100
    assert mended.lineage["households"].sum() == 3 * buildings["households"].sum()
    changed = mended.buildings
    assert (changed["from"] != changed["to"]).all()
    concerned = {contact.grid for contact in mended.contacts}
    settled = changed[changed["households"] > 0]
    assert len(settled)
    assert {*settled["from"], *settled["to"]} & set(codes) <= concerned
    assert len(concerned) < len(codes)


@pytest.mark.parametrize("households", [21, 22, 37, 66, 132])
def test_floor_runs_hold_everyone_within_the_band(households):
    runs = floor_runs(households, 33, 10, 20)
    assert sum(run[2] for run in runs) == households
    assert all(10 <= run[2] <= 20 for run in runs)
    assert [run[0] for run in runs] == [1, *(run[1] + 1 for run in runs[:-1])]
    assert runs[-1][1] == 33


def test_shares_are_even_and_whole():
    assert shares(10, 3) == [3, 3, 4]
    assert sum(shares(22_512, 75)) == 22_512


def test_locked_grids_stay_and_the_rest_is_drawn_around_them(town, drafted):
    first = drafted.plan.levels[1]
    code = first.loc[first["kind"] == "general", "code"].iloc[0]
    again = draft_plan(drafted.town, "另一稿", Wishes(seed=5, locked=(drafted.plan, [code])))
    grids = drafted.plan.grids.set_index("code")
    kept = again.plan.grids.set_index("code")
    family = [each for each in grids.index if each.startswith(code)]
    assert set(family) <= set(kept.index)
    for each in family:
        assert kept.geometry[each].equals(grids.geometry[each])
        assert kept.loc[each, "households"] == grids.loc[each, "households"]
    report = check(again.town, again.plan)
    errors = {finding.rule for finding in report.findings if finding.severity.value == "E"}
    assert errors <= {"O01", "S01"}


def test_buildings_that_stay_together_share_their_grid(town):
    households = town.buildings.set_index("id")["households"]
    pair = next(
        [f"B{each}", f"B{each + 1}"]
        for each in range(0, len(households), 2)
        if households[f"B{each}"] + households[f"B{each + 1}"] <= 20
    )
    table = draft_plan(town, "草案", Wishes(together=[pair])).plan.assignments
    shared = set(table.loc[table["building"].isin(pair), "grid"])
    assert len(shared) == 1


def test_a_level_can_have_the_number_of_grids_that_is_wanted(town):
    counts = [
        len(draft_plan(town, "草案", Wishes(levels=2, targets={2: target})).plan.levels[2])
        for target in (22, 32)
    ]
    assert counts[0] < counts[1]


def test_what_cannot_be_met_is_told_before_anything_is_drawn(town):
    told = []
    wishes = Wishes(foretold=told.append, told=lambda _share: told.append("drawn"))
    drafted = draft_plan(town, "草案", wishes)
    assert told[0] == drafted.beforehand
    assert told[1] == "drawn"
    households = [count.households for count in drafted.beforehand.counts if count.level == 1]
    assert sum(households) == town.buildings["households"].sum()
    assert drafted.as_dict()["feasibility"]["counts"][0]["possible"] in {True, False}


def test_a_building_that_fits_nowhere_is_named_beforehand(town):
    buildings = town.buildings.copy()
    buildings["stairs"] = 1
    buildings["households"] = 18
    buildings.loc[buildings.index[20], "households"] = 1
    alone = town.with_layers(buildings=buildings)
    beforehand = draft_plan(alone, "草案", Wishes()).beforehand
    assert [(unit.building, unit.level) for unit in beforehand.hopeless] == []
    buildings.loc[buildings.index[20], "households"] = 5
    beforehand = draft_plan(town.with_layers(buildings=buildings), "草案", Wishes()).beforehand
    assert ("B20", 3) in {(unit.building, unit.level) for unit in beforehand.hopeless}
    assert any("B20" in note.text("en") for note in beforehand.notes)


def test_an_estate_is_kept_whole_the_more_it_weighs(town):
    estate = layer(
        "estates",
        [square(WEST, SOUTH, WEST + 3 * STEP, SOUTH + 2 * STEP)],
        id=["E1"], name=["小区"], kind=["estate"],
    )  # fmt: skip
    with_estate = town.with_layers(estates=estate)
    inside = town.buildings.geometry.within(estate.geometry.iloc[0])
    homes = set(town.buildings.loc[inside, "id"])

    def shared_grids(weight):
        weights = Weights(estates=weight)
        table = draft_plan(with_estate, "草案", Wishes(levels=2, weights=weights)).plan.assignments
        mine = table["building"].isin(homes)
        return len(set(table.loc[mine, "grid"]) & set(table.loc[~mine, "grid"]))

    assert shared_grids(10.0) <= shared_grids(0.1)
    assert shared_grids(10.0) <= 1


@pytest.mark.parametrize("weight", [0.0, -1.0, 11.0, float("nan")])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match="estates"):
        Weights(estates=weight)


def test_a_scheme_says_what_weighs_how_much():
    scheme = parse_scheme("[weights]\nborders = 2.5\n")
    assert (scheme.weights.borders, scheme.weights.estates) == (2.5, 1.0)
    for text in ("[weights]\nborders = 99\n", "[weights]\nbeauty = 1\n"):
        with pytest.raises(InputError):
            parse_scheme(text)


def test_the_stairs_of_a_building_share_their_coarser_grids(town, drafted):
    table = drafted.plan.assignments
    digits = town.scheme.code_lengths
    above = {
        level: table.groupby("building")["grid"].apply(
            lambda codes, length=digits[level]: codes.str[:length].nunique()
        )
        for level in (1, 2)
    }
    assert (above[1] == 1).all()
    assert (above[2] > 1).mean() < 0.15


def test_weights_are_given_by_name_and_others_refused():
    assert weights_of(Weights(), ["borders=2", "estates=4"]) == Weights(borders=2, estates=4)
    for text in ("beauty=2", "borders", "borders=x", "borders=0"):
        with pytest.raises(InputError):
            weights_of(Weights(), [text])
