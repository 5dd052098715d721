"""`wangge accepted`: let a finding stand for a reason, see it, take it back."""

from __future__ import annotations

import json

import pytest
from compliant import compliant

from boundaries.home import Home
from boundaries.store import open_store

GRID = "1411271000010010203"


@pytest.fixture
def home(tmp_path) -> Home:
    """A home whose plan has one error, a grid far below its band, and one warning."""
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    small = compliant().grid(GRID, households=1).grid("141127100001002", party=None)
    with open_store(home.store_url) as store:
        store.save_import(small.town, small.plan, actor="ann")
    return home


def ids_of(wangge, rule):
    _, said, _ = wangge("check", "--json", "--at", "2026-06-01")
    return [each["id"] for each in json.loads(said)["findings"] if each["rule"] == rule]


def test_a_warning_is_accepted_listed_and_withdrawn(home, wangge):
    (party,) = ids_of(wangge, "O02")
    words = ("accepted", "add", party, "--reason", "年底前成立支部", "--by", "王主任")
    status, said, _ = wangge(*words, "--at", "2026-06-01", "--json")
    assert status == 0
    assert [one["reason"] for one in json.loads(said)] == ["年底前成立支部"]
    _, said, _ = wangge("check", "--at", "2026-06-01")
    assert "年底前成立支部" in said
    assert "王主任" in said
    _, said, _ = wangge("accepted", "list", "--at", "2026-06-01", "--json")
    assert [(one["finding"], one["applies"]) for one in json.loads(said)] == [(party, True)]
    _, said, _ = wangge("accepted", "list", "--at", "2026-06-01")
    assert party in said
    assert wangge("accepted", "withdraw", party)[0] == 0
    assert json.loads(wangge("accepted", "list", "--json")[1]) == []


def test_an_error_is_refused_with_2_and_says_what_to_do(home, wangge):
    (error, *_) = ids_of(wangge, "S01")
    status, _, said = wangge("accepted", "add", error, "--reason", "x", "--at", "2026-06-01")
    assert status == 2
    assert error in said
    assert "Only warnings and gaps" in said
    assert json.loads(wangge("accepted", "list", "--json")[1]) == []


def test_a_reason_is_asked_for(home, wangge):
    assert wangge("accepted", "add", "C01-000000000000")[0] == 2
    assert wangge("accepted", "add", "C01-000000000000", "--reason", " ")[0] == 2
    status, _, said = wangge("accepted", "withdraw", "C01-000000000000")
    assert status == 2
    assert "C01-000000000000" in said
