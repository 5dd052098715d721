"""Accepting findings over HTTP: planners alone, for a reason, and only what may stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import httpx
import pytest
import shapely
from compliant import compliant
from served import running

from boundaries.home import Home
from boundaries.store import open_store

AT = {"at": "2026-06-01"}
GRID = "1411271000010010203"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str, Home]]:
    """Return a planner's client, and a draft with one error and one warning."""
    home = Home(tmp_path_factory.mktemp("office"))
    small = compliant().grid(GRID, households=1).grid("141127100001002", party=None)
    with open_store(home.store_url) as store:
        saved = store.save_import(small.town, small.plan, actor="ann")
        assert saved is not None
        key = store.create_key("规划科", ["planner"], actor="ann")
    with running(home) as address:
        header = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=address, timeout=60, headers=header) as client:
            yield client, f"/plans/{saved.id}", home


def finding_of(client: httpx.Client, plan: str, rule: str) -> dict[str, object]:
    found = client.get(f"{plan}/findings", params={**AT, "rule": rule}).json()
    properties: dict[str, object] = found["features"][0]["properties"]
    return properties


def test_a_warning_is_accepted_told_and_withdrawn(office: tuple[httpx.Client, str, Home]) -> None:
    client, plan, home = office
    warning = finding_of(client, plan, "O02")
    body = {"findings": [warning["id"]], "reason": "年底前成立支部"}
    made = client.post(f"{plan}/accepted", params=AT, json=body)
    assert made.status_code == httpx.codes.CREATED
    (one,) = client.get(f"{plan}/accepted").json()["accepted"]
    assert (one["finding"], one["reason"], one["accepted_by"]) == (
        warning["id"],
        "年底前成立支部",
        "规划科",
    )
    told = finding_of(client, plan, "O02")
    assert told["severity"] == "I"
    assert told["accepted"]["reason"] == "年底前成立支部"  # type: ignore[index]
    again = client.post(f"{plan}/accepted", params=AT, json=body)
    assert again.status_code == httpx.codes.CONFLICT
    with open_store(home.store_url) as store:
        assert store.events(action="finding.accepted")[0].actor == "规划科"
    gone = client.delete(f"{plan}/accepted/{warning['id']}")
    assert gone.status_code == httpx.codes.NO_CONTENT
    assert client.get(f"{plan}/accepted").json() == {"accepted": []}
    assert finding_of(client, plan, "O02")["severity"] == "W"
    missing = client.delete(f"{plan}/accepted/{warning['id']}")
    assert missing.status_code == httpx.codes.NOT_FOUND
    assert missing.headers["content-type"] == "application/problem+json"


def test_what_must_be_mended_cannot_be_accepted(office: tuple[httpx.Client, str, Home]) -> None:
    client, plan, _ = office
    error = finding_of(client, plan, "S01")
    body = {"findings": [error["id"]], "reason": "x"}
    refused = client.post(f"{plan}/accepted", params=AT, json=body)
    assert refused.status_code == httpx.codes.CONFLICT
    problem = refused.json()
    assert error["id"] in problem["detail"]
    assert problem["errors"][0]["remedy"]
    assert client.get(f"{plan}/accepted").json() == {"accepted": []}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"findings": ["O02-000000000000"], "reason": "x"}, httpx.codes.NOT_FOUND),
        ({"findings": ["O02-000000000000"]}, httpx.codes.BAD_REQUEST),
        ({"findings": ["O02-000000000000"], "reason": " "}, httpx.codes.BAD_REQUEST),
        ({"findings": [], "reason": "x"}, httpx.codes.BAD_REQUEST),
        ({"findings": ["1"], "reason": "x"}, httpx.codes.BAD_REQUEST),
        ({"findings": ["O02-000000000000"], "reason": "x", "z": 1}, httpx.codes.BAD_REQUEST),
    ],
)
def test_a_senseless_wish_is_refused(
    office: tuple[httpx.Client, str, Home], body: dict[str, object], status: int
) -> None:
    client, plan, _ = office
    assert client.post(f"{plan}/accepted", params=AT, json=body).status_code == status


def test_findings_say_what_could_not_be_checked_and_why(
    office: tuple[httpx.Client, str, Home],
) -> None:
    client, _, home = office
    small = compliant().layer("addresses", swapped)
    town = replace(small.town, name="颠倒镇")
    with open_store(home.store_url) as store:
        saved = store.save_import(town, small.plan.with_changes(town=town.name), actor="ann")
        assert saved is not None
    found = client.get(f"/plans/{saved.id}/findings", params={**AT, "lang": "en"}).json()
    assert {one["rule"] for one in found["unchecked"]} >= {"C04", "C05"}
    assert {one["layer"] for one in found["unchecked"]} == {"addresses"}
    assert "cannot be trusted" in found["unchecked"][0]["message"]


def swapped(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with longitude and latitude the wrong way round."""
    turned = shapely.transform(addresses.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return addresses.set_geometry(gpd.GeoSeries(turned, index=addresses.index, crs=addresses.crs))


def test_dispatchers_accept_nothing(office: tuple[httpx.Client, str, Home]) -> None:
    client, plan, home = office
    with open_store(home.store_url) as store:
        key = store.create_key("热线", ["dispatcher"], actor="ann")
    header = {"Authorization": f"Bearer {key}"}
    body = {"findings": ["O02-000000000000"], "reason": "x"}
    for answer in (
        client.post(f"{plan}/accepted", json=body, headers=header),
        client.get(f"{plan}/accepted", headers=header),
        client.delete(f"{plan}/accepted/O02-000000000000", headers=header),
    ):
        assert answer.status_code == httpx.codes.FORBIDDEN


def test_a_published_plan_accepts_nothing(
    client: httpx.Client, keys: dict[str, dict[str, str]]
) -> None:
    (plan,) = client.get("/plans", headers=keys["planner"]).json()["plans"]
    found = client.delete(f"/plans/{plan['id']}/accepted/O02-000000000000", headers=keys["planner"])
    assert found.status_code == httpx.codes.CONFLICT
