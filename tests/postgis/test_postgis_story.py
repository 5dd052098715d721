"""The whole story on a real server; lookups go on when it is stopped."""

import json

import geopandas as gpd
import pytest

from boundaries.home import Home
from boundaries.lifecycle import publish
from boundaries.lookup import lookup_address, lookup_point
from boundaries.readside import ReadSide
from boundaries.store import open_store
from cli.demonstrating import write_files

pytestmark = pytest.mark.postgis


def test_the_whole_story_and_lookups_without_the_server(
    own_server, mini_demo, tmp_path, wangge, monkeypatch
):
    own_server.execute("CREATE DATABASE town")
    monkeypatch.setenv("WANGGE_DATABASE_URL", own_server.url("town"))
    town, plan = mini_demo
    files = write_files(town, plan, tmp_path / "files")

    def done(*words):
        status, out, err = wangge(*words)
        assert status == 0, out + err
        return json.loads(out) if "--json" in words else out

    done("db", "upgrade")
    done("import", files, "--town", town.name)
    assert done("db", "status", "--json")["towns"] == 0, "a dry run wrote"
    done("import", files, "--town", town.name, "--apply")
    assert done("check", "--json")["counts"]["errors"] == 0
    assert done("publish", "--reason", "*=示例", "--json")["applied"] is False
    listed = tmp_path / "home" / "published.json"
    assert not listed.exists()
    published = done("publish", "--reason", "*=示例", "--apply", "--json")
    assert listed.exists()

    own_server.stop()
    status, _, err = wangge("plans")
    assert status == 2
    assert "does not answer" in err
    stair = town.addresses[town.addresses["stair"].notna()].iloc[0]
    answer = done("lookup", stair["text"], "--json")
    assert answer["status"] == "match"
    assert answer["plan"] == published["plan"]
    place = f"{stair.geometry.x},{stair.geometry.y}"
    assert codes(done("lookup", "--point", place, "--json")) == codes(answer)
    done("map", "--out", tmp_path / "pages")
    assert list((tmp_path / "pages").glob("*.html"))

    own_server.start()
    done("db", "reconcile")
    assert done("db", "status", "--json")["publications"] == 1


def codes(answer):
    return [level["code"] for level in answer["levels"]]


def test_every_address_and_grid_is_found_through_postgis(postgis_url, mini_demo, tmp_path):
    town, plan = mini_demo
    home = Home(tmp_path / "home", postgis_url)
    with open_store(home.store_url) as store:
        saved = store.save_import(town, plan, actor="ann")
        publish(store, home, saved.id, reasons={"*": "示例"}, actor="ann")
    read_side = ReadSide(home)
    points = town.addresses[~town.addresses.geometry.is_empty].iloc[::9]
    finest = plan.levels[3]
    expected = gpd.sjoin(points, finest[["code", "geometry"]], predicate="within")["code"]
    for row, code in expected.items():
        place = points.geometry[row]
        assert lookup_point(read_side, place.x, place.y, level=3).levels[0].code == code
    for _, row in town.addresses[town.addresses["stair"].notna()].iloc[::40].iterrows():
        assert lookup_address(read_side, row["text"]).status == "match"
