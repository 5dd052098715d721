"""`wangge db`: the store's upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boundaries.store import newest_revision
from boundaries.zone import CHINA
from cli.options import AsJson, home_of, new_home_of, opened_store
from cli.screen import FOUND_ERRORS, both, languages_of_help, out, print_json, table, tell

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
    with opened_store(new_home_of(context)) as store:
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
        tell("cli.db_upgraded", url=store.shown_url, revision=store.revision() or "base")


@database.command("status", help=languages_of_help("store.status_help"))
def status(context: typer.Context, *, as_json: AsJson = False) -> int:
    """Show where the store is, of which revision, and how much it holds."""
    from boundaries.renewing import renewed_of  # noqa: PLC0415

    home = home_of(context)
    standing = renewed_of(home)
    with opened_store(home) as store:
        current = store.is_current()
        published = store.publications() if current else []
        missing = [
            one
            for one in published
            if not (home.snapshots / standing.get(one.snapshot, one.snapshot)).is_dir()
        ]
        found = {"url": store.shown_url, "revision": store.revision(), "head": newest_revision()}
        content = {
            "towns": len(store.towns()) if current else None,
            "plans": len(store.plans()) if current else None,
            "publications": len(published) if current else None,
            "keys": len(store.keys()) if current else None,
        }
    if as_json:
        snapshots = sorted({one.snapshot for one in missing})
        print_json({**found, **content, "missing_snapshots": snapshots})
    else:
        tell("store.status_line", **found)
        if current:
            tell("store.status_content", **content)
        for one in missing:
            tell("store.status_missing", snapshot=one.snapshot, plan=one.plan_name)
    return 0 if current and not missing else FOUND_ERRORS


@database.command("backup", help=languages_of_help("store.back_up_help"))
def back_up(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=both("store.back_up_file"), dir_okay=False)],
) -> None:
    """Copy the embedded store while it is in use."""
    with opened_store(home_of(context)) as store:
        store.back_up(file)
    tell("store.backed_up", file=file)


@database.command("reconcile", help=languages_of_help("lifecycle.reconcile_help"))
def reconcile_list(context: typer.Context) -> None:
    """Tell the read side what the store has published."""
    from boundaries.lifecycle import reconcile  # noqa: PLC0415 - it loads all rules

    home = home_of(context)
    with opened_store(home) as store:
        news = reconcile(store, home)
    tell("lifecycle.reconciled" if news else "lifecycle.reconciled_before", file=home.published)


@database.command("history", help=languages_of_help("store.history_help"))
def history(
    context: typer.Context,
    subject: Annotated[str | None, typer.Argument(help=both("store.history_subject"))] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help=both("store.history_limit"))] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the audit trail, the newest first."""
    with opened_store(home_of(context)) as store:
        found = store.events(limit=limit, subject=subject)
    if as_json:
        print_json([event.as_dict() for event in found])
        return
    shown = table(
        "store.heading_at",
        "store.heading_actor",
        "store.heading_action",
        "store.heading_subject",
        whole=("store.heading_subject",),
    )
    for event in found:
        at = f"{event.at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        shown.add_row(at, event.actor, event.action, event.subject)
    out.print(shown)
