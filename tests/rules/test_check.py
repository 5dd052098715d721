"""Checking a plan and writing the report."""

from __future__ import annotations

import csv
import io
import json

import pytest
import shapely
from compliant import AT

from boundaries.check import Report, check
from boundaries.finding import Finding, Severity
from boundaries.report import write_csv, write_geojson, write_json
from boundaries.rules import catalogue, registry, rule
from boundaries.rules.document import document
from geo.problem import InputError
from messages import Message

FIRST = "141127100001002"
THIRD = f"{FIRST}0304"


@pytest.fixture
def spoilt(small):
    return small.grid(THIRD, households=1, party=None).grid(FIRST, party=None, name="=1+1")


def test_the_report_counts_by_rule_and_level(spoilt):
    report = spoilt.check("S01", "O02", "S09", "B11")
    assert report.counts() == {"errors": 1, "warnings": 1, "notes": 1}
    assert [(r.rule, r.level, r.errors, r.warnings, r.notes) for r in report.summary()] == [
        ("S01", 3, 1, 0, 0),
        ("B11", 1, 0, 0, 1),
        ("O02", 1, 0, 1, 0),
    ]
    assert report.has_errors
    assert report.reasons_needed() == ("O02",)
    assert report.checked_rules == ("S01", "S09", "B11", "O02")


def test_the_same_plan_gives_the_same_report(spoilt):
    assert spoilt.check().as_dict() == spoilt.check().as_dict()


def test_an_unknown_rule_is_named_with_the_known_ones(small):
    with pytest.raises(InputError, match="Z99") as raised:
        small.check("S01", "Z99")
    assert "S01" in raised.value.problems[0].remedy.text("en")


def test_a_rule_that_raises_is_not_swallowed(small, monkeypatch):
    monkeypatch.setattr(registry, "_rules", dict(registry._rules))

    @rule("S99", severity="E")
    def broken(case):
        """Raise."""
        yield 1 / 0

    with pytest.raises(ZeroDivisionError) as raised:
        check(small.town, small.plan, rules=["S99"], at=AT)
    assert raised.value.__notes__ == ["while checking rule S99"]


def test_an_id_is_never_used_again():
    with pytest.raises(ValueError, match="S01"):
        rule("S01", severity="E")(lambda _: iter(()))


def test_progress_goes_through_every_rule(small):
    class Steps:
        done = 0

        def add_task(self, _, *, total):
            self.total = total

        def update(self, _, *, description):
            self.last = description

        def advance(self, _):
            self.done += 1

    steps = Steps()
    check(small.town, small.plan, rules=["S01", "B11"], at=AT, progress=steps)
    assert steps.done == steps.total == 2
    assert steps.last.startswith("B11 ")


def test_every_rule_speaks_both_languages():
    for info in catalogue():
        words = info.as_dict()
        assert all(words[key] for key in ("title_zh", "title_en", "documentation_zh"))
        assert words["documentation_en"].strip()
        assert "{" not in words["documentation_zh"]
        assert set(info.severity.split("/")) <= {"E", "W", "I"}


def test_every_rule_that_the_issue_names_is_there():
    wanted = (
        "S01 S02 S03 S06 S08 B01 B05 B06 B07 B08 B11 C01 C02 C03 C04 C06 C07 C09 "
        "H01 H02 H03 H05 O01 O02 O03 O05 R01 R02"
    )
    assert set(wanted.split()) <= {info.id for info in catalogue()}


def test_the_page_of_rules_is_the_same_each_time():
    assert document() == document()
    assert all(
        f'### <a id="{info.id.lower()}"></a>{info.id} ' in document() for info in catalogue()
    )


def test_json_holds_the_whole_report(spoilt, tmp_path):
    report = spoilt.check("S01", "O02")
    write_json(report, tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert read["counts"] == report.counts()
    assert read["town"] == "小城"
    (finding,) = [f for f in read["findings"] if f["rule"] == "S01"]
    assert finding["grids"] == [THIRD]
    assert finding["message_zh"] != finding["message_en"]
    assert finding["geometry"]["type"] == "Point"


def test_geojson_has_a_feature_a_finding(spoilt, tmp_path):
    report = spoilt.check("S01", "O02")
    write_geojson(report, tmp_path / "report.geojson")
    read = json.loads((tmp_path / "report.geojson").read_text(encoding="utf-8"))
    assert len(read["features"]) == len(report.findings)
    places = [shapely.geometry.shape(feature["geometry"]) for feature in read["features"]]
    assert shapely.union_all(places).within(
        shapely.union_all(spoilt.town.jurisdiction.geometry.to_numpy())
    )


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(small, tmp_path):
    finding = Finding(
        "B11",
        Severity.ERROR,
        1,
        ("=cmd|' /C calc'!A0",),
        None,
        -1.5,
        "m",
        Message("rules.in_words", {"zh": "=HYPERLINK(1)", "en": "@SUM(1)"}),
    )
    write_csv(Report((finding,), ("B11",)), tmp_path / "report.csv")
    raw = (tmp_path / "report.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert row["message_zh"] == "'=HYPERLINK(1)"
    assert row["message_en"] == "'@SUM(1)"
    assert row["grids"].startswith("'=")
    assert row["measure"] == "-1.5"  # a number is no formula


def test_csv_gives_a_point_on_the_fault(spoilt, tmp_path):
    write_csv(spoilt.check("S01"), tmp_path / "report.csv")
    text = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    grid = spoilt.plan.grids.set_index("code").geometry[THIRD]
    assert grid.contains(shapely.Point(float(row["longitude"]), float(row["latitude"])))
