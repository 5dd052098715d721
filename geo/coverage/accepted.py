"""Accepted faults: known by their kind, their grids and the very ground, so long as that stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely

from geo.coverage.faults import Fault

_STEP_M = 0.001


@dataclass(frozen=True)
class Accepted:
    """A fault that someone looked at and lets stand, such as a gap that is a lake.

    Attributes
    ----------
    digest
        Of kind, level, grids and ground; see `digest_of`.
    kind, level, codes
        For people to read.
    reason
        Why it may stand.
    """

    digest: str
    kind: str
    level: int | None
    codes: tuple[str, ...]
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, to be kept with a plan."""
        return {**asdict(self), "codes": list(self.codes)}


@dataclass(frozen=True)
class Sorted:
    """Faults told apart by what was accepted.

    Attributes
    ----------
    open
        Faults that nobody accepted.
    accepted
        Faults that stand as they were accepted.
    stale
        What was accepted and is no longer so: the ground there has changed.
    """

    open: tuple[Fault, ...]
    accepted: tuple[Fault, ...]
    stale: tuple[Accepted, ...]


def digest_of(fault: Fault) -> str:
    """Return a digest of a fault's kind, level, grids and ground, to the millimetre.

    Any change of a border there gives another digest: what was accepted stops applying.
    """
    digest = hashlib.sha256(repr((fault.kind, fault.level, fault.codes)).encode())
    if fault.geometry is not None:
        ground = shapely.normalize(
            shapely.transform(fault.geometry, lambda xy: np.round(xy / _STEP_M) + 0.0)
        )
        digest.update(shapely.to_wkb(ground, byte_order=1))
    return digest.hexdigest()


def accept(fault: Fault, reason: str) -> Accepted:
    """Return a fault as accepted for a reason."""
    return Accepted(digest_of(fault), fault.kind, fault.level, fault.codes, reason)


def sorted_by_acceptance(faults: Iterable[Fault], accepted: Iterable[Accepted]) -> Sorted:
    """Tell faults apart by what was accepted."""
    known = {one.digest: one for one in accepted}
    standing: list[Fault] = []
    opened: list[Fault] = []
    seen = set()
    for fault in faults:
        digest = digest_of(fault)
        seen.add(digest)
        (standing if digest in known else opened).append(fault)
    stale = tuple(one for digest, one in known.items() if digest not in seen)
    return Sorted(tuple(opened), tuple(standing), stale)
