"""What was accepted with a plan, in the store; only a draft's can change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from boundaries.acceptance import Acceptance
from boundaries.store.events import record
from boundaries.store.models import AcceptedRow
from geo.problem import input_error

_TABLE = AcceptedRow.__table__
_COLUMNS = (
    "finding",
    "rule",
    "kind",
    "severity",
    "level",
    "grids",
    "said",
    "geometry",
    "reason",
    "accepted_by",
    "accepted_at",
)


def write(connection: Connection, plan_id: str, accepted: Sequence[Acceptance]) -> None:
    """Add what is accepted with a plan, in its order."""
    if accepted:
        connection.execute(insert(AcceptedRow), [_row(plan_id, one) for one in accepted])


def _row(plan_id: str, one: Acceptance) -> dict[str, Any]:
    return {
        "plan_id": plan_id,
        **{name: getattr(one, name) for name in _COLUMNS},
        "grids": list(one.grids),
    }


def read(connection: Connection, plan_id: str) -> tuple[Acceptance, ...]:
    """Return what is accepted with a plan, in the order in which it was."""
    query = (
        select(*(_TABLE.c[name] for name in _COLUMNS))
        .where(_TABLE.c.plan_id == plan_id)
        .order_by(_TABLE.c.fid)
    )
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in connection.execute(query)]
    return tuple(Acceptance(**{**row, "grids": tuple(row["grids"])}) for row in found)


def clear(connection: Connection, plan_id: str) -> None:
    """Take away all that is accepted with a plan."""
    connection.execute(delete(AcceptedRow).where(AcceptedRow.plan_id == plan_id))


def add(connection: Connection, plan_id: str, accepted: Sequence[Acceptance], actor: str) -> None:
    """Accept findings of a plan; one accepted before is accepted anew."""
    _remove(connection, plan_id, [one.finding for one in accepted])
    write(connection, plan_id, accepted)
    for one in accepted:
        record(
            connection,
            actor,
            "finding.accepted",
            plan_id,
            finding=one.finding,
            severity=one.severity,
            grids=list(one.grids),
            reason=one.reason,
            accepted_by=one.accepted_by,
        )


def withdraw(connection: Connection, plan_id: str, findings: Sequence[str], actor: str) -> None:
    """Withdraw acceptances of a plan.

    Raises
    ------
    InputError
        A finding is not accepted with the plan.
    """
    known = [one.finding for one in read(connection, plan_id)]
    for finding in findings:
        if finding not in known:
            raise input_error(
                "accepting.not_accepted", value=finding, known="、".join(known) or "—"
            )
    _remove(connection, plan_id, findings)
    for finding in findings:
        record(connection, actor, "acceptance.withdrawn", plan_id, finding=finding)


def _remove(connection: Connection, plan_id: str, findings: Sequence[str]) -> None:
    connection.execute(
        delete(AcceptedRow).where(AcceptedRow.plan_id == plan_id, AcceptedRow.finding.in_(findings))
    )
