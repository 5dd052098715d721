"""`wangge publish`: put a plan in force from a date on; `withdraw` it; `copy`: begin the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from boundaries.impact import Impact, impact_of
from boundaries.lifecycle import NotPublishableError, publish, withdraw
from boundaries.store import Publication, Store
from boundaries.zone import CHINA
from cli.checking import show_report
from cli.options import AsJson, PlanId, actor, chosen_plan, home_of, moment, opened_store
from cli.screen import (
    FOUND_ERRORS,
    both,
    err,
    languages_of_help,
    print_json,
    progress_bar,
    tell,
    tell_message,
)
from geo.problem import input_error
from messages import Message


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("copy", help=languages_of_help("lifecycle.copy_help"))(copy_plan)
    app.command("publish", help=languages_of_help("cli.publish_help"))(publish_plan)
    app.command("withdraw", help=languages_of_help("withdraw.help"))(withdraw_plan)


def copy_plan(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=both("lifecycle.copy_name"))],
    plan: PlanId = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Copy a plan to a new draft."""
    with opened_store(home_of(context)) as store:
        copy = store.copy_plan(chosen_plan(store, plan), name, actor=actor())
    if as_json:
        print_json({"plan": copy.id, "name": copy.name, "town": copy.town})
    else:
        tell("lifecycle.copied", name=copy.name, plan=copy.id)


def publish_plan(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    start: Annotated[str | None, typer.Option("--from", help=both("cli.publish_from"))] = None,
    end: Annotated[str | None, typer.Option("--to", help=both("cli.publish_to"))] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help=both("cli.publish_reason"))
    ] = None,
    *,
    allow_past: Annotated[bool, typer.Option(help=both("cli.publish_allow_past"))] = False,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> int:
    """Check a plan and publish it; a dry run without ``--apply``."""
    home = home_of(context)
    with opened_store(home) as store:
        before = store.publications()
        try:
            with progress_bar() as progress:
                publication = publish(
                    store,
                    home,
                    chosen_plan(store, plan),
                    effective_from=moment(start, option="--from"),
                    effective_to=moment(end, option="--to"),
                    reasons=_reasons(reason or []),
                    actor=actor(),
                    allow_past=allow_past,
                    dry_run=not apply,
                    progress=progress,
                )
        except NotPublishableError as error:
            _tell_refused(error, as_json=as_json)
            return FOUND_ERRORS
        ended = _ended(publication, before)
        impacts = _impacts(store, publication, ended)
    if as_json:
        told = [impact.as_dict() for impact in impacts]
        print_json({**publication.as_dict(), "applied": apply, "impact": told})
        return 0
    _tell(publication, ended, applied=apply)
    for impact in impacts:
        tell(
            "lifecycle.impact",
            name=impact.plan_name,
            plan=impact.plan,
            new=publication.plan,
            households=impact.households,
            grids=len(impact.grids),
            contacts=len({contact.id for contact in impact.contacts}),
            cards=len(impact.cards),
        )
    if not apply:
        tell("cli.dry_run")
    return 0


def _ended(publication: Publication, before: Sequence[Publication]) -> dict[str, str]:
    """Return ID and name of the plans that a publication ends, sorted."""
    return dict(
        sorted(
            (other.plan, other.plan_name)
            for other in before
            if other.plan != publication.plan
            and other.holds_at(publication.effective_from)
            and set(other.communities) & set(publication.communities)
        )
    )


def _impacts(store: Store, publication: Publication, ended: Iterable[str]) -> list[Impact]:
    """Return whom it concerns that the plans end."""
    new, town = store.load_plan(publication.plan), store.load_town(publication.town)
    at = publication.effective_from
    return [impact_of(town, store.load_plan(plan_id), new, at=at) for plan_id in ended]


def withdraw_plan(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(help=both("cli.option_plan"))],
    reason: Annotated[str, typer.Option("--reason", help=both("withdraw.reason"))],
    *,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> None:
    """Take back a publication that has not begun; a dry run without ``--apply``."""
    home = home_of(context)
    with opened_store(home) as store:
        plan_id = chosen_plan(store, plan)
        done = withdraw(store, home, plan_id, reason=reason, actor=actor(), dry_run=not apply)
    if as_json:
        print_json({**asdict(done), "applied": apply})
        return
    tell(
        "withdraw.done" if apply else "withdraw.would",
        name=done.plan_name,
        plan=done.plan,
        communities=len(done.communities),
        starts="、".join(_shown(start) for start in done.starts),
    )
    for plan_id, name, end in done.goes_on:
        until = Message("lifecycle.without_end") if end is None else _shown(end)
        tell("withdraw.goes_on", name=name, plan=plan_id, end=until)
    if not apply:
        tell("cli.dry_run")


def _tell_refused(error: NotPublishableError, *, as_json: bool) -> None:
    if as_json:
        print_json({"applied": False, "message": str(error), "report": error.report.as_dict()})
        return
    show_report(error.report)
    tell_message(error.message, console=err, style="red")


def _tell(publication: Publication, ended: Mapping[str, str], *, applied: bool) -> None:
    """Say what holds from now on, what it ends, and why warnings were accepted."""
    start = _shown(publication.effective_from)
    end = publication.effective_to
    tell(
        "lifecycle.holds" if applied else "lifecycle.would_hold",
        name=publication.plan_name,
        plan=publication.plan,
        communities=len(publication.communities),
        start=start,
        end=Message("lifecycle.without_end") if end is None else _shown(end),
        snapshot=publication.snapshot[:12],
    )
    for plan_id, name in ended.items():
        tell(
            "lifecycle.ended" if applied else "lifecycle.would_end",
            name=name,
            plan=plan_id,
            start=start,
        )
    for rule, text in publication.reasons.items():
        finding = "-" in rule  # accepted with the plan, by its ID
        tell(
            "lifecycle.accepted_kept" if finding else "lifecycle.reason_kept", rule=rule, text=text
        )


def _shown(moment_: datetime) -> str:
    return f"{moment_.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _reasons(given: list[str]) -> dict[str, str]:
    """Return ``RULE=text`` options as a mapping."""
    reasons = {}
    for entry in given:
        rule, equals, text = entry.partition("=")
        if not (rule and equals and text.strip()):
            raise input_error("cli.bad_reason", column="--reason", value=entry)
        reasons[rule.strip()] = text.strip()
    return reasons
