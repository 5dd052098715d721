"""What one rule says of one place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from messages import LANGUAGES, Language, Message


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
            "rule": self.rule,
            "severity": self.severity.value,
            "level": self.level,
            "grids": list(self.grids),
            "measure": self.measure,
            "unit": self.unit,
            "kind": self.kind,
            "fix": self.fix,
            **said,
        }

    def feature(self, language: Language | None = None) -> dict[str, Any]:
        """Return the finding as a GeoJSON feature."""
        return {
            "type": "Feature",
            "geometry": None if self.geometry is None else mapping(self.geometry),
            "properties": self.properties(language),
        }
