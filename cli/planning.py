"""`wangge plans`: what plans there are. `wangge draft`: draw one from a town's layers."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.draft import Drafted, Wishes, draft_plan
from boundaries.estimate import estimate_households
from cli.options import AsJson, TownName, actor, chosen_town, home_of, opened_store
from cli.screen import (
    both,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
    tell_message,
)
from geo.problem import input_error

_MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("plans", help=languages_of_help("cli.plans_help"))(plans)
    app.command("draft", help=languages_of_help("draft.command_help"))(draft)


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
    levels: Annotated[int | None, typer.Option(min=1, help=both("draft.option_levels"))] = None,
    seed: Annotated[int, typer.Option(min=0, help=both("draft.option_seed"))] = 0,
    polish: Annotated[bool, typer.Option("--polish", help=both("draft.option_polish"))] = False,
    seconds: Annotated[
        float, typer.Option("--time-limit", min=0, help=both("draft.option_seconds"))
    ] = float("inf"),
    border_weight: Annotated[
        float, typer.Option(min=0.1, max=10.0, help=both("draft.option_border_weight"))
    ] = 1.0,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Draw grids of all levels, one inside the other."""
    with opened_store(home_of(context)) as store:
        served = store.load_town(chosen_town(store, town))
        if levels is not None and levels > len(served.scheme.levels):
            raise input_error("draft.no_such_level", value=levels, levels=len(served.scheme.levels))
        if served.buildings["households"].isna().any():
            served = estimate_households(served)
        with progress_bar() as progress:
            task = progress.add_task(both("draft.drawing"), total=100)
            wishes = Wishes(
                levels=levels,
                seed=seed,
                polish=polish,
                seconds=seconds,
                border_weight=border_weight,
                told=lambda share: progress.update(task, completed=round(100 * share)),
            )
            drafted = draft_plan(served, name, wishes)
        if as_json:
            print_json(drafted.as_dict())
        else:
            show_drafted(drafted)
        if not apply:
            if not as_json:
                tell("cli.dry_run")
            return
        store.save_town(drafted.town, actor=actor())
        saved = store.save_plan(drafted.plan, actor=actor()).id
        if not as_json:
            tell("cli.saved_plan", plan=saved)


def show_drafted(drafted: Drafted) -> None:
    """Show what a draft is like, what cannot be met, and why each grid off its band is off."""
    for note in drafted.notes:
        tell_message(note, style="yellow")
    shown = table(
        "draft.heading_level",
        "cli.heading_grids",
        "draft.heading_in_band",
        "draft.heading_compactness",
        "draft.heading_barrier",
    )
    for level in drafted.levels:
        shown.add_row(
            str(level.level),
            str(level.grids),
            f"{level.in_band}",
            f"{level.compactness:.2f}",
            f"{level.barrier_percent:.1f} %",
        )
    out.print(shown)
    for explanation in drafted.explanations[:_MOST_SHOWN]:
        tell_message(explanation.message)
    if len(drafted.explanations) > _MOST_SHOWN:
        tell("cli.more_problems", more=len(drafted.explanations) - _MOST_SHOWN)
