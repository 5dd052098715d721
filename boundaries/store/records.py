"""What the store hands out about plans, publications, keys and events."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from boundaries.plan import PlanState
from geo.aliases import AliasKind

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """Return a new ULID: 26 letters and digits that sort by time of making."""
    number = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def as_text(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601."""
    return None if moment is None else moment.isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class PlanRecord:
    """A plan without its grids.

    Attributes
    ----------
    id, name, town
        As in `Plan`.
    state
        ``superseded`` where it was published and holds nowhere from now on.
    grids
        How many grids it has.
    revision
        Counts up with every change; see `Plan.revision`.
    created_at, created_by, changed_at
        When and by whom.
    effective_from, effective_to
        First and last moment at which it holds in some community; None = not published, or
        without end.
    """

    id: str
    name: str
    town: str
    state: PlanState
    grids: int
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    effective_from: datetime | None
    effective_to: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "town": self.town,
            "state": self.state.value,
            "grids": self.grids,
            "created_at": as_text(self.created_at),
            "created_by": self.created_by,
            "changed_at": as_text(self.changed_at),
            "effective_from": as_text(self.effective_from),
            "effective_to": as_text(self.effective_to),
        }


@dataclass(frozen=True)
class Publication:
    """A plan in force in some communities over ``[effective_from, effective_to)``.

    Where a later plan took over only some communities, one act of publishing gives several of
    these, with the same ID.

    Attributes
    ----------
    id
        Of the act of publishing; empty for a dry run.
    plan, plan_name, town
        What holds.
    communities
        Codes, sorted.
    effective_from, effective_to
        Half-open; None = without end.
    recorded_at, recorded_until
        When the store learned this, and when it learned otherwise; None = still holds true.
    snapshot
        Content hash of the snapshot; empty for a dry run.
    published_at, published_by, reasons
        Of the act.
    """

    id: str
    plan: str
    plan_name: str
    town: str
    communities: tuple[str, ...]
    effective_from: datetime
    effective_to: datetime | None
    recorded_at: datetime
    recorded_until: datetime | None
    snapshot: str
    published_at: datetime
    published_by: str
    reasons: Mapping[str, str]

    def holds_at(self, moment: datetime) -> bool:
        """Return whether a moment lies in the period."""
        return self.effective_from <= moment and (
            self.effective_to is None or moment < self.effective_to
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the publication as ``published.json`` lists it, with who and why beside."""
        return {
            "id": self.id,
            "plan": self.plan,
            "plan_name": self.plan_name,
            "town": self.town,
            "communities": list(self.communities),
            "effective_from": as_text(self.effective_from),
            "effective_to": as_text(self.effective_to),
            "recorded_at": as_text(self.recorded_at),
            "snapshot": self.snapshot,
            "published_by": self.published_by,
            "reasons": dict(self.reasons),
        }


class AliasState(StrEnum):
    """What became of a proposed alias."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class AliasRecord:
    """A name that callers use for a compound.

    Attributes
    ----------
    id, town
        Key, and name of the town.
    alias, compound, township
        The name, the register's name of the compound, and the town within the register.
    kind, valid_from, valid_until
        As in `geo.aliases.Alias`.
    state
        ``proposed``, ``approved`` or ``rejected``.
    times
        How often it was proposed.
    proposed_by, proposed_at, decided_by, decided_at
        Who and when.
    """

    id: str
    town: str
    alias: str
    compound: str
    township: str
    kind: AliasKind | None
    valid_from: date | None
    valid_until: date | None
    state: AliasState
    times: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {
            "id": self.id,
            "town": self.town,
            "alias": self.alias,
            "compound": self.compound,
            "township": self.township,
            "kind": None if self.kind is None else self.kind.value,
            "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
            "valid_until": None if self.valid_until is None else self.valid_until.isoformat(),
            "state": self.state.value,
            "times": self.times,
            "proposed_by": self.proposed_by,
            "proposed_at": as_text(self.proposed_at),
            "decided_by": self.decided_by,
            "decided_at": as_text(self.decided_at),
        }


@dataclass(frozen=True)
class KeyRecord:
    """An API key without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "scopes": list(self.scopes),
            "created_at": as_text(self.created_at),
            "created_by": self.created_by,
            "revoked_at": as_text(self.revoked_at),
        }


@dataclass(frozen=True)
class Event:
    """Who did what when."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the event as plain values."""
        return {
            "at": as_text(self.at),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": dict(self.detail),
        }
