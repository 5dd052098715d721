"""Round coordinates to the 1e-7° lattice without breaking a polygon or a shared border."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.layers.schema import LATTICE_DEGREES

Shapes = npt.NDArray[np.object_]
_Point = tuple[float, float]
_Edge = tuple[_Point, _Point]

_ROUNDS = 8
_PER_DEGREE = round(1 / LATTICE_DEGREES)
_SMALLEST_RING = 4
_MANY: dict[str, Any] = {
    "MultiPolygon": shapely.MultiPolygon,
    "MultiLineString": shapely.MultiLineString,
}
_CELL = 0.75  # a vertex this near to an edge, in lattice steps, may end up on its other side


def on_lattice(shapes: Shapes) -> Shapes:
    """Return shapes with every coordinate on the lattice.

    Points are rounded one by one, so vertices that were identical stay identical. Where a
    polygon that was valid is not any more, because an edge passed within a step of a vertex, the
    edge is led through that vertex, in every shape that has the edge: borders stay shared. What
    has shrunk to nothing is an empty shape.

    Parameters
    ----------
    shapes
        Any geometries in degrees, None among them; no empty inner rings.
    """
    before = shapely.is_valid(shapes)
    rounded = shapely.transform(shapes, rounded_degrees)
    rounded = _without_new_repeats(shapes, rounded)
    for _ in range(_ROUNDS):
        broken = before & ~shapely.is_valid(rounded)
        if not broken.any():
            return rounded
        through = _vertices_on_edges(rounded[broken])
        if not through:
            break
        affected = _may_have(rounded, through)
        rounded[affected] = [_led_through(shape, through) for shape in rounded[affected]]
        rounded[broken] = _structured(rounded[broken])
    broken = before & ~shapely.is_valid(rounded)
    rounded[broken] = _structured(rounded[broken])
    return rounded


def rounded_degrees(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return coordinates rounded to the lattice: the doubles that decimal text gives, too."""
    return np.asarray(np.round(coordinates * _PER_DEGREE) / _PER_DEGREE, dtype=np.float64)


def _without_new_repeats(before: Shapes, after: Shapes) -> Shapes:
    """Drop the repeated vertices that rounding made; those that were there are the user's."""
    made = np.flatnonzero(_repeats(after) > _repeats(before))
    changed = after.copy()
    changed[made] = [_rebuilt(shape, _without_repeats) for shape in after[made]]
    return changed


def _repeats(shapes: Shapes) -> npt.NDArray[np.int64]:
    """Return how often a vertex of each shape stands twice in a row."""
    coordinates, shape = shapely.get_coordinates(shapes, return_index=True)
    same = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (shape[1:] == shape[:-1])
    return np.bincount(shape[1:][same], minlength=len(shapes))


def _without_repeats(points: list[_Point]) -> list[_Point]:
    return [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]


def _rebuilt(shape: BaseGeometry, change: Callable[[list[_Point]], list[_Point]]) -> BaseGeometry:
    """Return a shape whose rings and lines are changed; what collapses is left out."""
    if shapely.get_dimensions(shape) < 1:
        return shape
    if shape.geom_type.startswith("Multi"):
        parts = [_rebuilt(part, change) for part in shapely.get_parts(shape)]
        whole: BaseGeometry = _MANY[shape.geom_type]([p for p in parts if not p.is_empty])
        return whole
    if shape.geom_type == "Polygon":
        rings = [change(_points(ring)) for ring in shapely.get_rings(shape)]
        if len(rings[0]) < _SMALLEST_RING:
            return shapely.Polygon()
        return shapely.Polygon(rings[0], [r for r in rings[1:] if len(r) >= _SMALLEST_RING])
    line = change(_points(shape))
    return shapely.LineString(line if len(line) > 1 else [])


def _points(line: shapely.Geometry) -> list[_Point]:
    return [(x, y) for x, y in shapely.get_coordinates(line).tolist()]


def _structured(shapes: Shapes) -> Shapes:
    """Return the areas of polygons whose rings touch themselves, on their own vertices."""
    return np.array([_areas(shapely.make_valid(s, method="structure")) for s in shapes], object)


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, on the lattice."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2]  # noqa: PLR2004
    if not parts:
        return shapely.Polygon()
    joined = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return shapely.transform(joined, rounded_degrees)


def _vertices_on_edges(shapes: Shapes) -> dict[_Edge, list[_Point]]:
    """Return the edges that pass within a step of a vertex of the same shape, with these."""
    through: dict[_Edge, list[_Point]] = defaultdict(list)
    for shape in shapes:
        start, end = _edges(shape)
        edges: Shapes = np.array(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
        corners = np.unique(start, axis=0)
        points = shapely.points(corners)
        corner, edge = shapely.STRtree(edges).query(
            points, predicate="dwithin", distance=_CELL * LATTICE_DEGREES
        )
        for at, which in zip(corner.tolist(), edge.tolist(), strict=True):
            vertex = tuple(corners[at].tolist())
            first, last = tuple(start[which].tolist()), tuple(end[which].tolist())
            if vertex not in (first, last):
                key = (first, last) if first <= last else (last, first)
                if vertex not in through[key]:
                    through[key].append(vertex)
    return through


def _edges(shape: shapely.Geometry) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rings = shapely.get_rings(shape)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = coordinates[:-1][same], coordinates[1:][same]
    moves = (start != end).any(axis=1)
    return start[moves], end[moves]


def _may_have(shapes: Shapes, through: dict[_Edge, list[_Point]]) -> npt.NDArray[np.int64]:
    """Return which shapes may have one of the edges."""
    lines = shapely.linestrings(np.array(list(through)))
    found = shapely.STRtree(shapes).query(lines)[1]
    return np.unique(found)


def _led_through(shape: BaseGeometry, through: dict[_Edge, list[_Point]]) -> BaseGeometry:
    """Return a shape whose edges go through the vertices given for them."""

    def led(points: list[_Point]) -> list[_Point]:
        found = points[:1]
        for first, last in pairwise(points):
            key = (first, last) if first <= last else (last, first)
            found += sorted(through.get(key, ()), key=lambda point: _squared(first, point))
            found.append(last)
        return found

    return _rebuilt(shape, led)


def _squared(first: _Point, second: _Point) -> float:
    return (first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2
