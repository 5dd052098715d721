"""The folder where a deployment keeps its store, its snapshots and its pages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FOLDER = "wangge-data"


@dataclass(frozen=True)
class Home:
    """Where a deployment keeps what it writes.

    Attributes
    ----------
    folder
        The folder; made where it does not exist.
    database_url
        ``postgresql+psycopg://…`` for PostGIS; None for the embedded GeoPackage in the folder.
    """

    folder: Path
    database_url: str | None = None

    @classmethod
    def from_environment(cls, folder: Path | None = None) -> Home:
        """Return the home that ``WANGGE_HOME`` and ``WANGGE_DATABASE_URL`` name."""
        chosen = folder or Path(os.environ.get("WANGGE_HOME", DEFAULT_FOLDER))
        return cls(chosen.absolute(), os.environ.get("WANGGE_DATABASE_URL") or None)

    @property
    def store_url(self) -> str:
        """URL of the store: the database, or the GeoPackage file."""
        return self.database_url or f"gpkg:///{self.folder / 'store.gpkg'}"

    @property
    def snapshots(self) -> Path:
        """Folder of the snapshots, one sub-folder each, named by content hash."""
        return self.folder / "snapshots"

    @property
    def published(self) -> Path:
        """The list of what is in force when, that the read side goes by."""
        return self.folder / "published.json"

    @property
    def pages(self) -> Path:
        """Folder of the map pages written."""
        return self.folder / "pages"
