"""The input gate: which would-be polygons can be looked at, and what is wrong with the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.codes import free_code
from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import Flags, GridLevel, Grids, Ints, Objects
from geo.coverage.validity import Invalidity, examined, mended

_POLYGON, _MULTIPOLYGON = 3, 6
_MINORITY = 0.5
FARTHEST = 1e9
"""No coordinate on earth is larger, in whatever unit and zone."""
BLANK = shapely.Polygon()
"""Stands where a grid's shape cannot be looked at."""


@dataclass(frozen=True)
class Admitted:
    """What passed the gate.

    Attributes
    ----------
    grids
        Usable grids alone: polygons that are finite, flat, not empty and valid.
    faults
        What was found at the gate.
    invalid
        By (depth, row) in ``grids``: what was wrong with a polygon that was made valid.
    """

    grids: Grids
    faults: list[Fault]
    invalid: dict[tuple[int, int], Invalidity]


def usable(geometry: Objects) -> Flags:
    """Return which entries are polygons with coordinates on earth and not empty.

    No predicate is called before this holds: an empty inner ring kills the process in some.
    """
    kind = shapely.get_type_id(geometry)
    areal: Flags = (kind == _POLYGON) | (kind == _MULTIPOLYGON)
    areal &= ~shapely.is_empty(geometry)
    rows = np.flatnonzero(areal)
    coordinates, owner = shapely.get_coordinates(geometry[rows], return_index=True)
    bad = ~(np.abs(coordinates) <= FARTHEST).all(axis=1)
    areal[rows[np.unique(owner[bad])]] = False
    return areal


def is_plain(shape: BaseGeometry | None, before: BaseGeometry | None) -> bool:
    """Return whether nothing about a shape is a matter of the gate, given a plain one before it."""
    alone = np.array([shape], dtype=object)
    if not usable(alone)[0] or shapely.has_z(shape) or _has_empty_ring(alone)[0]:
        return False
    rings = [shapely.get_exterior_ring(shapely.get_geometry(one, 0)) for one in (shape, before)]
    if shapely.is_ccw(rings[0]) != shapely.is_ccw(rings[1]) or not shapely.is_valid(shape):
        return False
    return not any(_steps_in_place(ring) for ring in shapely.get_rings(shape))


def _steps_in_place(ring: BaseGeometry) -> bool:
    xy = shapely.get_coordinates(ring)
    return bool((xy[1:] == xy[:-1]).all(axis=1).any())


def without_empty_rings(geometry: Objects) -> Objects:
    """Return polygons without empty inner rings and empty parts, flat; others as they are."""
    rows = np.flatnonzero(_has_empty_ring(geometry))
    if not len(rows):
        return geometry
    cleaned = geometry.copy()
    for row in rows.tolist():
        parts = [
            shapely.Polygon(part.exterior, [ring for ring in part.interiors if not ring.is_empty])
            for part in shapely.get_parts(geometry[row])
            if not part.is_empty
        ]
        cleaned[row] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return cleaned


def _has_empty_ring(geometry: Objects) -> Flags:
    parts, owner = shapely.get_parts(geometry, return_index=True)
    found = np.zeros(len(geometry), bool)
    found[owner[shapely.is_empty(parts)]] = True
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    if len(holed):
        rings, ring_owner = shapely.get_rings(parts[holed], return_index=True)
        found[owner[holed[ring_owner[shapely.is_empty(rings)]]]] = True
    areal = np.isin(shapely.get_type_id(geometry), (_POLYGON, _MULTIPOLYGON))
    return found & areal & ~shapely.is_empty(geometry)


def admit(grids: Grids) -> Admitted:
    """Let usable polygons pass, made valid where they are not, and say what was wrong.

    Returns
    -------
    Admitted
        Rows stay where they are; what cannot be looked at is left as an empty polygon.
    """
    faults: list[Fault] = []
    invalid: dict[tuple[int, int], Invalidity] = {}
    levels = []
    for depth, level in enumerate(grids.levels):
        passes = usable(level.geometry)
        faults.extend(_unusable(level, np.flatnonzero(~passes)))
        shapes = level.geometry
        if not passes.all():
            shapes = shapes.copy()
            shapes[~passes] = BLANK
        faults.extend(_oddities(level.with_geometry(shapes)))
        shapes, examinations = _sound(shapes)
        invalid.update({(depth, row): what for row, what in examinations.items()})
        levels.append(level.with_geometry(shapes))
        faults.extend(_repeated_codes(level.with_geometry(shapes)))
    ground = grids.jurisdiction
    if ground is not None and not shapely.is_valid(ground):
        ground = mended(ground)
    return Admitted(Grids(tuple(levels), ground), faults, invalid)


def _sound(shapes: Objects) -> tuple[Objects, dict[int, Invalidity]]:
    """Return flat and valid polygons, and what was wrong with those that were not valid."""
    shapes = without_empty_rings(shapes)
    if shapely.has_z(shapes).any():
        shapes = shapely.force_2d(shapes)
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if not len(broken):
        return shapes, {}
    made = shapes.copy()
    for row in broken.tolist():
        made[row] = mended(shapes[row])
    return made, {row: examined(shapes[row]) for row in broken.tolist()}


def _unusable(level: GridLevel, rows: Ints) -> Iterator[Fault]:
    for row in rows.tolist():
        shape = level.geometry[row]
        if shape is None:
            kind = "input.null"
        elif shape.geom_type not in {"Polygon", "MultiPolygon"}:
            kind = "input.type"
        elif shape.is_empty:
            kind = "input.empty"
        elif np.isfinite(shapely.get_coordinates(shape)).all():
            kind = "input.far"
        else:
            kind = "input.not_finite"
        details = {"parent": level.parents[row], "code": level.codes[row]}
        if kind == "input.type":
            details["type"] = shape.geom_type
        yield Fault(kind, level.level, codes_of([level.codes[row]]), None, details=details)


def _oddities(level: GridLevel) -> Iterator[Fault]:
    """Find heights, rings that run the other way, repeated vertices, and empty inner rings."""
    shapes = level.geometry
    for row in np.flatnonzero(shapely.has_z(shapes)).tolist():
        yield _odd(level, row, "input.height", shapes[row])
    for row in np.flatnonzero(_has_empty_ring(shapes)).tolist():
        yield _odd(level, row, "input.empty_ring", shapes[row])
    yield from _turned_rings(level)
    yield from _repeated_vertices(level)


def _odd(level: GridLevel, row: int, kind: str, place: BaseGeometry) -> Fault:
    flat = shapely.force_2d(place)
    area = float(shapely.area(flat)) if shapely.get_dimensions(flat) > 1 else 0.0
    return Fault(kind, level.level, codes_of([level.codes[row]]), flat, area, fix=True)


def _turned_rings(level: GridLevel) -> Iterator[Fault]:
    """Find the outer rings that run against those of most other grids of the level."""
    parts, owner = shapely.get_parts(level.geometry, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    left = shapely.is_ccw(shapely.get_exterior_ring(parts))
    share = left.mean() if len(left) else 0.0
    odd = left if share < _MINORITY else ~left
    if 2 * odd.sum() >= len(odd):
        return
    for row in np.unique(owner[odd]).tolist():
        yield _odd(level, row, "ring.turned", level.geometry[row])


def _repeated_vertices(level: GridLevel) -> Iterator[Fault]:
    coordinates, owner = shapely.get_coordinates(level.geometry, return_index=True)
    same = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    if not same.any():
        return
    # where one ring ends another may begin: look at each ring of its own
    for row in np.unique(owner[:-1][same]).tolist():
        rings = shapely.get_rings(level.geometry[row])
        found = []
        for ring in rings:
            xy = shapely.get_coordinates(ring)
            found.extend(xy[1:][(xy[1:] == xy[:-1]).all(axis=1)].tolist())
        if found:
            place = shapely.Point(found[0]) if len(found) == 1 else shapely.MultiPoint(found)
            yield Fault(
                "vertex.repeated", level.level, codes_of([level.codes[row]]), place, fix=True
            )


def _repeated_codes(level: GridLevel) -> Iterator[Fault]:
    rows_of: dict[object, list[int]] = defaultdict(list)
    for row, code in enumerate(level.codes.tolist()):
        rows_of[code].append(row)
    for row in rows_of.pop(None, []):
        yield Fault("code.none", level.level, (), _place(level, row))
    for code, rows in rows_of.items():
        if len(rows) > 1:
            yield _repeated_code(level, str(code), rows)


def _repeated_code(level: GridLevel, code: str, rows: list[int]) -> Fault:
    """Name the code, and for those that do not fit their parent the code that is free there."""
    strangers = [
        row for row in rows if level.parents[row] and not code.startswith(level.parents[row])
    ]
    suggested = [free_code(level, level.parents[row]) for row in strangers]
    places = [place for row in rows if (place := _place(level, row)) is not None]
    return Fault(
        "code.repeated",
        level.level,
        codes_of([code], suggested),
        shapely.MultiPoint(shapely.get_coordinates(places).tolist()) if places else None,
        details={"times": len(rows), "suggested": suggested[0] if suggested else None},
    )


def _place(level: GridLevel, row: int) -> BaseGeometry | None:
    shape = level.geometry[row]
    return None if shape.is_empty else shapely.point_on_surface(shape)
