"""The grids of every address of the register, worked out once and kept in the snapshot."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.placement import OUTSIDE, Placement, Rows, ancestors
from boundaries.runs import parse_runs

if TYPE_CHECKING:
    from boundaries.plan import Plan
    from boundaries.town import Town

Shares = dict[int, float]
"""Grids by row with their shares."""


@dataclass(frozen=True)
class AddressGrids:
    """The grids of every address of the register, and where the address lies.

    Attributes
    ----------
    grids
        Row of the address's grid at each level (second axis), -1 where none is known.
    split
        Addresses of which several grids answer for a part each, a row for every slice: columns
        ``address``, ``level`` (its place among the levels), ``grid``, ``weight``, ``slice``.
    floors
        Floors of each slice that has not all of them, by the slice's number.
    places
        Longitude and latitude of each address, its own or its building's; NaN where neither is
        known.
    """

    grids: npt.NDArray[np.integer]
    split: pd.DataFrame
    floors: Mapping[int, frozenset[int]]
    places: npt.NDArray[np.float64]

    def shares(
        self, addresses: npt.NDArray[np.integer], *, floor: int | None = None
    ) -> list[Shares]:
        """Return for each level the grids of some addresses, all alike, with their shares.

        Parameters
        ----------
        addresses
            Rows of the register.
        floor
            The floor that was said, where one was: it may decide between slices.
        """
        if len(addresses) == 1:
            return self._shares_of_one(int(addresses[0]), floor)
        count = len(addresses)
        found: list[Shares] = [
            {grid: held / count for grid, held in sorted(Counter(column).items())}
            for column in self.grids[addresses].T.tolist()
        ]
        split = addresses[self._is_split[addresses]].tolist() if self._divided else ()
        for address in split:
            for column, (shares_of_all, own) in enumerate(
                zip(found, self._shares_of_one(address, floor), strict=True)
            ):
                # the largest part stands for the whole in the table
                shares_of_all[int(self.grids[address, column])] -= 1 / len(addresses)
                for grid, share in own.items():
                    more = share / len(addresses)
                    shares_of_all[grid] = shares_of_all.get(grid, 0.0) + more
        for shares_of_all in found:
            shares_of_all.pop(OUTSIDE, None)
        return found

    def whole(self, addresses: npt.NDArray[np.integer]) -> Sequence[int] | None:
        """Return the grids of a single address at each level, -1 where none is known.

        None for several addresses, and for one that several grids divide.
        """
        if len(addresses) != 1:
            return None
        address, columns = int(addresses[0]), self.grids.shape[1]
        if self._divided and self._is_split[address]:
            return None
        return self._flat[address * columns : (address + 1) * columns]

    def _shares_of_one(self, address: int, floor: int | None) -> list[Shares]:
        columns = self.grids.shape[1]
        flat = self._flat[address * columns : (address + 1) * columns]
        return [
            self._shares_of_slices(address, column, floor) or ({} if grid < 0 else {grid: 1.0})
            for column, grid in enumerate(flat)
        ]

    def _shares_of_slices(self, address: int, column: int, floor: int | None) -> Shares:
        slices = self._divided.get((address, column))
        if slices is None:
            return {}
        fitting = [
            (grid, weight)
            for grid, weight, number in slices
            if floor is None or number not in self.floors or floor in self.floors[number]
        ]
        shares: Shares = defaultdict(float)
        for grid, weight in fitting or [(grid, weight) for grid, weight, _ in slices]:
            shares[grid] += weight
        total = sum(shares.values())
        return {grid: weight / total for grid, weight in sorted(shares.items())} if total else {}

    @cached_property
    def _flat(self) -> memoryview:
        return memoryview(np.ascontiguousarray(self.grids, dtype=np.int32).ravel().data)

    @cached_property
    def _flat_places(self) -> memoryview:
        return memoryview(np.ascontiguousarray(self.places).ravel().data)

    def divides(self, addresses: npt.NDArray[np.integer]) -> bool:
        """Return whether several grids answer for a part of any of some addresses."""
        return bool(self._divided) and bool(self._is_split[addresses].any())

    @cached_property
    def _is_split(self) -> npt.NDArray[np.bool_]:
        split = np.zeros(len(self.grids), dtype=bool)
        split[self.split["address"].to_numpy(dtype=np.int64)] = True
        return split

    @cached_property
    def _divided(self) -> dict[tuple[int, int], list[tuple[int, float, int]]]:
        found: dict[tuple[int, int], list[tuple[int, float, int]]] = defaultdict(list)
        for address, level, grid, weight, number in self.split.itertuples(index=False):
            found[int(address), int(level)].append((int(grid), float(weight), int(number)))
        return dict(found)

    def place(self, addresses: npt.NDArray[np.integer]) -> tuple[float, float] | None:
        """Return the place that all these addresses have in common, where they have one."""
        if len(addresses) == 1:
            at = 2 * int(addresses[0])
            longitude, latitude = self._flat_places[at : at + 2]
            return None if longitude != longitude else (longitude, latitude)  # noqa: PLR0124 - NaN
        placed = self.places[addresses]
        placed = placed[~np.isnan(placed[:, 0])]
        if not len(placed) or (placed != placed[0]).any():
            return None
        return float(placed[0, 0]), float(placed[0, 1])

    def places_of(
        self, addresses: npt.NDArray[np.integer], *, most: int
    ) -> list[tuple[float, float]]:
        """Return where some addresses lie, each place once; of many, some spread over them all."""
        placed = self.places[addresses]
        places = np.unique(placed[~np.isnan(placed[:, 0])], axis=0)
        if len(places) > most:
            places = places[np.linspace(0, len(places) - 1, most).round().astype(int)]
        return [(east, north) for east, north in places.tolist()]

    @cached_property
    def circles(self) -> dict[Any, list[Shares]]:
        """Place for the shares of circles around addresses, which are asked for again and again."""
        return {}

    def save(self, folder: Path) -> None:
        """Write the table to a new folder."""
        folder.mkdir(parents=True)
        np.save(folder / "grids.npy", self.grids.astype(np.int32))
        np.save(folder / "places.npy", self.places)
        np.save(folder / "split.npy", self.split.to_numpy(dtype=np.float64))
        floors = {str(number): sorted(each) for number, each in self.floors.items()}
        (folder / "floors.json").write_text(json.dumps(floors, sort_keys=True), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> AddressGrids:
        """Open a saved table; arrays are memory-mapped."""
        split = pd.DataFrame(np.load(folder / "split.npy"), columns=_SPLIT_COLUMNS)
        grids = np.load(folder / "grids.npy", mmap_mode="r").view(np.ndarray)
        places = np.load(folder / "places.npy", mmap_mode="r").view(np.ndarray)
        floors = json.loads((folder / "floors.json").read_text(encoding="utf-8"))
        return cls(
            grids,
            split,
            {int(number): frozenset(each) for number, each in floors.items()},
            places,
        )


_SPLIT_COLUMNS = ["address", "level", "grid", "weight", "slice"]


def place_addresses(town: Town, plan: Plan, placement: Placement) -> AddressGrids:
    """Return the grids of every address of a town's register.

    The table of assignments decides (a slice by stair), else the building, else the place of the
    address, else the grid that the register itself names.
    """
    addresses = town.addresses
    grids = np.full((len(addresses), len(placement.levels)), OUTSIDE, dtype=np.int64)
    parents = ancestors(plan.grids, placement.levels)
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
    places = _places(addresses.geometry)
    unplaced = of_building & np.isnan(places[:, 0])
    places[unplaced] = _places(spots.loc[building[unplaced]])
    return AddressGrids(grids, split, _floors(plan.assignments), places)


def _places(points: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    shapes = points.to_numpy()
    return np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])


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
    slices: dict[str, list[_Slice]] = defaultdict(list)
    columns = ("building", "stairs", "grid", "households")
    for number, (building, stairs, grid, households) in enumerate(
        zip(*(assignments[column] for column in columns), strict=True)
    ):
        if grid in row_of:
            weight = 1.0 if pd.isna(households) else float(households)
            slices[building].append(_Slice(_run(stairs), row_of[grid], weight, number))
    split: list[tuple[int, int, int, float, int]] = []
    for row, (building, stair) in enumerate(
        zip(addresses["building_id"], addresses["stair"], strict=True)
    ):
        fitting = [each for each in slices.get(building, ()) if each.has(stair)]
        for column in range(grids.shape[1]):
            parts = [(int(parents[each.grid, column]), each) for each in fitting]
            shares: Shares = defaultdict(float)
            for grid, each in parts:
                shares[grid] += each.weight
            shares.pop(OUTSIDE, None)
            if shares:
                grids[row, column] = max(shares, key=lambda grid: (shares[grid], -grid))
            if len(shares) > 1:
                split += [
                    (row, column, grid, each.weight, each.number)
                    for grid, each in parts
                    if grid != OUTSIDE
                ]
    return pd.DataFrame(split, columns=_SPLIT_COLUMNS)


class _Slice(NamedTuple):
    """A part of a building that one grid answers for."""

    stairs: frozenset[str] | None
    grid: int
    weight: float
    number: int

    def has(self, stair: str | None) -> bool:
        return stair is None or self.stairs is None or str(stair) in self.stairs


def _floors(assignments: pd.DataFrame) -> dict[int, frozenset[int]]:
    return {
        number: frozenset(parse_runs(floors))
        for number, floors in enumerate(assignments["floors"])
        if floors is not None and not pd.isna(floors) and floors.strip()
    }


def _run(text: str | None) -> frozenset[str] | None:
    """Return the stairs of a slice as the register writes them; None where all are meant."""
    if text is None or not text.strip():
        return None
    try:
        return frozenset(str(number) for number in parse_runs(text))
    except ValueError:  # stairs with letters for names
        return frozenset(part.strip() for part in text.replace("，", ",").split(","))
