"""What somebody looked at and lets stand: a finding, with the reason, who said so, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from messages import Language


@dataclass(frozen=True)
class Acceptance:
    """A finding that is let stand, kept with the plan.

    Attributes
    ----------
    finding
        The finding's ID, which tells its place and content: where either changes, the ID is
        another and the acceptance no longer applies.
    rule, kind, severity, level, grids
        As in `boundaries.finding.Finding`, as it was when it was accepted.
    said
        The finding's sentence by language.
    geometry
        The fault itself, EPSG:4490; None where it has no place.
    reason
        Why it may stand.
    accepted_by
        Who decided.
    accepted_at
        Aware moment.
    """

    finding: str
    rule: str
    kind: str
    severity: str
    level: int | None
    grids: tuple[str, ...]
    said: Mapping[str, str]
    geometry: BaseGeometry | None
    reason: str
    accepted_by: str
    accepted_at: datetime

    def decision(self) -> dict[str, Any]:
        """Return why, who and when as plain values."""
        return {
            "reason": self.reason,
            "accepted_by": self.accepted_by,
            "accepted_at": self.accepted_at.isoformat(timespec="seconds"),
        }

    def as_dict(self, language: Language | None = None) -> dict[str, Any]:
        """Return the acceptance as plain values, its place as GeoJSON.

        With no language given, the sentence is there in both, as ``message_zh`` and
        ``message_en``.
        """
        said = (
            {f"message_{each}": text for each, text in self.said.items()}
            if language is None
            else {"message": self.said[language]}
        )
        return {
            "finding": self.finding,
            "rule": self.rule,
            "kind": self.kind,
            "severity": self.severity,
            "level": self.level,
            "grids": list(self.grids),
            **said,
            "geometry": None if self.geometry is None else mapping(self.geometry),
            **self.decision(),
        }
