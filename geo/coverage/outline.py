"""Rings of many polygons as arrays, each vertex with the one before and the one after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage.grids import Floats, Ints, Objects


@dataclass(frozen=True)
class Outlines:
    """All vertices of some polygons, closing and repeated ones left out.

    Attributes
    ----------
    xy
        Shape (n, 2).
    before, after
        Position of the vertex before and after each one on its ring.
    ring
        Number of each vertex's ring.
    owner
        Position of each vertex's polygon.
    """

    xy: Floats
    before: Ints
    after: Ints
    ring: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.xy)


def outlines(polygons: Objects) -> Outlines:
    """Return the rings of polygons as arrays."""
    if not len(polygons):
        none = np.zeros(0, np.int64)
        return Outlines(np.zeros((0, 2)), none, none, none, none)
    _, xy, offsets = shapely.to_ragged_array(polygons, include_z=False)
    rings, parts = (np.asarray(offset, np.int64) for offset in offsets[:2])
    whole = parts[offsets[2]] if len(offsets) == 3 else parts  # noqa: PLR2004
    owner_of_ring = np.repeat(np.arange(len(polygons)), np.diff(whole))
    ring = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    kept = np.ones(len(xy), bool)
    kept[rings[1:] - 1] = False
    kept[:-1] &= (xy[1:] != xy[:-1]).any(axis=1) | (ring[1:] != ring[:-1])
    xy, ring = xy[kept], ring[kept]
    first = np.flatnonzero(np.concatenate([[True], ring[1:] != ring[:-1]]))
    last = np.append(first[1:], len(ring)) - 1
    position = np.arange(len(ring))
    before, after = position - 1, position + 1
    before[first], after[last] = last, first
    return Outlines(xy, before, after, ring, owner_of_ring[ring])
