"""Which publication holds in which community when, and what was believed about it when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from boundaries.plan import PlanState
from boundaries.store import plans
from boundaries.store.events import now, record
from boundaries.store.models import PeriodRow, PlanRow, PublicationRow, TownRow
from boundaries.store.records import Publication, new_id
from boundaries.zone import CHINA
from geo.problem import InputError, Problem
from messages import Message


@dataclass(frozen=True)
class Intent:
    """What is to be published.

    Attributes
    ----------
    plan_id, plan_revision, plan_hash
        The plan as it was checked.
    town_revision
        Revision of the town that it was checked against.
    communities
        Codes of all communities that it divides.
    effective_from, effective_to
        Half-open, cut to milliseconds; None = without end.
    """

    plan_id: str
    plan_revision: int
    plan_hash: str
    town_revision: int
    communities: tuple[str, ...]
    effective_from: datetime
    effective_to: datetime | None


def refuse_conflicts(connection: Connection, intent: Intent) -> list[Any]:
    """Return the periods that the publication ends; raise where it may not take its place.

    Raises
    ------
    StalePlanError
        The plan or its town is no longer what was checked.
    InputError
        The plan is in force already, a later plan of the same communities is announced, or
        another town's plan holds there.
    """
    stored = connection.execute(
        select(
            PlanRow.revision, TownRow.name.label("town"), TownRow.revision.label("town_revision")
        )
        .join(TownRow, TownRow.id == PlanRow.town_id)
        .where(PlanRow.id == intent.plan_id)
    ).one_or_none()
    if stored is None or (stored.revision, stored.town_revision) != (
        intent.plan_revision,
        intent.town_revision,
    ):
        raise plans.StalePlanError(intent.plan_id)
    ends: list[Any] = []
    problems: list[Problem] = []
    for other in _overlapping(connection, intent):
        if other.plan_id == intent.plan_id:
            problems.append(_problem("already_published", other))
        elif other.town != stored.town:
            problems.append(_problem("other_town", other))
        elif other.effective_from > intent.effective_from:
            problems.append(_problem("later_publication", other))
        else:
            ends.append(other)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return ends


def _overlapping(connection: Connection, intent: Intent) -> Sequence[Any]:
    query = (
        select(
            PeriodRow.fid,
            PeriodRow.publication_id,
            PeriodRow.community,
            PeriodRow.effective_from,
            PeriodRow.effective_to,
            PlanRow.id.label("plan_id"),
            PlanRow.name.label("plan_name"),
            TownRow.name.label("town"),
        )
        .join(PublicationRow, PublicationRow.id == PeriodRow.publication_id)
        .join(PlanRow, PlanRow.id == PublicationRow.plan_id)
        .join(TownRow, TownRow.id == PlanRow.town_id)
        .where(
            PeriodRow.recorded_until.is_(None),
            PeriodRow.community.in_(intent.communities),
            or_(PeriodRow.effective_to.is_(None), PeriodRow.effective_to > intent.effective_from),
        )
        .order_by(PeriodRow.community, PeriodRow.effective_from)
    )
    if intent.effective_to is not None:
        query = query.where(PeriodRow.effective_from < intent.effective_to)
    return connection.execute(query).all()


def _problem(kind: str, other: Any) -> Problem:
    values = {
        "plan": f"{other.plan_id} {other.plan_name}",
        "town": other.town,
        "start": f"{other.effective_from.astimezone(CHINA):%Y-%m-%d %H:%M}",
    }
    key = f"lifecycle.{kind}"
    return Problem(Message(key, values), Message(f"{key}_remedy", values))


def publish(
    connection: Connection, intent: Intent, *, snapshot: str, reasons: Mapping[str, str], actor: str
) -> Publication:
    """Put a plan in force; the plans before it end where it begins.

    Nothing is forgotten: a period that changes is kept with the end of its recorded time, and the
    changed one is added beside it.
    """
    ended = refuse_conflicts(connection, intent)
    moment = now()
    for other in ended:
        connection.execute(
            update(PeriodRow).where(PeriodRow.fid == other.fid).values(recorded_until=moment)
        )
    publication_id = new_id()
    connection.execute(
        insert(PublicationRow),
        [
            {
                "id": publication_id,
                "plan_id": intent.plan_id,
                "snapshot": snapshot,
                "reasons": dict(reasons),
                "published_at": moment,
                "published_by": actor,
            }
        ],
    )
    shortened = [
        (other.publication_id, other.community, other.effective_from, intent.effective_from)
        for other in ended
        if other.effective_from < intent.effective_from
    ]
    begun = [
        (publication_id, community, intent.effective_from, intent.effective_to)
        for community in intent.communities
    ]
    connection.execute(
        insert(PeriodRow),
        [
            {
                "publication_id": key,
                "community": community,
                "effective_from": start,
                "effective_to": end,
                "recorded_at": moment,
            }
            for key, community, start, end in (*shortened, *begun)
        ],
    )
    _seal(connection, intent)
    record(
        connection,
        actor,
        "plan.published",
        intent.plan_id,
        publication=publication_id,
        effective_from=intent.effective_from,
        effective_to=intent.effective_to,
        snapshot=snapshot,
        ended=sorted({other.plan_id for other in ended}),
    )
    return next(one for one in listing(connection) if one.id == publication_id)


def _seal(connection: Connection, intent: Intent) -> None:
    """Keep the content hash: from here on the database refuses every change of the plan."""
    connection.execute(
        update(PlanRow)
        .where(PlanRow.id == intent.plan_id, PlanRow.content_hash.is_(None))
        .values(state=PlanState.PUBLISHED.value, content_hash=intent.plan_hash)
    )


def listing(
    connection: Connection, *, at: datetime | None = None, as_recorded: datetime | None = None
) -> list[Publication]:
    """Return publications by start.

    Parameters
    ----------
    connection
        In a transaction.
    at
        Only what is in force at this moment; all by default.
    as_recorded
        As the store knew it at this moment; as it knows now by default.
    """
    query = (
        select(
            PeriodRow.publication_id,
            PeriodRow.community,
            PeriodRow.effective_from,
            PeriodRow.effective_to,
            PeriodRow.recorded_at,
            PeriodRow.recorded_until,
            PublicationRow.plan_id,
            PublicationRow.snapshot,
            PublicationRow.reasons,
            PublicationRow.published_at,
            PublicationRow.published_by,
            PlanRow.name.label("plan_name"),
            TownRow.name.label("town"),
        )
        .join(PublicationRow, PublicationRow.id == PeriodRow.publication_id)
        .join(PlanRow, PlanRow.id == PublicationRow.plan_id)
        .join(TownRow, TownRow.id == PlanRow.town_id)
        .order_by(PeriodRow.effective_from, PeriodRow.publication_id, PeriodRow.community)
    )
    if as_recorded is None:
        query = query.where(PeriodRow.recorded_until.is_(None))
    else:
        query = query.where(
            PeriodRow.recorded_at <= as_recorded,
            or_(PeriodRow.recorded_until.is_(None), PeriodRow.recorded_until > as_recorded),
        )
    together: dict[tuple[Any, ...], list[Any]] = {}
    for row in connection.execute(query):
        key = (row.publication_id, row.effective_from, row.effective_to)
        together.setdefault(key, []).append(row)
    found = [_publication(rows) for rows in together.values()]
    return [one for one in found if at is None or one.holds_at(at)]


def _publication(rows: Sequence[Any]) -> Publication:
    first = rows[0]
    return Publication(
        id=first.publication_id,
        plan=first.plan_id,
        plan_name=first.plan_name,
        town=first.town,
        communities=tuple(sorted(row.community for row in rows)),
        effective_from=first.effective_from,
        effective_to=first.effective_to,
        recorded_at=max(row.recorded_at for row in rows),
        recorded_until=first.recorded_until,
        snapshot=first.snapshot,
        published_at=first.published_at,
        published_by=first.published_by,
        reasons=first.reasons,
    )
