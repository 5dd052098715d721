"""`wangge serve`: the pages and the API over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.lifecycle import reconcile
from cli.options import home_of, opened_store
from cli.screen import both, languages_of_help, tell
from geo.problem import InputError


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("serve", help=languages_of_help("cli.serve_help"))(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help=both("cli.serve_host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=both("cli.serve_port"))] = 8000,
    workers: Annotated[int, typer.Option(min=1, help=both("cli.serve_workers"))] = 1,
) -> None:
    """Serve until stopped."""
    from api import serve as serve_app  # noqa: PLC0415 - the web is only loaded where it is used

    home = home_of(context)
    try:
        with opened_store(home) as store:
            reconcile(store, home)
    except InputError:
        tell("lifecycle.reconcile_later")  # as lookups do without the store
    tell("cli.serving", url=f"http://{host}:{port}")
    serve_app(home, host=host, port=port, workers=workers)
