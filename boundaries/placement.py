"""Where a plan's grids lie: point to grid at every level."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.locate import Locator

Rows = npt.NDArray[np.int64]
OUTSIDE = -1


@dataclass(frozen=True)
class Layer:
    """One coverage of a plan and the grids that its faces stand for.

    Attributes
    ----------
    locator
        Point to face.
    levels
        Numbers of the levels that this layer answers for.
    grids
        Row of the grid of each face (first axis) at each of the levels (second), -1 for none.
    """

    locator: Locator
    levels: tuple[int, ...]
    grids: Rows


@dataclass(frozen=True)
class Placement:
    """Point to grid at every level.

    Attributes
    ----------
    levels
        Numbers of the plan's levels, coarsest first.
    layers
        One layer where the levels nest exactly, else one a level.
    sharing
        Grids that share one footprint (slices of a building), by the row of the first of them:
        where they lie, only stair and floor decide.
    """

    levels: tuple[int, ...]
    layers: tuple[Layer, ...]
    sharing: dict[int, tuple[int, ...]]

    def __reduce__(self) -> tuple[type[Placement], tuple[object, ...]]:
        """Leave out what is worked out anew where the placement is sent to."""
        return Placement, (self.levels, self.layers, self.sharing)

    def locate(self, longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Rows:
        """Return the row of the grid of each point (first axis) at each level (second).

        Parameters
        ----------
        longitude, latitude
            Degrees, one dimension.

        Returns
        -------
        ndarray
            Rows of the plan's grids, -1 where the point lies in none.
        """
        east = np.atleast_1d(np.asarray(longitude, float))
        north = np.atleast_1d(np.asarray(latitude, float))
        found = np.full((len(east), len(self.levels)), OUTSIDE, dtype=np.int64)
        for layer in self.layers:
            faces = layer.locator.locate(east, north)
            inside = np.flatnonzero(faces >= 0)
            for place, level in enumerate(layer.levels):
                found[inside, self.levels.index(level)] = layer.grids[faces[inside], place]
        return found

    @cached_property
    def _tables(self) -> tuple[tuple[Callable[[float, float], int], list[tuple[int, ...]]], ...]:
        """For each layer its one-point function, and the rows at all levels by label."""
        found = []
        for layer in self.layers:
            columns = [self.levels.index(level) for level in layer.levels]
            rows = np.full((layer.locator.faces + 1, len(self.levels)), OUTSIDE, dtype=np.int64)
            rows[1:, columns] = layer.grids
            found.append((layer.locator.label_of, [tuple(row) for row in rows.tolist()]))
        return tuple(found)

    def one(self, longitude: float, latitude: float) -> tuple[int, ...]:
        """Return the row of the grid of one point at each level; see `locate`."""
        if len(self._tables) == 1:
            label_of, rows = self._tables[0]
            return rows[label_of(longitude, latitude)]
        by_layer = [rows[label_of(longitude, latitude)] for label_of, rows in self._tables]
        return tuple(max(rows) for rows in zip(*by_layer, strict=True))

    def finest(self) -> Layer:
        """Return the layer that answers for the finest level."""
        return self.layers[-1]

    def across(self, face: int) -> tuple[int, ...]:
        """Return the row of the grid of a face of the finest layer at each level."""
        return self._tables[-1][1][face + 1]

    def save(self, folder: Path) -> None:
        """Write the placement to a new folder."""
        folder.mkdir(parents=True)
        for number, layer in enumerate(self.layers):
            layer.locator.save(folder / f"layer{number}")
            np.save(folder / f"layer{number}.npy", layer.grids)
        described = {
            "levels": list(self.levels),
            "layers": [list(layer.levels) for layer in self.layers],
            "sharing": [list(rows) for _, rows in sorted(self.sharing.items())],
        }
        (folder / "placement.json").write_text(json.dumps(described), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Placement:
        """Open a saved placement; arrays are memory-mapped."""
        described = json.loads((folder / "placement.json").read_text(encoding="utf-8"))
        layers = tuple(
            Layer(
                Locator.open(folder / f"layer{number}"),
                tuple(levels),
                np.load(folder / f"layer{number}.npy", mmap_mode="r"),
            )
            for number, levels in enumerate(described["layers"])
        )
        sharing = {rows[0]: tuple(rows) for rows in described["sharing"]}
        return cls(tuple(described["levels"]), layers, sharing)


def place_grids(grids: gpd.GeoDataFrame, crs: pyproj.CRS) -> Placement:
    """Build the placement of a plan's grids.

    Special-purpose grids in overlay mode lie on top of the others and are left out.

    Parameters
    ----------
    grids
        Layer ``grids`` of all levels, rows numbered from 0.
    crs
        Zone in which distances to borders are measured.
    """
    based = grids[grids["mode"] != "overlay"]
    levels = tuple(sorted({int(level) for level in based["level"]}))
    parents = ancestors(grids, levels)
    leaves = based.index[~based["code"].isin(set(based["parent"].dropna()))].to_numpy()
    if _nests(grids, leaves, parents, levels):
        layer, sharing = _layer(grids, leaves, parents, levels, crs)
        return Placement(levels, (layer,), sharing)
    layers, sharing = [], {}
    for column, level in enumerate(levels):
        rows = based.index[based["level"] == level].to_numpy()
        layer, shared = _layer(grids, rows, parents[:, column : column + 1], (level,), crs)
        layers.append(layer)
        sharing |= shared
    return Placement(levels, tuple(layers), sharing)


def ancestors(grids: gpd.GeoDataFrame, levels: tuple[int, ...]) -> Rows:
    """Return each grid's own row and its ancestors' rows by level, -1 where there is none."""
    row_of = {code: row for row, code in enumerate(grids["code"])}
    found = np.full((len(grids), len(levels)), OUTSIDE, dtype=np.int64)
    level_of, parent_of = grids["level"].to_numpy(), grids["parent"].to_numpy()
    for row in range(len(grids)):
        above: int | None = row
        for _ in levels:
            if above is None:
                break
            if level_of[above] in levels:
                found[row, levels.index(int(level_of[above]))] = above
            above = row_of.get(parent_of[above])
    return found


def _segments(polygons: Iterable[shapely.Geometry]) -> set[tuple[float, float, float, float]]:
    """Return the border segments that are not shared by two of the polygons."""
    once: set[tuple[float, float, float, float]] = set()
    rings = shapely.get_rings(shapely.get_parts(np.asarray(list(polygons), dtype=object)))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    for ax, ay, bx, by in np.hstack([corners[:-1][same], corners[1:][same]]).tolist():
        segment = (ax, ay, bx, by) if (ax, ay) <= (bx, by) else (bx, by, ax, ay)
        once.symmetric_difference_update((segment,))
    return once


def _nests(grids: gpd.GeoDataFrame, leaves: Rows, parents: Rows, levels: tuple[int, ...]) -> bool:
    """Return whether every grid is exactly the union of the leaves below it."""
    shapes = grids.geometry.to_numpy()
    distinct = {shapes[leaf].wkb: leaf for leaf in reversed(leaves)}
    for column in range(len(levels)):
        below: dict[int, list[int]] = defaultdict(list)
        for leaf in distinct.values():
            if parents[leaf, column] >= 0:
                below[int(parents[leaf, column])].append(leaf)
        for grid, parts in below.items():
            if parts != [grid] and _segments(shapes[parts]) != _segments([shapes[grid]]):
                return False
    return True


def _layer(
    grids: gpd.GeoDataFrame,
    rows: Rows,
    parents: Rows,
    levels: tuple[int, ...],
    crs: pyproj.CRS,
) -> tuple[Layer, dict[int, tuple[int, ...]]]:
    """Return the layer of some grids; those of one footprint share a face."""
    footprints: dict[bytes, list[int]] = defaultdict(list)
    shapes = shapely.normalize(grids.geometry.to_numpy())
    for row in rows:
        footprints[shapes[row].wkb].append(int(row))
    sharing: dict[int, tuple[int, ...]] = {}
    for shared in footprints.values():
        for column in range(len(levels)):
            above = sorted({int(parents[row, column]) for row in shared} - {OUTSIDE})
            if len(above) > 1:
                sharing[above[0]] = tuple(above)
    firsts = np.array([shared[0] for shared in footprints.values()], dtype=np.int64)
    locator = Locator.build(grids.geometry.to_numpy()[firsts], crs=crs)
    return Layer(locator, levels, parents[firsts]), sharing
