"""`wangge import`: a dry run by default, all or nothing, problems to a file."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from boundaries.home import Home
from boundaries.store import open_store
from cli.app import app
from cli.screen import explained
from geo.layers import write_layer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two grids and their contacts."""
    made = tmp_path / "岚县"
    made.mkdir()
    grids = gpd.GeoDataFrame(
        {"网格编码": ["141127100201001", "141127100201002"], "户数": [320, 410], "备注": ["", ""]},
        geometry=[box(111.66, 38.27, 111.67, 38.28), box(111.67, 38.27, 111.68, 38.28)],
        crs=4490,
    )
    write_layer(grids, made / "一级网格.shp", "grids")
    lines = ["网格编码,角色,值班电话", "141127100201001,网格长,0358-0000001"]
    (made / "网格员.csv").write_text("\n".join(lines), "gb18030")
    return made


@dataclass(frozen=True)
class Done:
    """What the command left: its exit status and what it said."""

    status: int
    out: str
    err: str


Wangge = Callable[..., Done]


@pytest.fixture
def wangge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Wangge:
    """Return the command `wangge import`, run in this process on a home of its own."""
    monkeypatch.setenv("WANGGE_LANG", "zh")
    monkeypatch.delenv("WANGGE_DATABASE_URL", raising=False)

    def run(*arguments: str | Path) -> Done:
        words = ["wangge", "--home", tmp_path / "home", "import", *arguments]
        monkeypatch.setattr(sys, "argv", [str(word) for word in words])
        status = explained(app)
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


def test_dry_run_then_apply(folder: Path, tmp_path: Path, wangge: Wangge) -> None:
    home = tmp_path / "home"
    done = wangge(folder)
    assert done.status == 0, done.err
    assert "试运行" in done.out
    assert "未采用的列 备注" in done.out
    assert not home.exists()
    done = wangge(folder, "--apply", "--json")
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert (told["applied"], told["town"]) == (True, "岚县")
    assert told["counts"]["grids"] == 2
    with open_store(Home(home).store_url) as store:
        plan = store.load_plan(told["plan"])
        assert plan.grids["households"].tolist() == [320, 410]
        assert plan.contacts["duty_phone"].tolist() == ["0358-0000001"]
        assert store.load_town("岚县").communities["code"].tolist() == ["141127100201"]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_problems_go_to_a_file_and_the_store_stays(
    folder: Path, tmp_path: Path, wangge: Wangge, suffix: str
) -> None:
    home, file = tmp_path / "home", tmp_path / f"problems.{suffix}"
    assert wangge(folder, "--apply").status == 0
    before = Home(home).folder.joinpath("store.gpkg").read_bytes()
    (folder / "网格员.csv").write_text("网格编码,角色\n999,网格长\n141127100201001,队长\n", "utf-8")
    done = wangge(folder, "--apply", "--problems", file)
    assert done.status == 2
    assert "没有写入任何内容" in done.err
    if suffix == "json":
        records = json.loads(file.read_text("utf-8"))
    else:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            records = list(csv.DictReader(stream))
    assert [(int(r["row"]), r["column"], r["value"]) for r in records] == [(2, "角色", "队长")]
    assert records[0]["message_zh"]
    assert records[0]["remedy_en"]
    assert Home(home).folder.joinpath("store.gpkg").read_bytes() == before


def test_a_cause_of_many_problems_is_told_a_few_times(tmp_path: Path, wangge: Wangge) -> None:
    rows = [f"14112710020100{n},队长" for n in range(9)]
    (tmp_path / "网格员.csv").write_text("\n".join(["网格编码,角色", *rows, ",网格长"]), "utf-8")
    done = wangge(tmp_path)
    assert done.status == 2
    assert done.err.count("“队长”") == 5
    assert "同样的问题还有 4 处" in done.err
    assert "第 10 行的 网格编码 为空" in done.err


def test_bad_options(folder: Path, tmp_path: Path, wangge: Wangge) -> None:
    home = tmp_path / "home"
    for options in (
        ["--problems", "a.txt"],
        ["--layer", "grids"],
        ["--mapping", tmp_path / "none.toml"],
        ["--scheme", tmp_path / "none.toml"],
        ["--max-rows", "1"],
    ):
        done = wangge(folder, *options)
        assert done.status == 2, options
        assert done.err
    assert not home.exists()


def test_a_second_import_keeps_what_it_does_not_give(
    folder: Path, tmp_path: Path, wangge: Wangge
) -> None:
    addresses = tmp_path / "岚县地址.csv"
    addresses.write_text("地址,经度,纬度\n滨河街1号,111.665,38.275\n", "utf-8")
    assert wangge(folder, "--apply").status == 0
    layer = f"addresses={addresses}"
    assert wangge("--layer", layer, "--town", "岚县", "--apply").status == 0
    with open_store(Home(tmp_path / "home").store_url) as store:
        town = store.load_town("岚县")
        assert (len(town.addresses), len(town.communities)) == (1, 1)
    assert wangge("--layer", layer, "--town", "岚县", "--apply", "--replace").status == 0
    with open_store(Home(tmp_path / "home").store_url) as store:
        assert len(store.load_town("岚县").communities) == 0
