"""What one rule says of one place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from boundaries.acceptance import Acceptance
from messages import LANGUAGES, Language, Message

_STEPS_A_DEGREE = 1e8  # about a millimetre


class Severity(StrEnum):
    """How grave a finding is: an error blocks publishing, a warning needs a reason."""

    ERROR = "E"
    WARNING = "W"
    INFORMATION = "I"


@dataclass(frozen=True)
class Finding:
    """What one rule says of one place.

    Attributes
    ----------
    rule
        ID in the rule catalogue, such as ``"C01"``.
    severity
        Of this finding.
    level
        Level of the grids; None where the finding is of no level.
    grids
        Codes of all grids involved, sorted.
    geometry
        The fault itself (an edge, a sliver, a point), EPSG:4490; None where it has no place.
    measure, unit
        How much, and in what: ``"m²"``, ``"m"``, ``"households"``, ``"%"``, ``"°"``, ``"1"``.
    message
        One sentence.
    remedy
        What to do about it, where known.
    kind
        The kind within the rule, such as ``"gap.inside"``.
    fix
        True where a program can apply the remedy.
    accepted
        Why, by whom and when it was let stand; None where it was not.
    """

    rule: str
    severity: Severity
    level: int | None
    grids: tuple[str, ...]
    geometry: BaseGeometry | None
    measure: float | None
    unit: str | None
    message: Message
    remedy: Message | None = None
    kind: str = ""
    fix: bool = False
    accepted: Acceptance | None = None

    @cached_property
    def id(self) -> str:
        """The rule's ID and a digest of kind, level, grids, measure and ground.

        The same fault has the same ID in every check; any change of its ground, to the
        millimetre, or of what is said of it gives another. A finding without a place is known by
        the values of its sentence.
        """
        measure = None if self.measure is None else f"{self.measure:.4g}"
        said: list[object] = [self.kind, self.level, self.grids, measure, self.unit]
        if self.geometry is None:
            said.append(_values(self.message))
        digest = hashlib.sha256(repr(said).encode())
        if self.geometry is not None:
            ground = shapely.transform(
                self.geometry, lambda xy: np.round(xy * _STEPS_A_DEGREE) + 0.0
            )
            digest.update(shapely.to_wkb(shapely.normalize(ground), byte_order=1))
        return f"{self.rule}-{digest.hexdigest()[:12]}"

    def properties(self, language: Language | None = None) -> dict[str, Any]:
        """Return the finding without its geometry as plain values.

        With no language given, both are there, as ``message_zh``, ``message_en`` and so on.
        """
        said: dict[str, Any] = {}
        if language is None:
            for each in LANGUAGES:
                said[f"message_{each}"] = self.message.text(each)
                said[f"remedy_{each}"] = self.remedy.text(each) if self.remedy else None
        else:
            said["message"] = self.message.text(language)
            said["remedy"] = self.remedy.text(language) if self.remedy else None
        return {
            "id": self.id,
            "rule": self.rule,
            "severity": self.severity.value,
            "level": self.level,
            "grids": list(self.grids),
            "measure": self.measure,
            "unit": self.unit,
            "kind": self.kind,
            "fix": self.fix,
            **said,
            "accepted": None if self.accepted is None else self.accepted.decision(),
        }

    def feature(self, language: Language | None = None) -> dict[str, Any]:
        """Return the finding as a GeoJSON feature."""
        return {
            "type": "Feature",
            "geometry": None if self.geometry is None else mapping(self.geometry),
            "properties": self.properties(language),
        }


def _values(message: Message) -> list[tuple[str, object]]:
    """Return the values of a sentence, none so exact that another machine has another one."""
    return [
        (
            name,
            _values(value)
            if isinstance(value, Message)
            else f"{value:.4g}"
            if isinstance(value, float)
            else str(value),
        )
        for name, value in sorted(message.values.items())
    ]
