"""What pages draw under the grids: a part of the snapshot that holds nothing about people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

if TYPE_CHECKING:
    from boundaries.town import Town


GROUND_COLUMNS: dict[str, tuple[str, ...]] = {
    "jurisdiction": ("code", "name"),
    "communities": ("code", "name"),
    "estates": ("name", "kind"),
    "buildings": ("name",),
    "barriers": ("kind", "rank", "name"),
}
"""Columns that each layer keeps beside its geometry: never households, stairs or floors."""


def write_ground(town: Town, folder: Path) -> None:
    """Write a town's layers for drawing, one GeoParquet file each, into a new folder."""
    folder.mkdir()
    for layer, columns in GROUND_COLUMNS.items():
        frame: gpd.GeoDataFrame = getattr(town, layer)[[*columns, "geometry"]]
        frame.to_parquet(folder / f"{layer}.parquet", index=False)


def read_ground(folder: Path, layer: str) -> gpd.GeoDataFrame:
    """Return a layer of the ground, EPSG:4490.

    Parameters
    ----------
    folder
        The folder that `write_ground` wrote.
    layer
        A key of `GROUND_COLUMNS`.
    """
    frame: gpd.GeoDataFrame = gpd.read_parquet(folder / f"{layer}.parquet")
    return frame
