"""`wangge db`, `wangge key` and `wangge publish`, as a person types them."""

import contextlib
import json
import shutil
import sqlite3

import pytest

from boundaries.store import open_store


@pytest.fixture
def drafts(tmp_path, mini_town, mini_plan):
    """Two drafts in the home's store."""
    (tmp_path / "home").mkdir()
    with open_store(f"gpkg:///{tmp_path / 'home' / 'store.gpkg'}") as store:
        first = store.save_import(mini_town, mini_plan.with_changes(name="旧"), actor="ann")
        second = store.save_plan(mini_plan.with_changes(name="新"), actor="ann")
    return first.id, second.id


def test_status_tells_revision_and_content(wangge, drafts):
    status, out, _ = wangge("db", "status", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["revision"] == found["head"]
    assert (found["towns"], found["plans"], found["publications"]) == (1, 2, 0)


def test_a_store_of_a_newer_version_ends_with_2_and_status_with_1(wangge, drafts, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "home" / "store.gpkg")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    assert wangge("db", "status")[0] == 1
    status, _, err = wangge("plans")
    assert status == 2
    assert "newer version" in err


def test_a_store_may_be_taken_back_and_up_again(wangge, drafts):
    assert wangge("db", "downgrade", "base")[0] == 0
    assert wangge("db", "upgrade")[0] == 0
    assert json.loads(wangge("db", "status", "--json")[1])["plans"] == 0


def test_an_unknown_revision_ends_with_2(wangge):
    status, _, err = wangge("db", "upgrade", "nope")
    assert status == 2
    assert "nope" in err


def test_a_backup_is_a_whole_store(wangge, drafts, tmp_path):
    copy = tmp_path / "copy.gpkg"
    assert wangge("db", "backup", str(copy))[0] == 0
    with open_store(f"gpkg:///{copy}") as store:
        assert {plan.id for plan in store.plans()} == set(drafts)
    status, _, err = wangge("db", "backup", str(copy))
    assert status == 2
    assert "exists" in err


def test_a_key_is_made_listed_and_revoked(wangge):
    wangge("db", "upgrade")
    made = json.loads(wangge("key", "create", "热线", "--scope", "dispatcher", "--json")[1])
    assert made["scopes"] == ["dispatcher"]
    _, shown, _ = wangge("key", "list")
    assert "热线" in shown
    assert made["key"] not in shown
    assert wangge("key", "revoke", "热线")[0] == 0
    assert json.loads(wangge("key", "list", "--json")[1]) == []
    (old,) = json.loads(wangge("key", "list", "--all", "--json")[1])
    assert old["revoked_at"]


def test_a_senseless_key_command_ends_with_2(wangge):
    wangge("db", "upgrade")
    assert wangge("key", "create", "热线", "--scope", "root")[0] == 2
    assert wangge("key", "revoke", "nobody")[0] == 2


def test_publishing_is_a_dry_run_unless_told(wangge, drafts, tmp_path):
    first, second = drafts
    status, out, _ = wangge("publish", first, "--reason", "*=现状")
    assert status == 0
    assert "--apply" in out
    assert not (tmp_path / "home" / "published.json").exists()
    assert wangge("publish", first, "--reason", "*=现状", "--apply")[0] == 0
    _, out, _ = wangge("publish", second, "--from", "2031-01-01", "--reason", "*=现状")
    assert "旧" in out
    assert "would end at 2031-01-01" in out
    _, shown, _ = wangge("db", "history", first, "--json")
    assert [event["action"] for event in json.loads(shown)] == ["plan.published", "plan.saved"]


def test_a_plan_with_errors_ends_with_1_and_says_so_to_machines_too(wangge, drafts, tmp_path):
    first, _ = drafts
    with open_store(f"gpkg:///{tmp_path / 'home' / 'store.gpkg'}") as store:
        draft = store.load_plan(first)
        store.save_plan(draft.with_changes(grids=draft.grids.assign(name="同名")), actor="ann")
    status, out, _ = wangge("publish", first, "--reason", "*=x", "--apply", "--json")
    assert status == 1
    assert json.loads(out)["report"]["counts"]["errors"] > 0
    assert not (tmp_path / "home" / "published.json").exists()


@pytest.mark.long
def test_status_tells_of_snapshots_that_are_gone(wangge, drafts, tmp_path):
    wangge("publish", drafts[0], "--reason", "*=现状", "--apply")
    assert wangge("db", "status")[0] == 0
    shutil.rmtree(tmp_path / "home" / "snapshots")
    status, out, _ = wangge("db", "status", "--json")
    assert status == 1
    assert len(json.loads(out)["missing_snapshots"]) == 1


@pytest.mark.long
def test_a_lost_list_is_brought_back(wangge, drafts, tmp_path):
    wangge("publish", drafts[0], "--reason", "*=现状", "--apply")
    listed = tmp_path / "home" / "published.json"
    before = listed.read_bytes()
    listed.unlink()
    assert wangge("db", "reconcile")[0] == 0
    assert listed.read_bytes() == before


def test_a_plan_is_copied_to_begin_the_next(wangge, drafts):
    made = json.loads(wangge("copy", "明年", "--plan", drafts[0], "--json")[1])
    assert made["name"] == "明年"
    records = json.loads(wangge("plans", "--json")[1])
    assert [(one["id"], one["state"]) for one in records if one["name"] == "明年"] == [
        (made["plan"], "draft")
    ]
