"""`wangge key`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, actor, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table, tell
from geo.problem import input_error

SCOPES = ("dispatcher", "planner", "admin")

keys = typer.Typer(help=languages_of_help("cli.key_help"), no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(keys, name="key")


@keys.command("create", help=languages_of_help("cli.key_create_help"))
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=both("cli.key_name"))],
    scope: Annotated[list[str], typer.Option("--scope", help=both("cli.key_scope"))],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a key and show its secret once."""
    for wanted in scope:
        if wanted not in SCOPES:
            raise input_error(
                "cli.no_such_scope", column="--scope", value=wanted, known="、".join(SCOPES)
            )
    with opened_store(home_of(context)) as store:
        store.upgrade()
        secret = store.create_key(name, scope, actor=actor())
    if as_json:
        print_json({"name": name, "scopes": scope, "key": secret})
        return
    tell("cli.key_created", name=name)
    out.print(secret, style="bold")


@keys.command("list", help=languages_of_help("cli.key_list_help"))
def listing(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show the keys, without their secrets."""
    with opened_store(home_of(context)) as store:
        found = store.keys()
    if as_json:
        print_json(
            [
                {"name": key.name, "scopes": list(key.scopes), "created_at": key.created_at}
                for key in found
            ]
        )
        return
    shown = table("cli.heading_name", "cli.heading_scopes", "cli.heading_created")
    for key in found:
        shown.add_row(key.name, " ".join(key.scopes), f"{key.created_at:%Y-%m-%d %H:%M}")
    out.print(shown)


@keys.command("revoke", help=languages_of_help("cli.key_revoke_help"))
def revoke(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=both("cli.key_name"))],
) -> None:
    """Make a key worthless from now on."""
    with opened_store(home_of(context)) as store:
        store.revoke_key(name, actor=actor())
    tell("cli.key_revoked", name=name)
