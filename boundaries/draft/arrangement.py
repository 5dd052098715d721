"""Lines noded together on the lattice: faces that share every vertex and tile the ground."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.tidying import Pins, noded, tidied
from geo.layers import LATTICE_DEGREES, STORED_CRS
from geo.layers.lattice import rounded_degrees

Shapes = npt.NDArray[np.object_]
Points = npt.NDArray[np.float64]


class Projection:
    """Between stored degrees and metres of a town's zone, vertex by vertex."""

    def __init__(self, crs: pyproj.CRS) -> None:
        self._forward = pyproj.Transformer.from_crs(STORED_CRS, crs, always_xy=True)

    def metres(self, shapes: Shapes) -> Shapes:
        """Return shapes in metres, easting first."""
        moved: Shapes = shapely.transform(shapes, self.metres_of)
        return moved

    def degrees(self, shapes: Shapes) -> Shapes:
        """Return shapes in degrees, longitude first."""
        moved: Shapes = shapely.transform(
            shapes,
            lambda xy: np.column_stack(
                self._forward.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
            ),
        )
        return moved

    def metres_of(self, coordinates: Points) -> Points:
        """Return coordinates in metres."""
        return np.column_stack(self._forward.transform(coordinates[:, 0], coordinates[:, 1]))


def faces_of(lines: Shapes, outline: shapely.Geometry, *, pins: Shapes | None = None) -> Shapes:
    """Return the faces that lines enclose inside an outline, all in degrees on the lattice.

    The lines are noded with one another by snap rounding, so every face is made of the same
    vertices as its neighbours. Where pins are given, vertices too near to one another become one;
    those lines among them stay as they are.
    """
    network = noded(lines)
    if pins is not None:
        network = tidied(network, Pins(pins))
    faces: Shapes = shapely.get_parts(shapely.polygonize([network]))
    inner = inner_points(faces)
    shapely.prepare(outline)
    faces = faces[shapely.intersects(outline, inner)]
    box = shapely.bounds(faces)
    order = np.lexsort((box[:, 3], box[:, 2], box[:, 1], box[:, 0]))
    return faces[order]


def inner_points(shapes: Shapes) -> Shapes:
    """Return a point inside each polygon."""
    points: Shapes = shapely.point_on_surface(shapes)
    return points


@dataclass(frozen=True)
class Borders:
    """The edges between faces.

    Attributes
    ----------
    one, other
        The faces of every edge, ``one < other``; ``other`` is -1 at the rim.
    length_m
        Of every edge.
    middle, start
        Middle and one end of every edge, in metres.
    """

    one: Integers
    other: Integers
    length_m: npt.NDArray[np.float64]
    middle: Points
    start: Points

    def without(self, edges: Flags) -> Borders:
        """Return the borders less some edges, as if nothing met there."""
        return Borders(*(getattr(self, each.name)[~edges] for each in fields(self)))

    def pairs(self, label: Integers) -> tuple[Integers, Integers, Integers]:
        """Return the pairs of labels that share edges, and every edge's pair (-1: none)."""
        inner = np.flatnonzero(self.other >= 0)
        one, other = label[self.one[inner]], label[self.other[inner]]
        apart = one != other
        low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
        count = int(label.max(initial=-1)) + 1
        key, number = np.unique(low * count + high, return_inverse=True)
        pair = np.full(len(self.one), -1, np.int64)
        pair[inner[apart]] = number
        return key // max(count, 1), key % max(count, 1), pair


def borders_of(faces: Shapes, projection: Projection) -> Borders:
    """Return the edges of faces that share their vertices."""
    rings, face = shapely.get_rings(faces, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    ring_face = face[ring]
    steps = np.rint(coordinates / LATTICE_DEGREES).astype(np.int64)
    same = ring[1:] == ring[:-1]
    start, end = steps[:-1][same], steps[1:][same]
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low = np.where(turned[:, None], end, start)
    high = np.where(turned[:, None], start, end)
    of_face = ring_face[1:][same]
    order = np.lexsort((of_face, high[:, 1], high[:, 0], low[:, 1], low[:, 0]))
    low, high, of_face = low[order], high[order], of_face[order]
    new = np.ones(len(order), bool)
    new[1:] = ((low[1:] != low[:-1]) | (high[1:] != high[:-1])).any(axis=1)
    first = np.flatnonzero(new)
    times = np.diff(np.append(first, len(order)))
    one = of_face[first]
    other = np.where(times > 1, of_face[np.minimum(first + 1, len(order) - 1)], -1)
    from_m = projection.metres_of(rounded_degrees(low[first] * LATTICE_DEGREES))
    to_m = projection.metres_of(rounded_degrees(high[first] * LATTICE_DEGREES))
    length = np.hypot(*(to_m - from_m).T)
    return Borders(one, other, length, (from_m + to_m) / 2, from_m)


def summed(index: Integers, values: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """Sum values by index in the order given, so that any machine gets the same sum."""
    return np.asarray(np.bincount(index, weights=values, minlength=size), np.float64)
