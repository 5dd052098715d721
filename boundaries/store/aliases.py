"""Names that callers use, in the store: proposed, approved, rejected; nothing of who called.

The audit trail, which only grows, holds their keys and never the names themselves.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from boundaries.store import towns
from boundaries.store.events import now, record
from boundaries.store.models import AliasRow, TownRow
from boundaries.store.records import AliasRecord, AliasState, new_id
from geo.aliases import AliasKind
from geo.problem import input_error

_TABLE = AliasRow.__table__
_COLUMNS = tuple(
    _TABLE.c[name]
    for name in (
        "id",
        "alias",
        "compound",
        "township",
        "kind",
        "valid_from",
        "valid_until",
        "state",
        "times",
        "proposed_by",
        "proposed_at",
        "decided_by",
        "decided_at",
    )
)


def propose(
    connection: Connection,
    town: str,
    *,
    alias: str,
    compound: str,
    township: str,
    kind: AliasKind | None,
    actor: str,
) -> AliasRecord:
    """Propose an alias; one proposed before is counted once more and stays as it was decided."""
    town_id, _ = towns.key_of(connection, town)
    known = connection.execute(
        select(_TABLE.c.id, _TABLE.c.times).where(
            _TABLE.c.town_id == town_id,
            _TABLE.c.alias == alias,
            _TABLE.c.compound == compound,
            _TABLE.c.township == township,
        )
    ).one_or_none()
    if known is not None:
        key = known.id
        connection.execute(update(AliasRow).where(AliasRow.id == key).values(times=known.times + 1))
    else:
        key = new_id()
        values = {
            "id": key,
            "town_id": town_id,
            "alias": alias,
            "compound": compound,
            "township": township,
            "kind": kind,
            "state": AliasState.PROPOSED,
            "times": 1,
            "proposed_by": actor,
            "proposed_at": now(),
        }
        connection.execute(insert(AliasRow), [values])
    record(connection, actor, "alias.proposed", key, compound=compound)
    return _one(connection, key)


def decide(
    connection: Connection,
    key: str,
    state: AliasState,
    *,
    actor: str,
    kind: AliasKind | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> AliasRecord:
    """Approve or reject an alias; what is decided may be decided anew.

    Parameters
    ----------
    connection
        In a transaction.
    key
        Of the alias.
    state
        ``approved`` or ``rejected``.
    actor
        Who decides.
    kind, valid_from, valid_until
        What is known of the name; where None, what is kept of it stays.

    Raises
    ------
    InputError
        There is no such alias, or its period runs backwards.
    """
    known = _one(connection, key)
    kind = kind or known.kind
    since, until = valid_from or known.valid_from, valid_until or known.valid_until
    if since is not None and until is not None and since >= until:
        raise input_error("aliases.ends_before_start", value=until, start=since)
    connection.execute(
        update(AliasRow)
        .where(AliasRow.id == key)
        .values(
            kind=kind,
            valid_from=since,
            valid_until=until,
            state=state,
            decided_by=actor,
            decided_at=now(),
        )
    )
    record(connection, actor, f"alias.{state.value}", key, compound=known.compound, kind=kind)
    return _one(connection, key)


def forget(connection: Connection, key: str, actor: str) -> None:
    """Remove an alias, as where it turns out to hold a person's name; the trail never had it.

    Raises
    ------
    InputError
        There is no such alias.
    """
    _one(connection, key)
    connection.execute(delete(AliasRow).where(AliasRow.id == key))
    record(connection, actor, "alias.forgotten", key)


def listing(
    connection: Connection, *, town: str | None = None, state: AliasState | None = None
) -> list[AliasRecord]:
    """Return the aliases, the oldest first."""
    query = _query().order_by(_TABLE.c.proposed_at, _TABLE.c.id)
    if town is not None:
        query = query.where(TownRow.name == town)
    if state is not None:
        query = query.where(_TABLE.c.state == state)
    return [_record(row) for row in connection.execute(query)]


def _one(connection: Connection, key: str) -> AliasRecord:
    found = connection.execute(_query().where(_TABLE.c.id == key)).one_or_none()
    if found is None:
        raise input_error("aliases.no_such_alias", value=key)
    return _record(found)


def _query() -> Any:
    return select(TownRow.name.label("town"), *_COLUMNS).join(
        TownRow, TownRow.id == _TABLE.c.town_id
    )


def _record(row: Any) -> AliasRecord:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    kind = values.pop("kind")
    return AliasRecord(
        **{**values, "state": AliasState(values["state"])},
        kind=None if kind is None else AliasKind(kind),
    )
