"""`wangge key`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.zone import CHINA
from cli.options import AsJson, actor, home_of, opened_store
from cli.screen import both, languages_of_help, out, print_json, table, tell

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
    with opened_store(home_of(context)) as store:
        secret = store.create_key(name, scope, actor=actor())
    if as_json:
        print_json({"name": name, "scopes": sorted(set(scope)), "key": secret})
        return
    tell("cli.key_created", name=name)
    out.print(secret, style="bold", markup=False)


@keys.command("list", help=languages_of_help("cli.key_list_help"))
def listing(
    context: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all", help=both("store.key_list_all"))] = False,
    as_json: AsJson = False,
) -> None:
    """Show the keys, without their secrets."""
    with opened_store(home_of(context)) as store:
        found = store.keys(revoked=every)
    if as_json:
        print_json([key.as_dict() for key in found])
        return
    headings = ["cli.heading_name", "cli.heading_scopes", "cli.heading_created"]
    shown = table(*headings, *(["store.heading_revoked"] if every else []))
    for key in found:
        revoked = (
            "" if key.revoked_at is None else f"{key.revoked_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        )
        made = f"{key.created_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        shown.add_row(key.name, " ".join(key.scopes), made, *([revoked] if every else []))
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
