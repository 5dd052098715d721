"""What a lookup says of points and addresses of a small town."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.assigning import Assigner
from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point
from boundaries.readside import ReadSide
from boundaries.snapshot import build_snapshot
from geo.datum import Datum, from_wgs84
from geo.layers import STORED_CRS, conform
from geo.problem import InputError

COMMUNITY = "141127100001"
EAST, NORTH, SIDE = 111.6, 38.2, 0.004


def at(column: float, row: float) -> tuple[float, float]:
    return round(EAST + column * SIDE, 9), round(NORTH + row * SIDE, 9)


def codes(answer) -> list[str | None]:
    return [level.code and level.code[12:] for level in answer.levels]


@pytest.fixture
def side(published_home: Home) -> ReadSide:
    return ReadSide(published_home)


def test_a_point_has_one_grid_at_every_level_with_plan_and_dates(side):
    answer = lookup_point(side, *at(3.5, 0.5))
    assert answer.status == "match"
    assert answer.grade == "A"
    assert codes(answer) == ["001", "00102", "0010202"]
    assert [level.state for level in answer.levels] == ["determined"] * 3
    assert (answer.plan, answer.plan_name) == ("plan1", "甲案")
    assert answer.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert answer.effective_to is None
    assert answer.precision == "coordinate"
    assert answer.levels[0].level_name == {
        "zh": "一级网格",
        "en": answer.levels[0].level_name["en"],
    }


@pytest.mark.parametrize("point", [at(4, 4), at(4, 0), at(0, 8), at(8, 8), at(2, 5.5), at(8, 3)])
def test_a_border_point_has_exactly_one_grid_that_it_touches(side, point):
    answer = lookup_point(side, *point)
    assert answer.status == "match"
    snapshot = side.in_force()[0].snapshot
    touching = snapshot.grids[snapshot.grids.intersects(shapely.Point(point))]
    assert {level.code for level in answer.levels} <= set(touching["code"])
    assert answer.levels[2].code.startswith(answer.levels[1].code)
    assert answer.levels[1].code.startswith(answer.levels[0].code)
    assert answer.border_distance_m == pytest.approx(0, abs=1e-3)


def test_points_of_one_grid_share_all_but_what_is_their_own(side):
    one, other = lookup_point(side, *at(3.4, 0.5)), lookup_point(side, *at(3.6, 0.7))
    assert one.levels is other.levels
    assert one.point != other.point
    assert one.border_distance_m != other.border_distance_m
    assert one.as_of < other.as_of
    assert one.made is other.made


def test_a_publication_that_ends_after_all_is_answered_with_its_end(
    published_home: Home, tmp_path: Path
):
    home = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, home.folder)
    side = ReadSide(home)
    assert lookup_point(side, *at(3.5, 0.5)).effective_to is None
    listed = json.loads(home.published.read_text("utf-8"))
    listed["publications"][0]["effective_to"] = "2099-01-01T00:00:00+00:00"
    home.published.write_text(json.dumps(listed), encoding="utf-8")
    assert lookup_point(side, *at(3.5, 0.5)).effective_to == datetime(2099, 1, 1, tzinfo=UTC)
    assert lookup_point(side, *at(3.5, 0.5), at=datetime(2099, 1, 1, tzinfo=UTC)).plan is None


def test_outside_is_said_to_be_outside(side):
    answer = lookup_point(side, *at(8.01, 4))
    assert answer.status == "out_of_area"
    assert answer.levels == ()
    assert "覆盖范围" in answer.note.text("zh")


@pytest.mark.parametrize("point", [(float("nan"), 38.2), (181.0, 38.2), (111.6, 91.0)])
def test_what_is_no_point_is_invalid(side, point):
    assert lookup_point(side, *point).status == "invalid"


def test_a_point_near_a_border_tells_the_distance_and_the_neighbour(side):
    answer = lookup_point(side, *at(1.99, 2.5))
    assert answer.border_distance_m == pytest.approx(0.01 * SIDE * 111_320 * 0.786, rel=0.01)
    assert answer.neighbour.codes[3] == f"{COMMUNITY}0010401"
    assert codes(answer)[2] == "0010302"
    assert lookup_point(side, *at(1.5, 2.5)).neighbour is None
    outside = lookup_point(side, *at(0.001, 2.5)).neighbour
    assert outside.as_dict()["outside"]


def test_an_accuracy_gives_shares_and_asks(side):
    answer = lookup_point(side, *at(2, 2.5), accuracy_m=30)
    assert answer.status == "partial"
    assert codes(answer) == ["001", None, None]
    assert [round(option.p, 3) for option in answer.levels[2].options] == [0.5, 0.5]
    assert answer.ask is not None
    assert answer.faults[0]["code"] == "boundary.within_uncertainty"
    assert lookup_point(side, *at(3.5, 0.5), accuracy_m=5).status == "match"


def test_a_declared_datum_is_taken_as_declared(side):
    for datum in (Datum.GCJ02, Datum.BD09, Datum.CGCS2000):
        east, north = from_wgs84(*at(3.5, 0.5), datum)
        answer = lookup_point(side, float(east), float(north), datum=datum)
        assert codes(answer) == ["001", "00102", "0010202"]


def test_without_a_datum_the_answer_asks_unless_all_readings_agree(side):
    answer = lookup_point(side, *at(3.5, 0.5), datum=None)
    assert answer.status == "ambiguous"
    assert "GCJ-02" in answer.ask.text("en")
    assert sum(option.p for option in answer.levels[2].options) + answer.p_none == pytest.approx(1)
    nowhere = lookup_point(side, 100.0, 30.0, datum=None)
    assert nowhere.status == "out_of_area"
    assert {fault["code"] for fault in nowhere.faults} == {"datum.assumed"}


def test_coordinates_pasted_as_an_address_are_a_point_of_unknown_datum(side):
    east, north = at(3.5, 0.5)
    pasted = lookup_address(side, f"{north:.7f}, {east:.7f}")
    assert pasted.status == "ambiguous"
    assert pasted.levels == lookup_point(side, east, north, datum=None).levels


def test_a_footprint_that_slices_share_asks_for_stair_and_floor(side):
    answer = lookup_point(side, *at(0.3, 0.3))
    assert answer.status == "partial"
    assert codes(answer) == ["001", "00101", None]
    assert {option.code[-2:] for option in answer.levels[2].options} == {"01", "05"}
    assert "单元" in answer.ask.text("zh")


def test_a_grid_without_finer_ones_is_a_match(small_town, tmp_path):
    grids = small_town.plan.grids
    school = f"{COMMUNITY}00208"
    plan = small_town.plan.with_changes(grids=grids[grids["parent"] != school])
    home = Home(tmp_path)
    small_town.publish(home, build_snapshot(small_town.town, plan, home.snapshots))
    side = ReadSide(home)
    answer = lookup_point(side, *at(7.5, 7.5))
    assert answer.status == "match"
    assert codes(answer) == ["002", "00208", None]
    table = Assigner(side.in_force()).assign(*np.array([at(7.5, 7.5), at(5.5, 7.5)]).T, Datum.WGS84)
    assert table["status"].tolist() == ["match", "match"]
    assert table["grid3_code"].isna().tolist() == [True, False]


def test_an_overlay_grid_is_told_beside_the_grids_below(small_town, tmp_path):
    market = f"{COMMUNITY}901"
    record = {
        "code": market,
        "level": 1,
        "community": COMMUNITY,
        "name": "农贸市场",
        "kind": "special",
        "special_type": "market",
        "mode": "overlay",
    }
    ground = shapely.box(*at(3.5, 3.5), *at(4.5, 4.5))
    overlay = gpd.GeoDataFrame([record], geometry=[ground], crs=STORED_CRS)
    grids = pd.concat([small_town.plan.grids, conform("grids", overlay)])
    leader = {"id": "c9", "grid": market, "role": "grid_leader", "name": "丁九", "phone": "000-9"}
    leader |= {"duty_phone": "000-0009", "basis": "office_contact"}
    contacts = pd.concat([small_town.plan.contacts, conform("contacts", pd.DataFrame([leader]))])
    plan = small_town.plan.with_changes(
        grids=grids.reset_index(drop=True), contacts=contacts.reset_index(drop=True)
    )
    home = Home(tmp_path / "home")
    small_town.publish(home, build_snapshot(small_town.town, plan, home.snapshots))
    side = ReadSide(home)
    inside = lookup_point(side, *at(3.75, 3.75))
    assert inside.status == "match"
    assert codes(inside) == ["001", "00104", "0010404"]
    told = inside.as_dict("zh")["overlays"]
    assert [(each["code"], each["name"], each["special_type"]) for each in told] == [
        (market, "农贸市场", "market")
    ]
    assert told[0]["contacts"][0]["duty_phone"] == "000-0009"
    assert told[0]["contacts"][0]["phone"] is None
    duty = lookup_point(side, *at(3.75, 3.75), view="duty")
    assert duty.overlays[0].contacts[0]["phone"] == "000-9"
    assert [each.code for each in lookup_point(side, *at(3.5, 4)).overlays] == [market]
    assert lookup_point(side, *at(0.5, 0.5)).overlays == ()


def test_only_the_level_asked_for_is_answered(side):
    answer = lookup_point(side, *at(0.3, 0.3), level=2)
    assert [level.level for level in answer.levels] == [2]
    assert answer.status == "match"


def test_a_level_that_no_plan_has_is_refused_with_those_it_has(side):
    for ask in (
        lambda: lookup_point(side, *at(0.3, 0.3), level=7),
        lambda: lookup_address(side, "滨河小区1号楼1单元", level=7),
    ):
        with pytest.raises(InputError, match="没有第 7 级网格，只有第 1、2、3 级") as refused:
            ask()
        assert refused.value.problems[0].value == "7"


def test_days_of_office_begin_and_end_at_midnight_in_china(side):
    evening, midnight = "2025-05-31T23:59:59+08:00", "2025-06-01T00:00:00+08:00"
    contacts = side.in_force()[0].snapshot.contacts_view("duty")
    in_office = [
        {each["name"] for each in contacts.of(f"{COMMUNITY}0010101", datetime.fromisoformat(when))}
        for when in (evening, midnight)
    ]
    assert in_office == [{"乙二", "丙三"}, {"乙二"}]


def test_the_public_sees_names_and_numbers_by_their_basis_alone(side):
    leader = lookup_address(side, "滨河小区1号楼1单元").levels[0].contacts[0]
    assert leader == {
        "role": "grid_leader",
        "stand_in": False,
        "name": None,
        "title": "网格长",
        "phone": None,
        "duty_phone": "000-0001",
        "duties": "全部事项",
        "since": "2025-01-01",
    }
    member = lookup_address(side, "滨河小区1号楼1单元").levels[2].contacts
    assert [(each["name"], each["phone"]) for each in member] == [("乙二", None)]


def test_those_on_duty_see_names_and_numbers_of_contacts_in_office(side):
    answer = lookup_address(side, "滨河小区1号楼1单元", view="duty")
    assert answer.levels[0].contacts[0]["phone"] == "000-1"
    assert [each["name"] for each in answer.levels[2].contacts] == ["乙二"]


def test_stairs_decide_where_a_building_is_split(side):
    assert codes(lookup_address(side, "滨河小区1号楼1单元")) == ["001", "00101", "0010101"]
    assert codes(lookup_address(side, "滨河小区1号楼2单元")) == ["001", "00101", "0010105"]


def test_an_old_name_finds_the_place_and_is_said_to_be_old_from_its_day_on(side):
    text = "印刷厂宿舍1号楼2单元"
    then = lookup_address(side, text, at=datetime(2026, 2, 1, tzinfo=UTC))
    now = lookup_address(side, text, at=datetime(2026, 6, 1, tzinfo=UTC))
    assert then.status == now.status == "match"
    assert then.faults[0]["code"] == "name.is_alias"
    assert now.faults[0]["code"] == "name.is_old"
    assert now.faults[0]["alias"]["valid_until"] == "2026-03-01"
    assert now.note is not None
    assert now.note.text("zh") == "旧称“印刷厂宿舍” (../2026-03-01)，今“滨河小区”。"
    assert lookup_address(side, "滨河小区1号楼2单元").note is None


def test_floors_decide_where_a_stair_is_split(side, small_town, tmp_path):
    slices = small_town.plan.assignments.iloc[[0, 0, 1]].copy()
    slices["grid"] = [f"{COMMUNITY}0010101", f"{COMMUNITY}0010105", f"{COMMUNITY}0010105"]
    slices["floors"] = ["1-8", "9-16", None]
    plan = small_town.plan.with_changes(assignments=slices)
    home = Home(tmp_path / "home")
    small_town.publish(home, build_snapshot(small_town.town, plan, home.snapshots))
    split = ReadSide(home)
    assert codes(lookup_address(split, "滨河小区1号楼1单元"))[2] is None
    assert codes(lookup_address(split, "滨河小区1号楼1单元501"))[2] == "0010101"
    assert codes(lookup_address(split, "滨河小区1号楼1单元1203室"))[2] == "0010105"
    assert codes(lookup_address(split, "滨河小区1号楼1单元8层"))[2] == "0010101"
    assert codes(lookup_address(split, "滨河小区1号楼2单元501"))[2] == "0010105"


def test_what_lies_off_a_place_may_be_in_any_grid_around(side):
    near = lookup_address(side, "人民路8号附近")
    assert codes(near)[2] == "0020704"
    far = lookup_address(side, "人民路8号南300米")
    assert far.levels[2].code is None
    assert len(far.levels[2].options) > 2


def test_what_lies_off_a_compound_may_be_in_any_grid_around_its_buildings(side):
    at_it = lookup_address(side, "滨河小区1号楼")
    south = lookup_address(side, "滨河小区南300米")
    held = {option.code for option in at_it.levels[2].options}
    around = {option.code for option in south.levels[2].options}
    assert held < around
    assert south.status != "match"
    assert south.precision == "relative"


def test_a_place_decides_where_no_building_is_known_and_a_building_before_it(side):
    assert codes(lookup_address(side, "人民路8号")) == ["002", "00207", "0020704"]
    assert codes(lookup_address(side, "人民路10号")) == ["001", "00101", "0010102"]


def test_an_address_without_any_place_says_so(side):
    answer = lookup_address(side, "无处可寻1号")
    assert answer.status == "no_match"
    assert answer.note is not None


@pytest.mark.parametrize(
    "text",
    ["方山县人民路8号", "临县滨河小区1号楼1单元", "山西省太原市人民路8号", "吕梁市兴县人民路8号"],
)
def test_a_neighbouring_county_is_out_of_area(side, text):
    # the register's texts name no county: the communities' codes do
    answer = lookup_address(side, text)
    assert answer.status == "out_of_area"
    assert answer.levels == ()


@pytest.mark.parametrize("before", ["岚县", "吕梁市岚县", "山西省吕梁市岚县", "山西岚县"])
def test_the_towns_own_county_may_stand_before_any_address(side, before):
    assert lookup_address(side, f"{before}人民路8号").status == "match"


def test_what_is_not_in_the_register_is_no_match(side):
    answer = lookup_address(side, "阳光花园9号楼")
    assert answer.status == "no_match"
    assert lookup_address(side, "  ").status == "invalid"


def test_an_answer_is_plain_values_in_one_language_or_both(side):
    answer = lookup_point(side, *at(0.3, 0.3))
    assert answer.as_dict("en")["levels"][0]["level_name"].isascii()
    both = answer.as_dict()
    assert both["ask_zh"] != both["ask_en"]
    assert both["effective_from"] == "2026-01-01T00:00:00+00:00"
