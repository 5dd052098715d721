"""Special-purpose grids in overlay mode: they lie on top of the grids that tile the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import shapely

_FIELDS = ["code", "name", "special_type", "geometry"]


@dataclass(frozen=True)
class Overlays:
    """The overlay grids of a plan.

    Attributes
    ----------
    grids
        Their rows of layer ``grids``, in the order of their codes.
    """

    grids: gpd.GeoDataFrame

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.grids.geometry.to_numpy())

    def at(self, longitude: float, latitude: float) -> list[dict[str, str | None]]:
        """Return code, name and special type of those that hold a point or that it touches.

        Unlike the grids below, several may, or none.

        Parameters
        ----------
        longitude, latitude
            Degrees, WGS 84.
        """
        if self.grids.empty:
            return []
        rows = self._tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        held = self.grids.iloc[sorted(rows.tolist())]
        plain = held[["code", "name", "special_type"]].astype(object)
        records: list[dict[str, str | None]] = plain.where(plain.notna(), None).to_dict("records")
        return records


def write_overlays(grids: gpd.GeoDataFrame, path: Path) -> None:
    """Write the overlay grids of a layer ``grids`` to a file, where there are any."""
    overlays = grids.loc[grids["mode"] == "overlay", _FIELDS]
    if len(overlays):
        overlays.to_parquet(path, index=False)


def read_overlays(path: Path) -> Overlays:
    """Return the overlay grids of a file; none where there is no file."""
    if not path.exists():
        return Overlays(gpd.GeoDataFrame({name: [] for name in _FIELDS}, geometry="geometry"))
    return Overlays(gpd.read_parquet(path))
