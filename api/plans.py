"""The store's plans and what is wrong with them; for planners."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.answering import json_response
from api.documented import GEOJSON, PROBLEMS, SENT_AS_GEOJSON
from api.errors import ApiError
from api.models import Findings, PlanList, PlanSummary
from api.parameters import KNOWN_ONLY, LanguageParameter, LevelParameter, MomentParameter
from api.services import Services
from boundaries.check import Report, check
from boundaries.store import PlanRecord, Store

router = APIRouter(
    tags=["方案 plans"],
    dependencies=[KNOWN_ONLY, Depends(needs("planner"))],
    responses=PROBLEMS,
)
PlanPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,40}$", description="方案编号")]
_one_check_at_a_time = threading.Lock()


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
        return json_response(_record(store, plan_id).as_dict())


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
    moment = at or datetime.now(UTC)
    with found.store() as store:
        revision = _record(store, plan_id).revision
    with _one_check_at_a_time:
        report = _report(
            found, plan_id, revision, moment.replace(minute=0, second=0, microsecond=0)
        )
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
        "at": (report.at or moment).isoformat(),
        "counts": report.counts(),
        "numberMatched": len(wanted),
        "numberReturned": len(shown),
        "features": shown,
    }
    return json_response(value, media=GEOJSON)


def _record(store: Store, plan_id: str) -> PlanRecord:
    for record in store.plans():
        if record.id == plan_id:
            return record
    raise ApiError(HTTPStatus.NOT_FOUND, "api.no_such_plan", plan=plan_id)


@lru_cache(maxsize=8)
def _report(found: Services, plan_id: str, revision: int, at: datetime) -> Report:  # noqa: ARG001
    """Check a plan; the same revision at the same hour is not checked again."""
    with found.store() as store:
        stored = store.load_plan(plan_id)
        town = store.load_town(stored.town)
    return check(town, stored, at=at)
