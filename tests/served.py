"""A small published town and a real server that answers for it, for every test that needs one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from api import create_app
from api.serving import WholeProtocol
from api.settings import ApiSettings
from boundaries.home import Home
from boundaries.lifecycle import publish
from boundaries.plan import Plan
from boundaries.store import open_store
from boundaries.town import Town
from examples.town import demo_town

SMALL = 1 / 12
"""One community of the demo town: 7 / 36 / 100 grids or so."""


@pytest.fixture(scope="session")
def small_town() -> tuple[Town, Plan]:
    """Return one community of the demo town and its plan."""
    return demo_town(scale=SMALL)


@pytest.fixture(scope="session")
def published_home(small_town: tuple[Town, Plan], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home with the small town stored and its plan in force; not to be changed."""
    home = Home(tmp_path_factory.mktemp("published"))
    town, plan = small_town
    with open_store(home.store_url) as store:
        stored = store.save_import(town, plan, actor="test")
        assert stored is not None
        publish(store, home, stored.id, reasons={"*": "example"}, actor="test")
    return home


@contextmanager
def running(home: Home, settings: ApiSettings | None = None) -> Iterator[str]:
    """Serve a home on a free port; yield its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(home, settings),
        http=WholeProtocol,
        access_log=False,
        log_level="warning",
        lifespan="on",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


UNLIMITED = ApiSettings(public_rate="1000000/minute")


@pytest.fixture(scope="session")
def server(published_home: Home) -> Iterator[str]:
    """Return the address of a real server for the published home."""
    with running(published_home, UNLIMITED) as address:
        yield address


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    """Return a client of the real server."""
    with httpx.Client(base_url=server, timeout=30) as made:
        yield made


@pytest.fixture(scope="session")
def keys(published_home: Home) -> dict[str, dict[str, str]]:
    """Return the header of a key of each scope."""
    with open_store(published_home.store_url) as store:
        return {
            scope: {
                "Authorization": f"Bearer {store.create_key(f'{scope} key', [scope], actor='test')}"
            }
            for scope in ("dispatcher", "planner", "admin")
        }


@pytest.fixture
def empty_home(tmp_path: Path) -> Home:
    """Return a home in which nothing is stored or published."""
    return Home(tmp_path / "home")
