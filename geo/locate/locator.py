"""The locator: for every point of the covered ground exactly one polygon."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from shapely.geometry.base import BaseGeometry

from geo.locate import compiled
from geo.locate.borders import Borders, X, Y, borders_of
from geo.locate.buckets import Buckets, buckets_of, degrees
from geo.locate.circle import shares_of_circle
from geo.locate.distance import MetricBorders
from geo.locate.query import Coverage, labels_of
from geo.locate.single import single_point
from geo.locate.vertices import Lattice

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]

STEPS_OF_DEGREES = 1e7
"""Steps of the stored layers' lattice in one degree."""

_WORTH_A_KERNEL = 512
_WORTH_A_THREAD = 1 << 18
_SQUARES_AN_EDGE = ((4_000_000, 16.0), (np.inf, 8.0))
"""For coverages of fewer records than this so many squares: as many as memory is well used for."""


class Locator:
    """Which polygon of a coverage a point lies in.

    A point on a border belongs to the polygon that the point reaches when it is moved by
    (δ, ε) with ε ≪ δ ≪ anything: the same one seen from each neighbour. A point of the outer
    border whose move leads outside belongs to its lowest incident polygon.

    Parameters
    ----------
    coverage
        The borders and the squares over them.
    crs
        Projected CRS in which distances are measured, metres; None where none is asked for.
    """

    def __init__(self, coverage: Coverage, crs: pyproj.CRS | None = None) -> None:
        self.coverage = coverage
        self.crs = crs

    def __reduce__(self) -> tuple[type[Locator], tuple[object, ...]]:
        """Leave out what is worked out anew where the locator is sent to."""
        return Locator, (self.coverage, self.crs)

    @classmethod
    def build(
        cls,
        polygons: Sequence[BaseGeometry] | npt.NDArray[np.object_],
        *,
        crs: pyproj.CRS | None = None,
        steps: float = STEPS_OF_DEGREES,
    ) -> Locator:
        """Build the locator of a coverage.

        Parameters
        ----------
        polygons
            Valid polygons and multipolygons that share their borders vertex by vertex.
        crs
            Projected CRS in which distances are measured, metres.
        steps
            Steps in one unit of the lattice that all coordinates lie on.

        Raises
        ------
        InputError
            They are no coverage: overlaps, missing vertices, coordinates off the lattice.
        """
        given = np.empty(len(polygons), dtype=object)
        given[:] = polygons
        borders = borders_of(given, steps=steps)
        per_edge = next(
            squares for most, squares in _SQUARES_AN_EDGE if len(borders.records) < most
        )
        return cls(Coverage(borders, buckets_of(borders, per_edge=per_edge)), crs)

    @property
    def faces(self) -> int:
        """Number of polygons."""
        return self.coverage.borders.faces

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        buckets = self.coverage.buckets
        return self.coverage.borders.records.nbytes + buckets.codes.nbytes + buckets.lists.nbytes

    def locate(self, x: npt.ArrayLike, y: npt.ArrayLike, *, threads: int = 1) -> Indices:
        """Return the index of each point's polygon, -1 outside.

        Parameters
        ----------
        x, y
            Longitude and latitude, degrees, any shape. Points that are not finite lie outside.
        threads
            Threads to share the work.
        """
        east, north = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        flat_x, flat_y = np.ascontiguousarray(east).ravel(), np.ascontiguousarray(north).ravel()
        labels = self.labels(flat_x, flat_y, threads=threads)
        labels -= 1
        return labels.reshape(east.shape)

    def labels(self, x: Floats, y: Floats, *, threads: int = 1) -> npt.NDArray[np.int32]:
        """Return index + 1 of each point's polygon, 0 outside; one dimension, contiguous."""
        kernel = compiled.kernel() if len(x) >= _WORTH_A_KERNEL else None
        if kernel is None:
            return labels_of(self.coverage, x, y)
        found = np.empty(len(x), dtype=np.int32)
        size = max(-(-len(x) // threads), _WORTH_A_THREAD)
        parts = [slice(start, start + size) for start in range(0, len(x), size)]
        if len(parts) < 2:  # noqa: PLR2004
            self._fill(kernel, x, y, found)
            return found
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda part: self._fill(kernel, x[part], y[part], found[part]), parts))
        return found

    def _fill(
        self, kernel: compiled.Kernel, x: Floats, y: Floats, found: npt.NDArray[np.int32]
    ) -> None:
        if kernel(compiled.frozen(x), compiled.frozen(y), found, *self._compiled_arrays):
            unsure = np.flatnonzero(found < 0)
            found[unsure] = labels_of(self.coverage, x[unsure], y[unsure])

    @cached_property
    def _compiled_arrays(self) -> tuple[Any, ...]:
        borders, buckets = self.coverage.borders, self.coverage.buckets
        lattice = borders.lattice
        frame = [lattice.steps, lattice.east, lattice.north]
        frame += [buckets.west, buckets.south, buckets.side, lattice.doubt]
        return (
            compiled.frozen(buckets.codes.ravel()),
            compiled.frozen(borders.records),
            compiled.frozen(buckets.lists),
            buckets.codes.shape,
            compiled.frozen(np.array(frame)),
        )

    @cached_property
    def label_of(self) -> Callable[[float, float], int]:
        """Function from one point's x and y to index + 1 of its polygon, 0 outside."""
        return single_point(self.coverage)

    def one(self, x: float, y: float) -> int:
        """Return the index of one point's polygon, -1 outside; degrees."""
        return self.label_of(x, y) - 1

    @cached_property
    def _metric(self) -> MetricBorders:
        if self.crs is None:
            raise ValueError("the locator was built without a CRS in metres")
        return MetricBorders(self.coverage.borders, self.crs)

    def border(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Indices]:
        """Return the distance of each point to the nearest border and who is across.

        Parameters
        ----------
        x, y
            Longitude and latitude, degrees, one dimension.

        Returns
        -------
        distance_m : ndarray
            Metres, measured in the working CRS; NaN for points that are not finite.
        neighbour : ndarray
            Index of the polygon across, -1 where only outside is.
        """
        east, north = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
        own = self.labels(np.ascontiguousarray(east), np.ascontiguousarray(north))
        distance, across = self._metric.nearest(east, north, own)
        return distance, (across - 1).astype(np.int32)

    def border_of_one(self, x: float, y: float) -> tuple[float, int]:
        """Return what `border` does for one point."""
        distance, across = self._metric.nearest_to_one(x, y, self.label_of(x, y))
        return distance, across - 1

    def shares(self, x: float, y: float, radius_m: float) -> dict[int, float]:
        """Return the polygons that a circle touches with their shares of its area, -1 outside."""
        if radius_m <= 0:
            return {self.one(x, y): 1.0}
        shares = shares_of_circle(self.coverage, self._metric, x, y, radius_m)
        return {label - 1: share for label, share in shares.items()}

    def first_vertex(self) -> tuple[float, float]:
        """Return x and y of some vertex of the borders, in their unit."""
        borders = self.coverage.borders
        x, y = borders.records[0, X : Y + 1].tolist()
        return float(degrees(borders, X, x)), float(degrees(borders, Y, y))

    def save(self, folder: Path) -> None:
        """Write the locator's arrays to a new folder."""
        folder.mkdir(parents=True)
        borders, buckets = self.coverage.borders, self.coverage.buckets
        np.save(folder / "records.npy", borders.records)
        np.save(folder / "codes.npy", buckets.codes)
        np.save(folder / "lists.npy", buckets.lists)
        lattice = borders.lattice
        described = {
            "faces": borders.faces,
            "lattice": [lattice.steps, lattice.east, lattice.north, lattice.reach],
            "squares": [buckets.west, buckets.south, buckets.side],
            "crs": None if self.crs is None else self.crs.to_epsg(),
        }
        (folder / "locator.json").write_text(json.dumps(described), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Locator:
        """Open a saved locator; its arrays are memory-mapped, so that processes share them."""
        described = json.loads((folder / "locator.json").read_text(encoding="utf-8"))
        steps, east, north, reach = described["lattice"]
        west, south, side = described["squares"]
        borders = Borders(
            _mapped(folder / "records.npy"), Lattice(steps, east, north, reach), described["faces"]
        )
        buckets = Buckets(
            _mapped(folder / "codes.npy"), _mapped(folder / "lists.npy"), west, south, side
        )
        crs = described["crs"]
        return cls(Coverage(borders, buckets), None if crs is None else pyproj.CRS.from_epsg(crs))


def _mapped(path: Path) -> npt.NDArray[np.int32]:
    array: npt.NDArray[np.int32] = np.load(path, mmap_mode="r").view(np.ndarray)
    return array
