"""From parts of units to grids: polygons, households, codes, names, assignments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.draft.arrangement import Projection, Shapes, inner_points
from boundaries.draft.compiled import Integers
from boundaries.draft.naming import Unnamed, named
from boundaries.draft.stacks import Share, shared_out
from boundaries.draft.units import NONE, Units
from boundaries.runs import write_runs
from boundaries.town import Town
from geo.layers import STORED_CRS, conform


@dataclass(frozen=True)
class Parts:
    """A division of a town's units, level inside level.

    Attributes
    ----------
    labels
        Part of every unit, coarsest level first, numbered without holes.
    special
        Compound of every unit in a special-purpose grid, by level; -1 for others.
    special_types
        Type of every compound.
    codes
        Codes and names, by level number and part, of grids that keep theirs; several where the
        part is a building whose floors are grids one above the other.
    used
        Codes that new grids must not get.
    """

    labels: list[Integers]
    special: Sequence[Integers]
    special_types: Sequence[str | None]
    codes: Mapping[int, Mapping[int, Sequence[tuple[str, str | None]]]] = field(
        default_factory=dict
    )
    used: frozenset[str] = frozenset()


@dataclass
class _Grid:
    """A grid in the making; `shape` is its part on its own level."""

    level: int
    part: int
    parent: int | None
    floor: int
    number: int
    households: int = 0


class GridMaker:
    """Makes the grids of a division and tells which one every unit and slice is in."""

    def __init__(self, town: Town, units: Units, parts: Parts) -> None:
        self.town, self.units, self.parts = town, units, parts
        self.levels = len(parts.labels)
        self.grids: list[_Grid] = []
        self.grid_of: dict[int, int] = {}
        self.slices: dict[int, list[tuple[Share, int]]] = {}
        self._made: dict[tuple[int, int, int], int] = {}
        self._floors = town.buildings["floors"].fillna(1).to_numpy(dtype=np.int64)
        self._place_units()

    def _place_units(self) -> None:
        """Put every tenant, or every share of it, into a grid of each level; then empty land."""
        lodgers: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for number, tenant in enumerate(self.units.tenants):
            floors = int(self._floors[tenant.building])
            lodgers[tenant.unit].append((number, tenant.households, floors))
        for unit, tenants in lodgers.items():
            shares = shared_out(tenants, self.town.scheme, self.levels)
            for turn, share in enumerate(shares, start=1 if len(shares) > 1 else 0):
                grid = self._finest(unit, share.at, share.first or turn, share.households)
                if share.last:
                    self.slices.setdefault(share.tenant, []).append((share, grid))
                else:
                    self.grid_of[share.tenant] = grid
        for unit in range(len(self.units.graph)):
            self._finest(unit, {}, 0, 0)

    def _finest(self, unit: int, at: dict[int, int], floor: int, households: int) -> int:
        """Return the finest grid of a unit or slice, made with all above it where it is new."""
        above: int | None = None
        for level in range(1, self.levels + 1):
            part = int(self.parts.labels[level - 1][unit])
            number = at.get(level, 0)
            key = (level, part, number if above is None else number + 1000 * above)
            if key not in self._made:
                self._made[key] = len(self.grids)
                self.grids.append(_Grid(level, part, above, floor if level in at else 0, number))
            above = self._made[key]
            self.grids[above].households += households
        if above is None:
            raise ValueError("no level was drawn")
        return above

    def frame(self, projection: Projection, *, estimated: bool) -> gpd.GeoDataFrame:
        """Return the layer ``grids``."""
        shapes = self._shapes()
        places = shapely.get_coordinates(
            projection.metres(inner_points(np.array(shapes, dtype=object)))
        )
        unit_of = [self._a_unit(grid) for grid in self.grids]
        communities = self.town.communities
        codes = communities["code"].to_numpy()
        names = communities["name"].to_numpy()
        unnamed = []
        for grid, unit, place in zip(self.grids, unit_of, places.tolist(), strict=True):
            community = int(self.units.community[unit])
            kept = self._kept(grid)
            unnamed.append(
                Unnamed(
                    level=grid.level,
                    parent=grid.parent,
                    community=codes[community],
                    community_name=names[community],
                    west_east=place[0],
                    north_south=-place[1],
                    floor=grid.floor,
                    is_special=self.is_special(grid),
                    kept_code=kept[0],
                    kept_name=kept[1],
                )
            )
        self.codes = named(unnamed, self.town.scheme, used=self.parts.used)
        kinds = self.parts.special_types
        special = [
            int(self.parts.special[grid.level - 1][unit])
            for grid, unit in zip(self.grids, unit_of, strict=True)
        ]
        frame = gpd.GeoDataFrame(
            {
                "code": [code for code, _ in self.codes],
                "level": [grid.level for grid in self.grids],
                "parent": [
                    None if grid.parent is None else self.codes[grid.parent][0]
                    for grid in self.grids
                ],
                "community": [each.community for each in unnamed],
                "name": [name for _, name in self.codes],
                "kind": ["general" if estate == NONE else "special" for estate in special],
                "mode": [None if estate == NONE else "exclusive" for estate in special],
                "special_type": [None if estate == NONE else kinds[estate] for estate in special],
                "households": [grid.households for grid in self.grids],
                "estimated": estimated,
            },
            geometry=shapes,
            crs=STORED_CRS,
        ).sort_values(["level", "code"], kind="stable", ignore_index=True)
        return gpd.GeoDataFrame(conform("grids", frame))

    def _kept(self, grid: _Grid) -> tuple[str | None, str | None]:
        """Return code and name that a grid keeps; above the first floor the next ones."""
        kept = self.parts.codes.get(grid.level, {}).get(grid.part, ())
        return kept[grid.number] if grid.number < len(kept) else (None, None)

    def is_special(self, grid: _Grid) -> bool:
        """Whether a grid is a special-purpose one."""
        return int(self.parts.special[grid.level - 1][self._a_unit(grid)]) != NONE

    def _a_unit(self, grid: _Grid) -> int:
        if not hasattr(self, "_first"):
            self._first = [np.unique(labels, return_index=True)[1] for labels in self.parts.labels]
        return int(self._first[grid.level - 1][grid.part])

    def _shapes(self) -> list[shapely.Geometry]:
        by_level = [
            dissolved(self.units.faces, labels[self.units.unit_of_face])
            for labels in self.parts.labels
        ]
        return [by_level[grid.level - 1][grid.part] for grid in self.grids]

    def assignments(self) -> pd.DataFrame:
        """Return the table ``assignments``: every building, or its stairs and floors, in a grid."""
        ids = self.town.buildings["id"].to_numpy()
        whole: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        rows: list[tuple[int, int, str | None, str | None, int, int]] = []
        for number, tenant in enumerate(self.units.tenants):
            building, stair = tenant.building, tenant.stair
            if number in self.slices:
                rows += [
                    (
                        building,
                        stair,
                        str(max(stair, 1)),
                        write_runs(range(part.first, part.last + 1)),
                        grid,
                        part.households,
                    )
                    for part, grid in self.slices[number]
                ]
            else:
                whole[building, self.grid_of[number]].append((stair, tenant.households))
        pieces: dict[int, int] = defaultdict(int)
        for building, _ in whole:
            pieces[building] += 1
        for building, *_ in rows:
            pieces[building] += 1
        for (building, grid), stairs in whole.items():
            numbers = [stair for stair, _ in stairs if stair > 0]
            runs = write_runs(numbers) if numbers and pieces[building] > 1 else None
            rows.append(
                (building, min(numbers, default=0), runs, None, grid, sum(h for _, h in stairs))
            )
        rows.sort(key=lambda row: (row[0], row[1], row[4]))
        return pd.DataFrame(conform("assignments", pd.DataFrame(
            {
                "building": [ids[row[0]] for row in rows],
                "stairs": pd.Series([row[2] for row in rows], dtype=object),
                "floors": pd.Series([row[3] for row in rows], dtype=object),
                "grid": [self.codes[row[4]][0] for row in rows],
                "households": [row[5] for row in rows],
            }
        )))  # fmt: skip


def dissolved(faces: Shapes, label: Integers) -> Shapes:
    """Return the union of the faces of every label, numbered without holes."""
    order = np.argsort(label, kind="stable")
    groups = np.split(faces[order], np.cumsum(np.bincount(label))[:-1])
    shapes = np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)
    return np.asarray(shapely.normalize(shapes), dtype=object)
