"""The files that map pages load: our own styles and scripts, and Leaflet."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "served"
"""Everything that a page may load; nothing else is in it."""

LEAFLET_JS = "vendor/leaflet/leaflet.js"
LEAFLET_CSS = "vendor/leaflet/leaflet.css"


class MissingAssetError(FileNotFoundError):
    """A file that a page loads is not there: the package was not built with its assets."""


@cache
def versioned(name: str) -> str:
    """Return an asset's name with the first digits of its content's hash as query.

    So a browser may keep the file for long and still takes a new one at once.

    Parameters
    ----------
    name
        Path below `FOLDER`.

    Raises
    ------
    MissingAssetError
        There is no such file.
    """
    try:
        content = (FOLDER / name).read_bytes()
    except OSError as error:
        raise MissingAssetError(
            f"{name} is missing from {FOLDER}; install the package anew (pip install -e .)"
        ) from error
    return f"{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def copy_assets(folder: Path) -> Path:
    """Copy every asset to a folder ``assets`` beside some pages and return it.

    Parameters
    ----------
    folder
        Folder of the pages; made where it does not exist.
    """
    target = folder / "assets"
    shutil.copytree(FOLDER, target, dirs_exist_ok=True)
    return target
