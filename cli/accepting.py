"""`wangge accepted`: findings that may stand: accept them for a reason, list, withdraw."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from boundaries.accepting import accept
from boundaries.check import Report, check
from boundaries.earlier import history_of
from boundaries.plan import Plan
from boundaries.store import Store
from boundaries.zone import CHINA
from cli.options import AsJson, PlanId, actor, chosen_plan, home_of, moment, opened_store
from cli.screen import both, languages_of_help, out, print_json, progress_bar, table, tell
from messages import preferred_language

accepted = typer.Typer(help=languages_of_help("accepting.help"), no_args_is_help=True)

FindingIds = Annotated[list[str], typer.Argument(help=both("accepting.findings"))]
CheckedAt = Annotated[str | None, typer.Option("--at", help=both("cli.check_at"))]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(accepted, name="accepted")


@accepted.command("add", help=languages_of_help("accepting.add_help"))
def add(
    context: typer.Context,
    findings: FindingIds,
    reason: Annotated[str, typer.Option("--reason", help=both("accepting.reason"))],
    plan: PlanId = None,
    *,
    by: Annotated[str | None, typer.Option("--by", help=both("accepting.by"))] = None,
    at: CheckedAt = None,
    as_json: AsJson = False,
) -> None:
    """Accept findings of a plan's check."""
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan))
        made = accept(
            _checked(store, stored, at).findings,
            findings,
            reason=reason,
            accepted_by=actor() if by is None else by,
            accepted_at=datetime.now(UTC),
        )
        store.accept(stored.id, stored.revision, made, actor=actor())
    if as_json:
        print_json([one.as_dict() for one in made])
    else:
        tell("accepting.added", number=len(made))


def _checked(store: Store, plan: Plan, at: str | None) -> Report:
    served, history = store.load_town(plan.town), history_of(store, plan)
    with progress_bar() as progress:
        return check(served, plan, at=moment(at, option="--at"), history=history, progress=progress)


@accepted.command("list", help=languages_of_help("accepting.list_help"))
def listing(
    context: typer.Context,
    plan: PlanId = None,
    *,
    at: CheckedAt = None,
    as_json: AsJson = False,
) -> None:
    """List what a plan has accepted, and whether it still applies."""
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan))
        standing = _checked(store, stored, at).accepted if stored.accepted else ()
    applied = {finding.id for finding in standing}
    if as_json:
        print_json(
            [{**one.as_dict(), "applies": one.finding in applied} for one in stored.accepted]
        )
        return
    if not stored.accepted:
        tell("accepting.nothing")
        return
    shown = table(
        "accepting.heading_finding",
        "accepting.heading_state",
        "accepting.heading_reason",
        "accepting.heading_by",
        "accepting.heading_day",
    )
    language = preferred_language() or "zh"
    for one in stored.accepted:
        state = both(f"accepting.state_{'applies' if one.finding in applied else 'lapsed'}")
        day = f"{one.accepted_at.astimezone(CHINA):%Y-%m-%d}"
        said = f"{one.finding}\n{one.said[language]}"
        shown.add_row(said, state, one.reason, one.accepted_by, day)
    out.print(shown)


@accepted.command("withdraw", help=languages_of_help("accepting.withdraw_help"))
def withdraw(context: typer.Context, findings: FindingIds, plan: PlanId = None) -> None:
    """Withdraw acceptances of a plan."""
    with opened_store(home_of(context)) as store:
        store.withdraw(chosen_plan(store, plan), findings, actor=actor())
    tell("accepting.withdrawn", number=len(findings))
