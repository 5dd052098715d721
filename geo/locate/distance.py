"""How far a point is from the nearest border, and whose ground lies across it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.locate.borders import LEFT, OUTSIDE, RIGHT, Borders, X, Y
from geo.locate.buckets import degrees

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STORED_CRS = "EPSG:4490"
_NOBODY = np.iinfo(np.int64).max


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
    def arcs(self) -> tuple[shapely.STRtree, npt.NDArray[np.int32]]:
        """Stretches of border with the same two labels, and those labels."""
        records = self.borders.records
        edge = self.borders.edges
        new = np.ones(len(edge), dtype=bool)
        new[1:] = (np.diff(edge) != 1) | (
            records[edge[1:], LEFT:] != records[edge[:-1], LEFT:]
        ).any(axis=1)
        first = np.flatnonzero(new)
        length = np.diff(np.append(first, len(edge)))
        arc = np.repeat(np.arange(len(first)), length + 1)
        vertex = (
            edge[first][arc]
            + np.arange(len(arc))
            - np.repeat(np.cumsum(length + 1) - (length + 1), length + 1)
        )
        x, y = self.transformer.transform(
            degrees(self.borders, X, records[vertex, X]),
            degrees(self.borders, Y, records[vertex, Y]),
        )
        drawn = shapely.linestrings(np.column_stack([x, y]), indices=arc)
        lines = np.asarray(drawn, dtype=object)
        return shapely.STRtree(lines), records[edge[first], LEFT : RIGHT + 1]

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
        tree, labels = self.arcs
        distance = np.full(len(longitude), np.nan)
        across = np.full(len(longitude), _NOBODY)
        x, y = self.transformer.transform(longitude, latitude)
        placed = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(placed):
            (point, arc), metres = tree.query_nearest(
                shapely.points(x[placed], y[placed]), return_distance=True, all_matches=True
            )
            point = placed[point]
            distance[point] = metres
            for column in (0, 1):
                label = labels[arc, column].astype(np.int64)
                other = (label != own[point]) & (label != OUTSIDE)
                np.minimum.at(across, point[other], label[other])
        return distance, np.where(across == _NOBODY, OUTSIDE, across)

    def nearest_to_one(self, longitude: float, latitude: float, own: int) -> tuple[float, int]:
        """Return what `nearest` does for one point; its coordinates must be finite."""
        tree, labels = self.arcs
        point = shapely.Point(*self.transformer.transform(longitude, latitude))
        arcs, distance = tree.query_nearest(point, return_distance=True, all_matches=True)
        across = {int(label) for label in labels[arcs].ravel()} - {own, OUTSIDE}
        return float(distance[0]), min(across, default=OUTSIDE)
