"""The grids of a point: of any datum, exact or within a circle of uncertainty."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from boundaries.answer import Answer, LevelAnswer, Option, OverlayAnswer
from boundaries.contacts import View
from boundaries.placement import OUTSIDE
from boundaries.readside import InForce
from boundaries.weighing import (
    NEIGHBOUR_WITHIN_M,
    Shares,
    answered,
    answers_for,
    border_of,
    state_of,
    status_of,
    version_of,
    weighed_levels,
    weighed_overlays,
)
from boundaries.zone import day_of_moment
from geo.datum import Datum, to_wgs84
from messages import Message

_EAST_MOST, _NORTH_MOST = 180.0, 90.0
_MOST_KEPT = 20_000
"""Most answers kept for a snapshot and a day."""

_READINGS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


def is_place(longitude: float, latitude: float, accuracy_m: float | None) -> bool:
    """Return whether numbers can be a point on the earth and a radius in metres."""
    return (
        abs(longitude) <= _EAST_MOST
        and abs(latitude) <= _NORTH_MOST
        and (accuracy_m is None or (math.isfinite(accuracy_m) and accuracy_m >= 0))
    )


def answer_point(
    in_force: Sequence[InForce],
    longitude: float,
    latitude: float,
    moment: datetime,
    *,
    datum: Datum | None,
    accuracy_m: float | None,
    level: int | None,
    view: View,
) -> Answer:
    """Return the answer for a point; see `boundaries.lookup.lookup_point`."""
    if datum is not None:
        east, north = _in_wgs84(longitude, latitude, datum)
        return _located(in_force, east, north, accuracy_m, moment, level=level, view=view)
    readings = {}
    for reading in _READINGS:
        east, north = _in_wgs84(longitude, latitude, reading)
        readings[reading] = _located(
            in_force, east, north, accuracy_m, moment, level=level, view=view
        )
    return _agreed(readings)


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
    """Return the answer for a point in WGS 84."""
    for current in in_force:
        rows = current.snapshot.placement.one(longitude, latitude)
        row = max(rows, default=OUTSIDE)
        if row == OUTSIDE or not answers_for(current, row):
            continue
        reach = max(NEIGHBOUR_WITHIN_M, accuracy_m or 0.0)
        distance, neighbour = border_of(current, longitude, latitude, reach)
        overlays = overlays_around(current, longitude, latitude, accuracy_m, moment, view=view)
        if not accuracy_m:
            answer = _anywhere_in(current, rows, moment, level=level, view=view)
            return answer.at_point(moment, (longitude, latitude), distance, neighbour, overlays)
        shares = shares_around(current, longitude, latitude, rows, accuracy_m)
        answer = _weighed(current, rows, shares, moment, level=level, view=view)
        return replace(
            answer,
            ask=answer.ask or (None if answer.status == "match" else Message("lookup.ask_nearer")),
            faults=_near_border(distance, accuracy_m),
            border_distance_m=distance,
            neighbour=neighbour,
            overlays=overlays,
            point=(longitude, latitude),
        )
    return Answer(
        "out_of_area",
        moment,
        note=Message("lookup.outside"),
        p_none=1.0,
        precision="coordinate",
        point=(longitude, latitude),
        **version_of(in_force[0]) if len(in_force) == 1 else {},
    )


def overlays_around(
    current: InForce,
    longitude: float,
    latitude: float,
    accuracy_m: float | None,
    moment: datetime,
    *,
    view: View,
) -> tuple[OverlayAnswer, ...]:
    """Return the overlay grids of a point, or of the circle around it."""
    overlays = current.snapshot.overlays
    if not overlays:
        return ()
    shares = overlays.shares(longitude, latitude, accuracy_m)
    return weighed_overlays(current, shares, moment, view=view)


def _anywhere_in(
    current: InForce, rows: tuple[int, ...], moment: datetime, *, level: int | None, view: View
) -> Answer:
    """Return what all points of some grids have in common, made once for each day."""
    made = current.snapshot.made_answers(view, day_of_moment(moment))
    held = current.publication
    key = (held.id, held.plan_name, held.effective_from, held.effective_to, rows, level)
    answer: Answer | None = made.get(key)
    if answer is None:
        if len(made) >= _MOST_KEPT:
            made.clear()
        shares = [_by_slices(current.snapshot.placement.sharing, {row: 1.0}) for row in rows]
        answer = made[key] = _weighed(current, rows, shares, moment, level=level, view=view)
    return answer


def _weighed(
    current: InForce,
    rows: Sequence[int],
    shares: Sequence[Shares],
    moment: datetime,
    *,
    level: int | None,
    view: View,
) -> Answer:
    levels = weighed_levels(current, shares, moment, level=level, view=view)
    status = status_of(current, levels)
    sliced = any(row in current.snapshot.placement.sharing for row in rows)
    return answered(
        current,
        moment,
        status=status,
        grade="A" if status == "match" else "C",
        levels=levels,
        ask=Message("lookup.ask_slice") if sliced and status != "match" else None,
        precision="coordinate",
    )


def shares_around(
    current: InForce,
    longitude: float,
    latitude: float,
    rows: Sequence[int],
    accuracy_m: float | None,
) -> list[Shares]:
    """Return the grids by level with their shares: of the point, or of the circle around it.

    Parameters
    ----------
    current
        The publication that answers.
    longitude, latitude
        The point, WGS 84.
    rows
        Rows of the point's own grids, by level.
    accuracy_m
        Radius of the circle, metres; None or 0 for the point alone.
    """
    placement = current.snapshot.placement
    if not accuracy_m:
        return [_by_slices(placement.sharing, {row: 1.0}) for row in rows]
    found: list[dict[int, float]] = [defaultdict(float) for _ in placement.levels]
    for layer in placement.layers:
        touched = layer.locator.shares(longitude, latitude, accuracy_m)
        for face, share in touched.items():
            for column, level in enumerate(layer.levels):
                grid = OUTSIDE if face < 0 else int(layer.grids[face, column])
                found[placement.levels.index(level)][grid] += share
    return [_by_slices(placement.sharing, shares) for shares in found]


def _by_slices(sharing: Mapping[int, tuple[int, ...]], shares: Shares) -> Shares:
    """Divide the share of a footprint among the grids that are slices of it."""
    if sharing.keys().isdisjoint(shares):
        return shares
    divided: dict[int, float] = defaultdict(float)
    for row, share in shares.items():
        slices = sharing.get(row, (row,))
        for each in slices:
            divided[each] += share / len(slices)
    return divided


def _fault(element: str, fault: str, given: object, matched: object) -> dict[str, Any]:
    """Return a difference as the address engine's faults are given."""
    return {
        "code": f"{element}.{fault}",
        "element": element,
        "fault": fault,
        "given": given,
        "matched": matched,
        "span": None,
    }


def _near_border(distance_m: float, accuracy_m: float | None) -> tuple[Mapping[str, Any], ...]:
    if accuracy_m and distance_m < accuracy_m:
        matched = f"{distance_m:.2f} m"
        return (_fault("boundary", "within_uncertainty", f"{accuracy_m:g} m", matched),)
    return ()


def _agreed(readings: Mapping[Datum, Answer]) -> Answer:
    """Return the answer of a point read in several datums: the one that all give, or a question."""
    first = next(iter(readings.values()))
    assumed = tuple(_fault("datum", "assumed", None, datum.value) for datum in readings)
    meanings = {(answer.status, _codes(answer), answer.plan) for answer in readings.values()}
    inside = [answer for answer in readings.values() if answer.levels]
    share = 1 / len(readings)
    overlays = _mixed_overlays(inside, share)
    if len(meanings) == 1:
        return replace(first, faults=first.faults + assumed, overlays=overlays)
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
        overlays=overlays,
        point=None,
    )


def _codes(answer: Answer) -> tuple[tuple[str | None, ...], ...]:
    return tuple(
        (level.code, *sorted(option.code or "" for option in level.options))
        for level in answer.levels
    )


def _mixed(answers: Sequence[Answer], share: float) -> tuple[LevelAnswer, ...]:
    """Return the levels of several readings, each as likely as the others."""
    by_level: dict[int, list[LevelAnswer]] = defaultdict(list)
    for answer in answers:
        for level in answer.levels:
            by_level[level.level].append(level)
    return tuple(_mixed_level(by_level[number], share) for number in sorted(by_level))


def _mixed_overlays(answers: Sequence[Answer], share: float) -> tuple[OverlayAnswer, ...]:
    """Return the overlay grids of several readings, each as likely as the others."""
    p: dict[str, float] = defaultdict(float)
    told: dict[str, OverlayAnswer] = {}
    for overlay in (overlay for answer in answers for overlay in answer.overlays):
        p[overlay.code] += share * overlay.p
        told[overlay.code] = overlay
    return tuple(replace(told[code], p=min(1.0, p[code])) for code in sorted(told))


def _mixed_level(levels: Sequence[LevelAnswer], share: float) -> LevelAnswer:
    p: dict[tuple[str | None, str | None], float] = defaultdict(float)
    for level in levels:
        for option in level.options:
            p[option.code, option.name] += share * option.p
    ordered = sorted(p.items(), key=lambda item: (-item[1], item[0][0] or ""))
    options = tuple(Option(code, name, each) for (code, name), each in ordered)
    state = state_of(options)
    sure = state in ("determined", "likely")
    told = next((level for level in levels if sure and level.code == options[0].code), None)
    return replace(
        levels[0],
        state=state,
        code=options[0].code if sure else None,
        name=options[0].name if sure else None,
        p=options[0].p if options else 0.0,
        options=options,
        contacts=told.contacts if told else (),
    )
