"""Two plans side by side; for planners."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.answering import json_response
from api.checked import PlanPath, checked
from api.documented import PROBLEMS
from api.models import Strict
from api.parameters import KNOWN_ONLY, LanguageParameter, MomentParameter
from boundaries.comparing import compare

router = APIRouter(
    tags=["方案 plans"],
    dependencies=[KNOWN_ONLY, Depends(needs("planner"))],
    responses=PROBLEMS,
)
_one_comparison_at_a_time = threading.Lock()

Verdict = Literal["better", "worse", "equal"]


class Compared(Strict):
    """One of the two plans."""

    id: str
    name: str
    counts: dict[str, int]


class LevelMeasured(Strict):
    """What one level of a plan is like."""

    grids: int
    judged: int
    in_band: int
    off: int
    compactness: float
    barrier_percent: float


class LevelVerdicts(Strict):
    """Whether the new plan is better, by measure."""

    in_band: Verdict
    off: Verdict
    compactness: Verdict
    barrier_percent: Verdict


class LevelCompared(Strict):
    """What becomes of one level."""

    level: int
    old: LevelMeasured
    new: LevelMeasured
    verdicts: LevelVerdicts
    kept: list[str]
    added: list[str]
    retired: list[str]
    households_moved: int
    area_moved_m2: float


class FindingsCompared(Strict):
    """Findings, each with its place: gone, new, and staying with the measure they had."""

    gone: list[dict[str, Any]]
    new: list[dict[str, Any]]
    staying: list[dict[str, Any]]


class GridCompared(Strict):
    """A grid that changes."""

    code: str
    level: int
    name: str | None
    state: Literal["new", "retired", "changed"]
    households_old: int | None
    households_new: int | None
    arriving: int
    leaving: int
    area_gained_m2: float
    area_lost_m2: float


class ContactCompared(Strict):
    """Somebody who answers for a grid that changes."""

    id: str
    grid: str
    level: int
    role: str
    stand_in: bool
    title: str | None
    name: str | None
    state: Literal["retired", "renumbered", "dropped", "changed"]
    arriving: int
    leaving: int


class LineageCompared(Strict):
    """Households of an old grid that are in a new one."""

    level: int
    from_: Annotated[str, Field(alias="from")]
    to: str
    households: int


class BuildingCompared(Strict):
    """A building, or a share of one, whose finest grid changes."""

    building: str
    stairs: str | None
    floors: str | None
    from_: Annotated[str, Field(alias="from")]
    to: str
    households: int


class PlansCompared(Strict):
    """Two plans side by side."""

    town: str
    old: Compared
    new: Compared
    levels: list[LevelCompared]
    findings: FindingsCompared
    grids: list[GridCompared]
    contacts: list[ContactCompared]
    lineage: list[LineageCompared]
    buildings: list[BuildingCompared]


@router.get("/plans/{plan_id}/compare", response_model=PlansCompared)
def compare_plans(
    *,
    found: ServicesOf,
    plan_id: PlanPath,
    other: Annotated[
        str,
        Query(
            alias="with",
            pattern=r"^[0-9A-Za-z_-]{1,40}$",
            description="原方案编号 · ID of the plan that it is compared with, the old one",
        ),
    ],
    at: MomentParameter,
    lang: LanguageParameter = "zh",
) -> Response:
    """Say what a plan makes better or worse than another, and for whom."""
    reports = [checked(found, each, at) for each in (other, plan_id)]
    with found.store() as store:
        plans = [store.load_plan(each) for each in (other, plan_id)]
        town = store.load_town(plans[1].town)
    unchanged = all(
        report.revision == plan.revision for report, plan in zip(reports, plans, strict=True)
    )
    with _one_comparison_at_a_time:
        comparison = compare(
            town,
            plans[0],
            plans[1],
            at=at,
            reports=(reports[0].report, reports[1].report) if unchanged else None,
        )
    return json_response(comparison.as_dict(lang))
