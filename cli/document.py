"""Write the reference of the command line from the commands themselves.

``python -m cli.document docs/cli.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli.app import app
from cli.commands import COMMANDS

_OF_EVERY_PROGRAM = ("help", "install_completion", "show_completion")


def document() -> str:
    """Return the reference as Markdown: one section a command, its arguments and options."""
    root: Any = typer.main.get_command(app)
    for name in COMMANDS:
        root.load(name)
    lines = [
        "# `wangge`",
        "",
        "<!-- Written by `make docs` from the commands; do not edit. -->",
        "",
        root.help or "",
        "",
        *_parameters(root),
    ]
    for name, command in _commands(root):
        lines += [f"## `wangge {name}`", "", command.help or "", "", *_parameters(command)]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _parameters(command: Any) -> list[str]:
    rows = [
        _row(parameter) for parameter in command.params if parameter.name not in _OF_EVERY_PROGRAM
    ]
    if not rows:
        return []
    return ["| 参数 | 说明 |", "|---|---|", *rows, ""]


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        names = "`, `".join([*parameter.opts, *parameter.secondary_opts])
    else:
        names = (parameter.metavar or parameter.name or "").upper()
    said = (getattr(parameter, "help", None) or "").replace("|", "\\|").replace("\n", " ")
    default = parameter.default
    shown = (
        f" ({default})" if isinstance(default, int | float | str) and default is not False else ""
    )
    return f"| `{names}` | {said}{shown if default not in (None, '', True) else ''} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
