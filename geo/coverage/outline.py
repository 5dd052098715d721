"""Rings of many polygons as arrays, each vertex with the one before and the one after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.coverage.grids import Floats, Ints, Objects
from geo.coverage.rings import rings_of


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
    found = rings_of(polygons)
    xy, rings = found.xy, found.starts
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
    return Outlines(xy, before, after, ring, found.owner[ring])
