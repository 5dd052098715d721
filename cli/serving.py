"""`wangge serve`: the pages and the API over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import home_of
from cli.screen import both, languages_of_help, tell


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

    tell("cli.serving", url=f"http://{host}:{port}")
    serve_app(home_of(context), host=host, port=port, workers=workers)
