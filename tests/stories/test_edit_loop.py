"""A planner hands grids out, moves a border elsewhere, brings it back, and sees what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from compliant import compliant

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.store import open_store

LEFT, RIGHT = "1411271000010020202", "1411271000010020203"
"""Two grids side by side, a building in each."""

Wangge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with the small town and its plan."""
    home, small = Home(tmp_path / "home"), compliant()
    home.folder.mkdir()
    with open_store(home.store_url) as store:
        store.save_import(small.town, small.plan, actor="ann")
    return home


def plans(home: Home) -> list[Plan]:
    with open_store(home.store_url) as store:
        return [store.load_plan(record.id) for record in store.plans()]


def move_border(file: Path) -> None:
    """Move the border between two grids east, over the building in the right one."""
    grids = gpd.read_file(file, layer="grids")
    shape = {code: grids.geometry[grids["code"] == code].iloc[0] for code in (LEFT, RIGHT)}
    west, south, east, north = shape[RIGHT].bounds
    border = west + 0.75 * (east - west)
    pair = shapely.union_all(list(shape.values()))
    beyond = 2 * (east - west)
    sides = (
        shapely.box(west - beyond, south - 1, border, north + 1),
        shapely.box(border, south - 1, east + 1, north + 1),
    )
    for code, side in zip((LEFT, RIGHT), sides, strict=True):
        grids.loc[grids["code"] == code, "geometry"] = pair.intersection(side)
    grids.to_file(file, layer="grids")


def test_a_border_is_moved_elsewhere_and_brought_back(
    home: Home, wangge: Wangge, tmp_path: Path
) -> None:
    (before,) = plans(home)
    file = tmp_path / "网格.gpkg"
    assert wangge("export", "--out", file, "--crs", "working")[0] == 0
    move_border(file)

    status, said, _ = wangge("import", file, "--plan-from", before.id)
    assert status == 0
    assert "试运行" in said
    assert f"新出现 S01：三级网格 {LEFT}" in said
    assert len(plans(home)) == 1

    status, said, _ = wangge("import", file, "--plan-from", before.id, "--apply", "--json")
    assert status == 0
    told = json.loads(said)
    (moved,) = told["derived"]["reassigned"]
    assert (moved["building"], moved["from"], moved["to"]) == (f"b{RIGHT}", RIGHT, LEFT)
    _, after = plans(home)
    assert after.id == told["plan"]
    households = after.grids.set_index("code")["households"]
    assert (households[LEFT], households[RIGHT]) == (30, 0)
    assert after.contacts.equals(before.contacts)
    same = after.grids[~after.grids["code"].isin((LEFT, RIGHT))]
    assert same.geometry.geom_equals(before.grids.geometry.loc[same.index]).all()

    folder = tmp_path / "对比"
    status, said, _ = wangge("compare", before.id, after.id, "--json", "--out", folder)
    assert status == 1  # an error is new
    told = json.loads(said)
    finest = told["levels"][-1]
    assert (finest["households_moved"], finest["verdicts"]["in_band"]) == (15, "worse")
    assert finest["area_moved_m2"] == pytest.approx(0.75 * 60 * 60, rel=0.05)
    assert [level["households_moved"] for level in told["levels"][:-1]] == [0, 0]
    assert [change["code"] for change in told["grids"]] == [LEFT, RIGHT]
    assert {contact["grid"] for contact in told["contacts"]} == {LEFT, RIGHT}
    assert {(f["rule"], *f["grids"]) for f in told["findings"]["new"] if f["rule"] == "S01"} == {
        ("S01", LEFT),
        ("S01", RIGHT),
    }
    assert (folder / "compare.html").is_file()
    ground = gpd.read_file(folder / "ground.geojson")
    assert ground[["from", "to"]].to_numpy().tolist() == [[RIGHT, LEFT]]

    status, said, _ = wangge("check", after.id, "--rule", "S01", "--json")
    assert status == 1
    assert json.loads(said)["counts"] == {"errors": 1, "warnings": 1, "notes": 0}


def test_a_file_of_one_community_is_taken_as_that(
    home: Home, wangge: Wangge, tmp_path: Path
) -> None:
    (before,) = plans(home)
    file = tmp_path / "网格.gpkg"
    assert wangge("export", "--out", file)[0] == 0
    grids = gpd.read_file(file, layer="grids")
    mine = tmp_path / "东城.gpkg"
    grids[grids["community"] == "141127100001"].to_file(mine, layer="grids")

    status, said, _ = wangge("import", mine, "--plan-from", before.id)
    assert status == 0
    assert "其 93 个网格停用：1（141127100002）" in said
    status, said, _ = wangge(
        "import", mine, "--plan-from", before.id, "--community", "东城社区", "--apply"
    )
    assert status == 0
    assert "停用 0。" in said
    _, after = plans(home)
    assert after.grids["code"].equals(before.grids["code"])
    assert wangge("import", mine, "--community", "东城社区")[0] == 2
