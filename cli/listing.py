"""`wangge plans`: the plans of the store, with their states and periods."""

from __future__ import annotations

import typer

from boundaries.zone import CHINA
from cli.options import AsJson, TownName, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("plans", help=languages_of_help("cli.plans_help"))(plans)


def plans(context: typer.Context, town: TownName = None, *, as_json: AsJson = False) -> None:
    """List the plans of the store with their states and periods."""
    with opened_store(home_of(context)) as store:
        records = store.plans(town)
    if as_json:
        print_json([record.as_dict() for record in records])
        return
    shown = table(
        "cli.heading_plan",
        "cli.heading_name",
        "cli.heading_town",
        "cli.heading_state",
        "cli.heading_grids",
        "cli.heading_period",
        whole=("cli.heading_plan", "cli.heading_period"),
    )
    for record in records:
        start, end = (
            "" if moment is None else f"{moment.astimezone(CHINA):%Y-%m-%d}"
            for moment in (record.effective_from, record.effective_to)
        )
        period = f"{start} –\n{end}".rstrip() if start else ""
        state = both(f"cli.state_{record.state}")
        shown.add_row(record.id, record.name, record.town, state, str(record.grids), period)
    out.print(shown)
