"""The store: what a deployment writes, behind one small set of questions and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from boundaries.acceptance import Acceptance
from boundaries.plan import Plan
from boundaries.store import (
    aliases,
    events,
    keys,
    migrating,
    plans,
    timeline,
    towns,
    withdrawing,
)
from boundaries.store.backup import back_up
from boundaries.store.engine import Database
from boundaries.store.records import (
    AliasRecord,
    AliasState,
    Event,
    KeyRecord,
    PlanRecord,
    Publication,
)
from boundaries.store.timeline import Intent
from boundaries.store.withdrawing import Withdrawal
from boundaries.town import Town
from geo.aliases import AliasKind

Result = TypeVar("Result")


def open_store(url: str) -> Store:
    """Open a store; a GeoPackage that does not exist yet is made.

    Parameters
    ----------
    url
        ``gpkg:///absolute/path.gpkg``, or ``postgresql+psycopg://user@host/database``.

    Raises
    ------
    InputError
        The database does not answer, the file is no store, or text in Chinese would be lost.
    """
    return Store(Database(url))


class Store:
    """A store that is open; a context manager that closes it.

    Every command is one transaction, as if no other ran: all of it or nothing is kept, and when it
    returns it is on disk. A store of another revision than this version's refuses all but
    `upgrade` and `downgrade`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._current = False
        if database.embedded and self.revision() is None:
            self.upgrade()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    @property
    def shown_url(self) -> str:
        """URL without its password."""
        return self._database.shown_url

    # Upkeep

    def revision(self) -> str | None:
        """Return the revision of the tables; None where there are none."""
        return self._database.read(migrating.current)

    def upgrade(self, revision: str = "head") -> None:
        """Run the migrations up to a revision; all of them or none."""
        self._current = False
        migrating.upgrade(self._database, revision)

    def downgrade(self, revision: str) -> None:
        """Take migrations back down to a revision; ``base`` takes all data with it."""
        self._current = False
        migrating.downgrade(self._database, revision)

    def is_current(self) -> bool:
        """Return whether the tables are of this version."""
        return self.revision() == migrating.head()

    def back_up(self, file: Path) -> None:
        """Copy the embedded store to a new file, while others may go on writing.

        Raises
        ------
        InputError
            The file exists or cannot be written, or the store is PostGIS, which `pg_dump` copies.
        """
        back_up(self._database, file)

    def _read(self, work: Callable[[sa.Connection], Result]) -> Result:
        self._require_current()
        return self._database.read(work)

    def _write(self, work: Callable[[sa.Connection], Result]) -> Result:
        # Nothing can be lost in a database without tables; in any other, upgrading is asked for.
        if not self._current and self.revision() is None:
            self.upgrade()
        self._require_current()
        return self._database.write(work)

    def _require_current(self) -> None:
        if not self._current:
            migrating.refuse_other(self._database, self.revision())
            self._current = True

    # Towns and plans

    def towns(self) -> list[str]:
        """Return the names of all towns, sorted."""
        return self._read(towns.names)

    def save_town(self, town: Town, *, actor: str) -> None:
        """Write a town in place of the one of the same name.

        Raises
        ------
        StaleTownError
            Someone else wrote the town since this one was read; nothing is written.
        """
        self._write(lambda connection: towns.save(connection, town, actor))

    def load_town(self, name: str) -> Town:
        """Return a town; raises ``InputError`` where there is none of the name."""
        return self._read(lambda connection: towns.load(connection, name))

    def town_revision(self, name: str) -> int:
        """Return how often a town was written; 0 where there is none of the name."""
        return self._read(lambda connection: towns.revision_of(connection, name))

    def save_plan(self, plan: Plan, *, actor: str) -> Plan:
        """Write a new plan, or the change of a draft; return it with its ID and new revision.

        Raises
        ------
        StalePlanError
            Someone else changed the draft since this one was read; nothing is written.
        InputError
            The plan is published, or its town is not in the store.
        """
        return self._write(lambda connection: plans.save(connection, plan, actor))

    def copy_plan(self, plan_id: str, name: str, *, actor: str) -> Plan:
        """Save a copy of a plan, published or not, as a new draft that may be changed."""

        def work(connection: sa.Connection) -> Plan:
            copy = plans.load(connection, plan_id).with_changes(id="", name=name)
            return plans.save(connection, copy, actor)

        return self._write(work)

    def update_plan(self, plan_id: str, change: Callable[[Plan], Plan], *, actor: str) -> Plan:
        """Read a draft, change it and write it back as one step that no other comes between.

        ``change`` may be called more than once.
        """

        def work(connection: sa.Connection) -> Plan:
            return plans.save(connection, change(plans.load(connection, plan_id)), actor)

        return self._write(work)

    def accept(
        self, plan_id: str, revision: int, acceptances: Sequence[Acceptance], *, actor: str
    ) -> None:
        """Let findings of a draft stand, as they were found at a revision of it.

        Raises
        ------
        StalePlanError
            The draft was changed since; nothing is written.
        InputError
            The plan is published, or not in the store.
        """
        self._write(
            lambda connection: plans.accept(connection, plan_id, revision, acceptances, actor)
        )

    def withdraw(self, plan_id: str, findings: Sequence[str], *, actor: str) -> None:
        """Withdraw acceptances of a draft, by the IDs of the findings.

        Raises
        ------
        InputError
            One is not accepted, or the plan is published or not in the store.
        """
        self._write(lambda connection: plans.withdraw(connection, plan_id, findings, actor))

    def accepted(self, plan_id: str) -> tuple[Acceptance, ...]:
        """Return what was accepted with a plan."""
        return self._read(lambda connection: plans.acceptances(connection, plan_id))

    def load_plan(self, plan_id: str) -> Plan:
        """Return a plan; of a published one it is proven that nothing has changed."""
        return self._read(lambda connection: plans.load(connection, plan_id))

    def grid_codes(self, plan_id: str) -> list[str]:
        """Return the codes of a plan's grids, without loading their shapes."""
        return self._read(lambda connection: plans.grid_codes(connection, plan_id))

    def plans(self, town: str | None = None) -> list[PlanRecord]:
        """Return the plans, of one town where given, the oldest first, without their grids."""
        return self._read(lambda connection: plans.records(connection, town=town))

    def save_import(self, town: Town, plan: Plan | None, *, actor: str) -> Plan | None:
        """Write a town and its plan: both or neither.

        Raises
        ------
        StaleTownError, StalePlanError
            Someone else wrote one of them since it was read; nothing is written.
        """

        def work(connection: sa.Connection) -> Plan | None:
            towns.save(connection, town, actor)
            return None if plan is None else plans.save(connection, plan, actor)

        return self._write(work)

    @staticmethod
    def content_hash(plan: Plan) -> str:
        """Return the hash of all that a plan says, as a published plan keeps it."""
        return plans.content_hash(plan)

    # Publications

    def refuse_conflicts(self, intent: Intent) -> None:
        """Raise what `record_publication` would raise; write nothing."""
        self._read(lambda connection: timeline.refuse_conflicts(connection, intent))

    def record_publication(
        self, intent: Intent, *, snapshot: str, reasons: Mapping[str, str], actor: str
    ) -> Publication:
        """Put a plan in force; the plans before it in its communities end where it begins.

        Raises
        ------
        StalePlanError
            The plan or its town is no longer what was checked.
        InputError
            The timeline has no place for it.
        """
        return self._write(
            lambda connection: timeline.publish(
                connection, intent, snapshot=snapshot, reasons=reasons, actor=actor
            )
        )

    def publications(
        self, at: datetime | None = None, *, as_recorded: datetime | None = None
    ) -> list[Publication]:
        """Return publications by start: all, or what is in force at a moment.

        ``as_recorded`` gives them as the store knew them at that moment.
        """
        return self._read(
            lambda connection: timeline.listing(connection, at=at, as_recorded=as_recorded)
        )

    def withdraw_publication(
        self, plan_id: str, *, reason: str, actor: str, dry_run: bool = False
    ) -> Withdrawal:
        """Take back a publication that has not begun; what it would have ended goes on.

        Raises
        ------
        InputError
            The plan is not announced.
        """

        def work(connection: sa.Connection) -> Withdrawal:
            return withdrawing.withdraw(
                connection, plan_id, reason=reason, actor=actor, dry_run=dry_run
            )

        return self._read(work) if dry_run else self._write(work)

    # Names that callers use

    def propose_alias(
        self,
        town: str,
        *,
        alias: str,
        compound: str,
        township: str = "",
        kind: AliasKind | None = None,
        actor: str,
    ) -> AliasRecord:
        """Propose a name for a compound; one proposed before is counted once more."""
        return self._write(
            lambda connection: aliases.propose(
                connection,
                town,
                alias=alias,
                compound=compound,
                township=township,
                kind=kind,
                actor=actor,
            )
        )

    def decide_alias(
        self,
        alias_id: str,
        state: AliasState,
        *,
        actor: str,
        kind: AliasKind | None = None,
        valid_from: date | None = None,
        valid_until: date | None = None,
    ) -> AliasRecord:
        """Approve or reject a name; see `boundaries.store.aliases.decide`."""
        return self._write(
            lambda connection: aliases.decide(
                connection,
                alias_id,
                state,
                actor=actor,
                kind=kind,
                valid_from=valid_from,
                valid_until=valid_until,
            )
        )

    def forget_alias(self, alias_id: str, *, actor: str) -> None:
        """Remove a name, as where it turns out to hold a person's."""
        self._write(lambda connection: aliases.forget(connection, alias_id, actor))

    def aliases(
        self, *, town: str | None = None, state: AliasState | None = None
    ) -> list[AliasRecord]:
        """Return the names that callers use, the oldest first; of one town or state if given."""
        return self._read(lambda connection: aliases.listing(connection, town=town, state=state))

    # Keys and events

    def create_key(self, name: str, scopes: Sequence[str], *, actor: str) -> str:
        """Make an API key and return its secret, which cannot be shown again."""
        return self._write(lambda connection: keys.create(connection, name, scopes, actor))

    def keys(self, *, revoked: bool = False) -> list[KeyRecord]:
        """Return the keys in force by name; the revoked ones too where wanted."""
        return self._read(lambda connection: keys.live(connection, revoked=revoked))

    def revoke_key(self, name: str, *, actor: str) -> None:
        """Make a key worthless from now on."""
        self._write(lambda connection: keys.revoke(connection, name, actor))

    def verify_key(self, secret: str) -> KeyRecord | None:
        """Return the key that a secret opens, if any."""
        return self._read(lambda connection: keys.verify(connection, secret))

    def events(
        self, *, limit: int = 100, action: str | None = None, subject: str | None = None
    ) -> list[Event]:
        """Return the latest events of the audit trail, the newest first."""
        return self._read(
            lambda connection: events.latest(
                connection, limit=limit, action=action, subject=subject
            )
        )
