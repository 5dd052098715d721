"""`wangge plans`: what plans there are. `wangge draft`: draw one from street blocks."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.draft import draft_from_blocks
from boundaries.estimate import estimate_households
from cli.options import AsJson, TownName, actor, chosen_town, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table, tell


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("plans", help=languages_of_help("cli.plans_help"))(plans)
    app.command("draft", help=languages_of_help("cli.draft_help"))(draft)


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
    )
    for record in records:
        start, end = (
            "" if moment is None else f"{moment.astimezone():%Y-%m-%d}"
            for moment in (record.effective_from, record.effective_to)
        )
        period = f"{start} – {end}" if start else ""
        state = both(f"cli.state_{record.state}")
        shown.add_row(record.id, record.name, record.town, state, str(record.grids), period)
    out.print(shown)


def draft(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=both("cli.draft_name"))],
    town: TownName = None,
    *,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
) -> None:
    """Draw level-1 grids from street blocks."""
    with opened_store(home_of(context)) as store:
        served = store.load_town(chosen_town(store, town))
        if served.buildings["households"].isna().any():
            served = estimate_households(served)
        noded, plan = draft_from_blocks(served, name)
        level = noded.scheme.levels[0]
        inside = plan.grids["households"].between(level.low, level.high).sum()
        tell("cli.drafted", grids=len(plan.grids), inside=int(inside))
        if not apply:
            tell("cli.dry_run")
            return
        stored = store.save_import(noded, plan, actor=actor())
        tell("cli.saved_plan", plan="" if stored is None else stored.id)
