"""A real Chromium, a town whose names want to do harm, and a watch on every request."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from served import UNLIMITED, running

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.snapshot import build_snapshot
from boundaries.town import Town

sys.path.insert(0, str(Path(__file__).parent))
from looking import (
    DESKTOP,
    HARMFUL,
    HIDDEN_HOUSEHOLDS,
    HIDDEN_NAME,
    HIDDEN_PHONE,
    IMAGE,
    PHONE,
    Look,
    look_at,
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start Debian's Chromium, which asks nobody anything by itself."""
    return {
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def hostile_town(small_town: tuple[Town, Plan]) -> tuple[Town, Plan]:
    """Return the small town with code in its names, and secrets that no page may tell."""
    town, plan = small_town
    grids, contacts = plan.grids.copy(), plan.contacts.copy()
    finest = grids.index[grids["level"] == grids["level"].max()]
    grids.loc[finest[: len(HARMFUL)], "name"] = list(HARMFUL)
    grids.loc[finest[5], "households"] = HIDDEN_HOUSEHOLDS
    contacts.loc[contacts.index[: len(HARMFUL)], "name"] = list(HARMFUL)
    contacts.loc[contacts.index[: len(HARMFUL)], "basis"] = "consent"
    contacts.loc[contacts.index[: len(HARMFUL)], "duties"] = list(HARMFUL)
    contacts.loc[contacts.index[10], ["name", "phone", "basis"]] = [
        HIDDEN_NAME, HIDDEN_PHONE, "office_contact",
    ]  # fmt: skip
    estates, barriers = town.estates.copy(), town.barriers.copy()
    estates.loc[estates.index[-len(HARMFUL) :], "name"] = list(HARMFUL)
    roads = barriers.index[barriers["kind"] == "road"]
    barriers.loc[roads[: len(HARMFUL)], "name"] = list(HARMFUL)
    return (
        town.with_layers(estates=estates, barriers=barriers),
        plan.with_changes(name=f"{plan.name}{IMAGE}", grids=grids, contacts=contacts),
    )


@pytest.fixture(scope="session")
def hostile_home(hostile_town: tuple[Town, Plan], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home in which the hostile town is in force."""
    home = Home(tmp_path_factory.mktemp("hostile"))
    town, plan = hostile_town
    publication = {
        "id": "1", "plan": "1", "plan_name": plan.name, "town": town.name, "communities": [],
        "effective_from": "2026-01-01T00:00:00+08:00", "effective_to": None, "recorded_at": None,
        "snapshot": build_snapshot(town, plan, home.snapshots),
    }  # fmt: skip
    home.published.write_text(json.dumps({"format": 1, "publications": [publication]}))
    return home


@pytest.fixture(scope="session")
def site(hostile_home: Home) -> Iterator[str]:
    """Return the address of a real server for the hostile town."""
    with running(hostile_home, UNLIMITED) as address:
        yield address


@pytest.fixture
def desktop(browser: Browser, site: str) -> Iterator[Look]:
    """Return a desktop browser that may ask the server alone and must not complain."""
    yield from look_at(browser, DESKTOP, site)


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Look]:
    """Return a phone's browser that may ask the server alone and must not complain."""
    yield from look_at(browser, PHONE, site, is_mobile=True, has_touch=True)


@pytest.fixture
def plain(browser: Browser, site: str) -> Iterator[Look]:
    """Return a browser without JavaScript."""
    yield from look_at(browser, PHONE, site, java_script_enabled=False)


@pytest.fixture
def disconnected(browser: Browser) -> Iterator[Look]:
    """Return a browser that opens files and has no network."""
    yield from look_at(browser, PHONE, "file://", offline=True, is_mobile=True, has_touch=True)
