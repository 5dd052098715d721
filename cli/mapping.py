"""`wangge map`: write the public pages to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.readside import ReadSide
from cli.options import AsJson, home_of, moment
from cli.screen import both, languages_of_help, out, print_json, tell


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("map", help=languages_of_help("cli.map_help"))(map_pages)


def map_pages(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help=both("cli.map_out"))
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.lookup_at"))] = None,
    review_number: Annotated[
        str, typer.Option("--review-number", help=both("maps.option_review_number"))
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Write the public page in both languages, with everything it needs beside it."""
    from maps.site import write_site  # noqa: PLC0415 - folium is only loaded where it draws

    home = home_of(context)
    read_side = ReadSide(home)
    when = moment(at, option="--at")
    paths = write_site(
        read_side, folder or home.pages / "public", when, review_number=review_number
    )
    if as_json:
        print_json({"pages": [str(path) for path in paths]})
        return
    if not read_side.in_force(when):
        tell("maps.nothing_in_force")
    tell("cli.mapped")
    for path in paths:
        out.print(f"  {path}")
