"""Grids that are whole but in the wrong place: moved, axes swapped, degrees, a zone's prefix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import Arrangement, arrange
from geo.coverage.certificate import Residual, leaves, residual
from geo.coverage.classify import Seen
from geo.coverage.faults import Fault, codes_of
from geo.coverage.gate import BLANK
from geo.coverage.grids import GridLevel, Grids, Objects

_UNMATCHED = 0.6
"""Share of its border that a displaced grid has without a match."""
_AREA_SHARE = 0.002
_SLACK_M = 0.02
_CLEAR = 0.5
"""A shift tells more than rounding: it is at least twice what is off once it is undone."""
_STILL_M = 1e-6
_DEGREES = 180.0
_PREFIX = 1_000_000.0
_NOT_DISPLACED = frozenset(
    {
        "overlap.duplicate",
        "overlap.near_duplicate",
        "parent.wrong",
        "parent.none",
        "parent.unknown",
        "part.far",
    }
)


@dataclass(frozen=True)
class Displaced:
    """A grid that fits a hole in its level once it is moved.

    Attributes
    ----------
    depth, row
        The grid.
    fault
        What to say of it.
    """

    depth: int
    row: int
    fault: Fault


def displaced(
    arrangement: Arrangement, seen: list[Seen], crs: pyproj.CRS | None
) -> list[Displaced]:
    """Return the grids that explain a hole by standing elsewhere.

    Every grid most of whose border has no match is taken out; where another place, another order
    of axes, or another coordinate system brings it to just fill a hole that is left, that is it.

    Parameters
    ----------
    arrangement, seen
        Of all grids.
    crs
        CRS of the grids, by which degrees are recognised; None where it is not known.
    """
    in_place = {
        (one.depth, row) for one in seen if one.fault.kind in _NOT_DISPLACED for row in one.rows
    }
    concerned = {(one.depth, row) for one in seen for row in one.rows}
    suspects = [
        place
        for place in unmatched(arrangement.grids, arrangement.residual)
        if place in concerned and place not in in_place
    ]
    if not suspects:
        return []
    grids = without(arrangement.grids, suspects)
    left = residual(grids)
    if not len(left):
        return []
    holes = arrange(grids, left)
    found = []
    for depth, row in suspects:
        empty = holes.faces[(holes.count(depth) == 0) & holes.inside]
        fault = _explained(arrangement.grids.levels[depth], row, empty, crs)
        if fault is not None:
            found.append(Displaced(depth, row, fault))
    return found


def without(grids: Grids, rows: list[tuple[int, int]]) -> Grids:
    """Return the grids with some of them blank, given as (depth, row); rows stay as they are."""
    levels = []
    for depth, level in enumerate(grids.levels):
        shapes = level.geometry.copy()
        shapes[[row for at, row in rows if at == depth]] = BLANK
        levels.append(level.with_geometry(shapes))
    return Grids(tuple(levels), grids.jurisdiction)


def unmatched(grids: Grids, left: Residual) -> list[tuple[int, int]]:
    """Return (depth, row) of the grids most of whose border has no match."""
    length = np.hypot(left.ends[:, 2] - left.ends[:, 0], left.ends[:, 3] - left.ends[:, 1])
    found: list[tuple[int, int]] = []
    for depth, level in enumerate(grids.levels):
        own = (left.depth == depth) & (left.pair == depth)
        rows, number = np.unique(left.row[own], return_inverse=True)
        unmatched_m = np.bincount(number, weights=length[own], minlength=len(rows))
        share = unmatched_m / np.maximum(shapely.length(level.geometry[rows]), 1e-300)
        loose = (share > _UNMATCHED) & leaves(grids, depth)[rows]
        found.extend((depth, int(row)) for row in rows[loose])
    return found


def _explained(level: GridLevel, row: int, holes: Objects, crs: pyproj.CRS | None) -> Fault | None:
    west = shapely.total_bounds(holes)[0] if len(holes) else 0.0
    for kind, moved in _guesses(level.geometry[row], crs, _PREFIX * float(west // _PREFIX)):
        for hole in holes:
            vector = _fitting(kind, moved, hole)
            if vector is None:
                continue
            distance = float(np.hypot(*vector))
            return Fault(
                kind,
                level.level,
                codes_of([level.codes[row]]),
                hole,
                float(
                    shapely.area(shapely.affinity.translate(hole, -hole.bounds[0], -hole.bounds[1]))
                ),
                distance if kind == "shift.rigid" else None,
                fix=True,
                details={"dx_m": vector[0], "dy_m": vector[1], "distance_m": distance},
            )
    return None


def _fitting(kind: str, shape: BaseGeometry, hole: BaseGeometry) -> tuple[float, float] | None:
    """Return by how much a shape must be moved to fill a hole; None where it does not fit."""
    if abs(shape.area - hole.area) > _AREA_SHARE * hole.area:
        return None
    origin = shapely.get_coordinates(hole)[0]
    one, other = (shapely.transform(part, lambda xy: xy - origin) for part in (shape, hole))
    dx = other.centroid.x - one.centroid.x
    dy = other.centroid.y - one.centroid.y
    slack = max(_SLACK_M, 1e-4 * other.length)
    if kind == "shift.rigid":
        slack = min(_SLACK_M, _CLEAR * float(np.hypot(dx, dy)))
    if kind != "shift.rigid" and np.hypot(dx, dy) > slack:
        return None
    if kind == "shift.rigid" and np.hypot(dx, dy) <= _STILL_M:
        return None
    one = shapely.affinity.translate(one, dx, dy)
    return (dx, dy) if shapely.hausdorff_distance(one, other) <= slack else None


def _guesses(
    shape: BaseGeometry, crs: pyproj.CRS | None, prefix: float
) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield what a shape may have been meant to be; ``prefix`` is that of the holes' eastings."""
    xy = shapely.get_coordinates(shape)
    if np.abs(xy).max() <= _DEGREES:
        if crs is not None:
            to_metres = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
            for kind, order in (("shift.degrees", (0, 1)), ("shift.swapped_degrees", (1, 0))):
                moved = np.column_stack(to_metres.transform(xy[:, order[0]], xy[:, order[1]]))
                if np.isfinite(moved).all():
                    yield kind, shapely.set_coordinates(shapely.from_wkb(shape.wkb), moved)
        return
    yield "shift.swapped", shapely.transform(shape, lambda at: at[:, ::-1])
    if not (xy[:, 0] // _PREFIX == prefix // _PREFIX).all():
        eastings = prefix + xy[:, 0] % _PREFIX
        yield (
            "shift.zone_prefix",
            shapely.transform(shape, lambda at: np.column_stack([eastings, at[:, 1]])),
        )
    yield "shift.rigid", shape
