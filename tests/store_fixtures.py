"""A PostgreSQL server of the tests' own, and stores of both kinds.

``store_url`` and ``store`` run a test twice: on a GeoPackage and on PostGIS.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from boundaries.plan import Plan
from boundaries.store import Store, open_store
from boundaries.town import Town
from cli.app import app
from cli.screen import explained
from examples.town import demo_town

_ACCOUNT = "postgres"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server in a folder of its own, trusting everyone on this machine."""

    binaries: Path
    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://wangge@127.0.0.1:{self.port}/{database}"

    def run(self, *command: str | Path) -> None:
        """Run one of the server's programs; never as root, which it refuses."""
        words = [str(self.binaries / command[0]), *(str(word) for word in command[1:])]
        if os.geteuid() == 0:
            words = ["runuser", "-u", _ACCOUNT, "--", *words]
        done = subprocess.run(
            words, check=False, stdin=subprocess.DEVNULL, capture_output=True, cwd="/", text=True
        )
        if done.returncode:
            pytest.fail(f"{words}: {done.stdout}{done.stderr}")

    def make(self) -> None:
        self.run(
            "initdb",
            "-D",
            self.folder / "data",
            "-U",
            "wangge",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        self.start()

    def start(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} "
            "-c fsync=off -c shared_buffers=32MB -c max_connections=60"
        )
        # The log goes to a file, or the server would keep our pipe open for ever.
        self.run(
            "pg_ctl",
            "-D",
            self.folder / "data",
            "-l",
            self.folder / "log",
            "-w",
            "-o",
            options,
            "start",
        )

    def stop(self, *, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="wangge", dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def start_server() -> Server:
    """Make and start a server; the caller stops it with `remove_server`."""
    binaries = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *(Path(found).parent for found in [shutil.which("initdb")] if found),
    ]
    if not binaries:
        pytest.fail("no PostgreSQL server here; `make system` installs it with PostGIS")
    folder = Path(tempfile.mkdtemp(prefix="wangge-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, _ACCOUNT)
    server = Server(binaries[0], folder, _free_port())
    server.make()
    return server


def remove_server(server: Server) -> None:
    if (server.folder / "data" / "postmaster.pid").exists():
        server.stop(mode="immediate")
    shutil.rmtree(server.folder)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[Server]:
    """A server that lives as long as the test run (of each worker)."""
    server = start_server()
    try:
        yield server
    finally:
        remove_server(server)


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that the test alone has, to stop and start it."""
    server = start_server()
    try:
        yield server
    finally:
        remove_server(server)


@pytest.fixture(scope="session")
def _migrated_template(postgis_server: Server) -> str:
    """A database with the extensions and tables, that others are copied from."""
    name = "migrated"
    postgis_server.execute(f"CREATE DATABASE {name}")
    with open_store(postgis_server.url(name)) as store:
        store.upgrade()
    return name


@pytest.fixture
def empty_postgis_url(postgis_server: Server) -> Iterator[str]:
    """URL of a new database without tables or extensions."""
    yield from _database(postgis_server, "template1")


@pytest.fixture
def postgis_url(postgis_server: Server, _migrated_template: str) -> Iterator[str]:
    """URL of a new PostGIS store, upgraded."""
    yield from _database(postgis_server, _migrated_template)


def _database(server: Server, template: str) -> Iterator[str]:
    name = f"t{uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def gpkg_url(tmp_path: Path) -> str:
    """URL of a GeoPackage store that is not there yet."""
    return f"gpkg:///{tmp_path / 'store.gpkg'}"


@pytest.fixture(params=["gpkg", pytest.param("postgis", marks=pytest.mark.postgis)])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of a new store, of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A new store that is open, of each kind in turn."""
    with open_store(store_url) as opened:
        opened.upgrade()
        yield opened


@pytest.fixture
def wangge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process, its home in ``home``; return status, output, errors."""
    monkeypatch.delenv("WANGGE_DATABASE_URL", raising=False)
    monkeypatch.delenv("WANGGE_LANG", raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        home = str(tmp_path / "home")
        monkeypatch.setattr("sys.argv", ["wangge", "--home", home, *map(str, words)])
        status = explained(app)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture(scope="session")
def mini_demo() -> tuple[Town, Plan]:
    """The demo town at its smallest, with its plan: whole, valid, quick to check."""
    return demo_town(scale=0.03)


@pytest.fixture
def mini_town(mini_demo: tuple[Town, Plan]) -> Town:
    return mini_demo[0]


@pytest.fixture
def mini_plan(mini_demo: tuple[Town, Plan]) -> Plan:
    return mini_demo[1]
