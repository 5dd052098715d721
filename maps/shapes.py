"""Geometry for a page: whole numbers from one origin, each vertex as its step from the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Geometries: TypeAlias = gpd.GeoSeries | npt.NDArray[np.object_]


@dataclass(frozen=True)
class Frame:
    """Where the whole numbers start and how long their step is.

    Attributes
    ----------
    west, south
        Origin, degrees.
    step
        Degrees a unit: 1e-6 is some 0.1 m, 1e-7 the lattice that everything is stored on.
    """

    west: float
    south: float
    step: float = 1e-6

    @classmethod
    def around(cls, geometries: Geometries, step: float = 1e-6) -> Frame:
        """Return a frame whose origin is the corner of some geometries' box."""
        shapes: npt.NDArray[np.object_] = np.asarray(geometries)
        if shapely.is_empty(shapes).all():
            return cls(0.0, 0.0, step)
        west, south, _, _ = shapely.total_bounds(shapes)
        return cls(float(np.floor(west * 1e4) / 1e4), float(np.floor(south * 1e4) / 1e4), step)

    def as_dict(self) -> dict[str, float]:
        """Return the frame for the page's script."""
        return {"west": self.west, "south": self.south, "step": self.step}


def polygons(geometries: Geometries, frame: Frame) -> list[list[list[list[int]]]]:
    """Return each geometry's polygons, each a list of rings, shell first.

    A ring is ``[x, y, dx, dy, …]``, its closing vertex left out. What is no polygon, or becomes
    none at the frame's step, gives an empty list.
    """
    shapes: npt.NDArray[np.object_] = np.asarray(geometries)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[areal], owner[areal]
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    encoded = _paths(rings, frame, closed=True)
    found: list[list[list[list[int]]]] = [[] for _ in shapes]
    last = -1
    for path, part in zip(encoded, part_of_ring.tolist(), strict=True):
        if not path:
            continue
        if part != last:
            found[owner[part]].append([])
            last = part
        found[owner[part]][-1].append(path)
    return found


def lines(geometries: Geometries, frame: Frame) -> list[list[int]]:
    """Return the paths of all lines and of all polygons' shells, in order."""
    parts = shapely.get_parts(np.asarray(geometries))
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts = np.where(areal, shapely.get_exterior_ring(parts), parts)
    return [path for path in _paths(parts, frame, closed=False) if path]


def points(geometries: Geometries, frame: Frame) -> list[list[int]]:
    """Return a point inside each geometry, as ``[x, y]``."""
    inside = shapely.get_coordinates(shapely.point_on_surface(np.asarray(geometries)))
    return _whole(inside, frame).tolist()


def _whole(coordinates: npt.NDArray[np.float64], frame: Frame) -> npt.NDArray[np.int64]:
    return np.rint((coordinates - (frame.west, frame.south)) / frame.step).astype(np.int64)


def _paths(curves: npt.NDArray[Any], frame: Frame, *, closed: bool) -> list[list[int]]:
    """Return each curve as steps; without repeated vertices, empty where too little is left."""
    coordinates, curve = shapely.get_coordinates(curves, return_index=True)
    whole = _whole(coordinates, frame)
    starts = np.searchsorted(curve, np.arange(len(curves) + 1))
    least = 3 if closed else 2
    found: list[list[int]] = []
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        vertices = whole[start:stop]
        if len(vertices):
            moved = np.any(np.diff(vertices, axis=0) != 0, axis=1)
            vertices = vertices[np.concatenate(([True], moved))]
            if closed and len(vertices) > 1 and (vertices[0] == vertices[-1]).all():
                vertices = vertices[:-1]
        if len(vertices) < least:
            found.append([])
            continue
        steps = vertices.copy()
        steps[1:] -= vertices[:-1]
        found.append(steps.ravel().tolist())
    return found
