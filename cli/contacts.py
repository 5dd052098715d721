"""`wangge contacts`: write a sheet of who answers for each grid, and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.roster import (
    HEADINGS,
    RosterChange,
    contact_sheet,
    roster_change,
    with_contacts,
    write_sheet,
)
from cli.options import PlanId, actor, chosen_plan, home_of, opened_store
from cli.screen import both, languages_of_help, tell
from geo.layers import read_layer
from geo.problem import input_error

contacts = typer.Typer(help=languages_of_help("roster.help"), no_args_is_help=True)
_MOST_NAMED = 6
_NOBODY = [HEADINGS[column] for column in ("name", "title", "phone", "duty_phone")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(contacts, name="contacts")


@contacts.command("sheet", help=languages_of_help("roster.sheet_help"))
def sheet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help=both("roster.sheet_file"))],
    plan: PlanId = None,
) -> None:
    """Write the sheet."""
    suffix = file.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise input_error("roster.not_writable", file=file, value=suffix)
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan))
        scheme = store.load_town(stored.town).scheme
    rows = contact_sheet(stored, scheme)
    if suffix == ".csv":
        rows.to_csv(file, index=False, encoding="utf-8-sig")
    else:
        write_sheet(rows, file)
    tell(
        "roster.written",
        rows=len(rows),
        open=int(rows[_NOBODY].isna().all(axis=1).sum()),
        file=file,
    )


@contacts.command("load", help=languages_of_help("roster.load_help"))
def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help=both("roster.load_file"))],
    plan: PlanId = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
) -> None:
    """Take the sheet back."""
    found = read_layer(file, "contacts")
    with opened_store(home_of(context)) as store:
        plan_id = chosen_plan(store, plan)
        stored = store.load_plan(plan_id)
        changed = with_contacts(stored, found, file=file)
        tell(
            "roster.read",
            contacts=len(changed.contacts),
            grids=changed.contacts["grid"].nunique(),
        )
        _tell_change(roster_change(stored, changed))
        if not apply:
            tell("cli.dry_run")
            return
        store.save_plan(changed, actor=actor())
    tell("roster.stored", plan=plan_id)


def _tell_change(change: RosterChange) -> None:
    """Say how many contacts come, change and go, and name the first who go."""
    tell(
        "roster.change",
        added=len(change.added),
        changed=len(change.changed),
        dropped=len(change.dropped),
    )
    gone = change.dropped
    if len(gone):
        first = [
            f"{name or title or identity}（{grid}）"
            for name, title, identity, grid in zip(
                *(gone[column].head(_MOST_NAMED) for column in ("name", "title", "id", "grid")),
                strict=True,
            )
        ]
        more = " …" if len(gone) > _MOST_NAMED else ""
        tell("roster.dropped", names="、".join(first) + more)
