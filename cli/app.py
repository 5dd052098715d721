"""The command `wangge`; its own commands stand in `cli.commands`."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from boundaries.home import Home
from cli.commands import Commands
from cli.screen import both, explained, out
from messages import say

app = typer.Typer(
    name="wangge",
    cls=Commands,
    help=say("cli.help", "zh") + "\n\n" + say("cli.help", "en"),
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(*, wanted: bool) -> None:
    if wanted:
        out.print(f"wangge {version('wangge')}")
        raise typer.Exit


@app.callback()
def _begin(
    context: typer.Context,
    *,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            envvar="WANGGE_HOME",
            help="数据目录，默认 ./wangge-data · folder of the store, snapshots and pages",
            file_okay=False,
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _tell_version(wanted=wanted),
            is_eager=True,
            help=both("cli.version"),
        ),
    ] = False,
) -> None:
    context.obj = Home.from_environment(home)


def main() -> None:
    """Run the command; a fault of the input ends with exit status 2 and says what to do."""
    sys.exit(explained(app))
