"""The command as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer

from api.parameters import parse_moment
from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.town import Town
from boundaries.zone import CHINA
from cli.app import app
from cli.commands import COMMANDS
from cli.document import document
from cli.options import moment

WANGGE = Path(sys.executable).with_name("wangge")
ROOT = Path(__file__).resolve().parents[2]


def wangge(
    *words: str, home: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command and return what it said."""
    place = [] if home is None else ["--home", str(home)]
    return subprocess.run(
        [WANGGE, *place, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **environment},
    )


@pytest.mark.parametrize(
    "words", [["nope"], ["check", "--nope"], ["lookup", "a", "--level", "0"], ["key"]]
)
def test_words_that_make_no_sense_end_with_2(words: list[str]) -> None:
    done = wangge(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_a_date_is_chinas_wherever_the_machine_stands(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for text in ("2027-01-01", "2027-01-01T00:00", "2026-12-31T16:00:00Z"):
            found = moment(text, option="--at")
            assert found is not None
            assert found == parse_moment("2027-01-01")
            assert f"{found.astimezone(CHINA):%Y-%m-%d %H:%M}" == "2027-01-01 00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_help_names_every_command() -> None:
    done = wangge("--help")
    assert done.returncode == 0
    for command in ("import", "check", "publish", "lookup", "map", "serve", "key", "db", "demo"):
        assert command in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_what_stands_for_it(name: str) -> None:
    root: Any = typer.main.get_command(app)
    shown = root.commands[name]
    root.load(name)
    assert root.commands[name] is not shown
    assert (root.commands[name].name, root.commands[name].help) == (shown.name, shown.help)


def test_every_command_loads_when_no_other_was_loaded() -> None:
    """In a process each, with nothing but other people's libraries loaded before."""
    program = (
        "import alembic, fastapi, geoalchemy2, geopandas, pandera, pyogrio, scipy.sparse, typer\n"
        "import os, sys\n"
        "from importlib import import_module\n"
        "for module in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        import_module(f'cli.{module}')\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1]:\n"
        "        print(module)\n"
    )
    modules = sorted({module for module, _ in COMMANDS.values()})
    done = subprocess.run(
        [sys.executable, "-c", program, *modules],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "status", "left_out"),
    [
        (["--help"], 0, {"numpy", "pandas", "shapely", "sqlalchemy"}),
        (
            ["lookup", "--point", "0,0"],
            1,
            {"sqlalchemy", "alembic", "pandera", "folium", "fastapi"},
        ),
    ],
)
def test_a_command_loads_what_it_needs_alone(
    published_home: Home, words: list[str], status: int, left_out: set[str]
) -> None:
    """Loading everything takes ten times as long as showing the help."""
    program = (
        "import sys; from cli.app import app; from cli.screen import explained; "
        f"sys.argv = {['wangge', '--home', str(published_home.folder), *words]!r}; "
        "status = explained(app); print(status, *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found, *modules = done.stderr.split()
    assert found == str(status)
    assert not left_out & set(modules)


@pytest.mark.parametrize("words", [["plans"], ["db", "history"]])
def test_an_id_is_in_one_piece_on_a_narrow_screen(published_home: Home, words: list[str]) -> None:
    listed = wangge(*words, "--json", home=published_home.folder)
    first = json.loads(listed.stdout)[0]
    shown = wangge(*words, home=published_home.folder, COLUMNS="80")
    assert first.get("id", first.get("subject")) in shown.stdout


def test_reference_in_the_docs_is_of_this_command_line() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("words", [["check"], ["lookup", "滨河街1号"], ["serve"], ["plans"]])
def test_a_home_that_is_not_there_is_not_made(tmp_path: Path, words: list[str]) -> None:
    done = wangge(*words, home=tmp_path / "home")
    assert done.returncode == 2
    assert str(tmp_path / "home") in done.stderr
    assert " import " in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_store_is_made_where_that_is_asked_for(tmp_path: Path) -> None:
    assert wangge("db", "upgrade", home=tmp_path / "home").returncode == 0
    done = wangge("check", home=tmp_path / "home")
    assert done.returncode == 2
    assert "wangge import" in done.stderr


def test_lookup_tells_machines_and_people_the_same(
    published_home: Home, small_town: tuple[Town, Plan]
) -> None:
    place = small_town[1].levels[3].geometry.iloc[0].representative_point()
    words = ("lookup", "--point", f"{place.x:.7f},{place.y:.7f}")
    for_people = wangge(*words, home=published_home.folder)
    for_machines = wangge(*words, "--json", home=published_home.folder)
    answer = json.loads(for_machines.stdout)
    assert answer["status"] == "match"
    assert for_people.returncode == for_machines.returncode == 0
    assert all(level["code"] in for_people.stdout for level in answer["levels"])


def test_one_language_may_be_chosen(published_home: Home) -> None:
    chinese = wangge("lookup", "--point", "0,0", home=published_home.folder, WANGGE_LANG="zh")
    english = wangge("lookup", "--point", "0,0", home=published_home.folder, WANGGE_LANG="en")
    assert chinese.returncode == english.returncode == 1
    assert "不在" in chinese.stdout
    assert "outside" in english.stdout
    assert "不在" not in english.stdout


def test_demo_goes_the_whole_way_twice(tmp_path: Path) -> None:
    for _ in range(2):
        done = wangge("demo", "--scale", "0.09", home=tmp_path)
        assert done.returncode == 0, done.stderr
    plans = json.loads(wangge("plans", "--json", home=tmp_path).stdout)
    assert sorted(plan["state"] for plan in plans) == ["published", "superseded"]
    assert (tmp_path / "pages" / "public" / "index.html").is_file()
    assert (tmp_path / "pages" / "review" / "review.html").is_file()
