"""`wangge snapshot export`: an offline copy in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.offline import export_offline
from cli.options import AsJson, home_of, moment
from cli.screen import both, languages_of_help, print_json, tell

snapshots = typer.Typer(help=languages_of_help("offline.help"), no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(snapshots, name="snapshot")


@snapshots.callback()
def _begin() -> None:
    """Keep `export` a command of its own, though it is the only one."""


@snapshots.command("export", help=languages_of_help("offline.export_help"))
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=both("offline.file"), dir_okay=False)],
    *,
    at: Annotated[str | None, typer.Option("--at", help=both("offline.at"))] = None,
    past: Annotated[bool, typer.Option("--past", help=both("offline.past"))] = False,
    as_json: AsJson = False,
) -> None:
    """Write what is in force, and what comes later, to one file."""
    written = export_offline(home_of(context), file, at=moment(at, option="--at"), past=past)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "snapshots": list(written)})
        return
    tell("offline.exported", file=file, size=f"{size / 1e6:.1f}", snapshots=len(written))
