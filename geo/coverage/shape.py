"""Shape faults that tiling does not show: spikes, short segments, needless vertices, slivers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from geo.coverage.certificate import leaves
from geo.coverage.faults import Fault, codes_of
from geo.coverage.gate import BLANK
from geo.coverage.grids import Floats, GridLevel, Grids, Ints
from geo.coverage.neck import necks
from geo.coverage.outline import Outlines, outlines


@dataclass(frozen=True)
class Limits:
    """From when on a shape is a fault.

    Attributes
    ----------
    spike_degrees
        A vertex at a sharper angle is a spike.
    short_segment_m
        A shorter segment is a micro-segment.
    collinear_m
        Vertices nearer than this to the line of their neighbours are needless where
        ``needless_run`` or more of them follow each other.
    needless_run
        See ``collinear_m``.
    neck_m
        A narrower place between two bodies of a grid is a neck.
    sliver_m
        A grid whose mean width is less is a sliver.
    """

    spike_degrees: float = 5.0
    short_segment_m: float = 0.1
    collinear_m: float = 0.001
    needless_run: int = 8
    neck_m: float = 1.0
    sliver_m: float = 2.0


@dataclass(frozen=True)
class ShapeFault:
    """A shape fault and the ground where other faults may come of it.

    Attributes
    ----------
    fault
        The fault.
    reach
        Its hull with the segments beside it.
    """

    fault: Fault
    reach: BaseGeometry


def shape_faults(
    grids: Grids, limits: Limits, only: dict[int, Ints] | None = None
) -> list[ShapeFault]:
    """Return the shape faults of all grids that have no children, one for each place.

    The lines of coarser levels are those of their children.

    Parameters
    ----------
    grids
        Valid polygons, or empty ones.
    limits
        See `Limits`.
    only
        By depth: the rows to be looked at; all by default.
    """
    found: list[ShapeFault] = []
    for depth, level in enumerate(grids.levels):
        rows = np.arange(len(level)) if only is None else only.get(depth, np.zeros(0, np.int64))
        rows = rows[leaves(grids, depth)[rows] & ~shapely.is_empty(level.geometry[rows])]
        if not len(rows):
            continue
        slivers = _slivers(level, rows, limits)
        found.extend(slivers)
        thin = {shape.fault.details["code"] for shape in slivers}
        outline = outlines(level.geometry[rows])
        found.extend(_spikes(level, rows, outline, limits))
        found.extend(_short_segments(level, rows, outline, limits))
        found.extend(_needless(level, rows, outline, limits))
        if limits.neck_m <= 0.0:
            continue
        wide = np.array([level.codes[row] not in thin for row in rows.tolist()])
        found.extend(
            ShapeFault(neck, neck.geometry or BLANK)
            for neck in necks(level, rows, outline, looked_at=wide, width_m=limits.neck_m)
        )
    return found


def _slivers(level: GridLevel, rows: Ints, limits: Limits) -> list[ShapeFault]:
    shapes = level.geometry[rows]
    length = shapely.length(shapes)
    width = 2.0 * shapely.area(shapes) / np.maximum(length, 1e-300)
    found = []
    for at in np.flatnonzero(width < limits.sliver_m).tolist():
        line = shapely.boundary(shapes[at])
        near = rows[shapely.STRtree(shapes).query(shapes[at], predicate="intersects")]
        near = near[near != rows[at]]
        shared = shapely.length(shapely.intersection(line, shapely.boundary(level.geometry[near])))
        beside = near[shared > 0.2 * length[at]]
        fault = Fault(
            "sliver.grid",
            level.level,
            codes_of([level.codes[rows[at]]], level.codes[beside].tolist()),
            shapes[at],
            float(shapely.area(shapes[at])),
            float(width[at]),
            details={"code": level.codes[rows[at]]},
        )
        found.append(ShapeFault(fault, shapes[at]))
    return found


def _spikes(
    level: GridLevel, rows: Ints, outline: Outlines, limits: Limits
) -> Iterator[ShapeFault]:
    """Find vertices where the ring turns back on itself; those of neighbours are one."""
    one = outline.xy[outline.before] - outline.xy
    other = outline.xy[outline.after] - outline.xy
    along = (one * other).sum(axis=1)
    across = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    tips = np.flatnonzero((along > 0) & (across < along * np.tan(np.radians(limits.spike_degrees))))
    by_place: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for tip in tips.tolist():
        by_place[tuple(outline.xy[tip].tolist())].append(tip)
    for members in by_place.values():
        tip = members[0]
        ends = outline.xy[[outline.before[tip], tip, outline.after[tip]]]
        arms = np.hypot(*(ends[[0, 2]] - ends[1]).T)
        short = float(arms.min())
        base = [
            ends[1] + (end - ends[1]) * (short / arm)
            for end, arm in zip(ends[[0, 2]], arms, strict=True)
        ]
        width = float(np.hypot(*(base[0] - base[1])))
        place = shapely.Polygon([base[0], ends[1], base[1]])
        fault = Fault(
            "spike.shared" if len(members) > 1 else "spike.single",
            level.level,
            codes_of(level.codes[rows[outline.owner[members]]].tolist()),
            place if width > 0 else shapely.LineString(ends),
            width * short / 2.0,
            width,
            fix=True,
            details={"length_m": short, "tip": tuple(ends[1].tolist())},
        )
        yield ShapeFault(fault, shapely.convex_hull(shapely.MultiPoint(ends.tolist())))


def _short_segments(
    level: GridLevel, rows: Ints, outline: Outlines, limits: Limits
) -> Iterator[ShapeFault]:
    """Find runs of segments that are shorter than anything drawn on purpose."""
    step = outline.xy[outline.after] - outline.xy
    short = np.flatnonzero(np.hypot(step[:, 0], step[:, 1]) < limits.short_segment_m)
    if not len(short):
        return
    ends = np.concatenate([outline.xy[short], outline.xy[outline.after[short]]])
    places, vertex = np.unique(ends, axis=0, return_inverse=True)
    vertex = vertex.reshape(2, -1)
    graph = coo_matrix((np.ones(len(short)), (vertex[0], vertex[1])), shape=(len(places),) * 2)
    group = connected_components(graph, directed=False)[1][vertex[0]]
    for number in np.unique(group).tolist():
        members = short[group == number]
        lines = np.stack([outline.xy[members], outline.xy[outline.after[members]]], axis=1)
        back = (lines[:, 0, 0] > lines[:, 1, 0]) | (
            (lines[:, 0, 0] == lines[:, 1, 0]) & (lines[:, 0, 1] > lines[:, 1, 1])
        )
        lines[back] = lines[back, ::-1]
        lines = np.unique(lines, axis=0)
        fault = Fault(
            "micro.zigzag" if len(lines) > 2 else "micro.segment",  # noqa: PLR2004
            level.level,
            codes_of(level.codes[rows[outline.owner[members]]].tolist()),
            shapely.MultiLineString(list(lines)),
            0.0,
            float(np.hypot(*step[members].T).max()),
            fix=len(lines) > 2,  # noqa: PLR2004
            details={"count": len(lines)},
        )
        beside = np.concatenate([outline.before[members], outline.after[outline.after[members]]])
        ends = np.vstack([lines.reshape(-1, 2), outline.xy[beside]])
        yield ShapeFault(fault, shapely.convex_hull(shapely.MultiPoint(ends.tolist())))


def _needless(
    level: GridLevel, rows: Ints, outline: Outlines, limits: Limits
) -> Iterator[ShapeFault]:
    """Find runs of vertices that lie on the straight line of their neighbours."""
    straight = _offset(outline) < limits.collinear_m
    straight &= (
        (outline.xy[outline.after] - outline.xy) * (outline.xy - outline.xy[outline.before])
    ).sum(axis=1) > 0
    if np.count_nonzero(straight) < limits.needless_run:
        return
    by_line: dict[frozenset[tuple[float, ...]], set[int]] = defaultdict(set)
    ends: dict[frozenset[tuple[float, ...]], Floats] = {}
    start = np.flatnonzero(straight & ~straight[outline.before])
    for first in start.tolist():
        run, at = [], first
        while straight[at]:
            run.append(tuple(outline.xy[at].tolist()))
            at = int(outline.after[at])
        if len(run) >= limits.needless_run:
            by_line[frozenset(run)].add(int(outline.owner[first]))
            ends[frozenset(run)] = outline.xy[[outline.before[first], at]]
    for points, owners in by_line.items():
        fault = Fault(
            "vertex.needless",
            level.level,
            codes_of(level.codes[rows[sorted(owners)]].tolist()),
            shapely.MultiPoint(sorted(points)),
            0.0,
            0.0,
            fix=True,
            details={"count": len(points)},
        )
        yield ShapeFault(fault, shapely.LineString(ends[points]))


def _offset(outline: Outlines) -> Floats:
    """Return the distance of every vertex from the line through its two neighbours."""
    one = outline.xy[outline.before] - outline.xy
    other = outline.xy[outline.after] - outline.xy
    chord = np.hypot(*(one - other).T)
    across: Floats = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    return across / np.maximum(chord, 1e-300)
