"""The public page: whom to call, by address or by tapping the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely

from boundaries.readside import ReadSide
from boundaries.zone import CHINA
from maps.basemap import Ground, base_map
from maps.edition import Edition, editions
from maps.listing import count_by_level, day, sections
from maps.page import fill, render_page
from maps.shapes import Frame, polygons
from messages import Language, say, template

_EMERGENCY = (("110", "police"), ("119", "fire"), ("120", "ambulance"), ("12345", "hotline"))
_WORDS = (
    "searching",
    "found",
    "tapped",
    "outside",
    "no_match",
    "which",
    "near_border",
    "shared",
    "offline",
    "out_of_date",
    "too_many",
    "failed",
    "options",
    "map_label",
    "zoom_in",
    "zoom_out",
    "whole_town",
    "metres",
    "kilometres",
)


def public_page(
    read_side: ReadSide,
    *,
    language: Language,
    at: datetime | None = None,
    assets_url: str = "assets/",
    lookup_url: str = "lookup",
    other_url: str | None = None,
    review_number: str = "",
) -> str:
    """Return the public page of what is in force at a moment.

    Parameters
    ----------
    read_side
        What is published; only public views of it are read.
    language
        Of the page.
    at
        Aware moment; now where None.
    assets_url
        Where `maps.assets.FOLDER` is served, with a slash at its end.
    lookup_url
        Where an address or a point is looked up; where nothing answers there, the page searches
        its own list.
    other_url
        The page in the other language; ``en.html`` or ``index.html`` beside this one where None.
    review_number
        审图号 of the map, where it has one.

    Raises
    ------
    InputError
        The list of publications or a snapshot cannot be read.

    Notes
    -----
    A page stays the same for a day and a set of publications, and is kept for both languages.
    """
    moment = at or datetime.now(UTC)
    addresses = _Addresses(
        assets_url, lookup_url, other_url or ("en.html" if language == "zh" else "index.html")
    )
    today = moment.astimezone(CHINA).date()
    return _page(editions(read_side, moment), today, language, addresses, review_number)


@dataclass(frozen=True)
class _Addresses:
    """Where a page finds its assets, the lookup service and its sister."""

    assets: str
    lookup: str
    other: str


@lru_cache(maxsize=4)
def _page(
    found: tuple[Edition, ...],
    today: date,
    language: Language,
    addresses: _Addresses,
    review_number: str,
) -> str:
    at = datetime.combine(today, time(12), CHINA)
    listed = [
        section for edition in found for section in sections(edition, at=at, language=language)
    ]
    counts = count_by_level(listed)
    values = {
        "editions": [_heading(edition, language) for edition in found],
        "emergency": [(n, say(f"maps.emergency_{key}", language)) for n, key in _EMERGENCY],
        "level_names": _level_names(found, language),
        "sections": listed,
        "counts": counts,
        "lookup_url": addresses.lookup,
        "other_url": addresses.other,
        "review_number": review_number,
        "today": day(today, language),
    }
    shapes = _shapes(found)
    south, west, north, east = shapes["bounds"]
    return render_page(
        language=language,
        title=_title(found, language),
        before=fill("public_before.html.j2", language, **values),
        after=fill("public_after.html.j2", language, **values),
        data={
            **shapes,
            "language": language,
            "lookup": addresses.lookup,
            "levels": values["level_names"],
            "words": {
                **{key: template(f"maps.page_{key}", language) for key in _WORDS},
                **{key: say(f"maps.{key}", language) for key in ("card_print", "card_close")},
            },
        },
        center=((south + north) / 2, (west + east) / 2),
        zoom=14,
        scripts=("town.js", "controls.js", "grids.js", "suggestions.js", "public.js"),
        styles=("base.css", "public.css"),
        assets_url=addresses.assets,
    )


def _title(found: tuple[Edition, ...], language: Language) -> str:
    towns = "、".join(dict.fromkeys(edition.town for edition in found))
    title = say("maps.public_title", language)
    return f"{title} · {towns}" if towns else title


def _heading(edition: Edition, language: Language) -> dict[str, str]:
    ends = edition.effective_to
    return {
        "town": edition.town,
        "plan": edition.plan,
        "since": day(edition.effective_from.astimezone(CHINA), language),
        "until": "" if ends is None else day(ends.astimezone(CHINA), language),
    }


def _level_names(found: tuple[Edition, ...], language: Language) -> Mapping[str, str]:
    return {
        str(level["level"]): level[f"name_{language}"]
        for edition in found
        for level in edition.snapshot.levels
    }


@lru_cache(maxsize=2)
def _shapes(found: tuple[Edition, ...]) -> dict[str, Any]:
    """Return the shapes of the page, the same in both languages; no contact is among them."""
    if not found:
        empty = Frame(0.0, 0.0)
        return {
            "frame": empty.as_dict(),
            "base": base_map(Ground.empty(), empty),
            "grids": [],
            "bounds": [0.0, 0.0, 0.0, 0.0],
        }
    grids = pd.concat([edition.grids for edition in found], ignore_index=True)
    frame = Frame.around(grids.geometry)
    west, south, east, north = shapely.total_bounds(np.asarray(grids.geometry)).tolist()
    return {
        "frame": frame.as_dict(),
        "base": base_map(Ground.together([edition.ground for edition in found]), frame),
        "grids": [
            [code, int(level), parent, shape]
            for code, level, parent, shape in zip(
                grids["code"],
                grids["level"],
                grids["parent"],
                polygons(grids.geometry, frame),
                strict=True,
            )
        ],
        "bounds": [south, west, north, east],
    }
