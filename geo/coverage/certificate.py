"""The exact certificate that grids tile their ground, vertex for vertex, on every level.

Every polygon is broken into directed segments with the inside on the left, each under a canonical
key with a sign. Added up under the label of the parent, the children's segments must give just
the parent's own. The sum of valid polygons' segments is the boundary of the number of times that
ground is covered, so: **nothing is left over exactly when there is no gap, no overlap, no leak,
and every vertex is matched.** There is no tolerance, and no false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.coverage.grids import NO_PARENT, Flags, Floats, Grids, Ints, Objects
from geo.coverage.segments import Segments, Summand, segments_of, unbalanced

JURISDICTION = -1
"""Depth of the jurisdiction, above the first level."""
_FEW = 256


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
        found.append(left_over(grids, {depth: (upper, lower)}))
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
    """Return by depth the segments of all grids whose boxes come near to those of some places.

    Those of a few grids are kept, as the next question is about the same place.
    """
    rows = [grids.near(depth, places) for depth in range(len(grids.levels))]
    if sum(map(len, rows)) <= _FEW:
        return [segments_at(grids, depth, some) for depth, some in enumerate(rows)]
    return [
        segments_of(level.geometry[some], some)
        for level, some in zip(grids.levels, rows, strict=True)
    ]


def segments_at(grids: Grids, depth: int, rows: Ints) -> Segments:
    """Return the segments of some rows of a level, and keep them with the grids."""
    geometry, known = grids.levels[depth].geometry, grids.segments
    shapes = geometry[rows]
    numbers = rows.tolist()
    fresh = [
        at
        for at, (row, shape) in enumerate(zip(numbers, shapes.tolist(), strict=True))
        if (one := known.get((depth, row))) is None or one[0] is not shape
    ]
    if fresh:
        made = segments_of(shapes[fresh], rows[fresh])
        ends = np.searchsorted(made.owner, rows[fresh], side="right").tolist()
        for at, low, high in zip(fresh, [0, *ends], ends, strict=False):
            known[depth, numbers[at]] = (shapes[at], made.taken(slice(low, high)))
    if not numbers:
        return segments_of(shapes)
    return Segments.joined([known[depth, row][1] for row in numbers])


def left_over(grids: Grids, pairs: Mapping[int, tuple[Segments, Segments]]) -> Residual:
    """Return what is left over of levels' segments under their parents' ones.

    Parameters
    ----------
    grids
        The grids.
    pairs
        By depth: the segments one level up, and the level's own.
    """
    summands, count = [], len(pairs)
    for number, (depth, (above, lower)) in enumerate(pairs.items()):
        upper = above
        if depth and grids.levels[depth - 1].stands_alone.any():
            upper = above.taken(~childless(grids, depth - 1)[above.owner])
        labels = _labels(grids, depth, lower.owner)
        summands.append(Summand(lower, labels * count + number, 1))
        summands.append(Summand(upper, upper.owner * count + number, -1))
    found = unbalanced(summands)
    rows = [len(some) for some in found]
    kept = [summand.segments.taken(some) for summand, some in zip(summands, found, strict=True)]
    own = [summand.labels[some] for summand, some in zip(summands, found, strict=True)]
    pair = list(pairs)
    segments = Segments.joined(kept)
    return Residual(
        segments.ends,
        segments.sign,
        np.repeat(np.array([at - up for at in pair for up in (0, 1)], np.int8), rows),
        segments.owner,
        np.repeat(np.repeat(np.array(pair, np.int8), 2), rows),
        np.concatenate(own) // count,
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
