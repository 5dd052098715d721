"""What a mend shows and writes: how few move, what is split or merged, who must be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd
from rich.markup import escape

from boundaries.check import check
from boundaries.comparing.people import ContactChange
from boundaries.draft import MendedPlan
from boundaries.report import harmless
from cli.screen import both, out, table, tell, tell_message
from messages import Message

_MOST_SHOWN = 20


def write_mended(mended: MendedPlan, folder: Path) -> list[Path]:
    """Write lineage, moved buildings and contacts as CSV, and the review map; return the paths."""
    from maps import write_review  # noqa: PLC0415 - folium is only loaded where it draws

    folder.mkdir(parents=True, exist_ok=True)
    names = [each.name for each in fields(ContactChange)]
    people = [asdict(contact) for contact in mended.contacts]
    lists = {
        "lineage.csv": mended.lineage,
        "moved.csv": mended.buildings,
        "contacts.csv": pd.DataFrame(people, columns=names, dtype=object),
    }
    for file, rows in lists.items():
        rows.map(harmless).to_csv(folder / file, index=False, encoding="utf-8-sig")
    town, plan = mended.drafted.town, mended.drafted.plan
    told = [each.message for each in mended.proposals if each.kind != "renumbered"]
    page = write_review(town, plan, check(town, plan), folder, proposals=told)
    return [*(folder / file for file in lists), page]


def show_mended(mended: MendedPlan) -> None:
    """Show how many households get another grid, what is split or merged, and who is told."""
    shown = table("draft.heading_level", "draft.heading_moved", "draft.heading_least")
    for level in mended.moved:
        shown.add_row(str(level.level), str(level.households), str(level.least))
    out.print(shown)
    _show_proposals(mended)
    _show_contacts(mended)
    show_notes(mended.drafted.beforehand.notes)


def _show_proposals(mended: MendedPlan) -> None:
    if not mended.proposals:
        return
    tell("draft.proposals_heading", count=len(mended.proposals))
    told = [each for each in mended.proposals if each.kind != "renumbered"]
    show_notes([each.message for each in told])
    if len(told) < len(mended.proposals):
        tell("draft.renumbered_more", count=len(mended.proposals) - len(told))


def _show_contacts(mended: MendedPlan) -> None:
    """Show who answers for a grid that changes, coarsest level first."""
    if not mended.contacts:
        tell("draft.contacts_none")
        return
    states = Counter(contact.state for contact in mended.contacts)
    counts = {state: states[state] for state in ("retired", "changed", "dropped")}
    tell("draft.contacts_heading", count=len({each.id for each in mended.contacts}), **counts)
    shown = table(
        *(f"draft.heading_{name}" for name in ("grid", "person", "change", "arriving", "leaving"))
    )
    for each in mended.contacts[:_MOST_SHOWN]:
        shown.add_row(
            each.grid,
            escape(" ".join(word for word in (each.name, each.title) if word) or each.id),
            both(f"draft.state_{each.state}"),
            str(each.arriving or ""),
            str(each.leaving or ""),
        )
    out.print(shown)
    if len(mended.contacts) > _MOST_SHOWN:
        tell("cli.more_problems", more=len(mended.contacts) - _MOST_SHOWN)


def show_notes(notes: Sequence[Message]) -> None:
    """Show the first sentences of some, and how many more there are."""
    for note in notes[:_MOST_SHOWN]:
        tell_message(note, style="yellow")
    if len(notes) > _MOST_SHOWN:
        tell("cli.more_problems", more=len(notes) - _MOST_SHOWN)
