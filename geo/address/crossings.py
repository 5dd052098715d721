"""Where roads cross, worked out from their lines."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.address.latin import road_id

if TYPE_CHECKING:
    import geopandas as gpd


_NEAR_DEGREES = 0.0008


def points_of(geometry: gpd.GeoSeries) -> dict[str, NDArray[Any]]:
    """Return longitude and latitude of each row, NaN where it has no place; {} where none has."""
    points = shapely.centroid(np.asarray(geometry.array, object))
    x, y = shapely.get_x(points), shapely.get_y(points)
    return {"row_x": x, "row_y": y} if np.isfinite(x).any() else {}


def road_names(roads: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the written names of roads."""
    return tuple(road_id(name) for name in roads["name"] if isinstance(name, str))


def crossings_of(roads: gpd.GeoDataFrame, names: list[str]) -> dict[str, NDArray[Any]]:
    """Return the pairs of the register's roads whose lines meet, and where.

    Roads that meet several times (a dual carriageway, a loop) meet in the middle of these places.
    """
    numbers = {name: number for number, name in enumerate(names) if name}
    lines: dict[int, list[Any]] = defaultdict(list)
    for name, line in zip(roads["name"], roads.geometry, strict=True):
        number = numbers.get(road_id(str(name))) if name is not None else None
        if number is not None and line is not None:
            lines[number].append(line)
    order = sorted(lines)
    merged = np.array([shapely.union_all(lines[number]) for number in order], object)
    if not len(merged):
        return {}
    tree = shapely.STRtree(merged)
    first, second = tree.query(merged, predicate="dwithin", distance=_NEAR_DEGREES)
    kept = first < second
    first, second = first[kept], second[kept]
    # lines that end at a roundabout do not touch: their crossing is between their nearest ends
    meet = shapely.intersects(merged[first], merged[second])
    places = shapely.centroid(
        np.where(
            meet,
            shapely.intersection(merged[first], merged[second]),
            shapely.shortest_line(merged[first], merged[second]),
        )
    )
    ranked = np.array(order, np.int32)
    sorting = np.lexsort((second, first))
    return {
        "crossing_first": ranked[first[sorting]],
        "crossing_second": ranked[second[sorting]],
        "crossing_x": shapely.get_x(places)[sorting],
        "crossing_y": shapely.get_y(places)[sorting],
    }
