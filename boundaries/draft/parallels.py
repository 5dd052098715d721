"""Of lines that run side by side, nearly on one another, only the greatest is kept."""

from __future__ import annotations

import numpy as np
import shapely

from boundaries.draft.arrangement import Shapes
from boundaries.draft.compiled import Integers

APART_M = 2.5
"""Lines nearer than that to one another count as one border."""

_LEAST_BESIDE_M = 15.0
_OVERSHOOT = 1.1
_SAME_PLACE_M = 1e-6


def one_of_parallels(fixed: Shapes, lines: Shapes, classes: Integers) -> tuple[Shapes, Integers]:
    """Cut out of each line what runs beside a greater one, and end what is left on that one.

    A line that crosses another at a fair angle stays whole. So no strip is left between a road
    and the estate wall or town line that was drawn along it.

    Parameters
    ----------
    fixed
        Lines, in metres, that are greater than all others.
    lines, classes
        Other lines, none empty, and their classes; of one class the longer line is the greater.

    Returns
    -------
    lines, classes
        What is left of the lines; none is empty.
    """
    everything = np.concatenate([shapely.get_parts(fixed), lines])
    rank = np.full(len(everything), -1)
    order = np.lexsort((np.arange(len(lines)), -shapely.length(lines), -classes))
    rank[len(everything) - len(lines) + order] = np.arange(len(lines))
    offset = len(everything) - len(lines)
    near = shapely.buffer(everything, APART_M, cap_style="flat")
    one, other = shapely.STRtree(near).query(lines, predicate="intersects")
    lesser = rank[other] < rank[one + offset]
    one, other = one[lesser], other[lesser]
    beside = shapely.length(shapely.intersection(lines[one], near[other])) > _LEAST_BESIDE_M
    one, other = one[beside], other[beside]
    left = lines.copy()
    for line in np.unique(one).tolist():
        greater = other[one == line]
        left[line] = _away_from(lines[line], everything[greater], near[greater])
    present = ~shapely.is_empty(left)
    return left[present], classes[present]


def _away_from(line: shapely.Geometry, greater: Shapes, near: Shapes) -> shapely.Geometry:
    """Return the parts of a line that are not beside greater ones, led on to these."""
    ends = shapely.get_coordinates(shapely.boundary(line))
    outside = shapely.difference(line, shapely.union_all(near))
    pieces = shapely.get_parts(shapely.line_merge(outside))
    target = shapely.union_all(greater)
    kept = []
    for piece in pieces[shapely.length(pieces) > 0].tolist():
        tips = shapely.get_coordinates(piece)[[0, -1]]
        cut = [not len(ends) or np.hypot(*(ends - tip).T).min() > _SAME_PLACE_M for tip in tips]
        if all(cut) and shapely.length(piece) < 2 * APART_M:
            continue
        kept.append(piece)
        for tip in tips[cut]:
            across = shapely.shortest_line(shapely.Point(tip), target)
            start, end = shapely.get_coordinates(across)
            kept.append(shapely.LineString([start, start + (end - start) * _OVERSHOOT]))
    return shapely.union_all(kept) if kept else shapely.LineString()
