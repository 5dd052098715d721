"""A whole layer that stands beside its ground: one rigid shift, as GCJ-02 or a datum makes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.coverage.certificate import Residual, childless
from geo.coverage.faults import Fault
from geo.coverage.grids import Floats, Grids, Objects

_MOST = 0.5
_FEWEST = 3
_MATCHED = 0.9
_SLACK_M = 0.02


@dataclass(frozen=True)
class Shifted:
    """Layers brought back to where they fit, and what is to be said of them."""

    grids: Grids
    faults: list[Fault]


def shifted_layers(grids: Grids, left: Residual) -> Shifted:
    """Find levels that as a whole stand beside the level above, or the jurisdiction.

    Where most grids of a level are unmatched, and moving all by one vector brings the vertices of
    the level above onto theirs, that is the cause of it all.

    Parameters
    ----------
    grids
        Valid polygons.
    left
        Their residual.

    Returns
    -------
    Shifted
        The grids with such levels, and the finer ones that go with them, moved back.
    """
    found = []
    for depth in range(len(grids.levels)):
        if not _is_mostly_unmatched(grids, left, depth):
            continue
        above = _above(grids, depth)
        vector = None if above is None else _vector(grids.levels[depth].geometry, above)
        if vector is None or above is None:
            continue
        found.append(_fault(grids, depth, vector, above))
        grids = _moved_back(grids, left, depth, vector, above)
    return Shifted(grids, found)


def _is_mostly_unmatched(grids: Grids, left: Residual, depth: int) -> bool:
    level = grids.levels[depth]
    loose = np.unique(left.row[(left.depth == depth) & (left.pair == depth)])
    count = int((~shapely.is_empty(level.geometry)).sum())
    return len(loose) >= max(_FEWEST, _MOST * count)


def _above(grids: Grids, depth: int) -> Objects | None:
    if depth:
        shapes = grids.levels[depth - 1].geometry
        placed: Objects = shapes[~shapely.is_empty(shapes) & ~childless(grids, depth - 1)]
        return placed if len(placed) else None
    if grids.jurisdiction is None:
        return None
    ground = np.empty(1, object)
    ground[0] = grids.jurisdiction
    return ground


def _vector(shapes: Objects, above: Objects) -> Floats | None:
    """Return by how much a level is off; None where one shift does not explain it."""
    vector = _middle(shapes) - _middle(above)
    if not np.hypot(*vector) > _SLACK_M:
        return None
    wanted = np.unique(shapely.get_coordinates(above), axis=0)
    moved = np.unique(shapely.get_coordinates(shapes), axis=0) - vector
    origin = wanted[0]
    distance, _ = cKDTree(moved - origin).query(wanted - origin, distance_upper_bound=_SLACK_M)
    matched = np.isfinite(distance)
    return vector if matched.mean() >= _MATCHED else None


def _middle(shapes: Objects) -> Floats:
    """Return the centre of gravity of polygons together."""
    placed = shapes[~shapely.is_empty(shapes)]
    centres = shapely.get_coordinates(shapely.centroid(placed))
    middle: Floats = np.average(centres, axis=0, weights=shapely.area(placed))
    return middle


def _fault(grids: Grids, depth: int, vector: Floats, above: Objects) -> Fault:
    distance = float(np.hypot(*vector))
    level = grids.levels[depth]
    ground = above[0] if len(above) == 1 else shapely.box(*shapely.total_bounds(above))
    return Fault(
        "shift.layer",
        level.level,
        (),
        ground,
        float(shapely.area(level.geometry).sum()),
        distance,
        details={"dx_m": -vector[0], "dy_m": -vector[1], "distance_m": distance},
    )


def _moved_back(grids: Grids, left: Residual, depth: int, vector: Floats, above: Objects) -> Grids:
    """Move a level and those finer ones that stand with it; known vertices become exact."""
    stays = next(
        (at for at in range(depth + 1, len(grids.levels)) if _is_mostly_unmatched(grids, left, at)),
        len(grids.levels),
    )
    known = np.concatenate([above, *(level.geometry for level in grids.levels[stays:])])
    anchors = np.unique(shapely.get_coordinates(known), axis=0)
    tree = cKDTree(anchors - anchors[0])

    def back(xy: Floats) -> Floats:
        moved = xy - vector
        distance, nearest = tree.query(moved - anchors[0], distance_upper_bound=_SLACK_M)
        known = np.isfinite(distance)
        moved[known] = anchors[nearest[known]]
        return moved

    levels = list(grids.levels)
    for at in range(depth, stays):
        levels[at] = levels[at].with_geometry(shapely.transform(levels[at].geometry, back))
    return Grids(tuple(levels), grids.jurisdiction)
