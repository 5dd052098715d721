"""`wangge lookup`: which grids answer for an address or a point, and who."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from boundaries.contacts import View
from boundaries.lookup import lookup_address, lookup_point
from boundaries.offline import open_offline
from boundaries.readside import ReadSide
from cli.answering import show_answer
from cli.options import AsJson, home_of, moment
from cli.screen import (
    FOUND_ERRORS,
    both,
    languages_of_help,
    print_json,
)
from geo.datum import Datum
from geo.problem import input_error
from messages import preferred_language


class DatumGiven(StrEnum):
    """A datum, or none: then the point is read in each, and the answer may ask."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    UNKNOWN = "unknown"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("lookup", help=languages_of_help("cli.lookup_help"))(lookup)


def lookup(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(help=both("cli.lookup_address"))] = None,
    *,
    point: Annotated[str | None, typer.Option(help=both("cli.lookup_point"))] = None,
    datum: Annotated[DatumGiven, typer.Option(help=both("lookup.datum_option"))] = DatumGiven.WGS84,
    accuracy: Annotated[
        float | None, typer.Option("--accuracy", min=0, help=both("lookup.accuracy_option"))
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.lookup_at"))] = None,
    level: Annotated[int | None, typer.Option(min=1, help=both("cli.lookup_level"))] = None,
    public: Annotated[bool, typer.Option("--public", help=both("cli.lookup_public"))] = False,
    snapshot: Annotated[
        Path | None, typer.Option("--snapshot", help=both("assign.snapshot"))
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help=both("address_files.option_out"), dir_okay=False)
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help=both("address_files.option_column"))
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help=both("address_files.option_workers"))
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Look one address or point up, or with ``--out`` a whole file of addresses.

    Exit status 1 where no grid is determined.
    """
    if (address is None) == (point is None):
        raise input_error("cli.address_or_point")
    read_side = ReadSide(home_of(context)) if snapshot is None else open_offline(snapshot)
    view: View = "public" if public else "duty"
    when = moment(at, option="--at")
    if address is not None and target is not None:
        from cli.addresses import look_up_file  # noqa: PLC0415 - a single lookup reads no file

        source = Path(address)
        look_up_file(
            read_side,
            source,
            target,
            column=column,
            at=when,
            level=level,
            view=view,
            workers=workers,
            as_json=as_json,
        )
        return 0
    if address is not None:
        answer = lookup_address(read_side, address, at=when, level=level, view=view)
    else:
        longitude, latitude = _coordinates(point or "")
        answer = lookup_point(
            read_side,
            longitude,
            latitude,
            datum=None if datum is DatumGiven.UNKNOWN else Datum(datum.value),
            accuracy_m=accuracy,
            at=when,
            level=level,
            view=view,
        )
    if as_json:
        print_json(answer.as_dict(preferred_language()))
    else:
        show_answer(answer)
    return 0 if answer.levels else FOUND_ERRORS


def _coordinates(text: str) -> tuple[float, float]:
    try:
        longitude, latitude = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise input_error("cli.bad_point", column="--point", value=text) from error
    return longitude, latitude
