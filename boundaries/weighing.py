"""From the shares of grids to the answer of each level: what is sure, likely or open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from boundaries.answer import (
    DETERMINED,
    LIKELY,
    Answer,
    LevelAnswer,
    Neighbour,
    Option,
    OverlayAnswer,
    State,
    Status,
)
from boundaries.contacts import View
from boundaries.placement import OUTSIDE
from boundaries.readside import InForce
from boundaries.zone import day_of_moment

NEIGHBOUR_WITHIN_M = 10.0
"""A border nearer than this is told with the neighbour across it, metres."""

Shares = Mapping[int, float]
_ROUNDING = 1e-9


def weighed_levels(
    current: InForce,
    shares: Sequence[Shares],
    moment: datetime,
    *,
    level: int | None,
    view: View,
) -> tuple[LevelAnswer, ...]:
    """Return the answer at each level, or at the level asked for.

    Parameters
    ----------
    current
        The publication that answers.
    shares
        For each level of the plan, grids by row (-1: outside) with their probabilities.
    moment
        Moment at which contacts must be in office.
    level
        The only level wanted; None for all.
    view
        Which view of the contacts is given.
    """
    numbers = current.snapshot.placement.levels
    made = current.snapshot.made_answers(view, day_of_moment(moment))
    answers = []
    for number, by_grid in zip(numbers, shares, strict=True):
        if level is not None and number != level:
            continue
        if len(by_grid) == 1:
            ((row, p),) = by_grid.items()
            if row >= 0 and p >= DETERMINED:
                certain = made.get(row)
                if certain is None:
                    certain = made[row] = _certain(current, number, row, moment, view)
                answers.append(certain if p > 1 - _ROUNDING else _with_p(certain, p))
                continue
        answers.append(_level_answer(current, number, by_grid, moment, view))
    return tuple(answers)


def weighed_overlays(
    current: InForce, shares: Shares, moment: datetime, *, view: View
) -> tuple[OverlayAnswer, ...]:
    """Return the overlay grids at a place, in the order of their codes.

    Parameters
    ----------
    current
        The publication that answers.
    shares
        Their rows in ``snapshot.overlays`` with their probabilities.
    moment, view
        See `weighed_levels`.
    """
    overlays, contacts = current.snapshot.overlays, current.snapshot.contacts_view(view)
    return tuple(
        OverlayAnswer(**record, p=shares[row], contacts=contacts.of(record["code"], moment))
        for row, record in ((row, overlays.record(row)) for row in sorted(shares))
    )


def _level_answer(
    current: InForce, number: int, shares: Shares, moment: datetime, view: View
) -> LevelAnswer:
    names = current.snapshot.names
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    options = tuple(
        Option(None, None, p) if row < 0 else Option(names.codes[row], names.names[row], p)
        for row, p in ordered
        if p > 0
    )
    first = options[0] if options else Option(None, None, 0.0)
    state = state_of(options)
    sure = state in ("determined", "likely")
    contacts: tuple[dict[str, Any], ...] = ()
    if sure and first.code is not None:
        contacts = current.snapshot.contacts_view(view).of(first.code, moment)
    return LevelAnswer(
        number,
        current.snapshot.level_names.get(number, {}),
        state,
        first.code if sure else None,
        first.name if sure else None,
        first.p,
        tuple(option for option in options if option.code is not None),
        contacts,
    )


def _with_p(certain: LevelAnswer, p: float) -> LevelAnswer:
    option = Option(certain.code, certain.name, p)
    return LevelAnswer(
        certain.level,
        certain.level_name,
        certain.state,
        certain.code,
        certain.name,
        p,
        (option,),
        certain.contacts,
    )


def _certain(current: InForce, number: int, row: int, moment: datetime, view: View) -> LevelAnswer:
    """Return the answer of a level whose grid is beyond doubt, made once for each day."""
    names = current.snapshot.names
    code, name = names.codes[row], names.names[row]
    return LevelAnswer(
        number,
        current.snapshot.level_names.get(number, {}),
        "determined",
        code,
        name,
        1.0,
        (Option(code, name, 1.0),),
        current.snapshot.contacts_view(view).of(code, moment),
    )


def state_of(options: Sequence[Option]) -> State:
    """Return how sure a level is, given its options, likeliest first."""
    if not any(option.code for option in options):
        return "unknown"
    first = options[0]
    if first.code is not None and first.p >= DETERMINED - _ROUNDING:
        return "determined"
    if first.code is not None and first.p >= LIKELY - _ROUNDING:
        return "likely"
    return "ambiguous"


def status_of(current: InForce, levels: Sequence[LevelAnswer]) -> Status:
    """Return the status that the levels of an answer make.

    A grid without finer ones, as a special-purpose grid may be, is as good as the finest level.
    """
    states = [level.state for level in levels]
    known = [level for level in levels if level.state != "unknown"]
    if known and known[-1].state == "determined":
        undivided = current.snapshot.names.undivided_codes
        if known[-1] is levels[-1] or known[-1].code in undivided:
            return "match"
    if any(state in ("determined", "likely") for state in states):
        return "partial"
    return "ambiguous" if "ambiguous" in states else "no_match"


def answers_for(current: InForce, row: int) -> bool:
    """Return whether a publication is in force for the community of a grid."""
    allowed = current.publication.communities
    community = current.snapshot.names.communities[row]
    return not allowed or community is None or community in allowed


def border_of(
    current: InForce, longitude: float, latitude: float, reach_m: float
) -> tuple[float, Neighbour | None]:
    """Return the distance to the finest level's border, metres, and who is across within reach."""
    placement = current.snapshot.placement
    distance, face = placement.finest().locator.border_of_one(longitude, latitude)
    if distance >= reach_m:
        return distance, None
    neighbour = current.snapshot.neighbours.get(face)
    if neighbour is None:
        neighbour = current.snapshot.neighbours[face] = _neighbour(current, face)
    return distance, neighbour


def _neighbour(current: InForce, face: int) -> Neighbour:
    """Return the grids of a face of the finest layer."""
    placement, names = current.snapshot.placement, current.snapshot.names
    rows = dict(zip(placement.levels, placement.across(face), strict=True))
    return Neighbour(
        {level: None if row == OUTSIDE else names.codes[row] for level, row in rows.items()},
        {level: None if row == OUTSIDE else names.names[row] for level, row in rows.items()},
    )


def version_of(current: InForce) -> dict[str, Any]:
    """Return what an answer says of the plan that it is from."""
    publication = current.publication
    return {
        "plan": publication.plan,
        "plan_name": publication.plan_name,
        "snapshot": current.snapshot.id,
        "effective_from": publication.effective_from,
        "effective_to": publication.effective_to,
    }


def answered(current: InForce, moment: datetime, *, status: Status, **values: Any) -> Answer:
    """Return an answer of a publication."""
    return Answer(status, moment, **values, **version_of(current))
