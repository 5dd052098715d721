"""What the engine says of one place: type, grids, the ground itself, how much, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Fault:
    """One fault of a coverage.

    Attributes
    ----------
    kind
        Dotted kind such as ``"gap.inside"``; see `KINDS`.
    level
        Number of the level that is at fault; None where it is of no level.
    codes
        Codes of all grids involved, sorted; the first one of ``blamed`` is the cause where the
        fault has one.
    geometry
        The fault itself in the grids' CRS: the uncovered ground, the sliver, the point.
    area_m2
        Its area; 0 for points and lines.
    width_m
        Diameter of the largest circle inside it, or the distance by which something is off.
    parents
        Codes of the parents concerned, where the fault is one of the hierarchy.
    fix
        True where the repair can mend it without new information.
    details
        More values by name, for the sentence.
    """

    kind: str
    level: int | None
    codes: tuple[str, ...]
    geometry: BaseGeometry | None
    area_m2: float = 0.0
    width_m: float | None = None
    parents: tuple[str, ...] = ()
    fix: bool = False
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def place(self) -> tuple[float, float] | None:
        """A point of the fault: x and y in the grids' CRS."""
        if self.geometry is None or self.geometry.is_empty:
            return None
        point = shapely.point_on_surface(self.geometry)
        return float(point.x), float(point.y)

    @property
    def family(self) -> str:
        """First word of the kind, such as ``gap`` or ``overlap``."""
        return self.kind.partition(".")[0]


def codes_of(*values: Iterable[str | None]) -> tuple[str, ...]:
    """Return codes sorted, each once, those that are missing left out."""
    return tuple(sorted({code for part in values for code in part if code is not None}))
