"""`wangge export`: a plan's grids for QGIS and other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.check import check
from boundaries.earlier import history_of
from boundaries.exporting import chosen_crs, exported, write_export
from cli.options import AsJson, TownName, chosen_plan, home_of, opened_store
from cli.screen import both, languages_of_help, print_json, progress_bar, tell


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("export", help=languages_of_help("export.help"))(export)


def export(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    *,
    file: Annotated[Path, typer.Option("--out", dir_okay=False, help=both("export.option_out"))],
    town: TownName = None,
    crs: Annotated[str | None, typer.Option("--crs", help=both("export.option_crs"))] = None,
    as_json: AsJson = False,
) -> None:
    """Write a plan's grids, assignments, contacts and findings to one file."""
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan, town))
        served = store.load_town(stored.town)
        history = history_of(store, stored)
    reference = chosen_crs(served, crs)
    with progress_bar() as progress:
        report = check(served, stored, history=history, progress=progress)
    layers = exported(served, stored, report)
    write_export(layers, file, crs=reference)
    if as_json:
        rows = {name: len(frame) for name, frame in layers.items()}
        print_json({"file": str(file), "plan": stored.id, "crs": reference.name, "rows": rows})
        return
    tell("export.done", plan=stored.name, grids=len(stored.grids), file=file, crs=reference.name)
    tell("export.bring_back", file=file, plan=stored.id)
