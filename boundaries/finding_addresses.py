"""The grids of an address: the candidates of the address engine, weighed grid by grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from boundaries.answer import Answer, LevelAnswer, OverlayAnswer, Status
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
    weighed_overlays,
)
from boundaries.zone import day_of_moment
from geo.address import Candidate, Match, parse
from geo.address import Status as Matched
from messages import Message

_NO_MATCH = 0.5
_LEAST_TOLD = 0.01
_ROOM_DIGITS = (3, 4)
_MOST_CIRCLES, _MOST_KEPT = 8, 4096


class Weighed(NamedTuple):
    """What the publication that knows most of a text knows of it.

    Attributes
    ----------
    current
        The publication.
    match
        What its index found.
    grids
        For each candidate its grids by level with their shares.
    shares
        Grids by level with their probabilities, summed over the candidates.
    """

    current: InForce
    match: Match
    grids: Sequence[Sequence[Shares]]
    shares: Sequence[Shares]


class Verdict(NamedTuple):
    """What is said of a text; ``first`` is the place that answers, None where none does."""

    status: Status
    levels: tuple[LevelAnswer, ...]
    first: Candidate | None
    ask: Message | None
    note: Message | None


def answer_text(
    in_force: Sequence[InForce],
    text: str,
    moment: datetime,
    *,
    level: int | None,
    view: View,
    limit: int,
) -> Answer:
    """Return the answer for an address; see `boundaries.lookup.lookup_address`."""
    weighed = weighed_text(in_force, text, moment, limit=limit)
    verdict = verdict_of(weighed, moment, level=level, view=view)
    current, match, grids, _ = weighed
    candidates = tuple(
        _shown(current, candidate, of_candidate)
        for candidate, of_candidate in zip(match.candidates, grids, strict=True)
    )
    values: dict[str, Any] = {
        "status": verdict.status,
        "levels": verdict.levels,
        "candidates": candidates,
        "p_none": match.p_none,
        "ask": verdict.ask,
        "note": verdict.note,
        "overlays": overlays_of(weighed, moment, view=view) if verdict.levels else (),
        "found": (current.snapshot.addresses, match),
    }
    if verdict.first is not None:
        place = _place_of(current, verdict.first)
        distance, neighbour = (
            (None, None) if place is None else border_of(current, *place, NEIGHBOUR_WITHIN_M)
        )
        values |= {
            "grade": match.grade,
            "precision": verdict.first.precision.value,
            "faults": tuple(fault.as_dict() for fault in verdict.first.faults),
            "border_distance_m": distance,
            "neighbour": neighbour,
            "point": place,
        }
    return answered(current, moment, **values)


def weighed_text(
    in_force: Sequence[InForce], text: str, moment: datetime, *, limit: int
) -> Weighed:
    """Return what is known of a text by the publication that knows most of it.

    The latest answers of those that know as much; the parameters are those of
    `boundaries.lookup.lookup_address`.
    """
    found = []
    for current in in_force:
        match = current.snapshot.addresses.match(text, limit=limit, at=day_of_moment(moment))
        grids = [_grids_of(current, candidate, text) for candidate in match.candidates]
        shares = _weighed(match.candidates, grids, len(current.snapshot.placement.levels))
        found.append(Weighed(current, match, grids, shares))
    if len(found) == 1:
        return found[0]
    return max(found, key=lambda each: (_known(each.shares), -each.match.p_none))


def overlays_of(weighed: Weighed, moment: datetime, *, view: View) -> tuple[OverlayAnswer, ...]:
    """Return the overlay grids that the places of a text lie in, weighed as its grids are."""
    current, match, _, _ = weighed
    overlays = current.snapshot.overlays
    if not overlays:
        return ()
    p: dict[int, float] = defaultdict(float)
    for candidate in match.candidates:
        places = _places_around(current, candidate)
        for place in places:
            for row, share in overlays.shares(*place, candidate.accuracy_m).items():
                p[row] += candidate.p * share / len(places)
    told = {row: min(1.0, each) for row, each in p.items() if each >= _LEAST_TOLD}
    return weighed_overlays(current, told, moment, view=view)


def _known(shares: Sequence[Shares]) -> float:
    return sum(shares[-1].values()) if shares else 0.0


def verdict_of(weighed: Weighed, moment: datetime, *, level: int | None, view: View) -> Verdict:
    """Return what is said of a text; see `boundaries.lookup.lookup_address`."""
    current, match, _, shares = weighed
    if match.status is Matched.OUT_OF_AREA:
        return Verdict("out_of_area", (), None, match.ask, Message("lookup.outside"))
    if match.status is Matched.INVALID:
        return Verdict("invalid", (), None, match.ask, Message("lookup.invalid_text"))
    if match.p_none >= _NO_MATCH:
        return Verdict("no_match", (), None, match.ask, Message("lookup.not_found"))
    levels = weighed_levels(current, shares, moment, level=level, view=view)
    status = status_of(current, levels)
    first = match.claim or match.candidates[0]
    if status == "no_match":
        return Verdict(status, levels, first, None, Message("lookup.not_located"))
    ask = None if status == "match" else match.ask or Message("lookup.ask_address")
    return Verdict(status, levels, first, ask, match.note)


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
    beyond = current.snapshot.beyond(current.publication.communities)
    places = _places_around(current, candidate) if candidate.accuracy_m else []
    table = current.snapshot.address_grids
    if places:
        found = _around(current, places, candidate.accuracy_m)
    elif (whole := table.whole(candidate.rows)) is not None:
        return [{} if grid in beyond else {grid: 1.0} for grid in whole]
    else:
        floor = floor_of(text) if table.floors and table.divides(candidate.rows) else None
        found = table.shares(candidate.rows, floor=floor)
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
) -> Sequence[Shares]:
    """Return the grids by level of circles around some places, each place as likely."""
    made = current.snapshot.address_grids.circles
    asked = (*places, accuracy_m)
    if asked in made:
        return made[asked]
    if len(made) >= _MOST_KEPT:
        made.clear()
    found: list[dict[int, float]] = [defaultdict(float) for _ in current.snapshot.placement.levels]
    for place in places:
        rows = current.snapshot.placement.one(*place)
        circle = shares_around(current, *place, rows, accuracy_m)
        for shares, more in zip(found, circle, strict=True):
            for grid, share in more.items():
                shares[grid] += share / len(places)
    made[asked] = list(found)
    return made[asked]


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
