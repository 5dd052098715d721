"""The result columns of a row: what the single call says of its address, cut to a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from boundaries.answer import Answer, LevelAnswer, OverlayAnswer
from boundaries.contacts import View
from boundaries.finding_addresses import overlays_of, verdict_of, weighed_text
from boundaries.lookup import answer_address
from boundaries.readside import InForce
from geo.pasted import pasted_point
from messages import Message

FIRST = ("status", "grade", "p", "p_none", "precision")
MATCHED = ("matched", "compound", "zone", "building", "stair", "road", "number")
OF_LEVEL = ("state", "code", "name", "p")
LAST = ("faults", "ask", "note", "plan", "as_of", "overlays", "overlay_names", "overlay_p")
_UNMATCHED = ("",) * len(MATCHED)
_UNKNOWN = ("",) * len(OF_LEVEL)
_CANDIDATES = 10

Record = tuple[str, ...]
"""One value for each of `result_columns`."""


def result_columns(levels: Sequence[int]) -> tuple[str, ...]:
    """Return the result columns, in the order in which they follow the input's."""
    of_levels = (f"level{level}_{name}" for level in levels for name in OF_LEVEL)
    return (*FIRST, *MATCHED, *of_levels, *LAST)


def record_of(
    in_force: Sequence[InForce],
    text: str,
    moment: datetime,
    *,
    level: int | None,
    view: View,
    levels: Sequence[int],
) -> Record:
    """Return what `boundaries.lookup.lookup_address` says of an address, as result columns.

    What has no column is not worked out: the candidates behind the first, and the border.

    Parameters
    ----------
    in_force
        The publications that answer.
    text, moment, level, view
        See `boundaries.lookup.lookup_address`.
    levels
        Levels that have result columns.
    """
    if not in_force or not text.strip() or pasted_point(text) is not None:
        answer = answer_address(in_force, text, moment, level=level, view=view)
        return _record_of_answer(answer, levels)
    weighed = weighed_text(in_force, text, moment, limit=_CANDIDATES)
    verdict = verdict_of(weighed, moment, level=level, view=view)
    match = weighed.match
    p, matched = "", _UNMATCHED
    if match.candidates:
        best = match.candidates[0]
        p = _shown(best.p)
        matched = (
            best.text,
            best.compound or "",
            best.zone or "",
            best.building or "",
            best.stair or "",
            best.road or "",
            best.number or "",
        )
    first = verdict.first
    return (
        verdict.status,
        "" if first is None else match.grade or "",
        p,
        _shown(match.p_none),
        "" if first is None else first.precision.value,
        *matched,
        *_of_levels(verdict.levels, levels),
        "" if first is None else ";".join([fault.code for fault in first.faults]),
        _said(verdict.ask),
        _said(verdict.note),
        weighed.current.publication.plan_name,
        moment.isoformat(),
        *_overlaid(overlays_of(weighed, moment, view=view) if verdict.levels else ()),
    )


def _record_of_answer(answer: Answer, levels: Sequence[int]) -> Record:
    """Return the result columns of an answer that no address of the register is found in."""
    return (
        answer.status,
        answer.grade or "",
        "",
        _shown(answer.p_none),
        answer.precision or "",
        *_UNMATCHED,
        *_of_levels(answer.levels, levels),
        ";".join([fault["code"] for fault in answer.faults]),
        _said(answer.ask),
        _said(answer.note),
        answer.plan_name or "",
        answer.as_of.isoformat(),
        *_overlaid(answer.overlays),
    )


def _of_levels(answers: Sequence[LevelAnswer], levels: Sequence[int]) -> list[str]:
    by_level = {one.level: one for one in answers}
    found: list[str] = []
    for level in levels:
        one = by_level.get(level)
        found += (
            _UNKNOWN if one is None else (one.state, one.code or "", one.name or "", _shown(one.p))
        )
    return found


def _overlaid(overlays: Sequence[OverlayAnswer]) -> tuple[str, str, str]:
    """Return codes, names and probabilities of overlay grids, those of several parted by ``;``."""
    return (
        ";".join([each.code for each in overlays]),
        ";".join([each.name or "" for each in overlays]),
        ";".join([_shown(each.p) for each in overlays]),
    )


def _said(message: Message | None) -> str:
    return "" if message is None else message.text("zh")


def _shown(p: float) -> str:
    return str(round(p, 6))
