"""`wangge address`: how far the address index can be trusted, what it reads in a text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from boundaries.address_files import answer_file
from boundaries.contacts import View
from boundaries.readside import ReadSide
from cli.options import AsJson, home_of, moment
from cli.screen import (
    FOUND_ERRORS,
    both,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
)
from geo.address import parse
from geo.problem import input_error

addresses = typer.Typer(help=languages_of_help("address.help"), no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(addresses, name="address")


@addresses.command("report", help=languages_of_help("address.report_help"))
def report(
    context: typer.Context,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.lookup_at"))] = None,
    *,
    as_json: AsJson = False,
) -> int:
    """Show the reliability table of each address index in force."""
    in_force = ReadSide(home_of(context)).in_force(moment(at, option="--at"))
    indexes = [(current.publication, current.snapshot.addresses) for current in in_force]
    if as_json:
        print_json(
            [{"plan": publication.plan, **index.as_dict()} for publication, index in indexes]
        )
        return 0 if indexes else FOUND_ERRORS
    if not indexes:
        tell("address.nothing_in_force")
        return FOUND_ERRORS
    for publication, index in indexes:
        told = index.as_dict()
        tell("address.report", plan=publication.plan_name, rows=told["rows"], places=told["places"])
        reliability = index.reliability
        if reliability is None or not reliability.queries:
            tell("address.not_measured")
            continue
        shown = table("address.bin", "address.queries", "address.said", "address.right")
        for one in reliability.bins:
            share = f"{one.low:.1f}-{one.high:.1f}"
            shown.add_row(share, str(one.count), f"{one.said:.3f}", f"{one.right:.3f}")
        out.print(shown)
        tell(
            "address.reliability",
            error=f"{reliability.error:.4f}",
            claimed=f"{reliability.claimed:.1%}",
            precision=f"{reliability.precision:.2%}",
        )
    return 0


def look_up_file(
    read_side: ReadSide,
    source: Path,
    target: Path,
    *,
    column: str | None,
    at: datetime | None,
    level: int | None,
    view: View,
    workers: int | None,
    as_json: bool,
) -> None:
    """Look a whole file of addresses up, row by row, and tell what came of it."""
    if not source.is_file():
        raise input_error("address_files.no_file", file=source)
    with progress_bar() as progress:
        task = progress.add_task(both("address_files.rows"), total=None)
        done = answer_file(
            read_side,
            source,
            target,
            column=column,
            at=at,
            level=level,
            view=view,
            workers=workers,
            progress=lambda rows: progress.update(task, completed=rows),
        )
    if as_json:
        print_json({"file": str(target), **asdict(done)})
        return
    tell("address_files.done", rows=done.rows, resumed=done.resumed, file=target)
    for status, count in sorted(done.by_status.items()):
        tell("address_files.by_status", status=status, count=count)


@addresses.command("parse", help=languages_of_help("address.parse_help"))
def parse_text(
    text: Annotated[str, typer.Argument(help=both("cli.lookup_address"))],
    *,
    as_json: AsJson = False,
) -> None:
    """Take one address apart by its grammar."""
    elements = parse(text).elements
    if as_json:
        print_json([element._asdict() for element in elements])
        return
    shown = table("address.element", "address.words", "address.value")
    for element in elements:
        shown.add_row(both(f"address.kind_{element.kind}"), element.text, element.value)
    out.print(shown)
