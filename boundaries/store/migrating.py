"""Bring a store to a revision; everything of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from boundaries.store import geopackage
from boundaries.store.engine import Database
from geo.problem import input_error

_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x77616E67
"""Advisory lock that two upgrades of one PostGIS database wait for."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to a revision."""

    def work(connection: sa.Connection) -> None:
        _refuse_newer(database, current(connection))
        if database.embedded and not sa.inspect(connection).has_table("gpkg_contents"):
            geopackage.create_base_tables(connection.exec_driver_sql)
        command.upgrade(_config(connection), revision)

    _migrate(database, work, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to a revision; ``base`` takes all back, and all data with them."""

    def work(connection: sa.Connection) -> None:
        _refuse_newer(database, current(connection))
        command.downgrade(_config(connection), revision)

    _migrate(database, work, revision)


def _migrate(database: Database, work: Callable[[sa.Connection], None], revision: str) -> None:
    def locked(connection: sa.Connection) -> None:
        if not database.embedded:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        work(connection)

    try:
        # Under SERIALIZABLE the tables seen would be those of before the lock was given.
        database.write(locked, isolation="READ COMMITTED")
    except CommandError as error:
        raise input_error(
            "store.no_such_revision",
            file=database.shown_url,
            value=revision,
            known="、".join(reversed(revisions())),
        ) from error


def current(connection: sa.Connection) -> str | None:
    """Return the revision that a store is at; None where it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str:
    """Return the newest revision that this version knows."""
    found = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    if found is None:
        raise LookupError(_SCRIPTS)
    return found


@cache
def revisions() -> tuple[str, ...]:
    """Return all revisions that this version knows, newest first."""
    return tuple(script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions())


def refuse_other(database: Database, found: str | None) -> None:
    """Refuse to work on a store that is not at the newest revision, saying what to do."""
    _refuse_newer(database, found)
    if found is None:
        raise input_error("store.empty", file=database.shown_url)
    if found != head():
        raise input_error("store.older", file=database.shown_url, value=found, head=head())


def _refuse_newer(database: Database, found: str | None) -> None:
    if found is not None and found not in revisions():
        raise input_error("store.newer", file=database.shown_url, value=found, head=head())


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
