"""How far a point is from the nearest border, and whose ground lies across it."""

from __future__ import annotations

import math
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.locate import compiled
from geo.locate.borders import LEFT, OUTSIDE, RIGHT, Borders, X, Y
from geo.locate.buckets import degrees

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STORED_CRS = "EPSG:4490"
_NOBODY = np.iinfo(np.int32).max
_SLACK = 2.0**-20
_TIE_M = 1e-6
_BLOCK = 20_000
_WORTH_A_KERNEL = 256


class MetricBorders:
    """A coverage's borders in a projected CRS, in which distances are measured.

    Parameters
    ----------
    borders
        The coverage's borders, longitude and latitude.
    crs
        Projected CRS, metres. Borders are projected vertex by vertex.
    """

    def __init__(self, borders: Borders, crs: pyproj.CRS) -> None:
        self.borders = borders
        self.transformer = pyproj.Transformer.from_crs(STORED_CRS, crs, always_xy=True)

    @cached_property
    def places(self) -> Floats:
        """The vertices of all records in metres, shape (n, 2)."""
        records = self.borders.records
        x, y = self.transformer.transform(
            degrees(self.borders, X, records[:, X]), degrees(self.borders, Y, records[:, Y])
        )
        return np.column_stack([x, y])

    @cached_property
    def arcs(self) -> tuple[shapely.STRtree, npt.NDArray[np.int32]]:
        """Stretches of border with the same two labels, and those labels."""
        first, count = self._stretches
        arc = np.repeat(np.arange(len(first)), count + 1)
        vertex = runs(first, count + 1)
        drawn = shapely.linestrings(self.places[vertex], indices=arc)
        lines = np.asarray(drawn, dtype=object)
        return shapely.STRtree(lines), self.borders.records[first, LEFT : RIGHT + 1]

    @cached_property
    def _stretches(self) -> tuple[Ints, Ints]:
        """First record and number of edges of each arc."""
        edge, records = self.borders.edges, self.borders.records
        new = np.ones(len(edge), dtype=bool)
        changes = records[edge[1:], LEFT:] != records[edge[:-1], LEFT:]
        new[1:] = (np.diff(edge) != 1) | changes.any(axis=1)
        begin = np.flatnonzero(new)
        return edge[begin], np.diff(np.append(begin, len(edge)))

    def nearest(
        self, longitude: Floats, latitude: Floats, own: npt.NDArray[np.int32]
    ) -> tuple[Floats, Ints]:
        """Return the distance of points to the nearest border, and the label across it.

        Parameters
        ----------
        longitude, latitude
            Degrees, one dimension.
        own
            Label of the face that each point lies in.

        Returns
        -------
        distance : ndarray
            Metres; NaN for a point that has no place.
        label : ndarray
            Of several that are equally near the lowest; `OUTSIDE` only where nobody else is.
        """
        distance = np.full(len(longitude), np.nan)
        across = np.full(len(longitude), OUTSIDE, dtype=np.int64)
        x, y = self.transformer.transform(longitude, latitude)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        kernel = compiled.distance() if len(placed) >= _WORTH_A_KERNEL else None
        find = self._by_tree if kernel is None else partial(self._by_kernel, kernel)
        for start in range(0, len(placed), _BLOCK):
            part = placed[start : start + _BLOCK]
            squared, label = find(x[part], y[part], own[part])
            distance[part], across[part] = np.sqrt(squared), label
        return distance, across

    def _by_tree(
        self, x: Floats, y: Floats, own: npt.NDArray[np.int32]
    ) -> tuple[Floats, npt.NDArray[np.int32]]:
        """Find the nearest arcs with GEOS, and measure all of their edges as the kernel does."""
        tree, labels = self.arcs
        points = shapely.points(x, y)
        (point, _), near = tree.query_nearest(points, return_distance=True, all_matches=False)
        reach = np.zeros(len(x))
        reach[point] = near + _TIE_M
        point, arc = tree.query(points, predicate="dwithin", distance=reach)
        first, count = self._stretches
        edge, point, arc = (
            runs(first[arc], count[arc]),
            np.repeat(point, count[arc]),
            np.repeat(arc, count[arc]),
        )
        away = squared_distances(x[point], y[point], self.places[edge], self.places[edge + 1])
        squared = np.full(len(x), np.inf)
        np.minimum.at(squared, point, away)
        tied = away == squared[point]
        across = np.full(len(x), _NOBODY, dtype=np.int32)
        for side in (0, 1):
            label = labels[arc[tied], side]
            other = (label != own[point[tied]]) & (label != OUTSIDE)
            np.minimum.at(across, point[tied][other], label[other])
        return squared, np.where(across == _NOBODY, OUTSIDE, across)

    def _by_kernel(
        self, kernel: compiled.Distance, x: Floats, y: Floats, own: npt.NDArray[np.int32]
    ) -> tuple[Floats, npt.NDArray[np.int32]]:
        squared, across = np.empty(len(x)), np.empty(len(x), dtype=np.int32)
        given = (compiled.frozen(np.ascontiguousarray(each)) for each in (x, y, own))
        kernel.fill_nearest(*given, *self._compiled_arrays, squared, across)
        return squared, across

    @cached_property
    def _compiled_arrays(self) -> tuple[Any, ...]:
        return compiled.frozen(self.places), compiled.frozen(self.borders.records), *self._cells

    @cached_property
    def _cells(
        self,
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], tuple[int, int], Floats]:
        """Squares in metres and the edges that run through them: about one a square."""
        kernel = compiled.distance()
        if kernel is None:
            raise LookupError("cells are for the compiled kernel alone")
        low, high = self.places.min(axis=0), self.places.max(axis=0)
        width, height = (high - low).tolist()
        edges = max(len(self.borders.edges), 1)
        side = max(float(np.sqrt(width * height / edges)), max(width, height) / 2**13, 1e-3)
        west, south = (low - side).tolist()
        columns, rows = int((width + side) / side) + 3, int((height + side) / side) + 3
        frame = np.array([west, south, side])
        drawn = np.column_stack([self.places, self.borders.records[:, LEFT]])
        begin = np.zeros(rows * columns + 1, dtype=np.int32)
        kernel.touch_squares(drawn, frame, _SLACK, begin, np.empty(0, np.int32), columns, 0)
        np.cumsum(begin, out=begin)
        listed = np.empty(int(begin[-1]), dtype=np.int32)
        kernel.touch_squares(drawn, frame, _SLACK, begin, listed, columns, 0)
        return begin, listed, (rows, columns), frame

    def nearest_to_one(self, longitude: float, latitude: float, own: int) -> tuple[float, int]:
        """Return what `nearest` does for one point; its coordinates must be finite."""
        x, y = self.transformer.transform(longitude, latitude)
        kernel = compiled.distance()
        if kernel is not None:
            squared, label = kernel.find_nearest(x, y, own, *self._compiled_arrays)
            return math.sqrt(squared), label
        tree, labels = self.arcs
        point = shapely.Point(x, y)
        arcs, distance = tree.query_nearest(point, return_distance=True, all_matches=True)
        across = {int(label) for label in labels[arcs].ravel()} - {own, OUTSIDE}
        return float(distance[0]), min(across, default=OUTSIDE)


def runs(first: Ints, count: Ints) -> Ints:
    """Return ``first``, ``first + 1``, … of every run, as many of each as ``count`` says."""
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(np.repeat(first, count) + step, dtype=np.int64)


def squared_distances(x: Floats, y: Floats, start: Floats, end: Floats) -> Floats:
    """Return the squared distance of each point to a segment, m², operation by operation.

    The compiled kernel does the same operations in the same order, so that both agree bit by bit.
    """
    dx, dy = end[:, 0] - start[:, 0], end[:, 1] - start[:, 1]
    ex, ey = x - start[:, 0], y - start[:, 1]
    length, along = dx * dx + dy * dy, ex * dx + ey * dy
    turn = dx * ey - dy * ex
    fx, fy = x - end[:, 0], y - end[:, 1]
    beside: Floats = np.where(
        along <= 0.0,
        ex * ex + ey * ey,
        np.where(along >= length, fx * fx + fy * fy, turn * turn / length),
    )
    return beside
