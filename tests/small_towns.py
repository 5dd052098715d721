"""Small random towns: streets of uneven spacing, houses, blocks of flats, one tower."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.scheme import default_scheme
from boundaries.town import Town
from geo.layers import STORED_CRS, conform

WEST, SOUTH = 111.6, 38.2
METRE_EAST, METRE_NORTH = 1 / 87_500, 1 / 111_000  # degrees there


def layer(kind_of_layer, geometry, /, **columns):
    """Return a layer that fits its schema."""
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=STORED_CRS)
    return gpd.GeoDataFrame(conform(kind_of_layer, frame))


def at(x, y):
    """Return stored degrees of metres east and north of the town's corner."""
    return round(WEST + x * METRE_EAST, 7), round(SOUTH + y * METRE_NORTH, 7)


def box(west, south, east, north):
    """Return a rectangle given in metres."""
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


def line(*places):
    """Return a line given in metres."""
    return shapely.LineString([at(*place) for place in places])


def small_town(seed, *, blocks=4, communities=2):
    """Return a town with its streets' positions in metres (the same both ways)."""
    random = np.random.default_rng(seed)
    streets = np.concatenate([[0], np.cumsum(random.integers(70, 130, blocks))]).tolist()
    size = streets[-1]
    footprints, households = [], []
    for row in range(blocks):
        for column in range(blocks):
            west, east = streets[column], streets[column + 1]
            south, north = streets[row], streets[row + 1]
            for place in range(4):
                x = west + (east - west) * (0.12 + 0.45 * (place % 2))
                y = south + (north - south) * (0.15 + 0.42 * (place // 2))
                footprints.append(box(x, y, x + 0.3 * (east - west), y + 0.2 * (north - south)))
                households.append(int(random.choice([3, 5, 8, 10, 12, 16, 24])))
    households[int(random.integers(len(households)))] = 60
    count = len(footprints)
    cuts = [0, *(streets[(blocks * each) // communities] for each in range(1, communities)), size]
    town = Town.empty("小镇", default_scheme()).with_layers(
        jurisdiction=layer(
            "jurisdiction", [box(0, 0, size, size)], code=["141127100"], name=["小镇"]
        ),
        communities=layer(
            "communities",
            [box(west, 0, east, size) for west, east in itertools.pairwise(cuts)],
            code=[f"14112710000{each + 1}" for each in range(communities)],
            name=[f"第{each + 1}社区" for each in range(communities)],
        ),
        buildings=layer(
            "buildings",
            footprints,
            id=[f"B{number}" for number in range(count)],
            residential=[True] * count,
            households=pd.array(households, dtype="Int64"),
            stairs=pd.array([2 if each > 20 else 1 for each in households], dtype="Int64"),
            floors=pd.array([18 if each > 40 else 6 for each in households], dtype="Int64"),
            estimated=[False] * count,
        ),
        barriers=layer(
            "barriers",
            [
                each
                for street in streets
                for each in (line((street, 0), (street, size)), line((0, street), (size, street)))
            ],
            id=[f"R{number}" for number in range(2 * len(streets))],
            kind=["road"] * (2 * len(streets)),
            rank=pd.array([2] * (2 * len(streets)), dtype="Int64"),
        ),
    )
    return town, streets
