"""Which grids answer for a point or an address, and who: the read side's one question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from boundaries.answer import Answer, LevelAnswer, Neighbour, Option, OverlayAnswer
from boundaries.contacts import View
from boundaries.finding_addresses import answer_text
from boundaries.finding_points import answer_point, is_place
from boundaries.readside import InForce, ReadSide, refuse_missing_level
from geo.datum import Datum
from geo.pasted import pasted_point
from messages import Message

__all__ = [
    "Answer",
    "LevelAnswer",
    "Neighbour",
    "Option",
    "OverlayAnswer",
    "answer_address",
    "lookup_address",
    "lookup_point",
]


def lookup_point(
    read_side: ReadSide,
    longitude: float,
    latitude: float,
    *,
    datum: Datum | None = Datum.WGS84,
    accuracy_m: float | None = None,
    at: datetime | None = None,
    level: int | None = None,
    view: View = "public",
) -> Answer:
    """Return which grids a point lies in and who answers for them.

    Parameters
    ----------
    read_side
        What is published.
    longitude, latitude
        Degrees.
    datum
        Datum of the point. With None it is read as WGS 84, GCJ-02 and BD-09, and unless all
        three give the same grids, the answer asks.
    accuracy_m
        Radius within which the point may lie, metres; grids then have shares of the circle.
    at
        Aware moment to answer for; now by default.
    level
        Answer for this level only.
    view
        ``"public"`` or ``"duty"``: which view of the contacts is given.

    Raises
    ------
    InputError
        Nothing in force has grids of that level.
    """
    moment = at or datetime.now(UTC)
    if not is_place(longitude, latitude, accuracy_m):
        note = Message("lookup.invalid_point", {"longitude": longitude, "latitude": latitude})
        return Answer("invalid", moment, note=note, p_none=1.0)
    in_force = read_side.in_force(moment)
    if not in_force:
        return _nothing_in_force(moment)
    refuse_missing_level(in_force, level)
    return answer_point(
        in_force,
        longitude,
        latitude,
        moment,
        datum=datum,
        accuracy_m=accuracy_m,
        level=level,
        view=view,
    )


def lookup_address(
    read_side: ReadSide,
    text: str,
    *,
    at: datetime | None = None,
    level: int | None = None,
    view: View = "public",
    limit: int = 10,
) -> Answer:
    """Return which grids an address lies in and who answers for them.

    Parameters
    ----------
    read_side
        What is published.
    text
        What the caller said.
    at
        Aware moment to answer for; now by default.
    level
        Answer for this level only.
    view
        ``"public"`` or ``"duty"``: which view of the contacts is given.
    limit
        Most candidates to give.

    Raises
    ------
    InputError
        Nothing in force has grids of that level.
    """
    moment = at or datetime.now(UTC)
    in_force = read_side.in_force(moment)
    return answer_address(in_force, text, moment, level=level, view=view, limit=limit)


def answer_address(
    in_force: Sequence[InForce],
    text: str,
    moment: datetime,
    *,
    level: int | None = None,
    view: View = "public",
    limit: int = 10,
) -> Answer:
    """Return the answer for an address from publications that are in force at the moment.

    The other parameters are those of `lookup_address`. Coordinates in place of an address are
    looked up as a point of unknown datum.
    """
    if not text.strip():
        return Answer("invalid", moment, note=Message("lookup.invalid_text"), p_none=1.0)
    if not in_force:
        return _nothing_in_force(moment)
    refuse_missing_level(in_force, level)
    point = pasted_point(text)
    if point is not None:
        return answer_point(
            in_force, *point, moment, datum=None, accuracy_m=None, level=level, view=view
        )
    return answer_text(in_force, text, moment, level=level, view=view, limit=limit)


def _nothing_in_force(moment: datetime) -> Answer:
    return Answer("no_match", moment, note=Message("lookup.nothing_in_force"), p_none=1.0)
