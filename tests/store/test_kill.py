"""A process killed at any moment loses nothing that it acknowledged and leaves no halves."""

import json
import random
import time

import pytest
from store_worker import keep_importing, keep_publishing, lines_of, start

from boundaries.home import Home
from boundaries.lifecycle import reconcile
from boundaries.snapshot import open_snapshot
from boundaries.store import open_store


def run_and_kill(task, said, *arguments, after, seconds):
    """Run a task, kill -9 it some time after it has said something; return what it said."""
    process = start(task, said, *arguments)
    patience = time.monotonic() + 60
    while len(lines_of(said)) < after and process.is_alive() and time.monotonic() < patience:
        time.sleep(0.005)
    time.sleep(seconds)
    process.kill()
    process.join(timeout=30)
    return lines_of(said)


@pytest.mark.parametrize("rounds", [3, pytest.param(25, marks=pytest.mark.long)])
def test_kill_during_import(store, store_url, mini_demo, tmp_path, rounds):
    town, plan = mini_demo
    first = store.save_import(town, plan, actor="ann")
    acknowledged = {first.id: len(plan.grids)}
    chance = random.Random(7)  # noqa: S311 - no secret
    for number in range(rounds):
        lines = run_and_kill(
            keep_importing,
            tmp_path / str(number),
            store_url,
            first.id,
            after=number % 3,
            seconds=chance.uniform(0, 0.2),
        )
        acknowledged.update({plan_id: int(grids) for plan_id, grids in lines})
    found = plans_once_settled(store)
    assert len(acknowledged) > 1
    assert acknowledged.items() <= found.items()
    assert set(found.values()) == {len(plan.grids)}
    for plan_id in found:
        assert len(store.load_plan(plan_id).contacts) == len(plan.contacts)
    # The town is that of the last import that was committed, whole.
    saved = store.events(action="town.saved", limit=10_000)
    assert len(store.load_town(town.name).buildings) == saved[0].detail["buildings"]
    assert len(saved) == len(found)


def plans_once_settled(store):
    """Return the grids of each plan; the server may still be ending what a killed client began."""
    patience = time.monotonic() + 10
    while True:
        before, found = len(store.events(action="town.saved", limit=10_000)), store.plans()
        if before == len(found) or time.monotonic() > patience:
            return {record.id: record.grids for record in found}
        time.sleep(0.05)


@pytest.mark.parametrize("rounds", [3, pytest.param(12, marks=pytest.mark.long)])
def test_kill_during_publish(store, store_url, mini_demo, tmp_path, rounds):
    town, plan = mini_demo
    home = Home(tmp_path / "home")
    first = store.save_import(town, plan, actor="ann")
    plans = [first, *(store.save_plan(plan, actor="ann") for _ in range(2 * rounds))]
    plan_ids = [each.id for each in plans]
    chance = random.Random(11)  # noqa: S311 - no secret
    acknowledged = []
    for number in range(rounds):
        acknowledged += run_and_kill(
            keep_publishing,
            tmp_path / str(number),
            store_url,
            home,
            plan_ids,
            after=number % 2,
            seconds=chance.uniform(0, 0.4),
        )
        if number % 3 == 2:
            nothing_is_half_published(store, home)
    reconcile(store, home)
    assert not reconcile(store, home)
    listed = nothing_is_half_published(store, home)
    assert acknowledged
    assert {line[0] for line in acknowledged} <= {entry["id"] for entry in listed}
    assert len(acknowledged) == len({line[0] for line in acknowledged})


def nothing_is_half_published(store, home):
    """Check what a reader sees, against the store; return the list that it reads."""
    publications = store.publications()
    for plan in store.plans():
        published = any(one.plan == plan.id for one in publications)
        assert (plan.state.value == "draft") != published
        store.load_plan(plan.id)  # proves that its content is what was published
    for snapshot in {publication.snapshot for publication in publications}:
        assert open_snapshot(home.snapshots / snapshot).id == snapshot
    if not home.published.exists():
        return []
    listed = json.loads(home.published.read_text(encoding="utf-8"))["publications"]
    known = {one.id: one.snapshot for one in publications}
    for entry in listed:
        assert known[entry["id"]] == entry["snapshot"]
    return listed


@pytest.mark.postgis
@pytest.mark.long
def test_the_server_itself_is_killed_during_import(own_server, mini_demo, tmp_path):
    own_server.execute("CREATE DATABASE town")
    url = own_server.url("town")
    with open_store(url) as store:
        first = store.save_import(*mini_demo, actor="ann")
    said = tmp_path / "said"
    process = start(keep_importing, said, url, first.id)
    while len(lines_of(said)) < 3:
        time.sleep(0.01)
    own_server.stop(mode="immediate")
    process.join(timeout=60)
    assert process.exitcode == 1
    acknowledged = {line[0] for line in lines_of(said)}
    own_server.start()
    with open_store(url) as store:
        assert acknowledged <= {record.id for record in store.plans()}
        assert {record.grids for record in store.plans()} == {len(mini_demo[1].grids)}
