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
from boundaries.store.migrating import head
from boundaries.store.models import Base
from boundaries.town import Town
from examples.town import demo_town

_ACCOUNT = "postgres"


_ASSERT_HEAD = f"DO $$ BEGIN ASSERT (SELECT version_num FROM alembic_version) = '{head()}'; END $$"  # noqa: S608


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


@pytest.fixture
def empty_postgis_url(postgis_server: Server) -> Iterator[str]:
    """URL of a new database without tables or extensions."""
    name = f"t{uuid4().hex[:12]}"
    postgis_server.execute(f"CREATE DATABASE {name}")
    yield postgis_server.url(name)
    postgis_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgis_url(postgis_server: Server) -> str:
    """URL of an empty PostGIS store, upgraded; the same database emptied for each test."""
    tables = ", ".join(Base.metadata.tables)
    try:
        postgis_server.execute(f"{_ASSERT_HEAD}; TRUNCATE {tables} RESTART IDENTITY", "town")
    except psycopg.Error:  # not there yet, or a test has taken its tables back
        postgis_server.execute("DROP DATABASE IF EXISTS town WITH (FORCE)")
        postgis_server.execute("CREATE DATABASE town")
        with open_store(postgis_server.url("town")) as store:
            store.upgrade()
    return postgis_server.url("town")


@pytest.fixture(scope="session")
def _upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GeoPackage store without content, that others are copied from."""
    file = tmp_path_factory.mktemp("upgraded") / "store.gpkg"
    open_store(f"gpkg:///{file}").close()
    return file


@pytest.fixture
def new_gpkg_url(tmp_path: Path) -> str:
    """URL of a GeoPackage store that is not there yet."""
    return f"gpkg:///{tmp_path / 'store.gpkg'}"


@pytest.fixture
def gpkg_url(_upgraded_file: Path, new_gpkg_url: str) -> str:
    """URL of an empty GeoPackage store."""
    shutil.copy(_upgraded_file, new_gpkg_url.removeprefix("gpkg:///"))
    return new_gpkg_url


@pytest.fixture(params=["gpkg", pytest.param("postgis", marks=pytest.mark.postgis)])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty store, of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store that is open, of each kind in turn."""
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def wangge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process, its home in ``home``; return status, output, errors."""
    from cli.app import app  # noqa: PLC0415 - it imports everything there is
    from cli.screen import explained  # noqa: PLC0415

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
    """The demo town at its smallest, with its plan: whole, valid, quick to check and publish.

    Of its register every ninth address is left: fitting an address index takes most of the time
    that publishing takes.
    """
    town, plan = demo_town(scale=0.03)
    few = town.addresses.iloc[::9].reset_index(drop=True)
    return town.with_layers(addresses=few), plan


@pytest.fixture
def mini_town(mini_demo: tuple[Town, Plan]) -> Town:
    return mini_demo[0]


@pytest.fixture
def mini_plan(mini_demo: tuple[Town, Plan]) -> Plan:
    return mini_demo[1]
