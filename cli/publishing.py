"""`wangge publish`: put a plan in force from a date on."""

from __future__ import annotations

from typing import Annotated

import typer

from boundaries.lifecycle import NotPublishableError, publish
from cli.checking import show_report
from cli.options import AsJson, actor, chosen_plan, home_of, moment, opened_store
from cli.screen import FOUND_ERRORS, both, err, languages_of_help, print_json, tell, tell_message
from geo.problem import input_error


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("publish", help=languages_of_help("cli.publish_help"))(publish_plan)


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
        try:
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
            )
        except NotPublishableError as error:
            show_report(error.report)
            tell_message(error.message, console=err, style="red")
            return FOUND_ERRORS
    if as_json:
        print_json(publication.as_dict())
    elif apply:
        tell(
            "cli.published",
            plan=publication.plan,
            start=f"{publication.effective_from:%Y-%m-%d %H:%M}",
            snapshot=publication.snapshot[:12],
        )
    else:
        tell("cli.dry_run")
    return 0


def _reasons(given: list[str]) -> dict[str, str]:
    """Return ``RULE=text`` options as a mapping."""
    reasons = {}
    for entry in given:
        rule, equals, text = entry.partition("=")
        if not (rule and equals and text.strip()):
            raise input_error("cli.bad_reason", column="--reason", value=entry)
        reasons[rule.strip()] = text.strip()
    return reasons
