"""The grids of an address: the candidates of the address engine, weighed grid by grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from boundaries.answer import Answer, Status
from boundaries.contacts import View
from boundaries.finding_points import shares_around
from boundaries.readside import InForce
from boundaries.weighing import (
    NEIGHBOUR_WITHIN_M,
    Shares,
    answered,
    border_of,
    status_of,
    weighed_levels,
)
from geo.address import Candidate, Match, parse
from geo.address import Status as Matched
from messages import Message

_NO_MATCH = 0.5
_ROOM_DIGITS = (3, 4)
_MOST_CIRCLES = 8


def answer_text(
    in_force: Sequence[InForce],
    text: str,
    moment: datetime,
    *,
    level: int | None,
    view: View,
    limit: int,
    brief: bool = False,
) -> Answer:
    """Return the answer for an address; see `boundaries.lookup.lookup_address`.

    A brief one leaves out what a row of a file has no column for: the candidates behind the
    first, and the border.
    """
    found = []
    for current in in_force:
        match = current.snapshot.addresses.match(text, limit=limit, at=moment.date())
        grids = [_grids_of(current, candidate, text) for candidate in match.candidates]
        shares = _weighed(match.candidates, grids, len(current.snapshot.placement.levels))
        found.append((current, match, grids, shares))
    # the publication that knows most of the place answers, the latest of those that know as much
    current, match, grids, shares = (
        found[0]
        if len(found) == 1
        else max(found, key=lambda each: (_known(each[3]), -each[1].p_none))
    )
    candidates = tuple(
        _shown(current, candidate, of_candidate)
        for candidate, of_candidate in zip(
            match.candidates[: 1 if brief else None], grids, strict=False
        )
    )
    if match.status in (Matched.OUT_OF_AREA, Matched.INVALID) or match.p_none >= _NO_MATCH:
        return _refused(current, moment, match, candidates)
    levels = weighed_levels(current, shares, moment, level=level, view=view)
    return _found(current, moment, match, brief=brief, levels=levels, candidates=candidates)


def _known(shares: Sequence[Shares]) -> float:
    return sum(shares[-1].values()) if shares else 0.0


def _refused(
    current: InForce, moment: datetime, match: Match, candidates: tuple[dict[str, Any], ...]
) -> Answer:
    status: Status = "no_match"
    note = Message("lookup.not_found")
    if match.status is Matched.OUT_OF_AREA:
        status, note = "out_of_area", Message("lookup.outside")
    elif match.status is Matched.INVALID:
        status, note = "invalid", Message("lookup.invalid_text")
    return answered(
        current,
        moment,
        status=status,
        candidates=candidates,
        p_none=match.p_none,
        ask=match.ask,
        note=note,
        found=(current.snapshot.addresses, match),
    )


def _found(
    current: InForce, moment: datetime, match: Match, *, brief: bool, **values: Any
) -> Answer:
    status = status_of(current, values["levels"])
    first = match.claim or match.candidates[0]
    place = _place_of(current, first)
    distance, neighbour = (
        (None, None) if place is None or brief else border_of(current, *place, NEIGHBOUR_WITHIN_M)
    )
    values["note"] = match.note
    if status == "no_match":
        values["note"] = Message("lookup.not_located")
    elif status != "match":
        values["ask"] = match.ask or Message("lookup.ask_address")
    return answered(
        current,
        moment,
        status=status,
        grade=match.grade,
        p_none=match.p_none,
        precision=first.precision.value,
        faults=tuple(fault.as_dict() for fault in first.faults),
        border_distance_m=distance,
        neighbour=neighbour,
        point=place,
        found=(current.snapshot.addresses, match),
        **values,
    )


def floor_of(text: str) -> int | None:
    """Return the floor that a text says, or that its room's number does (501: 5, 1203: 12)."""
    said = parse(text)
    floor, room = said.get("floor"), said.get("room")
    if floor is not None and floor.isdecimal():
        return int(floor)
    if room is not None and room.isdecimal() and len(room) in _ROOM_DIGITS:
        return int(room[:-2])
    return None


def _grids_of(current: InForce, candidate: Candidate, text: str) -> list[dict[int, float]]:
    """Return the grids of a candidate by level with their shares, all its rows alike.

    What lies some way off the place named (对面, 附近) may be anywhere in the circles around it:
    around a compound, those of its buildings.
    """
    found: Sequence[Shares]
    places = _places_around(current, candidate) if candidate.accuracy_m else []
    if places:
        found = _around(current, places, candidate.accuracy_m)
    else:
        table = current.snapshot.address_grids
        floor = floor_of(text) if table.floors and table.divides(candidate.rows) else None
        found = table.shares(candidate.rows, floor=floor)
    beyond = current.snapshot.beyond(current.publication.communities)
    return [
        {grid: share for grid, share in shares.items() if share > 0 and grid not in beyond}
        for shares in found
    ]


def _places_around(current: InForce, candidate: Candidate) -> list[tuple[float, float]]:
    if candidate.point is not None:
        return [candidate.point]
    return current.snapshot.address_grids.places_of(candidate.rows, most=_MOST_CIRCLES)


def _around(
    current: InForce, places: Sequence[tuple[float, float]], accuracy_m: float | None
) -> list[Shares]:
    """Return the grids by level of circles around some places, each place as likely."""
    found: list[dict[int, float]] = [defaultdict(float) for _ in current.snapshot.placement.levels]
    for place in places:
        rows = current.snapshot.placement.one(*place)
        circle = shares_around(current, *place, rows, accuracy_m)
        for shares, more in zip(found, circle, strict=True):
            for grid, share in more.items():
                shares[grid] += share / len(places)
    return list(found)


def _place_of(current: InForce, candidate: Candidate) -> tuple[float, float] | None:
    """Return where a candidate lies: worked out, or registered for all of its rows."""
    return candidate.point or current.snapshot.address_grids.place(candidate.rows)


def _weighed(
    candidates: Sequence[Candidate], grids: Sequence[Sequence[Shares]], levels: int
) -> list[Shares]:
    """Return the grids by level with their probabilities, summed over the candidates."""
    found: list[dict[int, float]] = [defaultdict(float) for _ in range(levels)]
    for candidate, of_candidate in zip(candidates, grids, strict=True):
        for shares, more in zip(found, of_candidate, strict=True):
            for grid, share in more.items():
                shares[grid] += candidate.p * share
    return list(found)


def _shown(current: InForce, candidate: Candidate, grids: Sequence[Shares]) -> dict[str, Any]:
    """Return a candidate as a record with its grid at each level, where it has just one."""
    codes = current.snapshot.names.codes
    levels = [
        {"level": level, "code": codes[next(iter(shares))] if len(shares) == 1 else None}
        for level, shares in zip(current.snapshot.placement.levels, grids, strict=True)
    ]
    return {**candidate.as_dict(), "grids": levels}
