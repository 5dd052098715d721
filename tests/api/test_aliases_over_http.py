"""Dispatchers propose names, planners decide; nothing of a caller is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from served import running

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.store import open_store
from boundaries.town import Town

Keys = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def office(
    published_home: Home, keys: Keys, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Home]]:
    """Return a client of a home that these tests may change; the keys are those of `keys`."""
    folder = tmp_path_factory.mktemp("office") / "home"
    home = Home(Path(shutil.copytree(published_home.folder, folder)))
    with (
        running(home) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client, home


@pytest.fixture
def meant(small_town: tuple[Town, Plan]) -> str:
    register = small_town[0].addresses
    rows = register[register["compound"].notna() & register["building"].notna()]
    return str(rows["text"].iloc[0])


def test_a_confirmed_choice_is_proposed_and_decided(
    office: tuple[httpx.Client, Home], keys: Keys, meant: str
) -> None:
    client, home = office
    body = {"said": "大钟楼院3号楼，我姓王，13812345678", "meant": meant, "kind": "colloquial"}
    made = client.post("/aliases", json=body, headers=keys["dispatcher"])
    assert made.status_code == httpx.codes.CREATED
    alias = made.json()["alias"]
    assert (alias["alias"], alias["state"], alias["kind"]) == ("大钟楼院", "proposed", "colloquial")
    assert alias["proposed_by"] == "dispatcher key"
    listed = client.get("/aliases", params={"state": "proposed"}, headers=keys["planner"]).json()
    assert [one["id"] for one in listed["aliases"]] == [alias["id"]]
    decision = {"kind": "old", "valid_until": "2015-07-01"}
    path = f"/aliases/{alias['id']}"
    approved = client.post(f"{path}/approve", json=decision, headers=keys["planner"]).json()
    assert (approved["alias"]["state"], approved["alias"]["kind"]) == ("approved", "old")
    rejected = client.post(f"{path}/reject", headers=keys["planner"]).json()["alias"]
    assert (rejected["state"], rejected["decided_by"]) == ("rejected", "planner key")
    gone = client.delete(path, headers=keys["planner"])
    assert gone.status_code == httpx.codes.NO_CONTENT
    assert client.delete(path, headers=keys["planner"]).status_code == httpx.codes.NOT_FOUND
    with open_store(home.store_url) as store:
        kept = str([*store.aliases(), *store.events()])
    assert not any(words in kept for words in ("13812345678", "姓王", "3号楼"))


def test_a_known_name_teaches_nothing(
    office: tuple[httpx.Client, Home], keys: Keys, meant: str
) -> None:
    client, _ = office
    body = {"said": meant, "meant": meant}
    answer = client.post("/aliases", json=body, headers=keys["dispatcher"])
    assert (answer.status_code, answer.json()) == (httpx.codes.OK, {"alias": None})


def test_planners_decide_and_nobody_else(office: tuple[httpx.Client, Home], keys: Keys) -> None:
    client, _ = office
    path = f"/aliases/{'0' * 26}"
    for answer in (
        client.get("/aliases", headers=keys["dispatcher"]),
        client.post(f"{path}/approve", headers=keys["dispatcher"]),
        client.post(f"{path}/reject", headers=keys["dispatcher"]),
        client.delete(path, headers=keys["dispatcher"]),
    ):
        assert answer.status_code == httpx.codes.FORBIDDEN
    body = {"said": "x", "meant": "y"}
    assert client.post("/aliases", json=body).status_code == httpx.codes.UNAUTHORIZED
    unknown = client.post(f"{path}/approve", headers=keys["planner"])
    assert unknown.status_code == httpx.codes.NOT_FOUND
    nowhere = client.post("/aliases", json=body, headers=keys["dispatcher"])
    assert nowhere.status_code == httpx.codes.BAD_REQUEST
    no_day = client.post(
        f"{path}/approve", json={"valid_from": "2015-13-01"}, headers=keys["planner"]
    )
    assert no_day.status_code == httpx.codes.BAD_REQUEST
