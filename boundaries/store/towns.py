"""Towns in the store: all layers and the scheme."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from boundaries.scheme import parse_scheme
from boundaries.store.events import now, record
from boundaries.store.frames import read_layer_rows, write_layer_rows
from boundaries.store.models import TownRow, layer_table
from boundaries.town import TOWN_LAYERS, Town
from geo.problem import InputError, input_error


class StaleTownError(InputError):
    """Someone else wrote the town since it was read; nothing was written."""

    def __init__(self, name: str) -> None:
        super().__init__(input_error("store.stale_town", value=name).problems)


def names(connection: Connection) -> list[str]:
    """Return the names of all towns, sorted."""
    return sorted(connection.scalars(select(TownRow.name)))


def key_of(connection: Connection, name: str) -> tuple[int, int]:
    """Return a town's key and revision."""
    found = connection.execute(
        select(TownRow.id, TownRow.revision).where(TownRow.name == name)
    ).one_or_none()
    if found is None:
        known = "、".join(names(connection)) or "—"
        raise input_error("store.no_such_town", value=name, known=known)
    return found.id, found.revision


def revision_of(connection: Connection, name: str) -> int:
    """Return how often a town was written; 0 where there is none of the name."""
    found = connection.scalars(select(TownRow.revision).where(TownRow.name == name))
    return found.one_or_none() or 0


def save(connection: Connection, town: Town, actor: str) -> int:
    """Write a town, in place of the one of the same name; return its key.

    Raises
    ------
    StaleTownError
        The stored town is not of the revision that the change was made on.
    ValueError
        The scheme is not what its text says, so it would come back as another.
    """
    if parse_scheme(town.scheme.text) != town.scheme:
        msg = f"the scheme {town.scheme.name} differs from its own text"
        raise ValueError(msg)
    values = {"scheme": town.scheme.text, "saved_at": now(), "saved_by": actor}
    existing = connection.execute(
        select(TownRow.id, TownRow.revision).where(TownRow.name == town.name)
    ).one_or_none()
    if town.revision != (0 if existing is None else existing.revision):
        raise StaleTownError(town.name)
    if existing is None:
        key = connection.scalars(
            insert(TownRow).returning(TownRow.id), [{"name": town.name, "revision": 1, **values}]
        ).one()
    else:
        key = existing.id
        connection.execute(
            update(TownRow)
            .where(TownRow.id == key)
            .values(revision=existing.revision + 1, **values)
        )
        for layer in TOWN_LAYERS:
            table = layer_table(layer)
            connection.execute(delete(table).where(table.c.town_id == key))
    for layer in TOWN_LAYERS:
        write_layer_rows(connection, layer, getattr(town, layer), {"town_id": key})
    counts = {layer: len(getattr(town, layer)) for layer in TOWN_LAYERS}
    record(connection, actor, "town.saved", town.name, **counts)
    return key


def load(connection: Connection, name: str) -> Town:
    """Return a town with all its layers."""
    key, revision = key_of(connection, name)
    scheme = connection.scalars(select(TownRow.scheme).where(TownRow.id == key)).one()
    layers = {
        layer: read_layer_rows(connection, layer, layer_table(layer).c.town_id == key)
        for layer in TOWN_LAYERS
    }
    return Town(name, parse_scheme(scheme, file=name), **layers, revision=revision)
