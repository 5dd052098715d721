"""`wangge assign`: the grids of every point of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.bulk import assign_file
from boundaries.offline import open_offline
from boundaries.point_files import count_rows
from boundaries.readside import ReadSide
from cli.options import AsJson, home_of, moment
from cli.screen import both, languages_of_help, print_json, progress_bar, tell
from geo.datum import Datum


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("assign", help=languages_of_help("assign.help"))(assign)


def assign(
    context: typer.Context,
    points: Annotated[Path, typer.Argument(help=both("assign.points"), dir_okay=False)],
    *,
    out: Annotated[Path, typer.Option("--out", help=both("assign.out"), dir_okay=False)],
    datum: Annotated[Datum, typer.Option(help=both("cli.lookup_datum"))] = Datum.WGS84,
    x: Annotated[str | None, typer.Option("--x", help=both("assign.x"))] = None,
    y: Annotated[str | None, typer.Option("--y", help=both("assign.y"))] = None,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.lookup_at"))] = None,
    dask: Annotated[str | None, typer.Option("--dask", help=both("assign.dask"))] = None,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help=both("assign.snapshot"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a copy of a file of points with the grids of each."""
    read_side = ReadSide(home_of(context)) if snapshot is None else open_offline(snapshot)
    in_force = read_side.in_force(moment(at, option="--at"))
    with progress_bar() as progress:
        known = count_rows(points) if points.is_file() else None
        task = progress.add_task(points.name, total=known)
        done = assign_file(
            in_force,
            points,
            out,
            datum=datum,
            x=x,
            y=y,
            dask=dask,
            progress=lambda rows: progress.update(task, completed=rows),
        )
    if as_json:
        print_json({"rows": done.rows, "resumed": done.resumed, "by_status": done.by_status})
        return
    if done.resumed:
        tell("assign.resumed", rows=done.resumed)
    statuses = " · ".join(f"{status} {rows}" for status, rows in sorted(done.by_status.items()))
    tell("assign.done", rows=done.rows, file=out, statuses=statuses or "—")
