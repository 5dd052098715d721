"""`wangge check`: whether a plan is good, and where it is not. `wangge rules`: what is checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from boundaries import report as reports
from boundaries.check import Report, check, chosen_rules
from boundaries.earlier import history_of
from boundaries.finding import Finding
from boundaries.plan import Plan
from boundaries.rules import RuleInfo, catalogue
from boundaries.town import Town
from boundaries.zone import CHINA
from cli.options import (
    AsJson,
    TownName,
    chosen_plan,
    home_of,
    moment,
    opened_store,
)
from cli.screen import (
    FOUND_ERRORS,
    both,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
)
from messages import Message

_MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("check", help=languages_of_help("cli.check_help"))(check_plan)
    app.command("rules", help=languages_of_help("cli.rules_help"))(rules)


def check_plan(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    *,
    town: TownName = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help=both("cli.check_rule"))] = None,
    at: Annotated[str | None, typer.Option("--at", help=both("cli.check_at"))] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help=both("cli.check_out"))
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check a plan; exit status 1 where an error-level finding stands."""
    home = home_of(context)
    with opened_store(home) as store:
        stored = store.load_plan(chosen_plan(store, plan, town))
        served = store.load_town(stored.town)
        history = history_of(store, stored)
    with progress_bar() as progress:
        report = check(
            served,
            stored,
            rules=rule or None,
            at=moment(at, option="--at"),
            history=history,
            progress=progress,
        )
    paths = write_report(served, stored, report, folder or home.pages / stored.id)
    if as_json:
        print_json(report.as_dict())
    else:
        show_report(report)
        for path in paths:
            out.print(f"  {path}", style="dim")
    return FOUND_ERRORS if report.has_errors else 0


def write_report(town: Town, plan: Plan, report: Report, folder: Path) -> list[Path]:
    """Write a report as JSON, GeoJSON, CSV and review map; return the files' paths."""
    from maps import write_review  # noqa: PLC0415 - folium is only loaded where it draws

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, write in (
        ("findings.json", reports.write_json),
        ("findings.geojson", reports.write_geojson),
        ("findings.csv", reports.write_csv),
    ):
        write(report, folder / name)
        paths.append(folder / name)
    return [*paths, write_review(town, plan, report, folder)]


def show_report(report: Report) -> None:
    """Print the summary by rule and level, and what matters most in words."""
    if not report.findings:
        tell("cli.check_nothing", rules=len(report.checked_rules))
        _show_accepted(report)
        return
    titles = {info.id: info for info in catalogue()}
    shown = table(
        "cli.heading_rule",
        "cli.heading_title",
        "cli.heading_level",
        "cli.heading_errors",
        "cli.heading_warnings",
        "cli.heading_notes",
    )
    for column in shown.columns:
        column.header = str(column.header).replace(" / ", "\n")
    for column in shown.columns[2:]:
        column.justify, column.no_wrap = "right", True
    for row in report.summary():
        shown.add_row(
            row.rule,
            both_titles(titles[row.rule]),
            "" if row.level is None else str(row.level),
            str(row.errors or ""),
            str(row.warnings or ""),
            str(row.notes or ""),
        )
    out.print(shown)
    for finding in worst(report):
        out.print(
            f"[bold]{finding.rule}[/bold] {escape(str(finding.message))}  [dim]{finding.id}[/dim]"
        )
    tell("cli.check_total", **report.counts())
    _show_accepted(report)
    if report.unchecked:
        layers = sorted({f"{both(f'rules.layer.{layer}')}" for layer in report.unchecked.values()})
        tell("rules.unchecked", rules="、".join(report.unchecked), layers="、".join(layers))


def _show_accepted(report: Report) -> None:
    """Print what stands as it was accepted, and what no longer applies."""
    standing = [("stands", one.accepted) for one in report.accepted if one.accepted is not None]
    told = [*standing, *(("lapsed", one) for one in report.lapsed)]
    for key, one in told[:_MOST_SHOWN]:
        tell(
            f"accepting.{key}",
            finding=one.finding,
            said=Message("rules.in_words", {**one.said}),
            reason=one.reason,
            by=one.accepted_by,
            day=f"{one.accepted_at.astimezone(CHINA):%Y-%m-%d}",
        )
    if len(told) > _MOST_SHOWN:
        tell("accepting.more", more=len(told) - _MOST_SHOWN)


def worst(report: Report, *, at_most: int = 5) -> list[Finding]:
    """Return the gravest finding of the first few rules that have any."""
    gravest: dict[str, Finding] = {}
    for finding in sorted(report.findings, key=lambda each: "EWI".index(each.severity)):
        if finding.accepted is not None:
            continue
        gravest.setdefault(finding.rule, finding)
    return list(gravest.values())[:at_most]


def both_titles(info: RuleInfo) -> str:
    """Return a rule's title in the language set, or in both."""
    return both(f"rules.{info.id}.title")


def rules(
    rule: Annotated[list[str] | None, typer.Argument(help=both("rules.rules_rule"))] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the rules, or tell all of some."""
    found = chosen_rules(rule)
    if as_json:
        print_json([info.as_dict() for info in found])
        return
    if rule:
        for info in found:
            out.print(f"{info.id} {both_titles(info)}", style="bold")
            tell(f"rules.{info.id}.text", docstring=info.documentation)
        return
    shown = table("cli.heading_rule", "cli.heading_severity", "cli.heading_title")
    for info in found:
        shown.add_row(info.id, info.severity, both_titles(info))
    out.print(shown)
