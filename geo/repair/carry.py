"""Carry vertices that one side of a border has to all other grids along it, on every level."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.certificate import Residual
from geo.coverage.grids import Floats, Grids, Ints, Objects
from geo.coverage.segments import segments_of

Splits = dict[tuple[float, ...], list[tuple[float, float]]]
"""Vertices to be put into a segment, by the segment's canonical ends, in order from the lower."""


def carried(grids: Grids, left: Residual, reach: float) -> tuple[Grids, int]:
    """Put every loose vertex into the segments that it lies on.

    Parameters
    ----------
    grids
        The grids.
    left
        Their residual: only its vertices and segments are looked at.
    reach
        A vertex lies on a segment that is no farther away than this.

    Returns
    -------
    Grids, int
        The grids with the vertices, and how many vertices went into segments.
    """
    splits = _splits(left, reach)
    if not splits:
        return grids, 0
    return with_splits(grids, splits), sum(len(places) for places in splits.values())


def _splits(left: Residual, reach: float) -> Splits:
    segments = np.unique(left.ends, axis=0)
    vertices = np.unique(left.ends.reshape(-1, 2), axis=0)
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), object)
    vertex, line = shapely.STRtree(lines).query(
        shapely.points(vertices), predicate="dwithin", distance=reach
    )
    start, end = segments[line, :2], segments[line, 2:]
    place = vertices[vertex]
    step = end - start
    share = ((place - start) * step).sum(axis=1) / (step**2).sum(axis=1)
    length = np.hypot(step[:, 0], step[:, 1])
    inside = (share * length > reach) & ((1.0 - share) * length > reach)
    inside &= (place != start).any(axis=1) & (place != end).any(axis=1)
    order = np.lexsort((share[inside], line[inside]))
    splits: Splits = defaultdict(list)
    for at in np.flatnonzero(inside)[order].tolist():
        x, y = place[at].tolist()
        splits[tuple(segments[line[at]].tolist())].append((x, y))
    return dict(splits)


def with_splits(grids: Grids, splits: Splits) -> Grids:
    """Return the grids with vertices put into all segments named, on all levels."""
    ends = np.array(list(splits))
    levels = tuple(
        level.with_geometry(_with_splits(level.geometry, ends, splits)) for level in grids.levels
    )
    ground = grids.jurisdiction
    if ground is not None:
        shapes = np.empty(1, object)
        shapes[0] = ground
        ground = _with_splits(shapes, ends, splits)[0]
    return Grids(levels, ground)


def _with_splits(shapes: Objects, ends: Floats, splits: Splits) -> Objects:
    rows = rows_with(shapes, ends)
    if not len(rows):
        return shapes
    made = shapes.copy()
    for row in rows.tolist():
        made[row] = _inserted(shapes[row], splits)
    return made


def rows_with(shapes: Objects, ends: Floats) -> Ints:
    """Return the rows of polygons that have one of some segments, given by canonical ends."""
    boxes = shapely.box(
        ends[:, 0], ends[:, [1, 3]].min(axis=1), ends[:, 2], ends[:, [1, 3]].max(axis=1)
    )
    near = np.unique(shapely.STRtree(shapes).query(boxes)[1])
    if not len(near):
        return near
    segments = segments_of(shapes[near], near)
    wanted = {end.tobytes() for end in np.ascontiguousarray(ends)}
    has = np.fromiter((end.tobytes() in wanted for end in segments.ends), bool, len(segments))
    return np.unique(segments.owner[has]).astype(np.int64)


def _inserted(shape: BaseGeometry, splits: Splits) -> BaseGeometry:
    parts = [
        shapely.Polygon(
            _ring(shapely.get_coordinates(part.exterior), splits),
            [_ring(shapely.get_coordinates(ring), splits) for ring in part.interiors],
        )
        for part in shapely.get_parts(shape).tolist()
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(xy: Floats, splits: Splits) -> list[tuple[float, float]]:
    made: list[tuple[float, float]] = []
    points = [(x, y) for x, y in xy.tolist()]
    for start, end in itertools.pairwise(points):
        made.append(start)
        key = (*start, *end) if start < end else (*end, *start)
        between = splits.get(key, [])
        made.extend(between if start < end else reversed(between))
    made.append(points[-1])
    return made
