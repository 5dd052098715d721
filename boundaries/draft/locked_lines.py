"""Lines that no grid may cross: which edges between faces lie on them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from boundaries.draft.arrangement import Borders, Shapes
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import OPEN

_ON_LINE_M = 0.5
_LEAST_M = 2.0


def _no_shapes() -> Shapes:
    return np.empty(0, dtype=object)


def _no_levels() -> Integers:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class LockedLines:
    """Lines and the level from which on no grid crosses them.

    Attributes
    ----------
    shapes
        Lines, or areas whose outline counts.
    level
        Of every line.
    """

    shapes: Shapes = field(default_factory=_no_shapes)
    level: Integers = field(default_factory=_no_levels)

    @staticmethod
    def of(shapes: Shapes, level: int) -> LockedLines:
        """Return lines that are all locked from one level on; outlines of areas."""
        lines = np.asarray(shapes, dtype=object).copy()
        areal = shapely.get_dimensions(lines) == 2  # noqa: PLR2004 - an area
        lines[areal] = shapely.boundary(lines[areal])
        lines = shapely.get_parts(lines)
        return LockedLines(lines, np.full(len(lines), level, np.int64))

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.shapes)

    def joined(self, more: LockedLines) -> LockedLines:
        """Return these lines and some more."""
        return LockedLines(
            np.concatenate([self.shapes, more.shapes]), np.concatenate([self.level, more.level])
        )

    def level_at(self, borders: Borders) -> Integers:
        """Return the level from which on every edge is locked; `OPEN` for most."""
        found = np.full(len(borders.one), OPEN, np.int64)
        if not len(self):
            return found
        tree = shapely.STRtree(self.shapes)
        end = 2 * borders.middle - borders.start
        on_line: set[tuple[int, int]] | None = None
        for places in (borders.middle, borders.start, end):
            edge, line = tree.query(
                shapely.points(places), predicate="dwithin", distance=_ON_LINE_M
            )
            here = set(zip(edge.tolist(), line.tolist(), strict=True))
            on_line = here if on_line is None else on_line & here
        for edge, line in sorted(on_line or ()):
            found[edge] = min(found[edge], self.level[line])
        return found


def level_of_pairs(
    level: Integers, borders: Borders, pair: Integers, length_m: np.ndarray
) -> Integers:
    """Return the level from which on every pair of units is locked.

    A pair is where some metres of its border are, or most of it: not where it only meets a
    locked line.

    Parameters
    ----------
    level
        Of every edge.
    borders, pair
        The edges, and the pair of each; -1 for none.
    length_m
        Border of every pair.
    """
    found = np.full(len(length_m), OPEN, np.int64)
    for each in np.unique(level[level < OPEN]).tolist():
        edges = np.flatnonzero((level <= each) & (pair >= 0))
        locked_m = np.bincount(pair[edges], borders.length_m[edges], minlength=len(length_m))
        shut: Flags = locked_m > np.minimum(_LEAST_M, length_m / 2)
        found[shut] = np.minimum(found[shut], each)
    return found
