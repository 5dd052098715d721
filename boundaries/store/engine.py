"""Connect to a store, run work in transactions that lose nothing, turn failures into words."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from boundaries.store import geopackage
from geo.problem import InputError, input_error

Result = TypeVar("Result")

_EMBEDDED = "gpkg://"
_POSTGRESQL = ("postgresql+psycopg://", "postgresql://", "postgres://")
_ATTEMPTS = 60
_LONGEST_WAIT_S = 0.5
_SERIALIZATION_FAILURE, _DEADLOCK, _NOT_PERMITTED = "40001", "40P01", "42501"
_EXCLUDED = "23P01"  # by a row that another committed meanwhile, out of this transaction's sight
_ATTEMPTS_EXCLUDED = 5  # the next one sees that row; what is still excluded then is wrong
_NO_CONNECTION = ("08", "3D", "28", "53", "57")
_FILE_FAULTS = ("readonly", "unable to open", "disk is full", "disk I/O")
_LOCALES_WITHOUT_HAN = ("C", "POSIX")


class Database:
    """A store's database: its engine and the two kinds of transaction.

    Parameters
    ----------
    url
        ``gpkg:///`` and a path, or ``postgresql+psycopg://…``.

    Raises
    ------
    InputError
        The URL is of neither kind, the database does not answer, or it cannot hold a store.
    """

    def __init__(self, url: str) -> None:
        self.path: Path | None = None
        if url.startswith(_EMBEDDED):
            self.path = Path("/", url.removeprefix(_EMBEDDED).lstrip("/"))
            self.shown_url = f"{_EMBEDDED}{self.path}"
            self.engine = _embedded_engine(self.path)
        elif url.startswith(_POSTGRESQL):
            self.engine = _postgresql_engine(url)
            self.shown_url = self.engine.url.render_as_string(hide_password=True)
        else:
            raise input_error("store.unknown_url", value=url.rsplit("@", maxsplit=1)[-1])
        try:
            with self.explained():
                if self.path is not None:
                    _prepare_file(self.path)
                else:
                    _refuse_unfit(self.engine, self.shown_url)
        except InputError:
            self.close()
            raise

    @property
    def embedded(self) -> bool:
        """True for a GeoPackage."""
        return self.path is not None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def read(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Run work on one unchanging state of the store."""
        with self.explained(), self._connected(None) as connection, connection.begin():
            return work(connection)

    def write(
        self, work: Callable[[sa.Connection], Result], *, isolation: str = "SERIALIZABLE"
    ) -> Result:
        """Run work in a transaction of its own, as if no other ran; all of it or nothing.

        Where another's transaction made that impossible, the work is run again, on what the other
        left: it must therefore read what it goes by inside. Another isolation level than
        SERIALIZABLE (on PostGIS) is for work that takes a lock first.
        """
        with self.explained():
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    with self._connected(isolation) as connection, connection.begin():
                        return work(connection)
                except DBAPIError as error:
                    if attempt >= _attempts_worth(error):
                        raise
                    longest = min(_LONGEST_WAIT_S, 0.005 * 2**attempt)
                    time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
        raise AssertionError  # the last attempt returned or raised

    @contextmanager
    def _connected(self, isolation: str | None) -> Iterator[sa.Connection]:
        """Connect for writing at an isolation level, or for reading with None."""
        with self.engine.connect() as connection:
            if self.embedded:
                connection.info["begin"] = "BEGIN" if isolation is None else "BEGIN IMMEDIATE"
                yield connection
            else:
                yield connection.execution_options(
                    isolation_level=isolation or "REPEATABLE READ",
                    postgresql_readonly=isolation is None,
                )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn failures that a user can mend into input errors."""
        try:
            yield
        except DBAPIError as error:
            known = self._known(error)
            if known is None:
                raise
            raise known from error

    def _known(self, error: DBAPIError) -> InputError | None:
        if self.path is not None:
            return _known_of_file(str(error.orig), self.path)
        reason = str(error.orig).strip()
        code = getattr(error.orig, "sqlstate", None)
        if code in (_SERIALIZATION_FAILURE, _DEADLOCK):
            return input_error("store.busy", file=self.shown_url)
        if code == _NOT_PERMITTED:
            return input_error("store.not_permitted", file=self.shown_url, reason=reason)
        if isinstance(error, OperationalError) and (code is None or code[:2] in _NO_CONNECTION):
            return input_error("store.unreachable", file=self.shown_url, reason=reason)
        return None


def _known_of_file(reason: str, path: Path) -> InputError | None:
    if "locked" in reason or "busy" in reason:
        return input_error("store.locked", file=path, seconds=int(geopackage.BUSY_TIMEOUT_S))
    if "not a database" in reason or "malformed" in reason:
        return input_error("store.not_geopackage", file=path)
    if any(words in reason for words in _FILE_FAULTS):
        return input_error("store.file_fault", file=path, reason=reason)
    return None


def _attempts_worth(error: DBAPIError) -> int:
    """Return how often work that failed so may be tried."""
    state = getattr(error.orig, "sqlstate", None)
    if state in (_SERIALIZATION_FAILURE, _DEADLOCK):
        return _ATTEMPTS
    return _ATTEMPTS_EXCLUDED if state == _EXCLUDED else 1


def _postgresql_engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        parsed,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "wangge",
            "client_encoding": "utf8",
        },
    )


def _embedded_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": geopackage.BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", lambda raw, _: geopackage.prepare_connection(raw))
    # The driver's own transactions begin too late to keep two writers from losing an update.
    sa.event.listen(
        engine, "begin", lambda connection: connection.exec_driver_sql(connection.info["begin"])
    )
    return engine


def _prepare_file(path: Path) -> None:
    """Make the file a GeoPackage where it is new; refuse one that is something else."""
    if not path.parent.is_dir():
        raise input_error("store.no_folder", file=path)
    try:
        raw = sqlite3.connect(path, timeout=geopackage.BUSY_TIMEOUT_S, isolation_level=None)
    except sqlite3.Error as error:
        raise input_error("store.file_fault", file=path, reason=str(error)) from error
    try:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
        if not tables:
            geopackage.mark_file(raw)
        elif raw.execute("PRAGMA application_id").fetchone()[0] != geopackage.APPLICATION_ID:
            raise input_error("store.not_geopackage", file=path)
        elif "alembic_version" not in tables:
            raise input_error("store.foreign_geopackage", file=path)
    except sqlite3.Error as error:
        known = _known_of_file(str(error), path)
        raise known or input_error("store.file_fault", file=path, reason=str(error)) from error
    finally:
        raw.close()


def _refuse_unfit(engine: sa.Engine, shown_url: str) -> None:
    """Refuse a database in which Han text cannot be searched."""
    query = sa.text(
        "SELECT pg_encoding_to_char(encoding), datctype, datlocprovider = 'i' FROM pg_database "
        "WHERE datname = current_database()"
    )
    with engine.connect() as connection:
        encoding, locale, by_icu = connection.execute(query).one()
    if encoding != "UTF8":
        raise input_error("store.not_utf8", file=shown_url, value=encoding)
    if locale in _LOCALES_WITHOUT_HAN and not by_icu:
        raise input_error("store.c_locale", file=shown_url, value=locale)
