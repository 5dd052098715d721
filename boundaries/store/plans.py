"""Plans in the store: grids, assignments, contacts; drafts change, published ones never."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
import pandas as pd
import shapely
from sqlalchemy import Connection, delete, func, insert, select, update

from boundaries.acceptance import Acceptance
from boundaries.plan import Plan, PlanState
from boundaries.store import accepted, towns
from boundaries.store.events import now, record
from boundaries.store.frames import frame_rows, read_layer_rows, write_layer_rows
from boundaries.store.models import (
    GridRow,
    PeriodRow,
    PlanRow,
    PublicationRow,
    TownRow,
    layer_table,
)
from boundaries.store.records import PlanRecord, new_id
from geo.problem import InputError, input_error

PLAN_LAYERS = ("grids", "assignments", "contacts")


class StalePlanError(InputError):
    """Someone else changed the plan, or its town, since it was read; nothing was written."""

    def __init__(self, plan_id: str) -> None:
        super().__init__(input_error("store.stale_plan", value=plan_id).problems)


def save(connection: Connection, plan: Plan, actor: str) -> Plan:
    """Write a new plan, or a draft's change; return it with its ID and revision.

    Raises
    ------
    StalePlanError
        The stored plan is not of the revision that the change was made on.
    InputError
        The plan is published, or its town or the plan itself is not in the store.
    """
    town_id, _ = towns.key_of(connection, plan.town)
    if plan.id:
        state = _state_before_publishing(plan).value
        _step_revision(
            connection, plan.id, plan.revision, name=plan.name, town_id=town_id, state=state
        )
        for layer in PLAN_LAYERS:
            table = layer_table(layer)
            connection.execute(delete(table).where(table.c.plan_id == plan.id))
        accepted.clear(connection, plan.id)
        saved = plan.with_changes(revision=plan.revision + 1)
    else:
        saved = plan.with_changes(
            id=new_id(),
            revision=1,
            state=_state_before_publishing(plan),
            effective_from=None,
            effective_to=None,
        )
        moment = now()
        connection.execute(
            insert(PlanRow),
            [
                {
                    "id": saved.id,
                    "town_id": town_id,
                    "name": plan.name,
                    "state": saved.state.value,
                    "revision": 1,
                    "created_at": moment,
                    "created_by": actor,
                    "changed_at": moment,
                }
            ],
        )
    for layer in PLAN_LAYERS:
        write_layer_rows(connection, layer, getattr(plan, layer), {"plan_id": saved.id})
    accepted.write(connection, saved.id, plan.accepted)
    record(
        connection,
        actor,
        "plan.saved",
        saved.id,
        revision=saved.revision,
        grids=len(plan.grids),
        contacts=len(plan.contacts),
    )
    return saved


def _step_revision(connection: Connection, plan_id: str, revision: int, **values: Any) -> None:
    """Count a draft's revision up, if it is still the one that a change was made on."""
    if _row(connection, plan_id).content_hash is not None:
        raise input_error("store.published_plan", value=plan_id)
    changed = connection.execute(
        update(PlanRow)
        .where(PlanRow.id == plan_id, PlanRow.revision == revision)
        .values(revision=revision + 1, changed_at=now(), **values)
    )
    if changed.rowcount != 1:
        raise StalePlanError(plan_id)


def accept(
    connection: Connection,
    plan_id: str,
    revision: int,
    acceptances: Sequence[Acceptance],
    actor: str,
) -> None:
    """Let findings of a draft stand, as they were found at a revision of it."""
    _step_revision(connection, plan_id, revision)
    accepted.add(connection, plan_id, acceptances, actor)


def withdraw(connection: Connection, plan_id: str, findings: Sequence[str], actor: str) -> None:
    """Withdraw acceptances of a draft."""
    _step_revision(connection, plan_id, _row(connection, plan_id).revision)
    accepted.withdraw(connection, plan_id, findings, actor)


def _state_before_publishing(plan: Plan) -> PlanState:
    """Return the plan's state; a copy of a published plan begins as a draft again."""
    over = plan.state in (PlanState.PUBLISHED, PlanState.SUPERSEDED)
    return PlanState.DRAFT if over else plan.state


def load(connection: Connection, plan_id: str) -> Plan:
    """Return a plan with its grids, assignments and contacts.

    Raises
    ------
    InputError
        There is no such plan, or a published one is not as it was published.
    """
    stored = _row(connection, plan_id)
    layers = {
        layer: read_layer_rows(connection, layer, layer_table(layer).c.plan_id == plan_id)
        for layer in PLAN_LAYERS
    }
    if stored.content_hash is not None and _hash(layers) != stored.content_hash:
        raise input_error("store.altered_plan", value=plan_id)
    (one,) = records(connection, plan_id=plan_id)
    return Plan(
        id=plan_id,
        name=one.name,
        town=one.town,
        state=one.state,
        effective_from=one.effective_from,
        effective_to=one.effective_to,
        revision=one.revision,
        grids=layers["grids"],
        assignments=layers["assignments"],
        contacts=layers["contacts"],
        accepted=accepted.read(connection, plan_id),
    )


def _row(connection: Connection, plan_id: str) -> Any:
    table = PlanRow.__table__
    found = connection.execute(select(table).where(table.c.id == plan_id)).one_or_none()
    if found is None:
        raise input_error("store.no_such_plan", value=plan_id)
    return found


def content_hash(plan: Plan) -> str:
    """Return the SHA-256 of all that a plan says: every value of every row, in order.

    What was accepted is no part of it: readers never see it, and the act of publishing keeps it.
    """
    return _hash({layer: getattr(plan, layer) for layer in PLAN_LAYERS})


def _hash(layers: dict[str, pd.DataFrame]) -> str:
    digest = hashlib.sha256()
    for layer in PLAN_LAYERS:
        rows = frame_rows(layer, layers[layer])
        geometries = [row.pop("geometry", None) for row in rows]
        digest.update(orjson.dumps([layer, rows], default=_date_text))
        for geometry in geometries:
            if geometry is not None:
                digest.update(shapely.to_wkb(geometry, byte_order=1, include_srid=False))
    return digest.hexdigest()


def _date_text(value: date) -> str:
    return value.isoformat()


def acceptances(connection: Connection, plan_id: str) -> tuple[Acceptance, ...]:
    """Return what was accepted with a plan."""
    _row(connection, plan_id)
    return accepted.read(connection, plan_id)


def grid_codes(connection: Connection, plan_id: str) -> list[str]:
    """Return the codes of a plan's grids, in their order."""
    _row(connection, plan_id)
    query = select(GridRow.code).where(GridRow.plan_id == plan_id).order_by(GridRow.fid)
    return list(connection.scalars(query))


def records(
    connection: Connection, *, town: str | None = None, plan_id: str | None = None
) -> list[PlanRecord]:
    """Return the plans without their grids, the oldest first."""
    grids = select(func.count()).where(GridRow.plan_id == PlanRow.id).scalar_subquery()
    query = (
        select(
            PlanRow.id,
            PlanRow.name,
            TownRow.name.label("town"),
            PlanRow.state,
            grids.label("grids"),
            PlanRow.revision,
            PlanRow.created_at,
            PlanRow.created_by,
            PlanRow.changed_at,
        )
        .join(TownRow, TownRow.id == PlanRow.town_id)
        .order_by(PlanRow.created_at, PlanRow.id)
    )
    if town is not None:
        query = query.where(TownRow.name == town)
    if plan_id is not None:
        query = query.where(PlanRow.id == plan_id)
    periods = _periods(connection)
    moment = now()
    found = []
    for row in connection.execute(query):
        ranges = periods.get(row.id, [])
        start = min((start for start, _ in ranges), default=None)
        end = _last_end(ranges)
        state = PlanState(row.state)
        if state is PlanState.PUBLISHED and (not ranges or (end is not None and end <= moment)):
            state = PlanState.SUPERSEDED
        values = {**row._mapping, "state": state}  # noqa: SLF001 - SQLAlchemy's public name
        found.append(PlanRecord(**values, effective_from=start, effective_to=end))
    return found


def _periods(connection: Connection) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Return the periods still believed, by plan."""
    query = (
        select(PublicationRow.plan_id, PeriodRow.effective_from, PeriodRow.effective_to)
        .join(PublicationRow, PublicationRow.id == PeriodRow.publication_id)
        .where(PeriodRow.recorded_until.is_(None))
    )
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for plan_id, start, end in connection.execute(query):
        found.setdefault(plan_id, []).append((start, end))
    return found


def _last_end(ranges: Sequence[tuple[datetime, datetime | None]]) -> datetime | None:
    ends = [end for _, end in ranges]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
