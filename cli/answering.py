"""Show an answer: the grid of each level, who is responsible, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from boundaries.answer import DETERMINED, Answer, LevelAnswer, OverlayAnswer
from boundaries.zone import CHINA
from cli.screen import both, out, tell, tell_message
from messages import preferred_language

_FEW = 4


def show_answer(answer: Answer) -> None:
    """Print an answer in the language set, or Chinese first with English beside it."""
    out.print(escape(_status(answer)), style="bold green" if answer.status == "match" else "bold")
    for level in answer.levels:
        _show_level(level)
    for overlay in answer.overlays:
        _show_overlay(overlay)
    if answer.ask is not None:
        tell_message(answer.ask, style="yellow")
    if answer.note is not None:
        tell_message(answer.note, style="yellow")
    if answer.neighbour is not None and answer.border_distance_m is not None:
        across = [name for name in answer.neighbour.names.values() if name]
        tell(
            "answer.near_border",
            metres=f"{answer.border_distance_m:.1f}",
            across=across[-1] if across else both("answer.outside"),
        )
    if answer.plan_name is not None and answer.effective_from is not None:
        since = f"{answer.effective_from.astimezone(CHINA):%Y-%m-%d}"
        out.print(escape(both("answer.plan", plan=answer.plan_name, since=since)), style="dim")


def _status(answer: Answer) -> str:
    said = both(f"answer.status_{answer.status}")
    return f"{said}  {answer.grade}" if answer.grade else said


def _show_level(level: LevelAnswer) -> None:
    language = preferred_language() or "zh"
    title = level.level_name.get(language) or str(level.level)
    if level.code is not None:
        out.print(escape(f"  {title}  {level.name or ''}  {level.code}"))
        for contact in level.contacts:
            out.print(escape(f"      {_person(contact)}"))
        return
    options = [f"{option.name or option.code} {option.p:.0%}" for option in level.options[:_FEW]]
    more = len(level.options) - _FEW
    shown = "、".join(options) + (f" … +{more}" if more > 0 else "")
    out.print(escape(f"  {title}  {both('answer.unsure')}: {shown}" if shown else f"  {title}  —"))


def _show_overlay(overlay: OverlayAnswer) -> None:
    said = f"  {both('answer.overlay')}  {overlay.name or ''}  {overlay.code}"
    out.print(escape(said if overlay.p >= DETERMINED else f"{said}  {overlay.p:.0%}"))
    for contact in overlay.contacts:
        out.print(escape(f"      {_person(contact)}"))


def _person(contact: Mapping[str, Any]) -> str:
    role = both(f"answer.role_{contact['role']}")
    if contact["stand_in"]:
        role += f"（{both('answer.stand_in')}）"
    who = contact["name"] or contact["title"] or ""
    phones = " ".join(phone for phone in (contact["duty_phone"], contact["phone"]) if phone)
    return f"{role}  {who}  {phones}"
