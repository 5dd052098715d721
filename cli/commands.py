"""The commands by name: each is known by its help, and loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.screen import languages_of_help

COMMANDS = {
    "import": ("importing", "importing.help"),
    "check": ("checking", "cli.check_help"),
    "rules": ("checking", "cli.rules_help"),
    "accepted": ("accepting", "accepting.help"),
    "plans": ("listing", "cli.plans_help"),
    "draft": ("planning", "draft.command_help"),
    "mend": ("planning", "draft.mend_help"),
    "repair": ("repairing", "coverage.repair_help"),
    "compare": ("comparing", "compare.help"),
    "bounds": ("bounding", "coverage.bounds_help"),
    "contacts": ("contacts", "roster.help"),
    "copy": ("publishing", "lifecycle.copy_help"),
    "publish": ("publishing", "cli.publish_help"),
    "withdraw": ("publishing", "withdraw.help"),
    "lookup": ("looking_up", "cli.lookup_help"),
    "address": ("addresses", "address.help"),
    "alias": ("aliases", "aliases.help"),
    "assign": ("assigning", "assign.help"),
    "export": ("exporting", "export.help"),
    "snapshot": ("snapshots", "offline.help"),
    "map": ("mapping", "cli.map_help"),
    "serve": ("serving", "cli.serve_help"),
    "key": ("keys", "cli.key_help"),
    "db": ("storing", "cli.db_help"),
    "demo": ("demonstrating", "demo.help"),
}
"""Module and help of every command, in the order in which they are shown."""


class Commands(TyperGroup):
    """A group that imports a command's module only when that command is called.

    After Click's own pattern of lazily loaded subcommands: showing the help of them all takes a
    tenth of the time that importing them takes.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {
            name: TyperCommand(name, help=languages_of_help(key))
            for name, (_, key) in COMMANDS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command named, then do as every group does."""
        if args and args[0] in COMMANDS:
            self.load(args[0])
        return super().resolve_command(ctx, args)

    def load(self, name: str) -> None:
        """Put a command in the place of what stands for it."""
        module, _ = COMMANDS[name]
        made = typer.Typer(rich_markup_mode="markdown")
        import_module(f"cli.{module}").register(made)
        self.commands[name] = typer.main.get_group(made).commands[name]
