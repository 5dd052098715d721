"""`wangge repair`: mend a plan's borders where that needs no new information; dry run first."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

import typer

from boundaries.plan import PlanState
from boundaries.repairing import PlanRepair, repair_plan
from boundaries.rules.coverage import fault_message
from cli.options import AsJson, TownName, actor, chosen_plan, home_of, opened_store
from cli.screen import (
    FOUND_ERRORS,
    both,
    languages_of_help,
    out,
    print_json,
    table,
    tell,
    tell_message,
)
from geo.coverage import Fault
from geo.repair import Move

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("repair", help=languages_of_help("coverage.repair_help"))(repair)


def repair(
    context: typer.Context,
    plan: Annotated[str | None, typer.Argument(help=both("cli.option_plan"))] = None,
    town: TownName = None,
    gap: Annotated[float, typer.Option("--gap", help=both("coverage.repair_gap"))] = 25.0,
    *,
    apply: Annotated[bool, typer.Option("--apply", help=both("cli.option_apply"))] = False,
    as_json: AsJson = False,
) -> int:
    """Mend a plan; exit status 1 where faults are left for a planner."""
    with opened_store(home_of(context)) as store:
        stored = store.load_plan(chosen_plan(store, plan, town))
        done = repair_plan(store.load_town(stored.town), stored, gap_m=gap)
        if as_json:
            print_json(_as_dict(done))
        else:
            _show(done)
        if done.changes_anything and apply:
            mended = done.plan
            if stored.state is not PlanState.DRAFT:
                copy = store.copy_plan(stored.id, f"{stored.name}·修补", actor=actor())
                mended = copy.with_changes(grids=done.plan.grids)
            saved = store.save_import(done.town, mended, actor=actor())
            if not as_json:
                tell("cli.saved_plan", plan="" if saved is None else saved.id)
        elif done.changes_anything and not as_json:
            tell("cli.dry_run")
    return FOUND_ERRORS if done.remaining else 0


def _show(done: PlanRepair) -> None:
    """Print what moves where, in m², and what is left."""
    repaired = done.repair
    if done.accepted:
        tell("coverage.repair_kept", faults=len(done.accepted))
        for fault in done.accepted[:_SHOWN]:
            tell_message(fault_message(fault))
    if not done.changes_anything and not done.remaining:
        tell("coverage.repair_no_more" if done.accepted else "coverage.repair_nothing")
        return
    if repaired.moves:
        shown = table(
            "coverage.heading_level",
            "coverage.heading_from",
            "coverage.heading_to",
            "coverage.heading_area",
        )
        by_grids = sorted(_by_grids(repaired.moves).items(), key=lambda item: -item[1])
        for (level, losing, gaining), area in by_grids[:_SHOWN]:
            shown.add_row(str(level), losing or "—", gaining or "—", f"{area:,.2f}")
        out.print(shown)
        if len(by_grids) > _SHOWN:
            tell("coverage.repair_more", number=len(by_grids) - _SHOWN)
    tell(
        "coverage.repair_done",
        grids=sum(len(codes) for codes in repaired.changed.values()),
        area=f"{sum(move.area_m2 for move in repaired.moves):,.2f}",
        vertices=repaired.vertices,
    )
    if done.proved or done.remaining:
        tell(
            "coverage.repair_proved" if done.proved else "coverage.repair_left",
            faults=len(done.remaining),
        )
    else:
        tell("coverage.repair_no_more")
    for fault in done.remaining[:_SHOWN]:
        tell_message(fault_message(fault))


def _by_grids(moves: tuple[Move, ...]) -> dict[tuple[int, str, str], float]:
    areas: dict[tuple[int, str, str], float] = defaultdict(float)
    for move in moves:
        areas[move.level, "、".join(move.losing), move.gaining or ""] += move.area_m2
    return dict(areas)


def _as_dict(done: PlanRepair) -> dict[str, object]:
    repaired = done.repair
    return {
        "proved": done.proved,
        "changed": {str(level): codes for level, codes in repaired.changed.items()},
        "vertices": repaired.vertices,
        "moves": [
            {
                "level": move.level,
                "from": move.losing,
                "to": move.gaining,
                "area_m2": move.area_m2,
            }
            for move in repaired.moves
        ],
        "remaining": [_fault_as_dict(fault) for fault in done.remaining],
        "accepted": [_fault_as_dict(fault) for fault in done.accepted],
    }


def _fault_as_dict(fault: Fault) -> dict[str, object]:
    return {
        "kind": fault.kind,
        "level": fault.level,
        "grids": fault.codes,
        "area_m2": fault.area_m2,
        "width_m": fault.width_m,
        "message_zh": fault_message(fault).text("zh"),
        "message_en": fault_message(fault).text("en"),
    }
