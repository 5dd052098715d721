"""The audit trail: written in the transaction of what it tells of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from boundaries.store.columns import to_milliseconds
from boundaries.store.models import EventRow
from boundaries.store.records import Event


def now() -> datetime:
    """Return the moment, as the store keeps moments."""
    return to_milliseconds(datetime.now(UTC))


def record(connection: Connection, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add an event."""
    connection.execute(
        insert(EventRow),
        [{"at": now(), "actor": actor, "action": action, "subject": subject, "detail": detail}],
    )


def latest(
    connection: Connection, *, limit: int, action: str | None, subject: str | None
) -> list[Event]:
    """Return events, the newest first."""
    table = EventRow.__table__
    query = select(
        table.c.at, table.c.actor, table.c.action, table.c.subject, table.c.detail
    ).order_by(table.c.fid.desc())
    if action is not None:
        query = query.where(table.c.action == action)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    return [Event(*row) for row in connection.execute(query.limit(limit))]
