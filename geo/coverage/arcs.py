"""Shared borders as arcs: a line between two nodes with a grid on its left and one on its right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.grids import Floats, Ints, Objects
from geo.coverage.segments import exact_keys, segments_of

OUTSIDE = -1
"""Row on the side of an arc where no grid is."""


@dataclass(frozen=True)
class Arc:
    """A stretch of border with the same two sides all along.

    Attributes
    ----------
    places
        Vertices from node to node, shape (n, 2); a ring without node ends where it begins.
    left, right
        Rows of the grids on both sides; `OUTSIDE` where there is none.
    """

    places: Floats
    left: int
    right: int

    @property
    def length(self) -> float:
        """Length in the unit of the coordinates."""
        return float(np.hypot(*np.diff(self.places, axis=0).T).sum())

    @property
    def line(self) -> shapely.LineString:
        """The arc as a line."""
        return shapely.LineString(self.places)


@dataclass(frozen=True)
class Linework:
    """All borders of some levels, each segment once, in order along their arcs.

    An arc runs along the coarsest level that has it, past nodes where only finer borders end.

    Attributes
    ----------
    start, end
        Ends of every segment in the direction of its arc, shape (n, 2).
    arc
        Number of its arc, in order.
    left, right
        Row of the grid on either side, shape (levels, n); `OUTSIDE` where a level has none
        there or no border at all.
    """

    start: Floats
    end: Floats
    arc: Ints
    left: Ints
    right: Ints


def linework(levels: Sequence[Objects]) -> Linework:
    """Return the borders of levels, coarsest first.

    Parameters
    ----------
    levels
        Valid polygons of each. Where two grids of a level lie on the same side of a segment, one
        of them is told.
    """
    sides = [_sides(shapes) for shapes in levels]
    every = np.concatenate([ends for ends, _, _ in sides])
    _, first, number = np.unique(exact_keys(every), return_index=True, return_inverse=True)
    sizes = np.cumsum([len(ends) for ends, _, _ in sides])
    coarsest = np.searchsorted(sizes, first, side="right")
    known = np.full((2, len(levels), len(first)), OUTSIDE)
    for depth, (at, (_, left, right)) in enumerate(
        zip(np.split(number.reshape(-1), sizes[:-1]), sides, strict=True)
    ):
        known[0, depth, at], known[1, depth, at] = left, right
    ends = every[first]
    rows, ahead, arc = _chained(ends, coarsest, len(levels))
    ends, known = ends[rows], known[:, :, rows]
    return Linework(
        np.where(ahead[:, None], ends[:, :2], ends[:, 2:]),
        np.where(ahead[:, None], ends[:, 2:], ends[:, :2]),
        arc,
        np.where(ahead, known[0], known[1]),
        np.where(ahead, known[1], known[0]),
    )


def _chained(ends: Floats, coarsest: Ints, levels: int) -> tuple[Ints, Ints, Ints]:
    """Return the segments in order along arcs, whether each runs ahead, and the arcs' numbers."""
    found: list[tuple[Ints, Ints, Ints]] = []
    count = 0
    for depth in range(levels):
        own = np.flatnonzero(coarsest == depth)
        lines = shapely.MultiLineString(list(ends[own].reshape(-1, 2, 2)))
        xy, of = shapely.get_coordinates(
            shapely.get_parts(shapely.line_merge(lines)), return_index=True
        )
        same = of[1:] == of[:-1]
        steps = np.hstack([xy[:-1], xy[1:]])[same]
        ahead = (steps[:, 0] < steps[:, 2]) | (
            (steps[:, 0] == steps[:, 2]) & (steps[:, 1] < steps[:, 3])
        )
        steps[~ahead] = steps[~ahead][:, [2, 3, 0, 1]]
        rows = np.empty(len(own), np.int64)  # both hold the same segments, each once
        rows[np.lexsort(steps.T)] = own[np.lexsort(ends[own].T)]
        found.append((rows, ahead, of[:-1][same] + count))
        count += int(of.max(initial=-1)) + 1
    rows, ahead, arc = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, ahead, arc


def arcs(shapes: Objects) -> list[Arc]:
    """Return the arcs of a level whose vertices are matched.

    Parameters
    ----------
    shapes
        Valid polygons that tile their ground; what is proved needs no tolerance here.

    Returns
    -------
    list of Arc
        Ordered by their sides and their beginnings.
    """
    lines = linework([shapes])
    first = np.flatnonzero(np.append(True, lines.arc[1:] != lines.arc[:-1])[: len(lines.arc)])
    last = np.append(first[1:], len(lines.arc))
    found = [
        Arc(
            np.vstack([lines.start[low:high], lines.end[high - 1]]),
            int(lines.left[0, low]),
            int(lines.right[0, low]),
        )
        for low, high in zip(first.tolist(), last.tolist(), strict=True)
    ]
    return sorted(found, key=lambda arc: (arc.left, arc.right, *arc.places[0].tolist()))


def _sides(shapes: Objects) -> tuple[Floats, Ints, Ints]:
    """Return every segment once with the rows on its left and right, from lower to higher end."""
    segments = segments_of(shapes)
    _, first, number = np.unique(exact_keys(segments.ends), return_index=True, return_inverse=True)
    number = number.reshape(-1)
    left = np.full(len(first), OUTSIDE)
    right = np.full(len(first), OUTSIDE)
    ahead = segments.sign > 0
    left[number[ahead]] = segments.owner[ahead]
    right[number[~ahead]] = segments.owner[~ahead]
    return segments.ends[first], left, right


def neighbours(found: list[Arc]) -> dict[tuple[int, int], float]:
    """Return the length of the border that two grids share, by their rows, the lower one first.

    A border with the outside has `OUTSIDE` as its first row.
    """
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for arc in found:
        if arc.left != arc.right:
            shared[min(arc.left, arc.right), max(arc.left, arc.right)] += arc.length
    return dict(shared)
