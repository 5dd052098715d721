"""Special-purpose grids on top of the others: the same answer for a call, a circle and a file."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.address_files import answer_file
from boundaries.assigning import Assigner
from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point
from boundaries.readside import ReadSide
from boundaries.snapshot import build_snapshot
from cli.answering import show_answer
from geo.datum import Datum
from geo.layers import STORED_CRS, conform

COMMUNITY = "141127100001"
MARKET, FAIR = f"{COMMUNITY}901", f"{COMMUNITY}902"


def at(column: float, row: float) -> tuple[float, float]:
    return 111.6 + column * 0.004, 38.2 + row * 0.004


@pytest.fixture(scope="module")
def side(small_town, tmp_path_factory: pytest.TempPathFactory) -> ReadSide:
    """Return a town with a market where 人民路8号 lies, and a fair over half of the market."""
    shared = {"level": 1, "community": COMMUNITY, "kind": "special", "mode": "overlay"}
    records = [
        {**shared, "code": MARKET, "name": "农贸市场", "special_type": "market"},
        {**shared, "code": FAIR, "name": "集市", "special_type": "other"},
    ]
    ground = [shapely.box(*at(5, 7), *at(6, 8)), shapely.box(*at(5.75, 7), *at(6, 8))]
    overlays = conform("grids", gpd.GeoDataFrame(records, geometry=ground, crs=STORED_CRS))
    grids = pd.concat([small_town.plan.grids, overlays]).reset_index(drop=True)
    leader = {"id": "c9", "grid": MARKET, "role": "grid_leader", "name": "丁九", "phone": "000-9"}
    leader |= {"duty_phone": "000-0009", "basis": "office_contact"}
    contacts = pd.concat([small_town.plan.contacts, conform("contacts", pd.DataFrame([leader]))])
    plan = small_town.plan.with_changes(grids=grids, contacts=contacts.reset_index(drop=True))
    home = Home(tmp_path_factory.mktemp("overlaid"))
    small_town.publish(home, build_snapshot(small_town.town, plan, home.snapshots))
    return ReadSide(home)


def told(answer) -> dict[str, float]:
    return {each.code: each.p for each in answer.overlays}


def test_a_circle_has_its_share_of_each(side):
    longitude, latitude = at(5.0, 7.5)
    assert told(lookup_point(side, longitude, latitude)) == {MARKET: 1.0}
    around = told(lookup_point(side, longitude, latitude, accuracy_m=100))
    assert list(around) == [MARKET]
    assert around[MARKET] == pytest.approx(0.5, abs=0.01)
    inside = lookup_point(side, *at(5.875, 7.5), accuracy_m=5)
    assert told(inside) == {MARKET: pytest.approx(1.0), FAIR: pytest.approx(1.0)}
    assert told(lookup_point(side, *at(4.5, 7.5), accuracy_m=20)) == {}


def test_a_point_of_unknown_datum_has_those_of_each_reading(side):
    datums = (Datum.WGS84, Datum.GCJ02, Datum.BD09)
    in_market = sum(MARKET in told(lookup_point(side, *at(5.4, 7.4), datum=d)) for d in datums)
    answer = lookup_point(side, *at(5.4, 7.4), datum=None)
    assert 0 < in_market < 3
    assert told(answer)[MARKET] == pytest.approx(in_market / 3)


def test_an_address_has_them_with_its_probability(side):
    answer = lookup_address(side, "人民路8号")
    assert told(answer) == {MARKET: pytest.approx(answer.candidates[0]["p"], abs=1e-6)}
    assert answer.overlays[0].contacts[0]["duty_phone"] == "000-0009"
    assert told(lookup_address(side, "人民路10号")) == {}
    assert told(lookup_address(side, "无处可寻1号")) == {}


def test_rows_of_a_file_have_what_single_calls_have(side, tmp_path: Path):
    texts = ["人民路8号", "人民路10号", "滨河小区", "111.6235,38.23", "胡言乱语", ""]
    source, target = tmp_path / "calls.csv", tmp_path / "answers.csv"
    source.write_text("\n".join(["地址", *(f'"{text}"' for text in texts)]), "utf-8")
    answer_file(side, source, target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-3:] == ["overlays", "overlay_names", "overlay_p"]
    for row in rows:
        answer = lookup_address(side, row["地址"])
        assert row["overlays"] == ";".join(told(answer))
        assert row["overlay_names"] == ";".join(each.name for each in answer.overlays)
        assert row["overlay_p"] == ";".join(str(round(each, 6)) for each in told(answer).values())
    assert rows[0]["overlay_names"] == "农贸市场"


def test_points_of_a_file_have_what_single_calls_have(side):
    x, y = np.array([at(column, row) for column in (4.9, 5, 5.5, 5.9, 9) for row in (7, 7.6)]).T
    table = Assigner(side.in_force()).assign(x, y, Datum.WGS84)
    written = table["overlay_codes"].fillna("")
    for place, codes in zip(zip(x, y, strict=True), written, strict=True):
        assert codes == ";".join(told(lookup_point(side, *place)))
    assert table["overlay_codes"].tolist().count(f"{MARKET};{FAIR}") == 2


def test_the_command_says_them(side, capsys: pytest.CaptureFixture[str]):
    show_answer(lookup_point(side, *at(5.875, 7.5), view="duty"))
    written = capsys.readouterr().out
    assert f"农贸市场  {MARKET}" in written
    assert "000-9" in written
    show_answer(lookup_point(side, *at(5.0, 7.5), accuracy_m=100))
    assert f"{MARKET}  50%" in capsys.readouterr().out
