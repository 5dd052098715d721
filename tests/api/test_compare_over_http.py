"""Plans are compared over HTTP by planners, with every finding in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from compliant import compliant
from pydantic import TypeAdapter
from served import running

from api.compared import PlansCompared
from boundaries.home import Home
from boundaries.store import open_store

Office = tuple[httpx.Client, dict[str, str], dict[str, str]]
AT = "2026-06-01"
GRID = "1411271000010010203"


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """Return a client, the IDs of three plans, the last of another town, and keys."""
    home, small = Home(tmp_path_factory.mktemp("office")), compliant()
    with open_store(home.store_url) as store:
        old = store.save_import(small.town, small.plan, actor="ann")
        new = store.save_plan(small.grid(GRID, households=1).plan, actor="ann")
        away = store.save_import(
            replace(small.town, name="别处"), replace(small.plan, town="别处"), actor="ann"
        )
        assert old is not None
        assert away is not None
        keys = {
            scope: store.create_key(scope, [scope], actor="ann")
            for scope in ("planner", "dispatcher")
        }
    with running(home) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client, {"old": old.id, "new": new.id, "away": away.id}, keys


def asked(
    office: Office,
    new: str,
    old: str,
    scope: str | None = "planner",
    **more: str,
) -> httpx.Response:
    client, plans, keys = office
    header = {} if scope is None else {"Authorization": f"Bearer {keys[scope]}"}
    params = {"with": plans.get(old, old), "at": AT, **more}
    return client.get(f"/plans/{plans.get(new, new)}/compare", params=params, headers=header)


def test_a_plan_is_compared_with_the_one_before(
    office: Office,
) -> None:
    response = asked(office, "new", "old", lang="en")
    assert response.status_code == httpx.codes.OK
    TypeAdapter(PlansCompared).validate_json(response.content)
    told = response.json()
    assert (told["old"]["id"], told["new"]["id"]) == (office[1]["old"], office[1]["new"])
    (finding,) = [each for each in told["findings"]["new"] if each["rule"] == "S01"]
    assert finding["grids"] == [GRID]
    assert finding["geometry"]["type"]
    assert "households" in finding["message"]
    assert [change["code"] for change in told["grids"]] == [GRID]
    assert told["levels"][-1]["verdicts"]["in_band"] == "worse"
    assert told["buildings"] == []


def test_only_planners_compare(
    office: Office,
) -> None:
    assert asked(office, "new", "old", None).status_code == httpx.codes.UNAUTHORIZED
    assert asked(office, "new", "old", "dispatcher").status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize(
    ("new", "old", "status"),
    [
        ("nowhere", "old", httpx.codes.NOT_FOUND),
        ("new", "nowhere", httpx.codes.NOT_FOUND),
        ("new", "away", httpx.codes.BAD_REQUEST),
        ("new", "b/d", httpx.codes.BAD_REQUEST),
    ],
)
def test_what_cannot_be_compared_is_a_problem(
    office: Office, new: str, old: str, status: int
) -> None:
    response = asked(office, new, old)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_the_other_plan_must_be_named(
    office: Office,
) -> None:
    client, plans, keys = office
    header = {"Authorization": f"Bearer {keys['planner']}"}
    response = client.get(f"/plans/{plans['new']}/compare", headers=header)
    assert response.status_code == httpx.codes.BAD_REQUEST
