"""What is wrong with a polygon that is not valid, and where."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.grids import Floats


@dataclass(frozen=True)
class Invalidity:
    """Why a polygon is not valid.

    Attributes
    ----------
    kind
        ``spike.flat`` (goes out and comes back on the same line), ``invalid.loop`` (touches
        itself), ``invalid.bow_tie`` (crosses itself), ``invalid.hole_outside``,
        ``invalid.overlapping_parts`` or ``invalid.other``.
    geometry
        The fault itself: the spike's line, the loop, the crossing, the hole, the common ground.
    area
        Area of the loop, the hole or the common ground, square units.
    zone
        Points and ground that the fault touches; other faults that touch it have the same cause.
    reason
        What GEOS says.
    """

    kind: str
    geometry: BaseGeometry
    area: float
    zone: BaseGeometry
    reason: str


def mended(polygon: BaseGeometry) -> BaseGeometry:
    """Return a valid polygon of the same ground, without lines and points."""
    made: BaseGeometry = shapely.make_valid(
        shapely.force_2d(polygon), method="structure", keep_collapsed=False
    )
    parts = shapely.get_parts(made)
    parts = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004
    if not len(parts):
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))


def examined(polygon: BaseGeometry) -> Invalidity:
    """Say what is wrong with an invalid, finite polygon.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon for which ``is_valid`` is False.
    """
    polygon = shapely.force_2d(polygon)
    reason = shapely.is_valid_reason(polygon)
    crossings = _crossings(polygon)
    spike = _flat_spike(polygon)
    if spike is not None:
        return Invalidity("spike.flat", spike, 0.0, _zone(crossings, spike), reason)
    if reason.startswith(("Hole lies outside", "Nested holes")):
        hole = _hole_outside(polygon)
        zone = shapely.union(hole, crossings)
        return Invalidity("invalid.hole_outside", hole, hole.area, zone, reason)
    common = _common_ground(polygon)
    if common is not None:
        zone = _zone(crossings, common)
        return Invalidity("invalid.overlapping_parts", common, common.area, zone, reason)
    if reason.startswith("Ring Self-intersection"):
        loop = _loop(polygon)
        if loop is not None:
            return Invalidity("invalid.loop", loop, loop.area, _zone(crossings, loop), reason)
    if not crossings.is_empty:
        return Invalidity("invalid.bow_tie", crossings, 0.0, crossings, reason)
    place = shapely.boundary(polygon)
    return Invalidity("invalid.other", place, 0.0, place, reason)


def _zone(*places: BaseGeometry) -> BaseGeometry:
    points = np.concatenate([shapely.get_coordinates(place) for place in places])
    return shapely.MultiPoint(points.tolist())


def _crossings(polygon: BaseGeometry) -> BaseGeometry:
    """Return the points where three or more pieces of the rings meet."""
    pieces = shapely.get_parts(shapely.union_all(shapely.get_rings(polygon)))
    if not len(pieces):
        return shapely.MultiPoint()
    ends = shapely.get_coordinates([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    places, count = np.unique(ends, axis=0, return_counts=True)
    found = places[count > 2]  # noqa: PLR2004
    if len(found) == 1:
        return shapely.Point(found[0])
    return shapely.MultiPoint(found.tolist())


def _open_rings(polygon: BaseGeometry) -> list[Floats]:
    rings = []
    for ring in shapely.get_rings(polygon):
        xy = shapely.get_coordinates(ring)[:-1]
        if len(xy):
            rings.append(xy[np.any(xy != np.roll(xy, -1, axis=0), axis=1)])
    return rings


def _flat_spike(polygon: BaseGeometry) -> BaseGeometry | None:
    """Return the line of a spike that goes out and comes back to the same vertex."""
    lines: list[BaseGeometry] = []
    for xy in _open_rings(polygon):
        if len(xy) < 3:  # noqa: PLR2004
            continue
        back = np.flatnonzero((np.roll(xy, 1, axis=0) == np.roll(xy, -1, axis=0)).all(axis=1))
        lines.extend(shapely.LineString([xy[at - 1], xy[at]]) for at in back.tolist())
    if not lines:
        return None
    joined: BaseGeometry = lines[0] if len(lines) == 1 else shapely.union_all(lines)
    return joined


def _hole_outside(polygon: BaseGeometry) -> BaseGeometry:
    """Return the largest inner ring that is not inside its outer ring, as a polygon."""
    found = []
    for part in shapely.get_parts(polygon):
        shell = mended(shapely.Polygon(part.exterior))
        for ring in part.interiors:
            hole = mended(shapely.Polygon(ring))
            outside = shapely.difference(hole, shell)
            if outside.area > 0.5 * hole.area:
                found.append(hole)
    if not found:
        return shapely.Point(shapely.get_coordinates(polygon)[0])
    largest: BaseGeometry = max(found, key=lambda hole: hole.area)
    return largest


def _common_ground(polygon: BaseGeometry) -> BaseGeometry | None:
    """Return the ground that two parts of a MultiPolygon share."""
    parts = [mended(part) for part in shapely.get_parts(polygon)]
    shared = [
        shapely.intersection(one, other)
        for number, one in enumerate(parts)
        for other in parts[number + 1 :]
    ]
    shared = [common for common in shared if common.area > 0.0]
    if not shared:
        return None
    joined: BaseGeometry = shapely.union_all(shared)
    return joined


def _loop(polygon: BaseGeometry) -> BaseGeometry | None:
    """Return the smaller loop between two visits of a ring to the same vertex."""
    loops: list[BaseGeometry] = []
    for xy in _open_rings(polygon):
        _, number, count = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
        number = number.reshape(-1)
        for vertex in np.flatnonzero(count > 1).tolist():
            visits = np.flatnonzero(number == vertex)
            for begin, end in itertools.pairwise(visits.tolist()):
                inner, outer = xy[begin:end], np.concatenate([xy[end:], xy[:begin]])
                loops.extend(
                    mended(shapely.Polygon(loop))
                    for loop in (inner, outer)
                    if len(loop) > 2  # noqa: PLR2004
                )
    loops = [loop for loop in loops if loop.area > 0.0]
    if not loops:
        return None
    smallest: BaseGeometry = min(loops, key=lambda loop: loop.area)
    return smallest
