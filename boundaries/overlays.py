"""Special-purpose grids in overlay mode: they lie on top of the grids that tile the ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.locate.distance import STORED_CRS

_FIELDS = ["code", "name", "special_type", "geometry"]
_QUARTER_STEPS = 64


@dataclass(frozen=True)
class Overlays:
    """The overlay grids of a plan.

    Attributes
    ----------
    grids
        Their rows of layer ``grids``, in the order of their codes.
    crs
        EPSG code of the zone in which areas are measured.
    """

    grids: gpd.GeoDataFrame
    crs: int

    def __reduce__(self) -> tuple[type[Overlays], tuple[object, ...]]:
        """Leave out what is worked out anew where the overlays are sent to."""
        return Overlays, (self.grids, self.crs)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tree)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.grids.geometry.to_numpy())

    @cached_property
    def _in_metres(self) -> npt.NDArray[np.object_]:
        shapes: npt.NDArray[np.object_] = self.grids.to_crs(self.crs).geometry.to_numpy()
        return shapes

    @cached_property
    def _records(self) -> list[dict[str, Any]]:
        plain = self.grids[["code", "name", "special_type"]].astype(object)
        records: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")
        return records

    def record(self, row: int) -> Mapping[str, Any]:
        """Return code, name and special type of one of them."""
        return self._records[row]

    def shares(
        self, longitude: float, latitude: float, accuracy_m: float | None
    ) -> dict[int, float]:
        """Return the rows of those at a place with their shares of it.

        Unlike the grids below, several may hold a point, or none; one that it touches holds it.

        Parameters
        ----------
        longitude, latitude
            Degrees, WGS 84.
        accuracy_m
            Radius of the circle that the place is, metres; None or 0 for the point alone.
        """
        point = shapely.Point(longitude, latitude)
        if not accuracy_m:
            rows = self._tree.query(point, predicate="intersects")
            return dict.fromkeys(sorted(rows.tolist()), 1.0)
        placed = gpd.GeoSeries([point], crs=STORED_CRS).to_crs(self.crs).iloc[0]
        circle = placed.buffer(accuracy_m, quad_segs=_QUARTER_STEPS)
        areas = shapely.area(shapely.intersection(self._in_metres, circle)) / circle.area
        return {int(row): min(1.0, float(areas[row])) for row in np.flatnonzero(areas > 0)}

    def codes(
        self, longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.object_]:
        """Return for each of many points the codes of those that hold it, parted by ``;``.

        Parameters
        ----------
        longitude, latitude
            Degrees, WGS 84, one dimension.

        Returns
        -------
        ndarray
            None where there are none.
        """
        found: npt.NDArray[np.object_] = np.full(len(longitude), None, dtype=object)
        if not len(self) or not len(longitude):
            return found
        shapes = shapely.points(longitude, latitude)
        points, rows = self._tree.query(shapes, predicate="intersects")
        for point, row in sorted(zip(points.tolist(), rows.tolist(), strict=True)):
            code = self._records[row]["code"]
            found[point] = code if found[point] is None else f"{found[point]};{code}"
        return found


def write_overlays(grids: gpd.GeoDataFrame, path: Path) -> None:
    """Write the overlay grids of a layer ``grids`` to a file, where there are any."""
    overlays = grids.loc[grids["mode"] == "overlay", _FIELDS]
    if len(overlays):
        overlays.to_parquet(path, index=False)


def read_overlays(path: Path, crs: int) -> Overlays:
    """Return the overlay grids of a file; none where there is no file.

    Parameters
    ----------
    path
        What `write_overlays` wrote.
    crs
        EPSG code of the zone in which areas are measured.
    """
    if path.exists():
        return Overlays(gpd.read_parquet(path), crs)
    none = gpd.GeoDataFrame({name: [] for name in _FIELDS}, geometry="geometry", crs=STORED_CRS)
    return Overlays(none, crs)
