"""Keys, limits, plans, health, headers, logs, and the store being away."""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from served import running

from api.limiting import Limiter, Rate
from api.parameters import LookupQuery
from api.services import Services
from api.settings import ApiSettings
from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point

Keys = dict[str, dict[str, str]]


def test_plans_and_findings_are_for_planners(client: httpx.Client, keys: Keys) -> None:
    assert client.get("/plans").status_code == httpx.codes.UNAUTHORIZED
    assert client.get("/plans", headers=keys["dispatcher"]).status_code == httpx.codes.FORBIDDEN
    plans = client.get("/plans", headers=keys["planner"]).json()["plans"]
    assert [plan["state"] for plan in plans] == ["published"]
    found = client.get(f"/plans/{plans[0]['id']}/findings", headers=keys["planner"]).json()
    assert found["counts"]["errors"] == 0
    assert found["numberReturned"] == len(found["features"])
    assert client.get(f"/plans/{plans[0]['id']}", headers=keys["planner"]).json() == plans[0]


def test_findings_of_an_unknown_plan_are_not_found(client: httpx.Client, keys: Keys) -> None:
    response = client.get("/plans/NONE/findings", headers=keys["planner"])
    assert response.status_code == httpx.codes.NOT_FOUND


def test_worthless_key_is_refused_everywhere(client: httpx.Client) -> None:
    worthless = {"Authorization": "Bearer wg_nothing"}
    for path in ("/plans", "/metrics", "/grids"):
        assert client.get(path, headers=worthless).status_code == httpx.codes.UNAUTHORIZED


def test_public_endpoints_are_rate_limited(published_home: Home, keys: Keys) -> None:
    with (
        running(published_home, ApiSettings(public_rate="5/hour")) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        statuses = [client.get("/grids", params={"limit": 1}).status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert client.get("/grids").headers["retry-after"]
        with_key = client.get("/grids", params={"limit": 1}, headers=keys["dispatcher"])
        assert with_key.status_code == httpx.codes.OK


def test_client_may_ask_so_often_in_any_period() -> None:
    moments = [0.0, 10, 50, 59, 60, 61, 70, 71, 71]
    limiter = Limiter(Rate.parse("3/minute"), iter(moments).__next__)
    waits = [limiter.wait_of("one") for _ in moments[1:]]
    assert waits == [0, 0, 0, 1, 0, 9, 0, 39]
    assert limiter.wait_of("other") == 0


@pytest.mark.parametrize("rate", ["often", "0/minute", "5/week", "5 / minute", ""])
def test_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="120/minute"):
        ApiSettings(public_rate=rate)


def test_lookup_is_documented_with_all_its_parameters(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]["/lookup"]["get"]
    assert {each["name"] for each in described["parameters"]} == set(LookupQuery.model_fields)
    assert client.head("/lookup").status_code == httpx.codes.METHOD_NOT_ALLOWED


def test_body_too_large_is_refused(published_home: Home, keys: Keys) -> None:
    def pieces() -> object:
        for _ in range(100):
            yield b" " * 1000

    with (
        running(published_home, ApiSettings(largest_body_bytes=10_000)) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        declared = client.post("/lookup/batch", content=b" " * 10_001, headers=keys["dispatcher"])
        streamed = client.post("/lookup/batch", content=pieces(), headers=keys["dispatcher"])
        assert declared.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
        assert streamed.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


def test_only_named_origins_may_ask(published_home: Home) -> None:
    settings = ApiSettings(cors_origins=("https://office.example",))
    with (
        running(published_home, settings) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        named = client.get("/healthz", headers={"Origin": "https://office.example"})
        other = client.get("/healthz", headers={"Origin": "https://other.example"})
        assert named.headers["access-control-allow-origin"] == "https://office.example"
        assert "access-control-allow-origin" not in other.headers


def test_metrics_count_routes_and_never_questions(client: httpx.Client, keys: Keys) -> None:
    client.get("/lookup", params={"address": "秘密小区9号楼"})
    text = client.get("/metrics", headers=keys["admin"]).text
    assert 'route="/lookup"' in text
    assert "秘密" not in text
    assert client.get("/metrics").status_code == httpx.codes.UNAUTHORIZED


def test_log_never_holds_what_was_asked(
    client: httpx.Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/lookup", params={"address": "秘密小区9号楼"})
        client.get("/lookup", params={"address": "秘密小区9号楼", "wrong": "1"})
        time.sleep(1)
    written = capfd.readouterr().err
    assert "GET /lookup 200 " in written
    assert "GET /lookup 400 " in written
    own = [record for record in caplog.records if not record.name.startswith("http")]
    assert not any("秘密" in text for text in (written, *(each.getMessage() for each in own)))


def test_lookups_go_on_without_the_store(published_home: Home, tmp_path: Path, keys: Keys) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, home.folder)
    with running(home) as address, httpx.Client(base_url=address, timeout=30) as client:
        params = {"point": "111.67,38.28", "datum": "wgs84"}
        duty = client.get("/lookup", params=params, headers=keys["dispatcher"])
        for file in home.folder.glob("store.gpkg*"):
            file.unlink()
        Path(home.folder / "store.gpkg").write_bytes(b"no store" * 100)
        assert client.get("/lookup", params=params).status_code == httpx.codes.OK
        assert client.get("/readyz").status_code == httpx.codes.OK
        assert client.get("/").status_code == httpx.codes.OK
        again = client.get("/lookup", params=params, headers=keys["dispatcher"])
        assert again.json()["levels"] == duty.json()["levels"]


def test_server_opens_what_is_in_force_before_it_is_asked(
    published_home: Home, empty_home: Home
) -> None:
    prepared = Services.of(published_home)
    prepared.prepare()
    (current,) = prepared.read_side.in_force()
    assert {"placement", "names", "contacts"} <= vars(current.snapshot).keys()
    Services.of(empty_home).prepare()


def test_what_comes_into_force_is_open_before_it_does(published_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, home.folder)
    listed = json.loads(home.published.read_text("utf-8"))
    (entry,) = listed["publications"]
    start = datetime.now(UTC) + timedelta(seconds=50)
    later = {**entry, "id": "later", "effective_from": start.isoformat()}
    listed["publications"] = [later]
    home.published.write_text(json.dumps(listed), "utf-8")
    waiting = Services.of(home)
    waiting.prepare()
    home.snapshots.rename(tmp_path / "away")  # what was not read by now cannot be
    place = (111.67, 38.28)
    assert lookup_point(waiting.read_side, *place).status == "no_match"
    assert lookup_point(waiting.read_side, *place, at=start, view="duty").plan == entry["plan"]
    assert lookup_address(waiting.read_side, "1号楼", at=start).plan == entry["plan"]


def test_server_goes_on_opening_while_it_runs(published_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, home.folder)
    listed = home.published.read_bytes()
    home.published.write_text('{"format": 1, "publications": []}', "utf-8")
    services, stopped = Services.of(home), threading.Event()
    keeping = threading.Thread(target=services.keep_ready, args=(stopped,))
    keeping.start()
    home.published.write_bytes(listed)
    end = time.monotonic() + 60
    while home.snapshots.exists() and time.monotonic() < end:
        opened = [each.snapshot for each in services.read_side.in_force()]
        if opened and {"contacts", "duty_contacts", "addresses"} <= vars(opened[0]).keys():
            home.snapshots.rename(tmp_path / "away")
        time.sleep(0.05)
    stopped.set()
    keeping.join()
    assert not home.snapshots.exists()


def test_server_without_publication_lives_but_is_not_ready(empty_home: Home) -> None:
    empty_home.folder.mkdir()
    with running(empty_home) as address, httpx.Client(base_url=address, timeout=30) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert client.get("/").status_code == httpx.codes.OK
        assert client.get("/grids").json()["features"] == []


def test_damaged_snapshot_is_unavailable_and_names_no_folder(
    published_home: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, home.folder)
    for part in home.snapshots.glob("*/contacts.public.json"):
        part.write_text("{}", encoding="utf-8")
    with running(home) as address, httpx.Client(base_url=address, timeout=30) as client:
        response = client.get("/grids")
        assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert str(tmp_path) not in response.text


def test_pages_ask_no_other_host(client: httpx.Client) -> None:
    for path in ("/", "/en", "/docs"):
        page = client.get(path)
        assert page.status_code == httpx.codes.OK
        policy = page.headers.get("content-security-policy", page.text)
        assert "default-src 'none'" in policy or "default-src &#39;none&#39;" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == httpx.codes.NOT_MODIFIED
