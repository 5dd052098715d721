"""Copy an embedded store, whole, while it is in use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from boundaries.store.engine import Database
from geo.problem import input_error


def back_up(database: Database, file: Path) -> None:
    """Copy the store to a new file; see `Store.back_up`."""
    if database.path is None:
        raise input_error("store.back_up_by_server", file=database.shown_url)
    if file.exists():
        raise input_error("store.back_up_exists", file=file)
    unfinished = file.with_name(f".{file.name}-unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        with (
            contextlib.closing(sqlite3.connect(database.path)) as source,
            contextlib.closing(sqlite3.connect(unfinished)) as target,
        ):
            source.backup(target)
            # One file, which may be carried away as it is.
            target.execute("PRAGMA journal_mode = DELETE")
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(file)
    except (sqlite3.Error, OSError) as error:
        raise input_error("store.file_fault", file=file, reason=str(error)) from error
