"""`wangge snapshot export`: an offline copy. `wangge snapshot rebuild`: after an upgrade."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.offline import export_offline
from cli.options import AsJson, home_of, moment, opened_store
from cli.screen import both, languages_of_help, print_json, tell

snapshots = typer.Typer(help=languages_of_help("offline.help"), no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(snapshots, name="snapshot")


@snapshots.command("export", help=languages_of_help("offline.export_help"))
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=both("offline.file"), dir_okay=False)],
    *,
    at: Annotated[str | None, typer.Option("--at", help=both("offline.at"))] = None,
    past: Annotated[bool, typer.Option("--past", help=both("offline.past"))] = False,
    as_json: AsJson = False,
) -> None:
    """Write what is in force, and what comes later, to one file."""
    written = export_offline(home_of(context), file, at=moment(at, option="--at"), past=past)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "snapshots": list(written)})
        return
    tell("offline.exported", file=file, size=f"{size / 1e6:.1f}", snapshots=len(written))


@snapshots.command("rebuild", help=languages_of_help("renewing.help"))
def rebuild(
    context: typer.Context,
    *,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Make the published snapshots anew that this version cannot open."""
    from boundaries.lifecycle import reconcile  # noqa: PLC0415 - lookups need no database
    from boundaries.renewing import renew, unreadable  # noqa: PLC0415

    home = home_of(context)
    with opened_store(home) as store:
        found = unreadable(store, home)
        if apply:
            found = renew(store, home, found)
            reconcile(store, home)
    if as_json:
        print_json({"applied": apply, "snapshots": [each.as_dict() for each in found]})
        return
    if not found:
        tell("renewing.nothing")
    for each in found:
        plan = each.publications[0].plan_name
        tell("renewing.unreadable", plan=plan, reason=each.reason)
        if each.source is None:
            tell("renewing.from_store", plan=plan)
        if each.renewed is not None:
            tell("renewing.renewed", plan=plan, snapshot=each.renewed[:12])
    if found and not apply:
        tell("cli.dry_run")
