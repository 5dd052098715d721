"""`wangge map`: write the public pages to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.readside import ReadSide
from cli.options import home_of, moment
from cli.screen import both, languages_of_help, out, tell


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("map", help=languages_of_help("cli.map_help"))(map_pages)


def map_pages(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help=both("cli.map_out"))
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.lookup_at"))] = None,
) -> None:
    """Write the public page in both languages, with everything it needs beside it."""
    from maps.site import write_site  # noqa: PLC0415 - folium is only loaded where it draws

    home = home_of(context)
    paths = write_site(
        ReadSide(home), folder or home.pages / "public", at=moment(at, option="--at")
    )
    tell("cli.mapped")
    for path in paths:
        out.print(f"  {path}")
