"""Which grids answer for a point or an address, and who: the read side's one question."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import shapely

from boundaries.answer import (
    DETERMINED,
    LIKELY,
    Answer,
    LevelAnswer,
    Neighbour,
    Option,
    State,
    Status,
)
from boundaries.placement import OUTSIDE
from boundaries.readside import InForce, ReadSide
from boundaries.snapshot import View
from geo.address import Candidate, Match
from geo.datum import Datum, to_wgs84
from messages import Message

__all__ = ["Answer", "LevelAnswer", "Neighbour", "Option", "lookup_address", "lookup_point"]

NEIGHBOUR_WITHIN_M = 10.0
"""A border nearer than this is told with the neighbour across it, metres."""

_NO_MATCH = 0.5
Shares = dict[int, float]


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
    """
    moment = at or datetime.now(UTC)
    if not _is_place(longitude, latitude, accuracy_m):
        note = Message("lookup.invalid_point", {"longitude": longitude, "latitude": latitude})
        return Answer("invalid", moment, note=note, p_none=1.0)
    in_force = read_side.in_force(moment)
    if not in_force:
        return Answer("no_match", moment, note=Message("lookup.nothing_in_force"), p_none=1.0)
    if datum is None:
        return _point_of_unknown_datum(
            in_force, longitude, latitude, accuracy_m, moment, level=level, view=view
        )
    east, north = _in_wgs84(longitude, latitude, datum)
    return _located(in_force, east, north, accuracy_m, moment, level=level, view=view)


def _is_place(longitude: float, latitude: float, accuracy_m: float | None) -> bool:
    return (
        -180 <= longitude <= 180
        and -90 <= latitude <= 90
        and (accuracy_m is None or (math.isfinite(accuracy_m) and accuracy_m >= 0))
    )


def _in_wgs84(longitude: float, latitude: float, datum: Datum) -> tuple[float, float]:
    if datum in (Datum.WGS84, Datum.CGCS2000):
        return longitude, latitude
    east, north = to_wgs84(longitude, latitude, datum)
    return float(east), float(north)


def _located(
    in_force: Sequence[InForce],
    longitude: float,
    latitude: float,
    accuracy_m: float | None,
    moment: datetime,
    *,
    level: int | None,
    view: View,
) -> Answer:
    """Answer for a point in WGS 84."""
    for current in in_force:
        rows = current.snapshot.placement.locate(longitude, latitude)[0]
        if not _answers_for(current, rows):
            continue
        shares = _shares_around(current, longitude, latitude, rows, accuracy_m)
        levels = _levels(current, shares, moment, level=level, view=view)
        reach = max(NEIGHBOUR_WITHIN_M, accuracy_m or 0.0)
        distance, neighbour = _border(current, longitude, latitude, reach)
        status = _status(levels)
        ask = None if status == "match" else _question(current, rows, accuracy_m)
        return _answer(
            current,
            moment,
            status=status,
            grade="A" if status == "match" else "C",
            levels=levels,
            ask=ask,
            precision="coordinate",
            faults=_near_border(distance, accuracy_m),
            border_distance_m=distance,
            neighbour=neighbour,
            point=(longitude, latitude),
        )
    return Answer(
        "out_of_area",
        moment,
        note=Message("lookup.outside"),
        p_none=1.0,
        precision="coordinate",
        point=(longitude, latitude),
        **_version(in_force[0]) if len(in_force) == 1 else {},
    )


def _answers_for(current: InForce, rows: Sequence[int]) -> bool:
    """Return whether the publication answers for the grids found."""
    inside = [int(row) for row in rows if row >= 0]
    if not inside:
        return False
    allowed = current.publication.communities
    community = current.snapshot.names["community"].iat[inside[-1]]
    return not allowed or community is None or community in allowed


def _shares_around(
    current: InForce,
    longitude: float,
    latitude: float,
    rows: Sequence[int],
    accuracy_m: float | None,
) -> list[Shares]:
    """Return the grids by level with their shares: of the point, or of the circle around it."""
    placement = current.snapshot.placement
    if accuracy_m:
        found: list[Shares] = [defaultdict(float) for _ in placement.levels]
        for layer in placement.layers:
            touched = layer.locator.shares(longitude, latitude, accuracy_m)
            for face, share in touched.items():
                for column, level in enumerate(layer.levels):
                    grid = OUTSIDE if face < 0 else int(layer.grids[face, column])
                    found[placement.levels.index(level)][grid] += share
        return [_by_slices(current, dict(shares)) for shares in found]
    return [_by_slices(current, {int(row): 1.0}) for row in rows]


def _by_slices(current: InForce, shares: Shares) -> Shares:
    """Divide the share of a footprint among the grids that are slices of it."""
    sharing = current.snapshot.placement.sharing
    divided: Shares = {}
    for row, share in shares.items():
        slices = sharing.get(row, (row,))
        for each in slices:
            divided[each] = divided.get(each, 0.0) + share / len(slices)
    return divided


def _levels(
    current: InForce,
    shares: Sequence[Shares],
    moment: datetime,
    *,
    level: int | None,
    view: View,
) -> tuple[LevelAnswer, ...]:
    numbers = current.snapshot.placement.levels
    return tuple(
        _level_answer(current, number, by_grid, moment, view)
        for number, by_grid in zip(numbers, shares, strict=True)
        if level is None or number == level
    )


def _level_answer(
    current: InForce, number: int, shares: Shares, moment: datetime, view: View
) -> LevelAnswer:
    names = current.snapshot.names
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    options = tuple(
        Option(None, None, p)
        if row < 0
        else Option(str(names["code"].iat[row]), names["name"].iat[row], p)
        for row, p in ordered
        if p > 0
    )
    first = options[0] if options else Option(None, None, 0.0)
    state = _state(first, options)
    told = first if state in ("determined", "likely") else Option(None, None, first.p)
    contacts = (
        current.snapshot.contacts_view(view).of(told.code, moment) if told.code is not None else ()
    )
    return LevelAnswer(
        number,
        _level_name(current, number),
        state,
        told.code,
        told.name,
        first.p,
        tuple(option for option in options if option.code is not None),
        contacts,
    )


def _state(first: Option, options: Sequence[Option]) -> State:
    if not any(option.code for option in options):
        return "unknown"
    if first.code is not None and first.p >= DETERMINED:
        return "determined"
    if first.code is not None and first.p >= LIKELY:
        return "likely"
    return "ambiguous"


def _level_name(current: InForce, number: int) -> Mapping[str, str]:
    for level in current.snapshot.levels:
        if level["level"] == number:
            return {"zh": level["name_zh"], "en": level["name_en"]}
    return {}


def _status(levels: Sequence[LevelAnswer]) -> Status:
    states = [level.state for level in levels]
    if states and states[-1] == "determined":
        return "match"
    if any(state in ("determined", "likely") for state in states):
        return "partial"
    return "ambiguous" if "ambiguous" in states else "no_match"


def _question(current: InForce, rows: Sequence[int], accuracy_m: float | None) -> Message | None:
    if any(int(row) in current.snapshot.placement.sharing for row in rows):
        return Message("lookup.ask_slice")
    return Message("lookup.ask_nearer") if accuracy_m else None


def _near_border(distance_m: float, accuracy_m: float | None) -> tuple[Mapping[str, Any], ...]:
    if accuracy_m and distance_m < accuracy_m:
        return (
            {
                "code": "boundary.within_uncertainty",
                "element": "boundary",
                "fault": "within_uncertainty",
                "given": accuracy_m,
                "matched": round(distance_m, 2),
                "span": None,
            },
        )
    return ()


def _border(
    current: InForce, longitude: float, latitude: float, reach_m: float
) -> tuple[float, Neighbour | None]:
    """Return the distance to the finest level's border and who is across within a reach."""
    placement = current.snapshot.placement
    layer = placement.finest()
    distances, faces = layer.locator.border([longitude], [latitude])
    distance, face = float(distances[0]), int(faces[0])
    if distance >= reach_m:
        return distance, None
    names = current.snapshot.names
    rows = {
        level: OUTSIDE if face < 0 else int(layer.grids[face, column])
        for column, level in enumerate(layer.levels)
    }
    return distance, Neighbour(
        {level: None if row < 0 else str(names["code"].iat[row]) for level, row in rows.items()},
        {level: None if row < 0 else names["name"].iat[row] for level, row in rows.items()},
    )


def _version(current: InForce) -> dict[str, Any]:
    publication = current.publication
    return {
        "plan": publication.plan,
        "plan_name": publication.plan_name,
        "snapshot": current.snapshot.id,
        "effective_from": publication.effective_from,
        "effective_to": publication.effective_to,
    }


def _answer(current: InForce, moment: datetime, *, status: Status, **values: Any) -> Answer:
    return Answer(status, moment, **values, **_version(current))


def _point_of_unknown_datum(
    in_force: Sequence[InForce],
    longitude: float,
    latitude: float,
    accuracy_m: float | None,
    moment: datetime,
    *,
    level: int | None,
    view: View,
) -> Answer:
    """Read a point in three datums; answer where they agree, ask where they do not."""
    readings = {
        datum: _located(
            in_force,
            *_in_wgs84(longitude, latitude, datum),
            accuracy_m,
            moment,
            level=level,
            view=view,
        )
        for datum in (Datum.WGS84, Datum.GCJ02, Datum.BD09)
    }
    first = readings[Datum.WGS84]
    assumed = tuple(
        {
            "code": "datum.assumed",
            "element": "datum",
            "fault": "assumed",
            "given": None,
            "matched": datum.value,
            "span": None,
        }
        for datum in readings
    )
    meanings = {(answer.status, _codes(answer), answer.plan) for answer in readings.values()}
    if len(meanings) == 1:
        return replace(first, faults=first.faults + assumed)
    inside = [answer for answer in readings.values() if answer.levels]
    share = 1 / len(readings)
    return replace(
        inside[0],
        status="ambiguous",
        grade="C",
        levels=_mixed(inside, share),
        p_none=1 - share * len(inside),
        ask=Message("lookup.ask_datum"),
        note=None,
        faults=assumed,
        border_distance_m=None,
        neighbour=None,
        point=None,
    )


def _codes(answer: Answer) -> tuple[tuple[str | None, ...], ...]:
    return tuple(
        (level.code, *sorted(option.code or "" for option in level.options))
        for level in answer.levels
    )


def _mixed(answers: Sequence[Answer], share: float) -> tuple[LevelAnswer, ...]:
    """Return the levels of several readings, each as likely as the others."""
    mixed = []
    for levels in zip(*(answer.levels for answer in answers), strict=False):
        p: dict[tuple[str | None, str | None], float] = defaultdict(float)
        for level in levels:
            for option in level.options:
                p[option.code, option.name] += share * option.p
        options = tuple(
            Option(code, name, each)
            for (code, name), each in sorted(
                p.items(), key=lambda item: (-item[1], item[0][0] or "")
            )
        )
        state = _state(options[0], options) if options else "unknown"
        sure = state in ("determined", "likely")
        mixed.append(
            replace(
                levels[0],
                state=state,
                code=options[0].code if sure else None,
                name=options[0].name if sure else None,
                p=options[0].p if options else 0.0,
                options=options,
                contacts=levels[0].contacts if sure else (),
            )
        )
    return tuple(mixed)


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
    """
    moment = at or datetime.now(UTC)
    if not text.strip():
        return Answer("invalid", moment, note=Message("lookup.invalid_text"), p_none=1.0)
    in_force = read_side.in_force(moment)
    if not in_force:
        return Answer("no_match", moment, note=Message("lookup.nothing_in_force"), p_none=1.0)
    matches = [
        (current, current.snapshot.addresses.match(text, limit=limit)) for current in in_force
    ]
    current, match = min(matches, key=lambda pair: pair[1].p_none)
    return _of_match(current, match, moment, level=level, view=view)


def _of_match(
    current: InForce, match: Match, moment: datetime, *, level: int | None, view: View
) -> Answer:
    status = str(match.status.value)
    if status in ("out_of_area", "invalid") or not match.candidates or match.p_none >= _NO_MATCH:
        refused: Status = status if status in ("out_of_area", "invalid") else "no_match"  # type: ignore[assignment]
        note = Message("lookup.outside" if refused == "out_of_area" else "lookup.not_found")
        return _answer(
            current,
            moment,
            status=refused,
            candidates=tuple(_candidate(current, each) for each in match.candidates),
            p_none=match.p_none,
            ask=match.ask,
            note=note,
        )
    shares = _shares_of(current, match.candidates)
    levels = _levels(current, shares, moment, level=level, view=view)
    found = _status(levels)
    first = match.claim or match.candidates[0]
    place = _place(current, first)
    distance, neighbour = (
        _border(current, *place, NEIGHBOUR_WITHIN_M) if place is not None else (None, None)
    )
    return _answer(
        current,
        moment,
        status=found,
        grade=match.grade,
        levels=levels,
        candidates=tuple(_candidate(current, each) for each in match.candidates),
        p_none=match.p_none,
        ask=None if found == "match" else match.ask or Message("lookup.ask_address"),
        note=Message("lookup.not_located") if found == "no_match" else None,
        precision=first.precision.value,
        faults=tuple(fault.as_dict() for fault in first.faults),
        border_distance_m=distance,
        neighbour=neighbour,
        point=place,
    )


def _shares_of(current: InForce, candidates: Sequence[Candidate]) -> list[Shares]:
    """Return the grids by level with their probabilities, summed over candidates and rows."""
    table = current.snapshot.address_grids
    found: list[Shares] = [defaultdict(float) for _ in current.snapshot.placement.levels]
    for candidate in candidates:
        weight = candidate.p / max(len(candidate.rows), 1)
        for row in candidate.rows:
            for column, shares in enumerate(found):
                for grid, share in table.shares(int(row), column).items():
                    shares[grid] += weight * share
    return [dict(shares) for shares in found]


def _candidate(current: InForce, candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as a record with its grids by level, where they are the same for all."""
    grids = _shares_of(current, [replace(candidate, p=1.0)])
    names = current.snapshot.names["code"]
    codes = {
        level: str(names.iat[next(iter(shares))]) if len(shares) == 1 else None
        for level, shares in zip(current.snapshot.placement.levels, grids, strict=True)
    }
    return {
        **candidate.as_dict(),
        "grids": [{"level": level, "code": code} for level, code in codes.items()],
    }


def _place(current: InForce, candidate: Candidate) -> tuple[float, float] | None:
    """Return where a candidate lies, if it stands for one place."""
    places = current.snapshot.register.geometry.to_numpy()[candidate.rows]
    known = [place for place in places if place is not None and not place.is_empty]
    if not known or len({place.wkb for place in known}) > 1:
        return None
    return float(shapely.get_x(known[0])), float(shapely.get_y(known[0]))
