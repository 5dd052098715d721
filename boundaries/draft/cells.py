"""Enclosed tessellation: the lines half-way between the buildings of a street block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import QhullError, Voronoi, cKDTree

from boundaries.draft.arrangement import Points, Shapes
from boundaries.draft.compiled import Integers

_SPACING_M = (0.8, 5.0)
_SHRINK_M = 0.4
_SMOOTH_M = 0.4
_FAR = 5.0
_SLIVER_M2 = 1e-6
_LEAST_LEFT = 0.1
_SKIN_M = 0.05
_BEYOND_M = 0.1


@dataclass(frozen=True)
class Stairs:
    """How a building's ground is cut into its stairs.

    Attributes
    ----------
    origin, direction
        Start of the long axis of the footprint, and the unit vector along it, in metres.
    length_m
        Of the axis.
    count
        Stairs; each has the same share of the axis.
    """

    origin: Points
    direction: Points
    length_m: float
    count: int

    def stair_of(self, places: Points) -> Integers:
        """Return the stair, from 0, that each place lies beside."""
        along = (places - self.origin) @ self.direction / self.length_m * self.count
        return np.clip(np.floor(along), 0, self.count - 1).astype(np.int64)

    def cuts(self, reach_m: float) -> list[shapely.LineString]:
        """Return the lines between stairs, that long on both sides of the axis."""
        across = np.array([-self.direction[1], self.direction[0]])
        middles = [
            self.origin + self.direction * self.length_m * number / self.count
            for number in range(1, self.count)
        ]
        return [
            shapely.LineString([middle - across * reach_m, middle + across * reach_m])
            for middle in middles
        ]


def stairs_of(footprint: shapely.Geometry, count: int) -> Stairs:
    """Cut the long axis of a footprint into stairs, from west to east (or south to north)."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(footprint))
    if len(box) < 4:  # noqa: PLR2004 - a footprint without breadth
        box = shapely.get_coordinates(shapely.box(*shapely.buffer(footprint, 1).bounds))
    sides = box[1:3] - box[:2]
    long, wide = (0, 1) if np.hypot(*sides[0]) >= np.hypot(*sides[1]) else (1, 0)
    origin = (box[0] + box[1] - sides[0]) / 2 if long == 0 else (box[0] + box[1]) / 2
    if long == 0:
        origin = box[0] + sides[wide] / 2
    length = max(float(np.hypot(*sides[long])), 1.0)
    direction = sides[long] / length
    if tuple(np.round(direction, 6)) < (0.0, 0.0):
        origin, direction = origin + direction * length, -direction
    return Stairs(origin, direction, length, count)


@dataclass(frozen=True)
class Plots:
    """The buildings of a block: the ground that each stands on alone, and points around it.

    Attributes
    ----------
    shapes
        Ground of every building, metres; none lies over another's.
    points
        Points on the outlines, drawn in a little.
    of_shape, of_point
        The owner's number of every shape and point.
    """

    shapes: Shapes
    of_shape: Integers
    points: Points
    of_point: Integers

    def owner_of(self, places: Points) -> Integers:
        """Return the owner of each place: who stands there, else who is nearest."""
        distance, index = cKDTree(self.points).query(places, k=min(3, len(self.points)))
        if index.ndim == 1:
            owner = self.of_point[index]
        else:
            tied = distance <= distance[:, :1] + 1e-9
            owner = np.where(tied, self.of_point[index], np.iinfo(np.int64).max).min(axis=1)
        place, shape = shapely.STRtree(self.shapes).query(
            shapely.points(places), predicate="intersects"
        )
        owner[place] = self.of_shape[shape]
        return np.asarray(owner, np.int64)


def plots_of(footprints: Shapes, owner: Integers) -> Plots:
    """Return the plots of some buildings: the nearer the neighbours, the denser their points.

    So the line half-way between two walls that face each other does not swing into them. Where
    footprints lie over one another, the smaller one has the ground.
    """
    apart = _without_smaller(footprints)
    alone = ~shapely.is_empty(apart)
    apart, owner = apart[alone], owner[alone]
    inner = shapely.buffer(apart, -_SHRINK_M, join_style="mitre")
    shapes = np.where(shapely.is_empty(inner), shapely.centroid(apart), inner)
    dense = shapely.segmentize(shapes, np.clip(_gaps_m(shapes), *_SPACING_M))
    points, index = shapely.get_coordinates(dense, return_index=True)
    _, first = np.unique(np.round(points, 3), axis=0, return_index=True)
    first.sort()
    return Plots(apart, owner, points[first], owner[index[first]])


def _gaps_m(shapes: Shapes) -> npt.NDArray[np.float64]:
    """Return how near each shape's nearest neighbour is; infinity where it stands alone."""
    gaps = np.full(len(shapes), np.inf)
    (shape, _), distance = shapely.STRtree(shapes).query_nearest(
        shapes, exclusive=True, return_distance=True, all_matches=False
    )
    gaps[shape] = distance
    return gaps


def _without_smaller(footprints: Shapes) -> Shapes:
    """Return footprints less the smaller ones that lie over them.

    Whoever would be left with a rim only has no ground of its own: an empty shape.
    """
    area = shapely.area(footprints)
    one, other = shapely.STRtree(footprints).query(footprints, predicate="intersects")
    over = (area[other] < area[one]) | ((area[other] == area[one]) & (other < one))
    one, other = one[over], other[over]
    shared = shapely.area(shapely.intersection(footprints[one], footprints[other])) > _SLIVER_M2
    left = footprints.copy()
    for larger in np.unique(one[shared]).tolist():
        smaller = footprints[other[shared & (one == larger)]]
        left[larger] = shapely.difference(left[larger], shapely.union_all(smaller))
    left[shapely.area(left) < _LEAST_LEFT * area] = shapely.Polygon()
    return left


def lines_between(plots: Plots, block: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the lines half-way between the owners of plots, inside the block.

    A line that would run through a building follows its wall instead. The lines reach a little
    beyond the block, so that rounding leaves none of them short of its rim.
    """
    lines = _half_way(plots, block)
    if not len(lines):
        return []
    core = shapely.buffer(plots.shapes, -_SKIN_M)
    line, shape = shapely.STRtree(core).query(lines, predicate="intersects")
    if len(line):
        walled = plots.shapes[np.unique(shape)]
        cut = np.unique(line)
        lines[cut] = shapely.difference(lines[cut], shapely.union_all(walled))
        lines = np.concatenate([lines, shapely.boundary(walled)])
    return [each for each in lines.tolist() if shapely.length(each) > 0]


def _half_way(plots: Plots, block: shapely.Geometry) -> Shapes:
    nothing = np.empty(0, dtype=object)
    if len(np.unique(plots.of_point)) < 2:  # noqa: PLR2004 - one building has it all
        return nothing
    west, south, east, north = shapely.bounds(block).tolist()
    reach = _FAR * max(east - west, north - south, 1.0)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    ring = middle + reach * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [2, 0], [-2, 0.1]])
    try:
        diagram = Voronoi(np.concatenate([plots.points, ring]) - middle)
    except QhullError:
        return nothing
    owner = np.concatenate([plots.of_point, np.full(len(ring), -1)])
    one, other = owner[diagram.ridge_points].T
    ends = np.array([ridge[:2] for ridge in diagram.ridge_vertices])
    between = (one != other) & (one >= 0) & (other >= 0) & (ends >= 0).all(axis=1)
    one, other, ends = one[between], other[between], ends[between]
    order = np.lexsort((np.maximum(one, other), np.minimum(one, other)))
    segments = shapely.linestrings(diagram.vertices[ends[order]] + middle)
    pair = np.column_stack([np.minimum(one, other), np.maximum(one, other)])[order]
    starts = np.flatnonzero(np.append(True, (pair[1:] != pair[:-1]).any(axis=1)))
    found = []
    for group in np.split(segments, starts[1:]):
        merged = shapely.line_merge(shapely.multilinestrings(group))
        found.append(shapely.simplify(merged, _SMOOTH_M))
    return np.asarray(shapely.intersection(np.array(found), beyond(block)), dtype=object)


def beyond(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape a little larger: what is clipped to it meets its rim in spite of rounding."""
    return shapely.buffer(shape, _BEYOND_M, join_style="mitre", mitre_limit=2.0)
