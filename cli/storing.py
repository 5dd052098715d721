"""`wangge db`: bring the store to this version."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import home_of, opened_store
from cli.screen import both, languages_of_help, tell

database = typer.Typer(help=languages_of_help("cli.db_help"), no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(database, name="db")


@database.command("upgrade", help=languages_of_help("cli.db_upgrade_help"))
def upgrade(
    context: typer.Context,
    revision: Annotated[str, typer.Argument(help=both("cli.db_revision"))] = "head",
) -> None:
    """Run the migrations that the store has not seen yet."""
    with opened_store(home_of(context)) as store:
        store.upgrade(revision)
        tell("cli.db_upgraded", url=store.shown_url, revision=store.revision())


@database.command("downgrade", help=languages_of_help("cli.db_downgrade_help"))
def downgrade(
    context: typer.Context,
    revision: Annotated[str, typer.Argument(help=both("cli.db_revision"))],
) -> None:
    """Take migrations back."""
    with opened_store(home_of(context)) as store:
        store.downgrade(revision)
        tell("cli.db_upgraded", url=store.shown_url, revision=store.revision())
