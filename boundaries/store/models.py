"""What the store keeps, as tables; the same on PostGIS and in a GeoPackage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Table, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from boundaries.store.columns import Json, Moment, Place, RowNumber

_LIVE = text("revoked_at IS NULL")


class Base(DeclarativeBase):
    """The tables of the store."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        int: RowNumber,
        datetime: Moment,
        date: Date,
        BaseGeometry: Place("GEOMETRY"),
        dict[str, Any]: Json,
        list[str]: Json,
    }


class _Row:
    """A row that has no key of its own; its number also keeps the order of the file."""

    fid: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)


class _OfTown(_Row):
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)


class _OfPlan(_Row):
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)


class TownRow(Base):
    """A town, with the scheme that it was imported under."""

    __tablename__ = "towns"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(unique=True)
    scheme: Mapped[str]
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class JurisdictionRow(_OfTown, Base):
    """The outer area that a plan must cover."""

    __tablename__ = "jurisdiction"

    code: Mapped[str | None]
    name: Mapped[str | None]
    geometry: Mapped[BaseGeometry]


class CommunityRow(_OfTown, Base):
    """The area of a residents' or villagers' committee."""

    __tablename__ = "communities"

    code: Mapped[str]
    name: Mapped[str]
    households: Mapped[int | None]
    geometry: Mapped[BaseGeometry]


class EstateRow(_OfTown, Base):
    """A housing compound."""

    __tablename__ = "estates"

    id: Mapped[str]
    name: Mapped[str | None]
    kind: Mapped[str]
    community: Mapped[str | None]
    geometry: Mapped[BaseGeometry]


class BuildingRow(_OfTown, Base):
    """A building and its household count, the only fact about people that is kept."""

    __tablename__ = "buildings"

    id: Mapped[str]
    name: Mapped[str | None]
    estate: Mapped[str | None]
    residential: Mapped[bool]
    households: Mapped[int | None]
    stairs: Mapped[int | None]
    floors: Mapped[int | None]
    estimated: Mapped[bool]
    geometry: Mapped[BaseGeometry]


class BarrierRow(_OfTown, Base):
    """A road, river, railway, wall or parcel line."""

    __tablename__ = "barriers"

    id: Mapped[str]
    kind: Mapped[str]
    rank: Mapped[int | None]
    name: Mapped[str | None]
    geometry: Mapped[BaseGeometry]


class AddressRow(_OfTown, Base):
    """An address of the register."""

    __tablename__ = "addresses"

    id: Mapped[str]
    text: Mapped[str]
    town: Mapped[str | None]
    village: Mapped[str | None]
    road: Mapped[str | None]
    number: Mapped[str | None]
    compound: Mapped[str | None]
    zone: Mapped[str | None]
    building: Mapped[str | None]
    stair: Mapped[str | None]
    aliases: Mapped[str | None]
    building_id: Mapped[str | None]
    grid: Mapped[str | None]
    households: Mapped[int | None]
    geometry: Mapped[BaseGeometry | None] = mapped_column(Place("POINT"))


class PlanRow(Base):
    """A plan; its content hash is set when it is published, and then nothing may change."""

    __tablename__ = "plans"

    id: Mapped[str] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id"), index=True)
    name: Mapped[str]
    state: Mapped[str]
    revision: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    changed_at: Mapped[datetime]
    content_hash: Mapped[str | None]


class GridRow(_OfPlan, Base):
    """A grid of a plan."""

    __tablename__ = "grids"

    code: Mapped[str]
    level: Mapped[int]
    parent: Mapped[str | None]
    community: Mapped[str | None]
    name: Mapped[str | None]
    kind: Mapped[str]
    mode: Mapped[str | None]
    special_type: Mapped[str | None]
    households: Mapped[int | None]
    estimated: Mapped[bool]
    reason: Mapped[str | None]
    party: Mapped[str | None]
    geometry: Mapped[BaseGeometry]


class AssignmentRow(_OfPlan, Base):
    """Which grid of the finest level has which building or slice."""

    __tablename__ = "assignments"

    building: Mapped[str]
    stairs: Mapped[str | None]
    floors: Mapped[str | None]
    grid: Mapped[str]
    households: Mapped[int | None]


class ContactRow(_OfPlan, Base):
    """Who answers for a grid in a role."""

    __tablename__ = "contacts"

    id: Mapped[str]
    grid: Mapped[str]
    role: Mapped[str]
    stand_in: Mapped[bool]
    name: Mapped[str | None]
    title: Mapped[str | None]
    phone: Mapped[str | None]
    duty_phone: Mapped[str | None]
    basis: Mapped[str | None]
    duties: Mapped[str | None]
    since: Mapped[date | None]
    until: Mapped[date | None]
    verified: Mapped[date | None]


class AcceptedRow(_OfPlan, Base):
    """A finding that is let stand with the plan; see `boundaries.acceptance`."""

    __tablename__ = "accepted_findings"
    __table_args__ = (Index("accepted_once", "plan_id", "finding", unique=True),)

    finding: Mapped[str]
    rule: Mapped[str]
    kind: Mapped[str]
    severity: Mapped[str]
    level: Mapped[int | None]
    grids: Mapped[list[str]]
    said: Mapped[dict[str, Any]]
    reason: Mapped[str]
    accepted_by: Mapped[str]
    accepted_at: Mapped[datetime]
    geometry: Mapped[BaseGeometry | None] = mapped_column(Place("GEOMETRY"))


class PublicationRow(Base):
    """The act of publishing a plan; never changed."""

    __tablename__ = "publications"

    id: Mapped[str] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), index=True)
    snapshot: Mapped[str]
    reasons: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    published_by: Mapped[str]


class PeriodRow(_Row, Base):
    """When a publication holds in one community, and from when to when the store said so.

    Valid time is ``[effective_from, effective_to)``, recorded time ``[recorded_at,
    recorded_until)``; an open end is NULL. A row is never changed but by ending its recorded time,
    so what was believed at any moment can be asked. Of the rows still believed, no two of a
    community overlap: the database itself refuses it.
    """

    __tablename__ = "effective_periods"
    __table_args__ = (
        CheckConstraint(
            "effective_to IS NULL OR effective_from < effective_to", name="period_runs_forward"
        ),
    )

    publication_id: Mapped[str] = mapped_column(ForeignKey("publications.id"), index=True)
    community: Mapped[str] = mapped_column(index=True)
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_until: Mapped[datetime | None]


class AliasRow(Base):
    """A name that callers use for a compound of a town's register; of who called, nothing."""

    __tablename__ = "aliases"
    __table_args__ = (Index("one_alias", "town_id", "alias", "compound", "township", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    town_id: Mapped[int] = mapped_column(ForeignKey("towns.id", ondelete="CASCADE"), index=True)
    alias: Mapped[str]
    compound: Mapped[str]
    township: Mapped[str]
    kind: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    state: Mapped[str]
    times: Mapped[int]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class KeyRow(Base):
    """An API key; of its secret only a keyed hash is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(
            "live_key_name",
            "name",
            unique=True,
            postgresql_where=_LIVE,
            sqlite_where=_LIVE,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    salt: Mapped[str]
    secret_hash: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class EventRow(_Row, Base):
    """Who did what when; never changed or deleted."""

    __tablename__ = "events"

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]


LAYER_ROWS: dict[str, type[Base]] = {
    "jurisdiction": JurisdictionRow,
    "communities": CommunityRow,
    "estates": EstateRow,
    "buildings": BuildingRow,
    "barriers": BarrierRow,
    "addresses": AddressRow,
    "grids": GridRow,
    "assignments": AssignmentRow,
    "contacts": ContactRow,
}
"""Table of every layer of a town and of a plan."""


def layer_table(layer: str) -> Table:
    """Return the table of a layer."""
    table = LAYER_ROWS[layer].__table__
    if not isinstance(table, Table):
        raise TypeError(layer)
    return table
