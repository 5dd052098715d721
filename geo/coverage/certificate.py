"""The exact certificate that grids tile their ground, vertex for vertex, on every level.

Every polygon is broken into directed segments with the inside on the left, each under a canonical
key with a sign. Added up under the label of the parent, the children's segments must give just
the parent's own. The sum of valid polygons' segments is the boundary of the number of times that
ground is covered, so: **nothing is left over exactly when there is no gap, no overlap, no leak,
and every vertex is matched.** There is no tolerance, and no false alarm.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.coverage.grids import NO_PARENT, Flags, Floats, Grids, Ints, Objects
from geo.coverage.segments import Segments, Summand, segments_of, unbalanced

JURISDICTION = -1
"""Depth of the jurisdiction, above the first level."""


@dataclass(frozen=True)
class Residual:
    """What is left over of the sums; empty where everything is proved.

    All arrays have one entry a segment of a polygon that takes part in an unbalanced sum.

    Attributes
    ----------
    ends
        Shape (n, 4): lower end x, y, higher end x, y.
    sign
        +1 where the polygon lies on the left of the way from the lower to the higher end.
    depth
        Position in ``grids.levels`` of the polygon's level, `JURISDICTION` for the jurisdiction.
    row
        Row of the polygon in its level.
    pair
        Depth of the children in whose sum the segment is left over.
    label
        Row of the parent (one level up) under which it was added up.
    """

    ends: Floats
    sign: npt.NDArray[np.int8]
    depth: npt.NDArray[np.int8]
    row: npt.NDArray[np.int32]
    pair: npt.NDArray[np.int8]
    label: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.sign)

    def taken(self, rows: Ints | Flags) -> Residual:
        """Return some of the entries."""
        return Residual(
            self.ends[rows],
            self.sign[rows],
            self.depth[rows],
            self.row[rows],
            self.pair[rows],
            self.label[rows],
        )

    @classmethod
    def joined(cls, parts: list[Residual]) -> Residual:
        """Put residuals together."""
        names = ("ends", "sign", "depth", "row", "pair", "label")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def residual(grids: Grids) -> Residual:
    """Return what is left over when every level's segments are added up under their parents.

    Parameters
    ----------
    grids
        Every geometry a finite, non-empty Polygon or MultiPolygon; see `geo.coverage.gate`. The
        proof holds where each of them is valid.
    """
    found = []
    upper = ground_segments(grids)
    for depth, level in enumerate(grids.levels):
        lower = segments_of(level.geometry)
        found.append(left_over(grids, depth, upper, lower))
        upper = lower
    return Residual.joined(found)


def is_proved(grids: Grids) -> bool:
    """Return whether the grids tile the jurisdiction and their parents exactly, all levels."""
    return not len(residual(grids))


def ground_segments(grids: Grids) -> Segments:
    """Return the jurisdiction's segments; none where it is not known."""
    polygons = np.empty(0 if grids.jurisdiction is None else 1, object)
    polygons[:] = grids.jurisdiction
    return segments_of(polygons)


def segments_near(grids: Grids, places: Objects) -> list[Segments]:
    """Return by depth the segments of all grids whose boxes come near to those of some places."""
    depths = range(len(grids.levels))
    rows = [grids.near(depth, places) for depth in depths]
    shapes = np.concatenate([grids.levels[depth].geometry[rows[depth]] for depth in depths])
    segments = segments_of(shapes)
    bounds = np.searchsorted(segments.owner, np.cumsum([0, *map(len, rows)])).tolist()
    own = replace(segments, owner=np.concatenate(rows).astype(np.int32)[segments.owner])
    return [own.taken(slice(*pair)) for pair in itertools.pairwise(bounds)]


def left_over(grids: Grids, depth: int, upper: Segments, lower: Segments) -> Residual:
    """Return what is left over of one level's segments under their parents' ones."""
    if depth and grids.levels[depth - 1].stands_alone.any():
        upper = upper.taken(~childless(grids, depth - 1)[upper.owner])
    labels = _labels(grids, depth, lower.owner)
    below, above = unbalanced([Summand(lower, labels, 1), Summand(upper, upper.owner, -1)])
    return Residual(
        np.concatenate([lower.ends[below], upper.ends[above]]),
        np.concatenate([lower.sign[below], upper.sign[above]]),
        np.repeat(np.array([depth, depth - 1], np.int8), [len(below), len(above)]),
        np.concatenate([lower.owner[below], upper.owner[above]]),
        np.full(len(below) + len(above), depth, np.int8),
        np.concatenate([labels[below], upper.owner[above]]),
    )


def _labels(grids: Grids, depth: int, rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the label under which some rows' segments are added up: the parent's row.

    Grids without a parent have a label of their own, so nothing of theirs ever adds up.
    """
    labels = grids.parent_rows(depth)[rows].astype(np.int32)
    return np.where(labels == NO_PARENT, -2 - rows, labels)


def childless(grids: Grids, depth: int) -> Flags:
    """Return which grids stand alone: they need no children and have none."""
    alone: Flags = grids.levels[depth].stands_alone.copy()
    if depth + 1 < len(grids.levels):
        parents = grids.parent_rows(depth + 1)
        alone[parents[parents != NO_PARENT]] = False
    return alone


def leaves(grids: Grids, depth: int) -> Flags:
    """Return which grids are ground themselves: of the finest level, or standing alone."""
    if depth + 1 == len(grids.levels):
        return np.ones(len(grids.levels[depth]), bool)
    return childless(grids, depth)
