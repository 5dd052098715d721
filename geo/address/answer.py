"""What the engine says of one text: candidates with probabilities, a status, one question."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.aliases import Alias
from messages import Language, Message

Rows = NDArray[np.int64]
"""Row numbers of the register, 0 for its first row, ascending."""


class Status(StrEnum):
    """How an answer is to be taken."""

    MATCH = "match"
    PARTIAL = "partial"
    AMBIGUOUS = "ambiguous"
    NO_MATCH = "no_match"
    OUT_OF_AREA = "out_of_area"
    INVALID = "invalid"


class Precision(StrEnum):
    """How fine a candidate is; never finer than text and register both support."""

    STAIR = "stair"
    BUILDING = "building"
    COMPOUND = "compound"
    ROAD_NUMBER = "road_number"
    INTERPOLATED = "interpolated"
    INTERSECTION = "intersection"
    ROAD = "road"
    VILLAGE = "village"
    POI = "poi"
    RELATIVE = "relative"
    COORDINATE = "coordinate"


@dataclass(frozen=True, slots=True)
class Fault:
    """One difference between what was said and what the register holds.

    Attributes
    ----------
    element
        What differs: ``name``, ``zone``, ``building``, ``stair``, ``road``, ``number`` …
    fault
        How: ``not_in_register``, ``missing``, ``is_alias``, ``is_old``, ``spelled_differently`` …
    given, matched
        The words said and the register's words; None where there are none.
    span
        Start and end of the words said, in the text as it was given.
    alias
        The alias by which the place was found, with its kind and its period.
    """

    element: str
    fault: str
    given: str | None = None
    matched: str | None = None
    span: tuple[int, int] | None = None
    alias: Alias | None = None

    @property
    def code(self) -> str:
        """Return the fault's name, such as ``building.not_in_register``."""
        return f"{self.element}.{self.fault}"

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as one flat record."""
        return {
            "code": self.code,
            "element": self.element,
            "fault": self.fault,
            "given": self.given,
            "matched": self.matched,
            "span": None if self.span is None else list(self.span),
            "alias": None if self.alias is None else _alias_as_dict(self.alias),
        }


def _alias_as_dict(alias: Alias) -> dict[str, Any]:
    return {
        "name": alias.name,
        "kind": alias.kind,
        "valid_from": None if alias.valid_from is None else alias.valid_from.isoformat(),
        "valid_until": None if alias.valid_until is None else alias.valid_until.isoformat(),
    }


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One place that may be meant.

    Attributes
    ----------
    rows
        Row numbers of the register that the candidate stands for.
    compound, zone, building, stair, road, number
        The register's words; None where text or register do not determine them.
    text
        The place in words.
    p
        Probability that this place is meant; with `Match.p_none` all add up to 1.
    precision
        The finest element that text and register both support.
    faults
        What differs from the text said.
    accuracy_m
        How far from the place what is meant may lie (对面, 附近, 南100米), metres; None at it.
    point
        Longitude and latitude where the place is worked out rather than registered (a crossing,
        a number between two others).
    """

    rows: Rows
    compound: str | None
    zone: str | None
    building: str | None
    stair: str | None
    road: str | None
    number: str | None
    text: str
    p: float
    precision: Precision
    faults: tuple[Fault, ...] = ()
    town: str | None = None
    village: str | None = None
    accuracy_m: float | None = None
    point: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the candidate as one record; rows are left out."""
        return {
            "compound": self.compound,
            "zone": self.zone,
            "building": self.building,
            "stair": self.stair,
            "road": self.road,
            "number": self.number,
            "town": self.town,
            "village": self.village,
            "text": self.text,
            "p": round(self.p, 6),
            "precision": self.precision.value,
            "accuracy_m": self.accuracy_m,
            "faults": [fault.as_dict() for fault in self.faults],
        }


@dataclass(frozen=True, slots=True)
class Match:
    """What the engine makes of one text.

    Attributes
    ----------
    status
        How the answer is to be taken.
    candidates
        The places that may be meant, the likeliest first.
    p_none
        Probability that nothing of the register is meant.
    ask
        The one question that best splits the candidates; None where none is needed.
    grade
        ``A`` exact, ``B`` safe with small differences, ``C`` uncertain; None without candidates.
    claim
        What the engine stands by, as coarse as it must be to be sure; None where it is not.
    note
        What must be known of the likeliest candidate: that it was found by an old name.
    """

    status: Status
    candidates: tuple[Candidate, ...] = ()
    p_none: float = 1.0
    ask: Message | None = None
    grade: str | None = None
    claim: Candidate | None = None
    note: Message | None = None

    def as_dict(self, language: Language = "zh") -> dict[str, Any]:
        """Return the match as one record."""
        return {
            "status": self.status.value,
            "grade": self.grade,
            "claim": None if self.claim is None else self.claim.as_dict(),
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "p_none": round(self.p_none, 6),
            "ask": None if self.ask is None else self.ask.text(language),
            "note": None if self.note is None else self.note.text(language),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Suggestion:
    """A place offered while somebody types, and how fine it is."""

    text: str
    rows: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    precision: Precision = Precision.POI
