"""`wangge alias`: a name goes from proposal to decision."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.town import Town


@pytest.fixture
def own_home(published_home: Home, tmp_path: Path) -> Path:
    """A copy of the published home that the test may change, where `wangge` looks for it."""
    return Path(shutil.copytree(published_home.folder, tmp_path / "home"))


def test_a_name_is_proposed_approved_and_listed(own_home, wangge, small_town: tuple[Town, Plan]):
    register = small_town[0].addresses
    meant = register.loc[register["compound"].notna() & register["building"].notna(), "text"].iloc[
        0
    ]
    said = "大钟楼院3号楼，我姓王，13812345678"
    status, out, _ = wangge("alias", "propose", said, meant, "--json")
    made = json.loads(out)["alias"]
    assert status == 0
    assert (made["alias"], made["state"]) == ("大钟楼院", "proposed")
    words = ("alias", "approve", made["id"], "--kind", "old", "--to", "2015-07-01")
    assert wangge(*words)[0] == 0
    (kept,) = json.loads(wangge("alias", "list", "--state", "approved", "--json")[1])
    assert (kept["kind"], kept["valid_until"], kept["in_register"]) == ("old", "2015-07-01", True)
    assert "大钟楼院" in wangge("alias", "list")[1]
    assert wangge("alias", "reject", made["id"])[0] == 0
    assert json.loads(wangge("alias", "list", "--state", "approved", "--json")[1]) == []
    assert wangge("alias", "forget", made["id"])[0] == 0
    assert json.loads(wangge("alias", "list", "--json")[1]) == []
    status, out, _ = wangge("alias", "propose", meant, meant, "--json")
    assert (status, json.loads(out)) == (0, {"alias": None})


def test_senseless_words_end_with_2(own_home, wangge):
    status, _, said = wangge("alias", "propose", "大钟楼院", "绝无此处的小区99号楼")
    assert status == 2
    assert "绝无此处的小区" in said
    assert wangge("alias", "approve", "NONE")[0] == 2
    assert wangge("alias", "approve", "NONE", "--from", "someday")[0] == 2
