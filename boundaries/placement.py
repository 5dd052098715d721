"""Where a plan's grids lie: point to grid at every level, and the grids of every address."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from boundaries.plan import Plan
from boundaries.town import Town
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
            columns = [self.levels.index(level) for level in layer.levels]
            inside = np.flatnonzero(faces >= 0)
            found[np.ix_(inside, columns)] = layer.grids[faces[inside]]
        return found

    def finest(self) -> Layer:
        """Return the layer that answers for the finest level."""
        return self.layers[-1]

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
    parents = _ancestors(grids, levels)
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


def _ancestors(grids: gpd.GeoDataFrame, levels: tuple[int, ...]) -> Rows:
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


@dataclass(frozen=True)
class AddressGrids:
    """The grids of every address of the register.

    Attributes
    ----------
    grids
        Row of the address's grid at each level (second axis), -1 where none is known.
    split
        Addresses of which several grids answer for a part each: columns ``address``, ``level``
        (its place among the levels), ``grid``, ``share``.
    """

    grids: Rows
    split: pd.DataFrame

    def shares(self, address: int, column: int) -> dict[int, float]:
        """Return the grids of an address at one level with their shares."""
        first, last = np.searchsorted(self._keys, [address, address + 1])
        part = self.split.iloc[first:last]
        part = part[part["level"] == column]
        if len(part):
            return dict(zip(part["grid"].tolist(), part["share"].tolist(), strict=True))
        grid = int(self.grids[address, column])
        return {} if grid < 0 else {grid: 1.0}

    @property
    def _keys(self) -> Rows:
        return self.split["address"].to_numpy()

    def save(self, folder: Path) -> None:
        """Write the table to a new folder."""
        folder.mkdir(parents=True)
        np.save(folder / "grids.npy", self.grids.astype(np.int32))
        self.split.to_parquet(folder / "split.parquet", index=False)

    @classmethod
    def open(cls, folder: Path) -> AddressGrids:
        """Open a saved table."""
        return cls(
            np.load(folder / "grids.npy", mmap_mode="r"), pd.read_parquet(folder / "split.parquet")
        )


def place_addresses(town: Town, plan: Plan, placement: Placement) -> AddressGrids:
    """Return the grids of every address of a town's register.

    The table of assignments decides (a slice by stair), else the building, else the place of the
    address, else the grid that the register itself names.
    """
    addresses = town.addresses
    grids = np.full((len(addresses), len(placement.levels)), OUTSIDE, dtype=np.int64)
    parents = _ancestors(plan.grids, placement.levels)
    row_of = {code: row for row, code in enumerate(plan.grids["code"])}
    named = addresses["grid"].map(row_of)
    known = named.notna().to_numpy()
    grids[known] = parents[named[known].astype(int).to_numpy()]
    _by_place(grids, addresses.geometry, placement)
    building = addresses["building_id"]
    spots = gpd.GeoSeries(town.buildings.geometry.representative_point().to_numpy())
    spots.index = pd.Index(town.buildings["id"])
    of_building = building.isin(spots.index).to_numpy()
    _by_place_of_building(grids, of_building, spots, building, placement)
    split = _by_assignment(grids, addresses, plan.assignments, parents, row_of)
    return AddressGrids(grids, split)


def _by_place(grids: Rows, places: gpd.GeoSeries, placement: Placement) -> None:
    located = ~(places.isna() | places.is_empty).to_numpy()
    points = places.to_numpy()[located]
    _overwrite(
        grids, np.flatnonzero(located), shapely.get_x(points), shapely.get_y(points), placement
    )


def _by_place_of_building(
    grids: Rows,
    of_building: npt.NDArray[np.bool_],
    spots: gpd.GeoSeries,
    building: pd.Series,
    placement: Placement,
) -> None:
    points = spots.loc[building[of_building]].to_numpy()
    _overwrite(
        grids, np.flatnonzero(of_building), shapely.get_x(points), shapely.get_y(points), placement
    )


def _overwrite(
    grids: Rows, rows: Rows, longitude: npt.ArrayLike, latitude: npt.ArrayLike, placement: Placement
) -> None:
    """Set the grids of some addresses by points, where the points lie in a grid."""
    found = placement.locate(longitude, latitude)
    inside = found[:, -1] >= 0
    grids[rows[inside]] = found[inside]


def _by_assignment(
    grids: Rows,
    addresses: gpd.GeoDataFrame,
    assignments: pd.DataFrame,
    parents: Rows,
    row_of: dict[str, int],
) -> pd.DataFrame:
    """Set the grids of addresses whose building is assigned; return the split ones."""
    slices: dict[str, list[tuple[frozenset[str] | None, int, float]]] = defaultdict(list)
    for each in assignments.itertuples():
        if each.grid in row_of:
            weight = 1.0 if pd.isna(each.households) else float(each.households)
            slices[each.building].append((_run(each.stairs), row_of[each.grid], weight))
    split: list[tuple[int, int, int, float]] = []
    for row, (building, stair) in enumerate(
        zip(addresses["building_id"], addresses["stair"], strict=True)
    ):
        if building not in slices:
            continue
        fitting = [
            (grid, weight)
            for stairs, grid, weight in slices[building]
            if stair is None or stairs is None or str(stair) in stairs
        ]
        for column in range(grids.shape[1]):
            shares: dict[int, float] = defaultdict(float)
            for grid, weight in fitting:
                if parents[grid, column] >= 0:
                    shares[int(parents[grid, column])] += weight
            total = sum(shares.values())
            if shares:
                grids[row, column] = max(shares, key=lambda grid: (shares[grid], -grid))
            if len(shares) > 1 and total > 0:
                split += [(row, column, grid, w / total) for grid, w in sorted(shares.items())]
    return pd.DataFrame(split, columns=["address", "level", "grid", "share"]).astype(
        {"address": "int64", "level": "int64", "grid": "int64", "share": "float64"}
    )


def _run(text: object) -> frozenset[str] | None:
    """Return the members of a run such as ``1-3,5``; None where all are meant."""
    if text is None or pd.isna(text) or not str(text).strip():  # type: ignore[call-overload]
        return None
    members: set[str] = set()
    for part in str(text).replace("，", ",").split(","):
        first, dash, last = part.strip().partition("-")
        if dash and first.isdecimal() and last.isdecimal():
            members.update(str(number) for number in range(int(first), int(last) + 1))
        else:
            members.add(part.strip())
    return frozenset(members)
