"""Units: the cells of buildings, or of their stairs, that a plan's grids are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.draft.arrangement import (
    Borders,
    Projection,
    Shapes,
    borders_of,
    faces_of,
    inner_points,
    summed,
)
from boundaries.draft.blocks import Blocks, blocks_of
from boundaries.draft.compiled import Integers
from boundaries.draft.graph import OPEN, UnitGraph, linked, unit_graph
from boundaries.draft.ground import Ground, classes_at, ground_of
from boundaries.draft.locked_lines import LockedLines, level_of_pairs
from boundaries.draft.pieces import in_one_piece
from boundaries.draft.tenants import Tenant, homes_of, tenants_of
from boundaries.draft.tessellation import Tessellation, tessellated
from boundaries.town import Town

_CLASS_WITHIN_M = 3.0
NONE = -1


@dataclass(frozen=True)
class Units:
    """The units of a town: faces of one arrangement, so that they tile its ground exactly.

    Attributes
    ----------
    faces
        Polygons in stored degrees, on the lattice.
    unit_of_face
        Unit of every face.
    graph
        Households, area, outline and neighbours of every unit; community lines are walls.
    community, estate, building
        Row of every unit in the town's layers; -1: no estate, no building.
    stair
        Stair of the building, from 1; 0 for all of it.
    block
        Street block of every unit.
    today
        Row of every unit in the grids of today's plan that it was cut along; -1: none.
    tenants
        Unit, building, stair (0: all of it) and households of everyone who lives somewhere, also
        of buildings and stairs whose ground another one covers.
    """

    faces: Shapes
    unit_of_face: Integers
    graph: UnitGraph
    community: Integers
    estate: Integers
    building: Integers
    stair: Integers
    block: Integers
    today: Integers
    tenants: tuple[Tenant, ...]


def units_of(town: Town, today: Today | None = None, locked: LockedLines | None = None) -> Units:
    """Cut a town's ground into units.

    Parameters
    ----------
    town
        With one jurisdiction and communities; buildings with their households, and with stairs
        and floors where they have more of them than the finest grid holds.
    today
        Grids of today's plan; units do not cross their borders.
    locked
        Lines in stored degrees that no unit crosses, led around buildings.
    """
    projection = Projection(town.crs)
    ground = ground_of(town, projection, locked)
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    fixed = projection.degrees(ground.fixed)
    block_lines = projection.degrees(
        np.concatenate([ground.lines, shapely.boundary(ground.straddling)])
    )
    block_lines = np.concatenate([fixed, block_lines])
    blocks = blocks_of(faces_of(block_lines, outline), town, ground, projection)
    tessellation = tessellated(town, blocks, projection)
    if today is not None:
        fixed = np.concatenate([fixed, shapely.boundary(today.shapes)])
    fixed = np.concatenate([fixed, projection.degrees(ground.locked.shapes)])
    lines = [block_lines, fixed, projection.degrees(tessellation.lines)]
    faces = faces_of(np.concatenate(lines), outline, pins=fixed)
    return _put_together(town, ground, blocks, tessellation, faces, projection, today)


@dataclass(frozen=True)
class Today:
    """The finest grids of today's plan.

    Attributes
    ----------
    shapes
        Their polygons in stored degrees; of grids on the very same ground only the first.
    rows
        Their rows in the plan's grids.
    home
        Row of the grid that has a building's stair by the plan's table; stair 0: all of it.
    """

    shapes: Shapes
    rows: Integers
    home: Mapping[tuple[int, int], int]

    def at(self, inner: Shapes) -> Integers:
        """Return the row of the grid that every inner point lies in; -1 for none."""
        point, grid = shapely.STRtree(self.shapes).query(inner, predicate="intersects")
        found = np.full(len(inner), NONE, np.int64)
        found[point[::-1]] = self.rows[grid[::-1]]
        return found


def _put_together(  # noqa: PLR0917
    town: Town,
    ground: Ground,
    blocks: Blocks,
    tessellation: Tessellation,
    faces: Shapes,
    projection: Projection,
    today: Today | None,
) -> Units:
    """Tell every face's unit and measure the units."""
    inner = projection.metres(inner_points(faces))
    block = blocks.at(inner)
    building, stair = tessellation.owners(shapely.get_coordinates(inner), block)
    borders = borders_of(faces, projection)
    area = shapely.area(projection.metres(faces))
    old = np.full(len(faces), NONE, np.int64)
    if today is not None:
        old = today.at(inner_points(faces))
    key = np.column_stack([block, building, stair, old])
    key, unit = np.unique(key, axis=0, return_inverse=True)
    locked = ground.locked.level_at(borders)
    unit = in_one_piece(
        unit.ravel(),
        borders.without(locked < OPEN),
        area,
        community=blocks.community[key[:, 0]],
        block=key[:, 0],
        building=key[:, 1],
        today=key[:, 3],
    )
    if (locked < OPEN).any():
        unit, key = _cut_at_locks(unit, key, borders.without(locked < OPEN))
    present, unit = np.unique(unit, return_inverse=True)
    key = key[present]
    home = homes_of(key, summed(unit, area, len(key)), {} if today is None else today.home)
    tenants = tenants_of(town, home, tessellation.stairs.keys(), faces, unit)
    households = np.zeros(len(key), np.int64)
    for tenant in tenants:
        households[tenant.unit] += tenant.households
    return Units(
        faces=faces,
        unit_of_face=unit,
        graph=_graph(
            ground, borders, locked, unit, area, households, key[:, 0], blocks.community[key[:, 0]]
        ),
        community=blocks.community[key[:, 0]],
        estate=blocks.estate[key[:, 0]],
        building=key[:, 1],
        stair=key[:, 2],
        block=key[:, 0],
        today=key[:, 3],
        tenants=tenants,
    )


def _cut_at_locks(unit: Integers, key: Integers, borders: Borders) -> tuple[Integers, Integers]:
    """Make units of their own of what lies beyond a locked line and could join nobody there."""
    inner = borders.other >= 0
    one, other = borders.one[inner], borders.other[inner]
    same = unit[one] == unit[other]
    piece = linked(len(unit), one[same], other[same])
    return piece, key[unit[np.unique(piece, return_index=True)[1]]]


def _graph(  # noqa: PLR0917
    ground: Ground,
    borders: Borders,
    locked: Integers,
    unit: Integers,
    area: npt.NDArray[np.float64],
    households: Integers,
    block: Integers,
    community: Integers,
) -> UnitGraph:
    count = len(households)
    one, other, pair = borders.pairs(unit)
    edges = pair >= 0
    length = summed(pair[edges], borders.length_m[edges], len(one))
    rim = borders.other < 0
    outer = summed(unit[borders.one[rim]], borders.length_m[rim], count)
    on_barrier = block[one] != block[other]
    edge_class = np.ones(len(borders.one), np.int64)
    crossing = np.flatnonzero(edges & on_barrier[np.maximum(pair, 0)])
    edge_class[crossing] = classes_at(ground, borders.middle[crossing], _CLASS_WITHIN_M)
    if len(ground.locked_round):
        around = ground.locked_round.level_at(borders)
        locked = np.where(
            edges & on_barrier[np.maximum(pair, 0)], np.minimum(locked, around), locked
        )
    pair_class = np.zeros(len(one), np.int64)
    np.maximum.at(pair_class, pair[crossing], edge_class[crossing])
    return unit_graph(
        households,
        area_m2=summed(unit, area, count),
        rim_m=outer,
        one=one,
        other=other,
        length_m=length,
        barrier_m=np.where(on_barrier, length, 0.0),
        barrier_class=pair_class,
        walled=community[one] != community[other],
        locked=level_of_pairs(locked, borders, pair, length),
    )
