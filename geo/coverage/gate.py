"""The input gate: what can be looked at, and what is wrong with the rest."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage.grids import Flags, Objects

_POLYGON, _MULTIPOLYGON = 3, 6


def usable(geometry: Objects) -> Flags:
    """Return which entries are polygons with finite coordinates and not empty.

    No predicate is called before this holds: an empty inner ring kills the process in some.
    """
    kind = shapely.get_type_id(geometry)
    areal: Flags = (kind == _POLYGON) | (kind == _MULTIPOLYGON)
    areal &= ~shapely.is_empty(geometry)
    rows = np.flatnonzero(areal)
    coordinates, owner = shapely.get_coordinates(geometry[rows], return_index=True)
    bad = ~np.isfinite(coordinates).all(axis=1)
    areal[rows[np.unique(owner[bad])]] = False
    return areal
