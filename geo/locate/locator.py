"""The locator: for every point of the covered ground exactly one polygon."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Locator:
    """Which polygon of a coverage a point lies in.

    A point on a border belongs to the polygon that the point reaches when it is moved by
    (δ, ε) with ε ≪ δ ≪ anything: the same one seen from each neighbour. A point of the outer
    border whose move leads outside belongs to its lowest incident polygon.

    Parameters
    ----------
    polygons
        Polygons and multipolygons of a coverage; longitude and latitude in degrees.
    crs
        Projected CRS in which distances are measured, metres; None where none is asked for.
    """

    def __init__(self, polygons: Sequence[BaseGeometry], crs: pyproj.CRS | None = None) -> None:
        self.polygons = np.asarray(polygons, dtype=object)
        self.crs = crs

    @classmethod
    def build(cls, polygons: Sequence[BaseGeometry], *, crs: pyproj.CRS | None = None) -> Locator:
        """Build the locator of a coverage."""
        return cls(shapely.normalize(np.asarray(polygons, dtype=object)), crs)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    def locate(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Indices:
        """Return the index of each point's polygon, -1 outside; degrees, any shape."""
        east, north = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        found = np.full(east.size, -1, dtype=np.int64)
        points = shapely.points(east.ravel(), north.ravel())
        sought = np.flatnonzero(np.isfinite(east.ravel()) & np.isfinite(north.ravel()))
        point, polygon = self._tree.query(points[sought], predicate="intersects")
        point = sought[point]
        hits = np.bincount(point, minlength=found.size)
        found[point] = polygon
        for several in np.flatnonzero(hits > 1):
            incident = np.sort(polygon[point == several])
            found[several] = self._owner(incident, east.flat[several], north.flat[several])
        return found.reshape(east.shape)

    def one(self, x: float, y: float) -> int:
        """Return the index of one point's polygon, -1 outside."""
        return int(self.locate(x, y))

    def _owner(self, incident: Indices, x: float, y: float) -> int:
        for index in incident:
            if _holds_moved(self.polygons[index], Fraction(x), Fraction(y)):
                return int(index)
        return int(incident[0])

    @cached_property
    def _metric(self) -> tuple[pyproj.Transformer, shapely.STRtree, npt.NDArray[np.int64]]:
        if self.crs is None:
            raise ValueError("the locator was built without a CRS in metres")
        forward = pyproj.Transformer.from_crs("EPSG:4490", self.crs, always_xy=True)
        flat = shapely.transform(self.polygons, forward.transform, interleaved=False)
        borders = shapely.boundary(flat)
        return forward, shapely.STRtree(borders), np.arange(len(borders))

    def border(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Indices]:
        """Return the distance of each point to the nearest border and who is across.

        Parameters
        ----------
        x, y
            Longitude and latitude, degrees, one dimension.

        Returns
        -------
        distance_m : ndarray
            Metres, measured in the working CRS.
        neighbour : ndarray
            Index of the polygon across, -1 where outside is.
        """
        forward, tree, _ = self._metric
        east, north = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
        own = self.locate(east, north)
        points = shapely.points(*forward.transform(east, north))
        (point, border), distance = tree.query_nearest(
            points, return_distance=True, all_matches=True
        )
        nearest = np.full(len(east), np.inf)
        nearest[point] = distance
        across = np.full(len(east), np.iinfo(np.int64).max)
        other = border != own[point]
        np.minimum.at(across, point[other], border[other])
        return nearest, np.where(across == np.iinfo(np.int64).max, -1, across)

    def shares(self, x: float, y: float, radius_m: float) -> dict[int, float]:
        """Return the polygons that a circle touches with their shares of its area, -1 outside."""
        if self.crs is None:
            raise ValueError("the locator was built without a CRS in metres")
        forward = pyproj.Transformer.from_crs("EPSG:4490", self.crs, always_xy=True)
        circle = shapely.Point(*forward.transform(x, y)).buffer(radius_m, quad_segs=32)
        back = shapely.transform(
            circle,
            lambda e, n: forward.transform(e, n, direction="INVERSE"),
            interleaved=False,
        )
        found = np.sort(self._tree.query(back, predicate="intersects"))
        flat = shapely.transform(self.polygons[found], forward.transform, interleaved=False)
        areas = shapely.area(shapely.intersection(flat, circle)) / circle.area
        touched = {int(i): float(share) for i, share in zip(found, areas, strict=True) if share > 0}
        outside = 1 - sum(touched.values())
        return touched | ({-1: outside} if outside > 1e-9 else {})

    def save(self, folder: Path) -> None:
        """Write the locator's arrays to a new folder."""
        folder.mkdir(parents=True)
        encoded = shapely.to_wkb(self.polygons)
        starts = np.cumsum([0, *(len(each) for each in encoded)])
        np.save(folder / "starts.npy", starts)
        np.save(folder / "wkb.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))
        crs = None if self.crs is None else self.crs.to_epsg()
        (folder / "locator.json").write_text(json.dumps({"crs": crs}), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Locator:
        """Open a saved locator; its arrays are memory-mapped."""
        crs = json.loads((folder / "locator.json").read_text(encoding="utf-8"))["crs"]
        starts = np.load(folder / "starts.npy", mmap_mode="r")
        content = np.load(folder / "wkb.npy", mmap_mode="r").tobytes()
        polygons = shapely.from_wkb(
            [content[a:b] for a, b in zip(starts[:-1], starts[1:], strict=True)]
        )
        return cls(polygons, None if crs is None else pyproj.CRS.from_epsg(crs))


def _holds_moved(polygon: BaseGeometry, x: Fraction, y: Fraction) -> bool:
    """Return whether the point moved by (δ, ε) lies inside, by exact crossing parity."""
    inside = False
    for ring in shapely.get_rings(polygon):
        corners = shapely.get_coordinates(ring)
        for (ax, ay), (bx, by) in zip(corners[:-1], corners[1:], strict=True):
            if (ay > y) == (by > y):
                continue
            x1, y1, x2, y2 = Fraction(ax), Fraction(ay), Fraction(bx), Fraction(by)
            inside ^= x1 + (y - y1) * (x2 - x1) / (y2 - y1) <= x
    return inside
