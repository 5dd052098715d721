"""Write the public pages as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from boundaries.readside import ReadSide
from maps.assets import copy_assets
from maps.public import public_page
from messages import LANGUAGES


def write_site(
    read_side: ReadSide, folder: Path, at: datetime | None = None, *, review_number: str = ""
) -> list[Path]:
    """Write the public page in every language, with everything it needs beside it.

    Parameters
    ----------
    read_side
        What is published.
    folder
        Where the pages go; made where it does not exist.
    at
        Aware moment that the pages show; now where None.
    review_number
        审图号 of the map, where it has one.

    Returns
    -------
    list of Path
        ``index.html`` in Chinese and ``en.html`` in English.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder)
    paths = []
    for language in LANGUAGES:
        path = folder / ("index.html" if language == "zh" else f"{language}.html")
        path.write_text(
            public_page(read_side, language=language, at=at, review_number=review_number),
            encoding="utf-8",
        )
        paths.append(path)
    return paths
