"""A plan of the store and its check, kept as long as nothing that it goes by has changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated

from fastapi import Path

from api.errors import ApiError
from api.services import Services
from boundaries.check import Report, check
from boundaries.earlier import history_of
from boundaries.history import History
from boundaries.store import PlanRecord, Store

PlanPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,40}$", description="方案编号")]

_one_check_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Checked:
    """What the rules say of a plan.

    Attributes
    ----------
    revision
        Revision of the plan that was checked.
    report
        What they say.
    """

    revision: int
    report: Report


def record_of(store: Store, plan_id: str) -> PlanRecord:
    """Return a plan of the store.

    Raises
    ------
    ApiError
        404: there is none.
    """
    for record in store.plans():
        if record.id == plan_id:
            return record
    raise ApiError(HTTPStatus.NOT_FOUND, "api.no_such_plan", plan=plan_id)


def checked(found: Services, plan_id: str, at: datetime | None) -> Checked:
    """Check a plan; what was checked at the same hour is not checked again."""
    moment = (at or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)
    with found.store() as store:
        record = record_of(store, plan_id)
        revisions = (record.revision, store.town_revision(record.town))
        history = history_of(store, record)
    with _one_check_at_a_time:
        return _checked(found, plan_id, revisions, history, moment)


@lru_cache(maxsize=8)
def _checked(
    found: Services,
    plan_id: str,
    revisions: tuple[int, int],  # noqa: ARG001 - of plan and town: they tell checks apart
    history: History,
    at: datetime,
) -> Checked:
    with found.store() as store:
        stored = store.load_plan(plan_id)
        town = store.load_town(stored.town)
    return Checked(stored.revision, check(town, stored, at=at, history=history))
