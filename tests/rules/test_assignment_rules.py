"""Everyone belongs to one grid: C04, C05, C07, C09."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely
from compliant import BESIDE, DIVIDED, at_metres

FIRST = "141127100001002"
SECOND = f"{FIRST}03"
THIRD = f"{SECOND}04"
NEXT = f"{SECOND}05"


def assigned_to(building, grid):
    def change(table):
        table.loc[table["building"] == building, "grid"] = grid
        return table

    return change


def addressed(address, **values):
    def change(layer):
        for column, value in values.items():
            if column == "geometry":
                shapes = layer.geometry.where(layer["id"] != address, value)
                layer = layer.set_geometry(shapes, crs=layer.crs)
            else:
                layer.loc[layer["id"] == address, column] = value
        return layer

    return change


def said(finding):
    return {**finding.message.values}  # noqa: PD011 - a message's, not a frame's


def told(found):
    return [(f.kind, f.level, f.grids, f.measure) for f in found]


def test_c04_tells_what_no_grid_holds_at_the_coarsest_level(small):
    gone = small.grids(lambda grids: grids[~grids["code"].isin([SECOND, THIRD])])
    (finding,) = gone.found("C04")
    assert (finding.kind, finding.level, finding.measure) == ("none", 2, 10)
    values = said(finding)
    assert (values["buildings"], values["addresses"], values["households"]) == (5, 5, 75)
    assert len(finding.geometry.geoms) == 10


def test_c04_leaves_to_a_gap_what_lies_in_it(small):
    gone = small.grids(lambda grids: grids[~grids["code"].isin([SECOND, THIRD])])
    assert gone.found("C01", "C02")
    assert "C04" not in {f.rule for f in gone.found("C01", "C04", "C06", "H05")}
    wide = small.grid(NEXT, geometry=at_metres(shapely.box(480, 120, 600, 180)))
    assert {f.rule for f in wide.found("C02", "C04")} == {"C02"}


def test_c04_tells_what_two_grids_hold(small):
    wide = small.grid(NEXT, geometry=at_metres(shapely.box(480, 120, 600, 180)))
    assert told(wide.found("C04")) == [("twice", 3, (THIRD, NEXT), 2)]


def test_c04_lets_the_grids_of_a_divided_building_share_its_ground(small):
    tower = small.plan.grids.set_index("code").geometry[DIVIDED]
    assert small.grid(BESIDE, geometry=tower).found("C04") == []


def test_c04_takes_an_address_on_a_border(small):
    on_border = small.layer(
        "addresses", addressed(f"a{THIRD}", geometry=at_metres(shapely.Point(540, 150)))
    )
    assert on_border.found("C04") == []


def test_c04_leaves_out_what_is_outside_the_jurisdiction(small):
    outside = small.layer(
        "addresses", addressed(f"a{THIRD}", geometry=at_metres(shapely.Point(-50, 150)))
    )
    assert outside.found("C04") == []


def test_c04_tells_where_table_and_place_disagree(small):
    wrong = small.assignments(assigned_to(f"b{THIRD}", NEXT))
    assert told(wrong.found("C04")) == [("table", 3, (THIRD, NEXT), 15)]


def test_c04_tells_where_the_register_disagrees(small):
    wrong = small.layer("addresses", addressed(f"a{THIRD}", grid=NEXT))
    assert told(wrong.found("C04")) == [("register", 3, (THIRD, NEXT), 1)]


@pytest.mark.parametrize("grid", [FIRST, SECOND, THIRD])
def test_c04_takes_any_level_in_the_register(small, grid):
    assert small.layer("addresses", addressed(f"a{THIRD}", grid=grid)).found("C04") == []


def test_c04_takes_the_building_for_an_address_across_the_border(small):
    gate = addressed(f"a{THIRD}", grid=THIRD, geometry=at_metres(shapely.Point(550, 150)))
    assert small.layer("addresses", gate).found("C04") == []


def test_c04_tells_unknown_grids_of_the_register(small):
    unknown = small.layer("addresses", addressed(f"a{THIRD}", grid=f"{SECOND}99"))
    assert told(unknown.found("C04")) == [("register_unknown", 3, (), 1)]


def test_c04_lets_an_exclusive_special_grid_stand_for_finer_levels(small):
    school = small.grids(lambda grids: grids[~grids["code"].str.startswith(f"{SECOND}0")]).grid(
        SECOND, kind="special", mode="exclusive", special_type="school"
    )
    alone = school.assignments(lambda table: table[~table["grid"].str.startswith(SECOND)])
    assert alone.found("C04") == []


def test_c04_does_not_count_overlays(small):
    overlay = {"kind": "special", "mode": "overlay", "special_type": "market"}
    wide = small.grid(NEXT, geometry=at_metres(shapely.box(480, 120, 540, 180)), **overlay)
    assert {f.kind for f in wide.found("C04")} <= {"none", "table"}


def test_c05_takes_one_in_a_hundred(small):
    nowhere = small.layer("addresses", addressed(f"a{THIRD}", geometry=None))
    (finding,) = nowhere.found("C05")
    assert finding.measure == pytest.approx(100 / 74)
    assert said(finding)["community"] == "141127100001"
    assert nowhere.scheme(unplaced_share=0.02).found("C05") == []


def test_c05_counts_for_the_town_where_the_community_is_unknown(small):
    lost = [f"a{SECOND}0{number}" for number in range(1, 5)]

    def change(layer):
        for address in lost:
            layer = addressed(address, geometry=None, building_id=None)(layer)
        return layer

    (finding,) = small.layer("addresses", change).found("C05")
    assert (finding.kind, said(finding)["lacking"]) == ("unplaced_anywhere", 4)


def test_c07_wants_every_building_in_the_table(small):
    lacking = small.assignments(lambda table: table[table["building"] != f"b{THIRD}"])
    (finding,) = lacking.found("C07")
    assert (finding.kind, finding.measure) == ("none", 1)
    assert said(finding)["households"] == 15


def test_c07_leaves_out_buildings_of_other_towns(small):
    def elsewhere(layer):
        away = layer.geometry.translate(0.1, 0)
        return layer.set_geometry(layer.geometry.where(layer["id"] != f"b{THIRD}", away))

    lacking = small.assignments(lambda table: table[table["building"] != f"b{THIRD}"])
    assert lacking.layer("buildings", elsewhere).found("C07") == []


def test_c07_tells_a_building_given_twice(small):
    def twice(table):
        row = table[table["building"] == f"b{THIRD}"].assign(grid=NEXT)
        return pd.concat([table, row], ignore_index=True)

    assert told(small.assignments(twice).found("C07")) == [("twice", 3, (THIRD, NEXT), 2)]


@pytest.mark.parametrize("grid", ["999", SECOND])
def test_c07_wants_grids_of_the_finest_level(small, grid):
    wrong = small.assignments(assigned_to(f"b{THIRD}", grid))
    assert [f.kind for f in wrong.found("C07")] == ["no_grid"]


def test_c07_tells_unknown_buildings(small):
    def ghost(table):
        row = table.iloc[-1:].assign(building="nowhere")
        return pd.concat([table, row], ignore_index=True)

    assert [f.kind for f in small.assignments(ghost).found("C07")] == ["no_building"]


def test_c07_goes_by_place_without_a_table(small):
    assert small.assignments(lambda table: table.iloc[:0]).found("C04", "C07") == []


def test_c09_compares_the_grids_with_the_ledger(small):
    (finding,) = small.grid(FIRST, households=395).found("C09")
    assert (finding.level, finding.measure, finding.unit) == (1, 20, "households")
    assert small.grid(FIRST, households=380).found("C09") == []  # 5 of 1,125


def test_c09_tells_one_difference_once(small):
    wrong = small.layer("communities", lambda layer: layer.assign(households=[1200, 1125]))
    assert told(wrong.found("C09"))[0][:2] == ("sum", 1)
    assert len(wrong.found("C09")) == 1
