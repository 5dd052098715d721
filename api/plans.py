"""The store's plans and what is wrong with them; for planners."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.answering import json_response
from api.checked import PlanPath, checked, record_of
from api.documented import GEOJSON, PROBLEMS, SENT_AS_GEOJSON
from api.models import Findings, PlanList, PlanSummary
from api.parameters import KNOWN_ONLY, LanguageParameter, LevelParameter, MomentParameter

router = APIRouter(
    tags=["方案 plans"],
    dependencies=[KNOWN_ONLY, Depends(needs("planner"))],
    responses=PROBLEMS,
)


@router.get("/plans", response_model=PlanList)
def plans(
    found: ServicesOf,
    town: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> Response:
    """List the plans of the store, newest first."""
    with found.store() as store:
        records = store.plans(town)
    ordered = sorted(records, key=lambda record: (record.created_at, record.id), reverse=True)
    return json_response({"plans": [record.as_dict() for record in ordered]})


@router.get("/plans/{plan_id}", response_model=PlanSummary)
def plan(found: ServicesOf, plan_id: PlanPath) -> Response:
    """Show one plan's state and period."""
    with found.store() as store:
        return json_response(record_of(store, plan_id).as_dict())


@router.get("/plans/{plan_id}/findings", response_model=Findings, responses=SENT_AS_GEOJSON)
def findings(
    *,
    found: ServicesOf,
    plan_id: PlanPath,
    at: MomentParameter,
    level: LevelParameter = None,
    rule: Annotated[str | None, Query(pattern=r"^[A-Z]\d{2}$")] = None,
    severity: Annotated[Literal["E", "W", "I"] | None, Query()] = None,
    lang: LanguageParameter = "zh",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Check a plan and list its findings, each with its place and remedy."""
    report = checked(found, plan_id, at).report
    wanted = [
        finding
        for finding in report.findings
        if (level is None or finding.level == level)
        and (rule is None or finding.rule == rule)
        and (severity is None or finding.severity.value == severity)
    ]
    shown = [finding.feature(lang) for finding in wanted[offset : offset + limit]]
    value: dict[str, Any] = {
        "type": "FeatureCollection",
        "plan": plan_id,
        "at": None if report.at is None else report.at.isoformat(),
        "counts": report.counts(),
        "unchecked": [
            {"rule": rule_id, "layer": layer, "message": reason.text(lang)}
            for rule_id, layer, reason in report.reasons_unchecked()
        ],
        "lapsed": [one.as_dict(lang) for one in report.lapsed],
        "numberMatched": len(wanted),
        "numberReturned": len(shown),
        "features": shown,
    }
    return json_response(value, media=GEOJSON)
