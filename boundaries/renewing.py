"""Published snapshots that this version cannot open, made anew; the plans stay as published.

A publication names its snapshot for ever. Which snapshot stands in its place by now is told by a
file beside the snapshots, and by it the list that the read side goes by.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from boundaries.aliasing import with_learnt_aliases
from boundaries.ground import read_ground
from boundaries.home import Home
from boundaries.manifest import (
    FORMAT,
    damaged_part,
    is_whole,
    making,
    read_manifest,
    settle,
    write_json,
)
from boundaries.snapshot import build_snapshot, index_addresses, open_snapshot
from boundaries.store import AliasState, Publication, Store
from geo.problem import InputError
from messages import Message

RENEWED = "renewed.json"
_OF_MANIFEST = ("plan", "town", "crs", "levels", "grids", "addresses")


@dataclass(frozen=True)
class Renewal:
    """A snapshot that this version cannot open.

    Attributes
    ----------
    publications
        What is published with it.
    snapshot
        Its content hash, as the store has it.
    reason
        Why it cannot be opened.
    source
        Content hash of a snapshot of which all but the address index serves on; None where it is
        made from the store, with the town as it is there today.
    renewed
        Content hash of the one made in its place; None while there is none.
    """

    publications: tuple[Publication, ...]
    snapshot: str
    reason: Message
    source: str | None
    renewed: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the renewal as one record."""
        return {
            "snapshot": self.snapshot,
            "plans": sorted({one.plan for one in self.publications}),
            "reason": self.reason.text("zh"),
            "from_store": self.source is None,
            "renewed": self.renewed,
        }


def renewed_of(home: Home) -> dict[str, str]:
    """Return the snapshots that stand in the place of others, by those others' hashes."""
    path = home.snapshots / RENEWED
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def unreadable(store: Store, home: Home) -> list[Renewal]:
    """Return the published snapshots that this version cannot open, the earliest first."""
    standing = renewed_of(home)
    together: dict[str, list[Publication]] = {}
    for publication in store.publications():
        together.setdefault(publication.snapshot, []).append(publication)
    found = []
    for snapshot, publications in together.items():
        held = standing.get(snapshot, snapshot)
        try:
            open_snapshot(home.snapshots / held)
        except InputError as error:
            source = next(
                (one for one in (held, snapshot) if _is_whole(home.snapshots / one)), None
            )
            reason = error.problems[0].message
            found.append(Renewal(tuple(publications), snapshot, reason, source))
    return found


def renew(store: Store, home: Home, renewals: Sequence[Renewal]) -> list[Renewal]:
    """Make snapshots anew and note that they stand in the place of the old ones.

    The read side goes by them once `boundaries.lifecycle.reconcile` has told it. The old ones stay
    where they are: an older version goes on with them.

    Raises
    ------
    InputError
        A plan of the store is no longer what was published.
    """
    made = []
    for each in renewals:
        renewed = (
            _from_store(store, home, each.publications[0])
            if each.source is None
            else _indexed_anew(home.snapshots / each.source)
        )
        standing = {**renewed_of(home), each.snapshot: renewed}
        fresh = home.snapshots / f".{RENEWED}"
        write_json(fresh, standing)
        fresh.replace(home.snapshots / RENEWED)
        made.append(replace(each, renewed=renewed))
    return made


def _is_whole(folder: Path) -> bool:
    """Return whether a snapshot lacks nothing but an address index that this version reads."""
    try:
        manifest = read_manifest(folder)
    except InputError:
        return False
    return (
        manifest["format"] == FORMAT
        and is_whole(manifest)
        and damaged_part(folder, manifest) is None
    )


def _indexed_anew(folder: Path) -> str:
    """Write a snapshot with all the parts of another and a new index of its register."""
    manifest = read_manifest(folder)
    with making(folder.parent) as fresh:
        for part in manifest["parts"]:
            if not part.startswith("addresses/"):
                (fresh / part).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / part, fresh / part)
        ground = fresh / "ground"
        codes = [
            *read_ground(ground, "communities")["code"],
            *read_ground(ground, "jurisdiction")["code"].dropna(),
        ]
        register = gpd.read_parquet(fresh / "register.parquet")
        index_addresses(register, read_ground(ground, "barriers"), codes, fresh)
        return settle(fresh, {name: manifest[name] for name in _OF_MANIFEST})


def _from_store(store: Store, home: Home, publication: Publication) -> str:
    """Write a snapshot as publishing does, from the plan and from the town as it is today."""
    learnt = store.aliases(town=publication.town, state=AliasState.APPROVED)
    town, _ = with_learnt_aliases(store.load_town(publication.town), learnt)
    plan = store.load_plan(publication.plan).with_changes(effective_from=None, effective_to=None)
    return build_snapshot(town, plan, home.snapshots)
