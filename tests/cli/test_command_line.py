"""The command as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.town import Town
from cli.document import document

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


def test_help_names_every_command() -> None:
    done = wangge("--help")
    assert done.returncode == 0
    for command in ("import", "check", "publish", "lookup", "map", "serve", "key", "db", "demo"):
        assert command in done.stdout


def test_reference_in_the_docs_is_of_this_command_line() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == document()


def test_input_that_is_not_there_ends_with_2_and_says_what_to_do(tmp_path: Path) -> None:
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
