"""Tidy rings: no vertex twice in a row, outer rings all the same way round."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage.grids import Grids, Objects


def tidied(grids: Grids) -> Grids:
    """Return valid grids without repeated vertices and with rings as most of their level have.

    No ground changes, and no vertex moves.
    """
    levels = tuple(level.with_geometry(_tidied(level.geometry)) for level in grids.levels)
    return Grids(levels, grids.jurisdiction)


def _tidied(shapes: Objects) -> Objects:
    made = shapes
    repeated = _have_repeated(shapes)
    if repeated.any():
        made = made.copy()
        made[repeated] = shapely.remove_repeated_points(made[repeated])
    parts, owner = shapely.get_parts(made, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    left = shapely.is_ccw(shapely.get_exterior_ring(parts))
    counter_clockwise = bool(2 * left.sum() > len(left))
    odd = np.unique(owner[left != counter_clockwise])
    if len(odd):
        made = made.copy()
        made[odd] = shapely.orient_polygons(made[odd], exterior_cw=not counter_clockwise)
    return made


def _have_repeated(shapes: Objects) -> np.ndarray:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    same = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    found = np.zeros(len(shapes), bool)
    found[owner[:-1][same]] = True
    return found
