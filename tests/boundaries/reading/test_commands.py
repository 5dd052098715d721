"""The commands that read what is published: lookup, assign, snapshot export."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.app import app
from geo.problem import InputError

COMMUNITY = "141127100001"


@pytest.fixture
def run(published_home):
    """Return a function that runs the command on the published home."""

    def wangge(*arguments: str):
        return CliRunner().invoke(app, ["--home", str(published_home.folder), *arguments])

    return wangge


def test_an_offline_copy_answers_as_the_home_does(run, tmp_path):
    point = ("lookup", "--point", "111.614,38.2005", "--at", "2026-05-01", "--json")
    at_home = run(*point)
    assert at_home.exit_code == 0
    answer = json.loads(at_home.stdout)
    assert answer["levels"][2]["code"] == f"{COMMUNITY}0010202"
    copy = tmp_path / "grids.wangge"
    assert run("snapshot", "export", str(copy)).exit_code == 0
    offline = run(*point, "--snapshot", str(copy))
    assert json.loads(offline.stdout) == answer


def test_a_level_that_the_plan_does_not_have_is_refused(run):
    refused = run("lookup", "--point", "111.614,38.2005", "--at", "2026-05-01", "--level", "7")
    assert isinstance(refused.exception, InputError)
    assert "1、2、3" in str(refused.exception)


def test_a_file_of_points_is_given_its_grids(run, tmp_path):
    source, out = tmp_path / "points.csv", tmp_path / "grids.csv"
    source.write_text("经度,纬度\n111.614,38.2005\n111.5,38.2\n", "utf-8")
    done = run("assign", str(source), "--out", str(out), "--json")
    assert json.loads(done.stdout)["by_status"] == {"match": 1, "out_of_area": 1}
    assert f"{COMMUNITY}0010202" in out.read_text("utf-8-sig")
    again = run("assign", str(source), "--out", str(out))
    assert isinstance(again.exception, InputError)
    assert str(out) in str(again.exception)
