"""Take back a publication before it begins; what it would have ended goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from boundaries.store.events import now, record
from boundaries.store.models import PeriodRow, PlanRow, PublicationRow
from geo.problem import input_error


@dataclass(frozen=True)
class Withdrawal:
    """What a plan will not do, and which plans go on in its stead.

    Attributes
    ----------
    plan, plan_name
        The plan whose publication is taken back.
    starts
        When it would have begun, sorted.
    communities
        Codes, sorted.
    goes_on
        ID and name of every plan that goes on longer, with its new end; None = without end.
    """

    plan: str
    plan_name: str
    starts: tuple[datetime, ...]
    communities: tuple[str, ...]
    goes_on: tuple[tuple[str, str, datetime | None], ...]


def withdraw(
    connection: Connection, plan_id: str, *, reason: str, actor: str, dry_run: bool
) -> Withdrawal:
    """Take back what a plan is announced for; it is remembered that it had been announced.

    Raises
    ------
    InputError
        The plan is not announced: what has begun is history, and only a later plan ends it.
    """
    moment = now()
    rows = _believed(connection)
    gone = [row for row in rows if row.plan_id == plan_id and row.effective_from > moment]
    if not gone:
        raise input_error("withdraw.nothing", value=plan_id)
    fids = {row.fid for row in gone}
    rest = [row for row in rows if row.fid not in fids]
    longer = [pair for row in gone if (pair := _longer(connection, row, rest)) is not None]
    if not dry_run:
        ended = [*fids, *(before.fid for before, _ in longer)]
        connection.execute(
            update(PeriodRow).where(PeriodRow.fid.in_(ended)).values(recorded_until=moment)
        )
        periods = [
            {
                "publication_id": before.publication_id,
                "community": before.community,
                "effective_from": before.effective_from,
                "effective_to": end,
                "recorded_at": moment,
            }
            for before, end in longer
        ]
        if periods:
            connection.execute(insert(PeriodRow), periods)
        starts = sorted({row.effective_from.isoformat() for row in gone})
        record(connection, actor, "plan.withdrawn", plan_id, reason=reason, starts=starts)
    return Withdrawal(
        plan_id,
        gone[0].plan_name,
        tuple(sorted({row.effective_from for row in gone})),
        tuple(sorted({row.community for row in gone})),
        tuple(dict.fromkeys((row.plan_id, row.plan_name, end) for row, end in longer)),
    )


def _longer(
    connection: Connection, gone: Any, rest: Sequence[Any]
) -> tuple[Any, datetime | None] | None:
    """Return the period that ends where a publication would begin, and its end without that one.

    It was published to end at some moment, or never, and goes on until then or until the next.
    """
    here = [row for row in rest if row.community == gone.community]
    before = next((row for row in here if row.effective_to == gone.effective_from), None)
    if before is None:
        return None
    published_to = connection.execute(
        select(PeriodRow.effective_to)
        .where(
            PeriodRow.publication_id == before.publication_id,
            PeriodRow.community == before.community,
        )
        .order_by(PeriodRow.recorded_at, PeriodRow.fid)
        .limit(1)
    ).scalar_one()
    later = [row.effective_from for row in here if row.effective_from > gone.effective_from]
    end = min([*later, *filter(None, [published_to])], default=None)
    return None if end == gone.effective_from else (before, end)


def _believed(connection: Connection) -> Sequence[Any]:
    query = (
        select(
            PeriodRow.fid,
            PeriodRow.publication_id,
            PeriodRow.community,
            PeriodRow.effective_from,
            PeriodRow.effective_to,
            PlanRow.id.label("plan_id"),
            PlanRow.name.label("plan_name"),
        )
        .join(PublicationRow, PublicationRow.id == PeriodRow.publication_id)
        .join(PlanRow, PlanRow.id == PublicationRow.plan_id)
        .where(PeriodRow.recorded_until.is_(None))
        .order_by(PeriodRow.community, PeriodRow.effective_from)
    )
    return connection.execute(query).all()
