"""Take needless vertices, tips of spikes, zigzags and tiny segments out of all grids at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.faults import Fault
from geo.coverage.grids import Grids, Objects
from geo.coverage.shape import Limits, shape_faults
from geo.repair.rebuild import Place

_THINNED = frozenset({"vertex.needless", "spike.shared", "spike.single", "micro.zigzag"})
_AT_M = 0.001
_RING = 3
_ROUNDS = 3

Ring = list[Place]


def thinned(
    grids: Grids,
    limits: Limits | None = None,
    *,
    fixed: Collection[int] = (),
    kept: Collection[Place] = (),
    ground: Objects | None = None,
    rounding_m: float = 0.0,
) -> Grids:
    """Return grids without vertices that only spoil their shape.

    A vertex goes from every grid of every level, and from the jurisdiction, at once, and only
    where all of them run through it between the same two others: so what was proved stays so.

    Parameters
    ----------
    grids
        Grids whose vertices are matched, but for those that are kept.
    limits
        From when on a shape is a fault.
    fixed
        Numbers of levels that keep all their vertices; the jurisdiction then keeps its own, too.
    kept
        Vertices that stay.
    ground
        Places where nothing is taken out.
    rounding_m
        How far off rounding may have put a vertex: two of them end what is left of a spike.
    """
    looked_for = replace(limits or Limits(), neck_m=0.0, sliver_m=0.0)
    for _ in range(_ROUNDS):  # what is left of a spike's base may be short
        stay = _kept(grids, fixed).union(kept)
        before, grids = grids, _thinned(grids, looked_for, stay, ground, 2.0 * rounding_m)
        if grids is before:
            break
    return grids


def _thinned(
    grids: Grids, looked_for: Limits, kept: set[Place], ground: Objects | None, off_m: float
) -> Grids:
    faults = [
        one.fault
        for one in shape_faults(grids, looked_for)
        if ground is None or not shapely.dwithin(ground, one.fault.geometry, _AT_M).any()
    ]
    places = {
        place: offset_m
        for fault in faults
        for place, offset_m in _places(fault)
        if place not in kept
    }
    short = {ends for fault in faults for ends in _short_segments(fault)}
    if not places and not short:
        return grids
    rings = _Rings(grids, set(places).union(*short))
    for place, offset_m in sorted(places.items()):
        rings.take_out(place, offset_m)
    straight_m = max(looked_for.collinear_m, off_m)
    for ends in sorted(short):
        any(place not in kept and rings.take_out(place, straight_m) for place in ends)
    return rings.grids()


def _kept(grids: Grids, fixed: Collection[int]) -> set[Place]:
    shapes = [level.geometry for level in grids.levels if level.level in fixed]
    if not shapes:
        return set()
    shapes.append(np.array([grids.jurisdiction], dtype=object))
    xy = shapely.get_coordinates(np.concatenate(shapes))
    return {(x, y) for x, y in xy.tolist()}


def _places(fault: Fault) -> list[tuple[Place, float]]:
    """Return the vertices that a fault can do without, and how far from the line each may be."""
    if fault.kind not in _THINNED or fault.geometry is None:
        return []
    if fault.family == "spike":
        tip = fault.details["tip"]
        return [(tip, np.inf)] if isinstance(tip, tuple) else []
    found = sorted({(x, y) for x, y in shapely.get_coordinates(fault.geometry).tolist()})
    if fault.kind == "vertex.needless":
        return [(place, np.inf) for place in found]
    return [(place, np.inf) for place in found[1:-1]] + [
        (place, fault.width_m or 0.0) for place in (found[0], found[-1])
    ]


def _short_segments(fault: Fault) -> list[tuple[Place, ...]]:
    """Return the two ends of a segment that is too short: one that bends nothing can go."""
    if fault.kind != "micro.segment" or fault.geometry is None:
        return []
    return [
        tuple(sorted((x, y) for x, y in shapely.get_coordinates(line).tolist()))
        for line in shapely.get_parts(fault.geometry)
    ]


class _Rings:
    """The rings that have some places, of all levels and of the jurisdiction."""

    def __init__(self, grids: Grids, places: set[Place]) -> None:
        self._before = grids
        self._taken = False
        ground = np.empty(0 if grids.jurisdiction is None else 1, object)
        ground[:] = grids.jurisdiction
        self._layers: list[Objects] = [level.geometry for level in grids.levels] + [ground]
        self._rings: dict[tuple[int, int], list[list[Ring]]] = {}
        self._users: dict[Place, list[Ring]] = {place: [] for place in places}
        for layer, shapes in enumerate(self._layers):
            xy, owner = shapely.get_coordinates(shapes, return_index=True)
            has = np.fromiter((place in places for place in map(tuple, xy.tolist())), bool, len(xy))
            for row in np.unique(owner[has]).tolist():
                self._rings[layer, row] = parts = _rings_of(shapes[row])
                for ring in (ring for part in parts for ring in part):
                    for place in places.intersection(ring):
                        self._users[place].append(ring)

    def take_out(self, place: Place, offset_m: float = np.inf) -> bool:
        """Take a place out of all rings, where it is the same step in all; say whether it was.

        A place farther than an offset from the line between the two others stays.
        """
        steps = set()
        for ring in self._users[place]:
            if ring.count(place) != 1 or len(ring) <= _RING:
                return False
            at = ring.index(place)
            steps.add(frozenset((ring[at - 1], ring[(at + 1) % len(ring)])))
        if len(steps) != 1 or len(next(iter(steps))) != 2:  # noqa: PLR2004
            return False
        if _offset(place, *next(iter(steps))) > offset_m:
            return False
        for ring in self._users[place]:
            ring.remove(place)
        self._taken = True
        return True

    def grids(self) -> Grids:
        """Return the grids as they are now; as they were where a shape would not be valid."""
        if not self._taken:
            return self._before
        layers = [shapes.copy() for shapes in self._layers]
        for (layer, row), parts in self._rings.items():
            shape = _polygon(parts)
            if not shape.is_valid:
                return self._before
            layers[layer][row] = shape
        levels = tuple(
            level.with_geometry(shapes)
            for level, shapes in zip(self._before.levels, layers[:-1], strict=True)
        )
        return Grids(levels, layers[-1][0] if len(layers[-1]) else None)


def _offset(place: Place, start: Place, end: Place) -> float:
    """Return how far a place is from the line through two others."""
    (x, y), (step_x, step_y) = np.subtract(place, start), np.subtract(end, start)
    return float(abs(x * step_y - y * step_x) / np.hypot(step_x, step_y))


def _rings_of(shape: BaseGeometry) -> list[list[Ring]]:
    return [
        [
            [(x, y) for x, y in shapely.get_coordinates(ring)[:-1].tolist()]
            for ring in (part.exterior, *part.interiors)
        ]
        for part in shapely.get_parts(shape).tolist()
    ]


def _polygon(parts: list[list[Ring]]) -> BaseGeometry:
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
