"""The read side: what is in force when, from the list of publications and their snapshots."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boundaries.home import Home
from boundaries.snapshot import Snapshot, open_snapshot
from geo.problem import input_error

_KEPT_SNAPSHOTS = 8


@dataclass(frozen=True)
class Published:
    """One entry of the list of publications.

    Attributes
    ----------
    id
        ID of the publication.
    plan, plan_name, town
        What was published.
    communities
        Codes of the communities that it is in force for; empty: all that the plan has.
    effective_from, effective_to
        Aware moments, half-open; None = without end.
    recorded_at
        When it was published.
    snapshot
        Content hash, the name of the snapshot's folder.
    """

    id: str
    plan: str
    plan_name: str
    town: str
    communities: frozenset[str]
    effective_from: datetime
    effective_to: datetime | None
    recorded_at: datetime | None
    snapshot: str

    def holds(self, at: datetime) -> bool:
        """Return whether the publication is in force at a moment."""
        return self.effective_from <= at and (self.effective_to is None or at < self.effective_to)


@dataclass(frozen=True)
class InForce:
    """A publication in force and its opened snapshot."""

    publication: Published
    snapshot: Snapshot


def refuse_missing_level(in_force: Sequence[InForce], level: int | None) -> None:
    """Refuse a level of which nothing in force has grids; None stands for all levels.

    Raises
    ------
    InputError
        There is no such level.
    """
    if level is None or not in_force:
        return
    known = {number for each in in_force for number in each.snapshot.placement.levels}
    if level not in known:
        shown = "、".join(str(number) for number in sorted(known))
        raise input_error(
            "lookup.no_such_level", column="level", value=level, level=level, known=shown
        )


@dataclass(frozen=True)
class _Span:
    """What is in force over ``[since, until)``, by a list of publications."""

    publications: tuple[Published, ...]
    since: datetime
    until: datetime
    in_force: tuple[InForce, ...]


_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class ReadSide:
    """What is published, for lookups, maps and bulk work; needs no database.

    Follows ``published.json`` as it changes and keeps the snapshots last asked for open. May be
    used from several threads.

    Parameters
    ----------
    home
        The deployment's folder.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._list = str(home.published)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._publications: tuple[Published, ...] = ()
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()
        self._span: _Span | None = None

    def publications(self) -> tuple[Published, ...]:
        """Return all publications, past and future ones too, earliest first.

        Raises
        ------
        InputError
            The list cannot be read.
        """
        try:
            status = os.stat(self._list)  # noqa: PTH116 - on the way of every lookup
        except FileNotFoundError:
            return ()
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            with self._lock:
                self._publications = _read(self.home.published)
                self._seen = seen
        return self._publications

    def in_force(self, at: datetime | None = None) -> tuple[InForce, ...]:
        """Return what is in force at a moment, now by default, latest publication first.

        Raises
        ------
        InputError
            The list cannot be read, or a snapshot is missing or damaged.
        """
        return self._around(at or datetime.now(UTC)).in_force

    def next_change(self, at: datetime | None = None) -> datetime | None:
        """Return the next moment at which what is in force changes, as far as published."""
        moment, span = at or datetime.now(UTC), self._span
        if span is None or not span.since <= moment < span.until:
            span = self._around(moment)
        return None if span.until is _LAST else span.until

    def _around(self, moment: datetime) -> _Span:
        """Return the span that holds a moment; the last one is kept."""
        publications, span = self.publications(), self._span
        if (
            span is None
            or span.publications is not publications
            or not span.since <= moment < span.until
        ):
            changes = {
                change
                for each in publications
                for change in (each.effective_from, each.effective_to)
                if change is not None
            }
            span = self._span = _Span(
                publications,
                max((each for each in changes if each <= moment), default=_FIRST),
                min((each for each in changes if each > moment), default=_LAST),
                tuple(
                    InForce(each, self.snapshot(each.snapshot))
                    for each in reversed(publications)
                    if each.holds(moment)
                ),
            )
        return span

    def snapshot(self, identity: str) -> Snapshot:
        """Return a snapshot by its content hash; verified when it is first opened."""
        with self._lock:
            if identity not in self._snapshots:
                self._snapshots[identity] = open_snapshot(self.home.snapshots / identity)
            self._snapshots.move_to_end(identity)
            while len(self._snapshots) > _KEPT_SNAPSHOTS:
                self._snapshots.popitem(last=False)
            return self._snapshots[identity]


def _read(path: Path) -> tuple[Published, ...]:
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        found = [_published(entry) for entry in listed["publications"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise input_error(
            "lookup.published_unreadable", file=path, reason=f"{type(error).__name__}: {error}"
        ) from error
    return tuple(sorted(found, key=lambda each: (each.effective_from, each.id)))


def _published(entry: dict[str, Any]) -> Published:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(entry[name]) if entry.get(name) else None

    start = moment("effective_from")
    if start is None:
        raise ValueError("effective_from")
    return Published(
        id=str(entry["id"]),
        plan=str(entry["plan"]),
        plan_name=str(entry["plan_name"]),
        town=str(entry["town"]),
        communities=frozenset(entry.get("communities") or ()),
        effective_from=start,
        effective_to=moment("effective_to"),
        recorded_at=moment("recorded_at"),
        snapshot=str(entry["snapshot"]),
    )
