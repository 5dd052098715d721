"""The town drawn lightly under the grids: ground, water, estates, streets, buildings, names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.town import Town
from geo.layers import empty_layer
from maps.shapes import Frame, lines, points, polygons

_LEAST_BUILDING = 1e-10
"""Square degrees, some 1 m²: nothing smaller is seen on a page."""
_SMOOTH = 3e-6
"""Degrees, some 0.3 m, that a drawn line may lie off its true course."""
_BUILDINGS_AT_MOST = 20_000
"""Beyond, only the largest are drawn: a page of some 2 MB is what a phone should load."""
_WIDE_RANK = 3


@dataclass(frozen=True)
class Ground:
    """What is drawn under the grids, each a layer of `geo.layers`, EPSG:4490."""

    jurisdiction: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    estates: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame

    @classmethod
    def of(cls, town: Town) -> Ground:
        """Return the ground of a town."""
        return cls(*(getattr(town, layer.name) for layer in fields(cls)))

    @classmethod
    def together(cls, grounds: Sequence[Ground]) -> Ground:
        """Return several grounds as one; what is the same in them is drawn once."""
        if len(grounds) == 1:
            return grounds[0]
        joined = {}
        for layer in fields(cls):
            frames = [getattr(ground, layer.name) for ground in grounds]
            joined[layer.name] = pd.concat(frames, ignore_index=True).drop_duplicates("geometry")
        return cls(**joined)

    @classmethod
    def empty(cls) -> Ground:
        """Return a ground on which nothing is known."""
        return cls(*(empty_layer(layer.name) for layer in fields(cls)))


def base_map(ground: Ground, frame: Frame) -> dict[str, Any]:
    """Return the ground for the page's script, in the order in which it is drawn.

    Parameters
    ----------
    ground
        Layers in EPSG:4490.
    frame
        Frame that every geometry of the page shares.

    Returns
    -------
    dict
        ``land``, ``communities`` and ``water`` (polygons), ``estates``
        (``[kind, name, polygons, x, y]``), ``streams``, ``rails``, ``walls`` and ``roads`` by
        rank (paths), ``buildings`` (rings), their ``numbers`` (``[text, x, y]``) and ``streets``
        (``[text, x, y, dx, dy, kind, rank]``).
    """
    barriers = _smoothed(ground.barriers)
    areal = barriers.geom_type.isin(["Polygon", "MultiPolygon"])
    kind = barriers["kind"]
    roads = barriers[(kind == "road") & ~areal]
    ranks = roads["rank"].fillna(_WIDE_RANK).astype(int).clip(1, _WIDE_RANK)
    buildings = _seen(ground.buildings)
    return {
        "land": _flat(ground.jurisdiction, frame),
        "communities": _flat(ground.communities, frame),
        "estates": _estates(ground.estates, frame),
        "water": _flat(barriers[(kind == "river") & areal], frame),
        "streams": lines(barriers[(kind == "river") & ~areal].geometry, frame),
        "rails": lines(barriers[(kind == "railway") & ~areal].geometry, frame),
        "walls": lines(barriers[kind.isin(["wall", "fence"]) & ~areal].geometry, frame),
        "roads": {
            str(rank): lines(roads[ranks == rank].geometry, frame)
            for rank in range(1, _WIDE_RANK + 1)
        },
        "buildings": [
            ring for parts in polygons(buildings.geometry, frame) for part in parts for ring in part
        ],
        "numbers": _numbers(buildings, frame),
        "streets": _streets(barriers[~areal], frame),
    }


def _flat(layer: gpd.GeoDataFrame, frame: Frame) -> list[list[list[int]]]:
    """Return all polygons of a layer in one list."""
    return [part for parts in polygons(layer.geometry, frame) for part in parts]


def _smoothed(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with no vertex that the eye cannot tell; whole lines only."""
    return layer.set_geometry(layer.geometry.simplify(_SMOOTH))


def _seen(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the buildings large enough to be drawn; the largest where there are too many."""
    sizes = shapely.area(np.asarray(buildings.geometry))
    if len(sizes) > _BUILDINGS_AT_MOST:
        return buildings.iloc[np.sort(np.argsort(-sizes)[:_BUILDINGS_AT_MOST])]
    return buildings[sizes > _LEAST_BUILDING]


def _named(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer[layer["name"].notna() & (layer["name"] != "") & ~layer.geometry.is_empty]


def _numbers(buildings: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    """Return the names of buildings, as ``[text, x, y]``."""
    named = _named(buildings)
    places = points(named.geometry, frame)
    return [[name, *place] for name, place in zip(named["name"], places, strict=True)]


def _estates(estates: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    """Return estates as ``[kind, name, parts, x, y]``, the largest first."""
    order = np.argsort(-shapely.area(np.asarray(estates.geometry)), kind="stable")
    estates = estates.iloc[order]
    return [
        [kind, name, parts, *place]
        for kind, name, parts, place in zip(
            estates["kind"],
            estates["name"],
            polygons(estates.geometry, frame),
            points(estates.geometry, frame),
            strict=True,
        )
    ]


def _streets(barriers: gpd.GeoDataFrame, frame: Frame) -> list[list[Any]]:
    """Return each street, river and railway's name at the middle of its longest straight."""
    named = _named(barriers[barriers["kind"].isin(["road", "river", "railway"])])
    found: dict[str, tuple[float, list[Any]]] = {}
    for name, kind, rank, geometry in zip(
        named["name"], named["kind"], named["rank"].fillna(_WIDE_RANK), named.geometry, strict=True
    ):
        for line in shapely.get_parts(geometry):
            ends = shapely.get_coordinates(line)
            reach = np.hypot(*np.diff(ends, axis=0).T)
            longest = int(reach.argmax())
            if name in found and found[name][0] >= reach[longest]:
                continue
            start, stop = ends[longest], ends[longest + 1]
            x, y = np.rint(((start + stop) / 2 - (frame.west, frame.south)) / frame.step)
            dx, dy = np.rint((stop - start) / frame.step)
            place = [name, int(x), int(y), int(dx), int(dy), kind, int(rank)]
            found[name] = (float(reach[longest]), place)
    return [place for _, place in sorted(found.values(), key=lambda entry: -entry[0])]
