"""The rings of many polygons as one array of vertices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.grids import Flags, Floats, Ints, Objects


@dataclass(frozen=True)
class Rings:
    """Rings one after the other, every one closed.

    Attributes
    ----------
    xy
        Vertices of all rings, shape (n, 2).
    starts
        Where each ring begins in ``xy``, and the end of the last one.
    outer
        Whether each is an outer ring.
    left
        Whether each runs counter-clockwise, what it encloses on its left.
    owner
        Position of the polygon of each ring.
    """

    xy: Floats
    starts: Ints
    outer: Flags
    left: Flags
    owner: Ints


def rings_of(polygons: Objects) -> Rings:
    """Return the rings of Polygons and MultiPolygons; empty ones have none."""
    parts, part_owner = polygons, None
    if (shapely.get_type_id(polygons) != shapely.GeometryType.POLYGON).any():
        parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, owner = shapely.get_rings(parts, return_index=True)
    outer = np.ones(len(rings), bool)
    outer[1:] = owner[1:] != owner[:-1]
    starts = np.zeros(len(rings) + 1, np.int64)
    np.cumsum(shapely.get_num_coordinates(rings), out=starts[1:])
    owner = owner if part_owner is None else part_owner[owner]
    return Rings(shapely.get_coordinates(rings), starts, outer, shapely.is_ccw(rings), owner)
