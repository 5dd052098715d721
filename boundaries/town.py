"""What a plan must serve: jurisdiction, communities, estates, buildings, barriers, addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import pyproj

from boundaries.scheme import Scheme
from geo.datum import working_crs
from geo.layers import empty_layer


@dataclass(frozen=True)
class Town:
    """A town's layers, each fitting its schema in `geo.layers`, EPSG:4490, 1e-7° lattice.

    A layer that the town lacks is an empty frame with the schema's columns.

    Attributes
    ----------
    name
        Name that the store keeps it under.
    scheme
        Scheme of the deployment.
    jurisdiction, communities, estates, buildings, barriers, addresses
        GeoDataFrames.
    revision
        How often the store had written the town when it was read; 0 where the store has none. A
        change made on an older one is refused, so that nobody's work is lost to another's.
    """

    name: str
    scheme: Scheme
    jurisdiction: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    estates: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    revision: int = 0

    @classmethod
    def empty(cls, name: str, scheme: Scheme) -> Town:
        """Return a town without any layer yet."""
        return cls(name, scheme, **{layer: empty_layer(layer) for layer in TOWN_LAYERS})

    def with_layers(self, **layers: gpd.GeoDataFrame) -> Town:
        """Return the town with some layers replaced."""
        return replace(self, **layers)

    @cached_property
    def crs(self) -> pyproj.CRS:
        """The Gauss–Krüger zone in which the town is measured."""
        for layer in (self.jurisdiction, self.communities, self.buildings, self.addresses):
            if len(layer):
                return working_crs(layer)
        msg = "a town without any place has no zone"
        raise ValueError(msg)


TOWN_LAYERS = ("jurisdiction", "communities", "estates", "buildings", "barriers", "addresses")
