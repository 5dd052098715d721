"""What is accepted with a plan: findings that may stand, for a reason; for planners."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.acting import Actor
from api.answering import json_response
from api.checked import PlanPath, checked, record_of
from api.documented import CONFLICT, PROBLEMS
from api.models import FINDING, AcceptedList, Accepting
from api.parameters import KNOWN_ONLY, LanguageParameter, MomentParameter
from boundaries.accepting import accept

router = APIRouter(
    tags=["方案 plans"],
    dependencies=[KNOWN_ONLY, Depends(needs("planner"))],
    responses={**PROBLEMS, **CONFLICT},
)


@router.get("/plans/{plan_id}/accepted", response_model=AcceptedList)
def accepted(found: ServicesOf, plan_id: PlanPath, lang: LanguageParameter = "zh") -> Response:
    """List what was accepted with a plan: which finding, why, by whom and when.

    Whether each still applies, the plan's findings tell: those that stand are among them, those
    that no longer do are `lapsed`.
    """
    with found.store() as store:
        record_of(store, plan_id)
        kept = store.accepted(plan_id)
    return json_response({"accepted": [one.as_dict(lang) for one in kept]})


@router.post(
    "/plans/{plan_id}/accepted", response_model=AcceptedList, status_code=HTTPStatus.CREATED
)
def accept_findings(
    *,
    found: ServicesOf,
    by_key: Actor,
    plan_id: PlanPath,
    wanted: Accepting,
    at: MomentParameter,
    lang: LanguageParameter = "zh",
) -> Response:
    """Accept findings of a draft, by the IDs that its check shows, for one reason.

    Warnings and gaps may be accepted, no other errors.
    """
    done = checked(found, plan_id, at)
    made = accept(
        done.report.findings,
        wanted.findings,
        reason=wanted.reason,
        accepted_by=by_key if wanted.by is None else wanted.by,
        accepted_at=datetime.now(UTC),
    )
    with found.store() as store:
        store.accept(plan_id, done.revision, made, actor=by_key)
    return json_response(
        {"accepted": [one.as_dict(lang) for one in made]}, status=HTTPStatus.CREATED
    )


@router.delete("/plans/{plan_id}/accepted/{finding}", status_code=HTTPStatus.NO_CONTENT)
def withdraw(
    found: ServicesOf,
    by_key: Actor,
    plan_id: PlanPath,
    finding: Annotated[str, Path(pattern=FINDING, description="核查问题的编号")],
) -> Response:
    """Withdraw an acceptance; the finding is told again."""
    with found.store() as store:
        record_of(store, plan_id)
        store.withdraw(plan_id, [finding], actor=by_key)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
