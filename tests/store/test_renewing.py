"""After an upgrade: published snapshots that an older version wrote, or that are lost."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from boundaries.home import Home
from boundaries.lifecycle import communities_of, reconcile
from boundaries.lookup import lookup_address
from boundaries.manifest import MANIFEST
from boundaries.readside import ReadSide
from boundaries.snapshot import build_snapshot
from boundaries.store import Intent, open_store

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def published(home, mini_town, mini_plan):
    """The hash of a snapshot as this version writes it; published is one of an older version."""
    home.snapshots.mkdir(parents=True)
    with open_store(home.store_url) as store:
        plan = store.save_import(mini_town, mini_plan, actor="ann")
        written = build_snapshot(mini_town, plan, home.snapshots)
        intent = Intent(
            plan_id=plan.id,
            plan_revision=plan.revision,
            plan_hash=store.content_hash(plan),
            town_revision=store.load_town(mini_town.name).revision,
            communities=communities_of(plan, mini_town.scheme),
            effective_from=SINCE,
            effective_to=None,
        )
        older = made_older(home.snapshots / written)
        store.record_publication(intent, snapshot=older, reasons={}, actor="ann")
        reconcile(store, home)
        # the register goes on changing; what is published does not
        town = store.load_town(mini_town.name)
        few = town.addresses.iloc[:3].reset_index(drop=True)
        store.save_town(replace(town, addresses=few), actor="ann")
    return written


def made_older(folder):
    """Turn a snapshot into one whose address index only an older version reads."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    shutil.rmtree(folder / "addresses")
    (folder / "addresses").mkdir()
    (folder / "addresses" / "index").write_bytes(b"in the form of its day")
    parts = {name: each for name, each in manifest["parts"].items() if "addresses/" not in name}
    parts["addresses/index"] = hashlib.sha256(b"in the form of its day").hexdigest()
    manifest |= {"parts": parts, "address_format": manifest["address_format"] - 1}
    del manifest["id"]
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
    identity = hashlib.sha256(text.encode()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps({**manifest, "id": identity}), "utf-8")
    folder.rename(folder.with_name(identity))
    return identity


def listed(home):
    (entry,) = json.loads(home.published.read_text("utf-8"))["publications"]
    return entry["snapshot"]


def test_an_older_snapshot_is_refused_with_the_command_that_renews_it(wangge, home, published):
    status, _, err = wangge("lookup", "滨河花园1号楼", "--at", "2026-06-01")
    assert status == 2
    assert "wangge snapshot rebuild --apply" in err


def test_it_is_renewed_with_all_that_was_published(wangge, home, published, mini_town):
    older = listed(home)
    status, out, _ = wangge("snapshot", "rebuild", "--json")
    (found,) = json.loads(out)["snapshots"]
    assert (status, found["snapshot"], found["from_store"]) == (0, older, False)
    assert listed(home) == older

    assert wangge("snapshot", "rebuild", "--apply")[0] == 0
    assert listed(home) == published  # byte by byte what publishing it today would have written
    answer = lookup_address(ReadSide(home), mini_town.addresses["text"].iloc[-1], at=SINCE)
    assert answer.status == "match"
    assert json.loads(wangge("snapshot", "rebuild", "--json")[1])["snapshots"] == []


@pytest.mark.parametrize("lost", ["all of it", "a part"])
def test_a_lost_snapshot_is_made_from_the_store(wangge, home, published, mini_town, lost):
    folder = home.snapshots / listed(home)
    if lost == "a part":
        (folder / "grids.parquet").unlink()
    else:
        shutil.rmtree(folder)
    (found,) = json.loads(wangge("snapshot", "rebuild", "--apply", "--json")[1])["snapshots"]
    assert found["from_store"]
    (current,) = ReadSide(home).in_force(SINCE)
    assert current.snapshot.id == listed(home) == found["renewed"]
    assert len(current.snapshot.register) == 3
    assert wangge("db", "status")[0] == 0
