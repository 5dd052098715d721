"""`wangge compare`: what a new plan makes better or worse, and for whom."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from boundaries.comparing import Comparison, LevelChange, compare
from boundaries.comparing.writing import write_comparison
from boundaries.earlier import history_of
from boundaries.finding import Severity
from boundaries.rules import catalogue
from boundaries.rules.registry import place_of_rule
from cli.options import AsJson, TownName, chosen_plan, home_of, moment, opened_store
from cli.screen import (
    FOUND_ERRORS,
    both,
    languages_of_help,
    out,
    print_json,
    progress_bar,
    table,
    tell,
    tell_message,
)
from messages import Message

_MOST_SHOWN = 10
_SIDES = ("old", "new")
_STYLES = {"better": "green", "worse": "red", "equal": "dim", "": ""}


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("compare", help=languages_of_help("compare.help"))(compare_plans)


def compare_plans(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help=both("compare.old"))],
    new: Annotated[str, typer.Argument(help=both("compare.new"))],
    *,
    town: TownName = None,
    at: Annotated[str | None, typer.Option("--at", help=both("compare.option_at"))] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help=both("compare.option_out"))
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Compare two plans; exit status 1 where the new one has an error that the old had not."""
    from maps import write_compared  # noqa: PLC0415 - folium is only loaded where it draws

    home = home_of(context)
    with opened_store(home) as store:
        plans = [store.load_plan(chosen_plan(store, name, town)) for name in (old, new)]
        served = store.load_town(plans[1].town)
        histories = history_of(store, plans[0]), history_of(store, plans[1])
    with progress_bar() as progress:
        progress.add_task(both("compare.checking"), total=None)
        found = compare(
            served, plans[0], plans[1], at=moment(at, option="--at"), histories=histories
        )
    where = folder or home.pages / "compare" / f"{plans[0].id}-{plans[1].id}"
    paths = [*write_comparison(found, where), *write_compared(served, found, where)]
    if as_json:
        print_json(found.as_dict())
    else:
        show_comparison(found)
        tell("compare.written")
        for path in paths:
            out.print(f"  {path}", style="dim")
    return FOUND_ERRORS if _errors(found) else 0


def _errors(found: Comparison) -> int:
    """Return how many errors the new plan has that the old one had not."""
    return sum(finding.severity is Severity.ERROR for finding in found.findings.new)


def show_comparison(found: Comparison) -> None:
    """Print what is better and worse by level, by rule and by grid."""
    out.print(escape(both("compare.title", old=found.old.name, new=found.new.name)), style="bold")
    _show_levels(found.levels)
    _show_rules(found)
    if not found.grids:
        tell("compare.nothing")
    else:
        _show_grids(found)
    concerned = {contact.id for contact in found.contacts}
    tell(
        "compare.concerned",
        households=max((level.households_moved for level in found.levels), default=0),
        grids=len(found.grids),
        contacts=len(concerned),
    )
    tell(
        "compare.total",
        gone=len(found.findings.gone),
        new=len(found.findings.new),
        staying=len(found.findings.staying),
        errors=_errors(found),
    )


def _show_levels(levels: tuple[LevelChange, ...]) -> None:
    shown = table(*(f"compare.heading_{name}" for name in ("level", "measure", *_SIDES, "verdict")))
    for each in levels:
        for at, (name, old, new) in enumerate(_rows(each)):
            verdict = each.verdicts.get(name, "")
            shown.add_row(
                "" if at else str(each.level),
                both(f"compare.measure_{name}"),
                old,
                new,
                both(f"compare.{verdict}") if verdict else "",
                style=_STYLES[verdict],
            )
        shown.add_section()
    out.print(shown)


def _rows(level: LevelChange) -> list[tuple[str, str, str]]:
    """Return each measure's name and what it was and is."""
    old, new = level.old, level.new
    return [
        ("grids", str(old.grids), str(new.grids)),
        ("in_band", f"{old.in_band}/{old.judged}", f"{new.in_band}/{new.judged}"),
        ("off", str(old.off), str(new.off)),
        ("compactness", f"{old.compactness:.3f}", f"{new.compactness:.3f}"),
        ("barrier_percent", f"{old.barrier_percent:.1f} %", f"{new.barrier_percent:.1f} %"),
        ("codes", f"−{len(level.retired)}", f"+{len(level.added)}"),
        ("households", "", str(level.households_moved)),
        ("area", "", f"{level.area_moved_m2:,.0f}"),
    ]


def _show_rules(found: Comparison) -> None:
    counts = {
        "gone": Counter(finding.rule for finding in found.findings.gone),
        "new": Counter(finding.rule for finding in found.findings.new),
        "staying": Counter(finding.rule for _, finding in found.findings.staying),
    }
    rules = sorted({rule for each in counts.values() for rule in each}, key=place_of_rule)
    known = {info.id for info in catalogue()}
    if rules:
        shown = table(
            *(f"compare.heading_{name}" for name in ("rule", "what", "gone", "fresh", "staying"))
        )
        for rule in rules:
            title = both(f"rules.{rule}.title") if rule in known else ""
            shown.add_row(rule, title, *(str(counts[name][rule] or "") for name in counts))
        out.print(shown)
    for name, findings in (("new", found.findings.new), ("gone", found.findings.gone)):
        for finding in findings[:_MOST_SHOWN]:
            said = Message(
                f"compare.finding_{name}", {"rule": finding.rule, "said": finding.message}
            )
            tell_message(said, style="red" if name == "new" else "green")
        if len(findings) > _MOST_SHOWN:
            tell("compare.more", more=len(findings) - _MOST_SHOWN, file="findings.geojson")


def _show_grids(found: Comparison) -> None:
    shown = table(
        *(
            f"compare.heading_{name}"
            for name in ("level", "grid", "state", "counts", "arriving", "leaving")
        ),
        whole=("compare.heading_grid",),
    )
    for each in found.grids[: 2 * _MOST_SHOWN]:
        counts = ["—" if count is None else str(count) for count in
                  (each.households_old, each.households_new)]  # fmt: skip
        shown.add_row(
            str(each.level),
            escape("\n".join(filter(None, (each.code, each.name)))),
            both(f"compare.state_{each.state}"),
            " → ".join(counts) if counts[0] != counts[1] else counts[0],
            str(each.arriving or ""),
            str(each.leaving or ""),
        )
    out.print(shown)
    if len(found.grids) > 2 * _MOST_SHOWN:
        tell("compare.more", more=len(found.grids) - 2 * _MOST_SHOWN, file="grids.csv")
