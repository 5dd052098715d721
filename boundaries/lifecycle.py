"""Publish a plan: check it, build its snapshot, put it in force, and tell the read side."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from boundaries.aliasing import with_learnt_aliases
from boundaries.check import Progress, Report, check
from boundaries.earlier import history_of
from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.renewing import renewed_of
from boundaries.scheme import Scheme
from boundaries.snapshot import build_snapshot
from boundaries.store import AliasState, Intent, Publication, Store, Withdrawal
from boundaries.town import Town
from geo.problem import input_error
from messages import Message

FORMAT = 1
"""Format number of ``published.json``."""

ALL_RULES = "*"
"""In place of a rule's ID: the reason given for every warning."""

_UNFINISHED = ".making-*"
_UNFINISHED_KEPT = timedelta(days=1)


class NotPublishableError(Exception):
    """A plan that may not be published as it is.

    Attributes
    ----------
    report
        What the rules say of it.
    message
        Why it may not, in one sentence.
    """

    def __init__(self, report: Report, message: Message) -> None:
        self.report = report
        self.message = message
        super().__init__(str(message))


@dataclass(frozen=True)
class _Checked:
    town: Town
    plan: Plan
    intent: Intent


def publish(
    store: Store,
    home: Home,
    plan_id: str,
    *,
    effective_from: datetime | None = None,
    effective_to: datetime | None = None,
    reasons: Mapping[str, str] | None = None,
    actor: str,
    allow_past: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Publication:
    """Put a plan in force over ``[effective_from, effective_to)``.

    The plans before it in its communities end where it begins. In order: the plan is checked; its
    snapshot is written, with the names that callers use and a planner approved in its register;
    the store records it in one transaction; the read side is told. Killed before the transaction,
    nothing is published; killed after it, `reconcile` tells the read side.

    Parameters
    ----------
    store, home
        Where the plan is, and where snapshots go.
    plan_id
        Of the plan.
    effective_from, effective_to
        Aware moments; now and without end by default. Kept to the millisecond.
    reasons
        Why a warning is accepted, by rule ID; ``"*"`` for all. What was accepted with the plan
        needs none: its reason is kept beside these, by the finding's ID.
    actor
        Who publishes, for the history.
    allow_past
        Lets a plan begin before today, to enter history.
    dry_run
        Check and refuse as always, write nothing.
    progress
        Shows how far the check is.

    Raises
    ------
    NotPublishableError
        An error-level finding stands, or a warning without a reason.
    InputError
        The period makes no sense, or another publication stands in its way.
    StalePlanError
        Someone changed the plan or its town meanwhile.
    """
    moment = datetime.now(UTC)
    start = _cut(effective_from or moment)
    end = None if effective_to is None else _cut(effective_to)
    _refuse_period(start, end, moment, allow_past=allow_past)
    if not dry_run:
        reconcile(store, home)  # what a run killed before this one may have left untold
    checked = _read(store, plan_id, start, end)
    store.refuse_conflicts(checked.intent)
    report = check(
        checked.town,
        checked.plan.with_changes(effective_from=start, effective_to=end),
        at=max(start, moment),
        history=history_of(store, checked.plan),
        progress=progress,
    )
    accepted = _accepted(report, reasons or {})
    if dry_run:
        return _intended(checked, accepted, actor, moment)
    # Without the period, so that the same plan always gives the same snapshot.
    content = checked.plan.with_changes(effective_from=None, effective_to=None)
    learnt = store.aliases(town=checked.town.name, state=AliasState.APPROVED)
    town, _ = with_learnt_aliases(checked.town, learnt)
    snapshot = build_snapshot(town, content, home.snapshots)
    publication = store.record_publication(
        checked.intent, snapshot=snapshot, reasons=accepted, actor=actor
    )
    reconcile(store, home)
    return publication


def withdraw(
    store: Store, home: Home, plan_id: str, *, reason: str, actor: str, dry_run: bool = False
) -> Withdrawal:
    """Take back a publication that has not begun, and tell the read side.

    What it would have ended goes on as before. What has begun stays: a later plan ends it.

    Raises
    ------
    InputError
        The plan is not announced, or there is no reason.
    """
    if not reason.strip():
        raise input_error("withdraw.no_reason", column="--reason")
    done = store.withdraw_publication(plan_id, reason=reason.strip(), actor=actor, dry_run=dry_run)
    if not dry_run:
        reconcile(store, home)
    return done


def reconcile(store: Store, home: Home) -> bool:
    """Tell the read side what the store has published; return whether that was news to it.

    Needed after a crash or a restored backup; `publish` does it by itself. Also sweeps away what
    killed runs left unfinished.
    """
    home.folder.mkdir(parents=True, exist_ok=True)
    with _alone(home):
        standing = renewed_of(home)
        publications = [
            {**one.as_dict(), "snapshot": standing.get(one.snapshot, one.snapshot)}
            for one in store.publications()
        ]
        listed = {"format": FORMAT, "publications": publications}
        text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
        if home.published.exists():
            news = home.published.read_text(encoding="utf-8") != text
        else:
            news = bool(publications)
        if news:
            _write_whole(home.published, text)
        _sweep(home)
    return news


def _refuse_period(
    start: datetime, end: datetime | None, moment: datetime, *, allow_past: bool
) -> None:
    if end is not None and end <= start:
        raise input_error("lifecycle.ends_before_start", value=_shown(end), start=_shown(start))
    today = moment.astimezone(start.tzinfo).date()
    if start.date() < today and not allow_past:
        raise input_error("lifecycle.in_the_past", value=_shown(start))


def _read(store: Store, plan_id: str, start: datetime, end: datetime | None) -> _Checked:
    plan = store.load_plan(plan_id)
    town = store.load_town(plan.town)
    communities = communities_of(plan, town.scheme)
    if not communities:
        raise input_error("lifecycle.no_communities", value=plan.name)
    intent = Intent(
        plan_id=plan.id,
        plan_revision=plan.revision,
        plan_hash=store.content_hash(plan),
        town_revision=town.revision,
        communities=communities,
        effective_from=start.astimezone(UTC),
        effective_to=None if end is None else end.astimezone(UTC),
    )
    return _Checked(town, plan, intent)


def communities_of(plan: Plan, scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of the communities that a plan divides, sorted."""
    grids = plan.grids
    named = {community for community in grids["community"] if community}
    coded = {
        scheme.community_of(code)
        for code, community in zip(grids["code"], grids["community"], strict=True)
        if not community
    }
    return tuple(sorted(named | coded))


def _accepted(report: Report, reasons: Mapping[str, str]) -> dict[str, str]:
    """Return the reason of every warning; raise where there is none, or an error stands."""
    if report.has_errors:
        errors = report.counts()["errors"]
        raise NotPublishableError(report, Message("lifecycle.errors_stand", {"errors": errors}))
    given = {rule: text.strip() for rule, text in reasons.items() if text.strip()}
    needed = report.reasons_needed()
    missing = [rule for rule in needed if not (rule in given or ALL_RULES in given)]
    if missing:
        rules = "、".join(missing)
        raise NotPublishableError(report, Message("lifecycle.reasons_missing", {"rules": rules}))
    beforehand = {
        finding.id: finding.accepted.reason for finding in report.findings if finding.accepted
    }
    return {**{rule: given.get(rule) or given[ALL_RULES] for rule in needed}, **beforehand}


def _intended(
    checked: _Checked, reasons: Mapping[str, str], actor: str, moment: datetime
) -> Publication:
    return Publication(
        id="",
        plan=checked.plan.id,
        plan_name=checked.plan.name,
        town=checked.town.name,
        communities=checked.intent.communities,
        effective_from=checked.intent.effective_from,
        effective_to=checked.intent.effective_to,
        recorded_at=moment,
        recorded_until=None,
        snapshot="",
        published_at=moment,
        published_by=actor,
        reasons=reasons,
    )


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Keep others from telling the read side meanwhile; the last to come reads the store last."""
    with (home.folder / ".published.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, sees the old one or the new one, whole."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o644)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    Path(name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sweep(home: Home) -> None:
    """Remove what killed runs left: lists half written, and snapshots long unfinished."""
    for left in home.folder.glob(f".{home.published.name}-*"):
        left.unlink()
    for left in home.snapshots.glob(_UNFINISHED):
        if time.time() - left.stat().st_mtime > _UNFINISHED_KEPT.total_seconds():
            shutil.rmtree(left)


def _cut(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise input_error("lifecycle.without_zone", value=moment.isoformat())
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
