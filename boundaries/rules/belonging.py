"""Which grid a building, a slice of one or an address belongs to, by table and by place."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from boundaries.rules.case import Case, sound
from boundaries.runs import parse_runs

_SAME_FOOTPRINT_SHARE = 0.9
_SAME_AREA_SHARE = 1e-6

Positions = npt.NDArray[np.int64]


def base_grids(case: Case) -> npt.NDArray[np.bool_]:
    """Return which grids divide the ground: all but special-purpose ones that lie on top."""
    grids = case.grids
    overlay = (grids["kind"] == "special") & (grids["mode"] == "overlay")
    return ~overlay.to_numpy(dtype=bool)


def answering(case: Case, level: int) -> npt.NDArray[np.bool_]:
    """Return which grids divide the ground at a level.

    Besides the level's own grids, exclusive special-purpose ones of coarser levels without
    children: they are their own ground all the way down.
    """
    grids = case.grids
    childless = ~grids["code"].isin(set(grids["parent"].dropna()))
    alone = (grids["kind"] == "special") & (grids["level"] < level) & childless
    return ((grids["level"] == level) | alone).to_numpy(dtype=bool) & case.once(base_grids)


def own_ground(case: Case) -> npt.NDArray[np.object_]:
    """Return the footprint of each building, metres, less the smaller ones that lie over it."""
    shapes = sound(case.buildings.geometry.to_numpy())
    area = shapely.area(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    inner = shapely.STRtree(shapes).query(shapes, predicate="contains")
    one, other = np.concatenate([one, inner[0]]), np.concatenate([other, inner[1]])
    smaller = (area[other] < area[one]) | ((area[other] == area[one]) & (other < one))
    one, other = one[smaller], other[smaller]
    ground = shapes.copy()
    for larger in np.unique(one).tolist():
        over = shapely.union_all(shapes[other[one == larger]])
        ground[larger] = shapely.difference(shapes[larger], over)
    return ground


def building_points(case: Case) -> npt.NDArray[np.object_]:
    """Return a point inside each building, metres; None where its shape is empty.

    The point is off the smaller buildings that stand on it, as long as they leave it any ground.
    """
    shapes, own = sound(case.buildings.geometry.to_numpy()), case.once(own_ground)
    points = np.asarray(shapely.point_on_surface(own), dtype=object)
    covered = shapely.is_empty(points)
    points[covered] = shapely.point_on_surface(shapes[covered])
    points[shapely.is_empty(points)] = None
    return points


def grids_at(
    case: Case, level: int, points: npt.NDArray[np.object_]
) -> tuple[Positions, Positions]:
    """Return the pairs (point, grid) where a grid that answers at the level holds the point.

    A point on a border is held by the grids on both sides. Points that are None are in no pair.
    The pairs are sorted by point, then by grid.
    """
    positions = np.flatnonzero(answering(case, level))
    grid, point = shapely.STRtree(points).query(case.sound_grids[positions], predicate="intersects")
    grid = positions[grid]
    order = np.lexsort((grid, point))
    return point[order].astype(np.int64), grid[order].astype(np.int64)


def position_of_code(case: Case) -> dict[str, int]:
    """Return the first grid's position by code."""
    codes = case.grids["code"].tolist()
    return {code: position for position, code in reversed(list(enumerate(codes)))}


def position_of_building(case: Case) -> dict[str, int]:
    """Return a building's position by ID."""
    return {building: at for at, building in enumerate(case.buildings["id"].tolist())}


def assigned(case: Case) -> pd.DataFrame:
    """Return the assignments with ``building_at`` and ``grid_at``, positions or -1.

    ``whole`` tells an assignment of a whole building from a slice's.
    """
    table = case.plan.assignments.reset_index(drop=True)
    buildings, grids = case.once(position_of_building), case.once(position_of_code)
    return table.assign(
        building_at=_positions(table["building"], buildings),
        grid_at=_positions(table["grid"], grids),
        whole=(table["stairs"].isna() & table["floors"].isna()).to_numpy(dtype=bool),
    )


def _positions(names: pd.Series, known: dict[str, int]) -> Positions:
    return np.array([known.get(name, -1) for name in names], dtype=np.int64)


def sliced_buildings(case: Case) -> frozenset[str]:
    """Return the buildings that are divided between several grids."""
    table = case.once(assigned)
    grids = table[~table["whole"]].groupby("building")["grid"].nunique()
    return frozenset(grids.index[grids > 1])


def slice_groups(case: Case) -> dict[str, frozenset[str]]:
    """Return, by grid code, the sliced buildings that the grid has a share of.

    A parent has its children's. Two grids of a level whose sets meet are of one slice group:
    they may share the ground under a building.
    """
    table = case.once(assigned)
    groups: dict[str, set[str]] = defaultdict(set)
    for building, grid in table.loc[~table["whole"], ["building", "grid"]].itertuples(index=False):
        code: str | None = grid
        while code is not None:
            groups[code].add(building)
            code = case.scheme.parent_code(code)
    return {code: frozenset(buildings) for code, buildings in groups.items()}


def share_footprint(case: Case, one: str, other: str) -> bool:
    """Return whether two grids hold slices of a same building, or buildings on the same ground."""
    groups = case.once(slice_groups)
    nothing: frozenset[str] = frozenset()
    if not groups.get(one, nothing).isdisjoint(groups.get(other, nothing)):
        return True
    held, over = case.once(buildings_of_grids), case.once(lying_over)
    there = held.get(other, nothing)
    return any(not over.get(each, nothing).isdisjoint(there) for each in held.get(one, nothing))


def buildings_of_grids(case: Case) -> dict[str, frozenset[str]]:
    """Return, by grid code, the buildings that the grid, or a grid inside it, has a share of."""
    held: dict[str, set[str]] = defaultdict(set)
    for building, grid in case.once(assigned)[["building", "grid"]].itertuples(index=False):
        code: str | None = grid
        while code is not None:
            held[code].add(building)
            code = case.scheme.parent_code(code)
    return {code: frozenset(buildings) for code, buildings in held.items()}


def lying_over(case: Case) -> dict[str, frozenset[str]]:
    """Return the buildings whose footprints and that of another are as good as one."""
    shapes, ids = case.buildings.geometry.to_numpy(), case.buildings["id"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = (side[one != other] for side in (one, other))
    area = shapely.area(shapes)
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    same = shared >= _SAME_FOOTPRINT_SHARE * np.minimum(area[one], area[other])
    found: dict[str, set[str]] = defaultdict(set)
    for first, second in zip(ids[one[same]], ids[other[same]], strict=True):
        found[first].add(second)
    return {building: frozenset(others) for building, others in found.items()}


def stacked(case: Case) -> frozenset[frozenset[str]]:
    """Return the pairs of grids of one level that lie on the very same ground."""
    pairs = set()
    codes = case.grids["code"].to_numpy()
    for number in case.levels:
        positions = np.flatnonzero((case.grids["level"] == number) & case.once(base_grids))
        shapes = case.sound_grids[positions]
        one, other = shapely.STRtree(shapes).query(shapes, predicate="covers")
        one, other = (side[one < other] for side in (one, other))
        area = shapely.area(shapes)
        same = np.abs(area[one] - area[other]) <= _SAME_AREA_SHARE * area[one]
        pairs |= {
            frozenset(pair)
            for pair in zip(codes[positions[one[same]]], codes[positions[other[same]]], strict=True)
        }
    return frozenset(pair for pair in pairs if len(pair) > 1)


def cells_of(stairs: str | None, floors: str | None, whole: tuple[int, int]) -> int:
    """Return the number of stair × floor cells of a slice; 0 where its runs cannot be read."""
    try:
        across = whole[0] if stairs is None else len(parse_runs(stairs))
        up = whole[1] if floors is None else len(parse_runs(floors))
    except ValueError:
        return 0
    return across * up
