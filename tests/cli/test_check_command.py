"""`wangge check` and `wangge rules`."""

from __future__ import annotations

import csv
import io
import json

import pytest
from compliant import Small, compliant

from boundaries.home import Home
from boundaries.store import open_store

THIRD = "1411271000010020304"


def stored(home: Home, small: Small) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    with open_store(home.store_url) as store:
        store.save_import(small.town, small.plan, actor="ann")


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def test_an_error_ends_with_1_and_everything_is_written(home, tmp_path, wangge):
    stored(home, compliant().grid(THIRD, households=1))
    folder = tmp_path / "report"
    status, said, _ = wangge("--home", home.folder, "check", "--rule", "S01", "--out", folder)
    assert status == 1
    assert f"S01 三级网格 {THIRD}" in said
    names = {path.name for path in folder.iterdir()}
    assert {"findings.json", "findings.geojson", "findings.csv", "review.html"} <= names
    text = (folder / "findings.csv").read_text(encoding="utf-8-sig")
    assert [row["grids"] for row in csv.DictReader(io.StringIO(text))] == [THIRD]
    features = json.loads((folder / "findings.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["rule"] for feature in features] == ["S01"]


def test_no_error_ends_with_0(home, wangge):
    stored(home, compliant())
    status, said, _ = wangge("--home", home.folder, "check", "--at", "2026-06-01", "--json")
    report = json.loads(said)
    assert status == 0
    assert report["counts"] == {"errors": 0, "warnings": 0, "notes": 0}
    assert report["findings"] == []


def test_an_unknown_rule_ends_with_2(home, wangge):
    stored(home, compliant())
    status, _, complaint = wangge("--home", home.folder, "check", "--rule", "Q7")
    assert status == 2
    assert "Q7" in complaint


def test_rules_are_listed_and_told(wangge):
    status, said, _ = wangge("rules", "--json")
    assert status == 0
    listed = {entry["id"]: entry for entry in json.loads(said)}
    assert listed["S02"]["severity"] == "I/W"
    status, said, _ = wangge("rules", "s02")
    assert status == 0
    assert "rooms" not in said
    assert "总户数" in said
