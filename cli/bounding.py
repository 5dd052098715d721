"""`wangge bounds`: every grid's border in words, 东至…，南至…，西至…，北至…."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.bounds import bounds_of
from cli.options import AsJson, TownName, chosen_plan, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table
from messages import preferred_language


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("bounds", help=languages_of_help("coverage.bounds_help"))(bounds)


def bounds(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    town: TownName = None,
    level: Annotated[int, typer.Option("--level", min=1, help=both("coverage.bounds_level"))] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the bounds text of all grids of a level."""
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan, town))
        found = bounds_of(store.load_town(stored.town), stored, level)
    if as_json:
        print_json(
            [
                {
                    "grid": one.code,
                    "bounds_zh": one.message.text("zh"),
                    "bounds_en": one.message.text("en"),
                }
                for one in found
            ]
        )
        return
    shown = table(
        "coverage.heading_grid", "coverage.heading_bounds", whole=("coverage.heading_grid",)
    )
    for one in found:
        shown.add_row(one.code, one.message.text(preferred_language() or "zh"))
    out.print(shown)
