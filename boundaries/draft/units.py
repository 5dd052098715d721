"""Units: the cells of buildings, or of their stairs, that a plan's grids are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.draft.absorbing import absorbed
from boundaries.draft.arrangement import (
    Borders,
    Projection,
    Shapes,
    borders_of,
    faces_of,
    inner_points,
    summed,
)
from boundaries.draft.cells import Seeds, Stairs, lines_between, seeds_of, snapped, stairs_of
from boundaries.draft.compiled import Integers
from boundaries.draft.dwellings import households_of, shares
from boundaries.draft.graph import UnitGraph, linked, unit_graph
from boundaries.draft.ground import Ground, classes_at, community_of, estate_of, ground_of
from boundaries.town import Town

_CUT_REACH_M = 300.0
_NODING_M = 0.001
_CLASS_WITHIN_M = 3.0
NONE = -1


@dataclass(frozen=True)
class Tenant:
    """A building, or a stair of one (from 1; 0: all of it), in a unit."""

    unit: int
    building: int
    stair: int
    households: int


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


def units_of(town: Town, today: Today | None = None) -> Units:
    """Cut a town's ground into units.

    Parameters
    ----------
    town
        With one jurisdiction and communities; buildings with their households, and with stairs
        and floors where they have more of them than the finest grid holds.
    today
        Grids of today's plan; units do not cross their borders.
    """
    projection = Projection(town.crs)
    ground = ground_of(town, projection)
    outline = shapely.union_all(town.jurisdiction.geometry.to_numpy())
    block_lines = projection.degrees(
        np.concatenate([ground.fixed, ground.lines, shapely.boundary(ground.straddling)])
    )
    blocks = _blocks(faces_of(block_lines, outline), town, ground, projection)
    tessellation = _tessellated(town, blocks, projection)
    faces = faces_of(
        np.concatenate(
            [
                block_lines,
                projection.degrees(np.array(tessellation.lines, dtype=object)),
                *([] if today is None else [shapely.boundary(today.shapes)]),
            ]
        ),
        outline,
    )
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


@dataclass(frozen=True)
class _Blocks:
    """Street blocks in metres, and the community and estate that each lies in."""

    shapes: Shapes
    community: Integers
    estate: Integers


def _blocks(faces: Shapes, town: Town, ground: Ground, projection: Projection) -> _Blocks:
    inner = inner_points(faces)
    community, estate = community_of(town, inner), estate_of(town, inner)
    shapes = projection.metres(faces)
    area = shapely.area(shapes)
    part_of_building = np.zeros(len(faces), bool)
    building, face = shapely.STRtree(projection.metres(inner)).query(
        ground.straddling, predicate="intersects"
    )
    part_of_building[face] = True
    del building
    label = absorbed(
        borders_of(faces, projection),
        area,
        shapely.length(shapes),
        community,
        estate,
        must=part_of_building,
    )
    first, number = np.unique(label, return_inverse=True)
    members = np.argsort(number, kind="stable")
    groups = np.split(members, np.cumsum(np.bincount(number))[:-1])
    whole = np.array([shapely.coverage_union_all(faces[group]) for group in groups], dtype=object)
    del first
    largest = [group[np.argmax(area[group])] for group in groups]
    return _Blocks(projection.metres(whole), community[largest], estate[largest])


@dataclass(frozen=True)
class _Tessellation:
    """What was drawn inside the blocks, and how to tell to whom a place belongs."""

    lines: list[shapely.Geometry]
    seeds: dict[int, Seeds]
    stairs: dict[int, Stairs]


def _tessellated(town: Town, blocks: _Blocks, projection: Projection) -> _Tessellation:
    """Draw lines between the buildings of each block and between the stairs of large ones."""
    footprints = projection.metres(town.buildings.geometry.to_numpy())
    building, block = shapely.STRtree(blocks.shapes).query(
        inner_points(footprints), predicate="intersects"
    )
    first = np.unique(building, return_index=True)[1]
    building, block = building[first], block[first]
    stairs = _stairs(town, footprints, building)
    lines: list[shapely.Geometry] = []
    seeds: dict[int, Seeds] = {}
    for number in np.unique(block).tolist():
        members = building[block == number]
        shape = blocks.shapes[number]
        mine = footprints[members]
        outside = ~shapely.covers(shape, mine)
        if outside.any():
            clipped = shapely.intersection(mine[outside], shape)
            mine[outside] = np.where(shapely.is_empty(clipped), mine[outside], clipped)
        seeds[number] = seeds_of(mine, members)
        between = lines_between(seeds[number], shape)
        lines += between
        cut = [one for one in members.tolist() if one in stairs]
        if cut:
            lines += _stair_lines(shape, between, seeds[number], {one: stairs[one] for one in cut})
    return _Tessellation(lines, seeds, stairs)


def _stairs(town: Town, footprints: Shapes, building: Integers) -> dict[int, Stairs]:
    """Return the stairs of the buildings that a grid of the finest level cannot hold whole."""
    households = households_of(town.buildings)
    count = town.buildings["stairs"].fillna(1).to_numpy(dtype=np.int64)
    divided = (households > town.scheme.finest.high) & (count > 1)
    return {row: stairs_of(footprints[row], int(count[row])) for row in building[divided[building]]}


def _stair_lines(
    block: shapely.Geometry,
    between: list[shapely.Geometry],
    seeds: Seeds,
    stairs: dict[int, Stairs],
) -> list[shapely.Geometry]:
    """Return the lines between stairs, each within the cell of its own building."""
    noded = shapely.union_all([shapely.boundary(block), *between], grid_size=_NODING_M)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    owner = seeds.nearest(shapely.get_coordinates(inner_points(cells)))
    found = []
    for building, cut in stairs.items():
        cell = shapely.union_all(cells[owner == building])
        clipped = shapely.intersection(np.array(cut.cuts(_CUT_REACH_M), dtype=object), cell)
        found += snapped(clipped, shapely.geometrycollections([noded]))
    return found


def _put_together(  # noqa: PLR0917
    town: Town,
    ground: Ground,
    blocks: _Blocks,
    tessellation: _Tessellation,
    faces: Shapes,
    projection: Projection,
    today: Today | None,
) -> Units:
    """Tell every face's unit and measure the units."""
    shapes = projection.metres(faces)
    inner = projection.metres(inner_points(faces))
    places = shapely.get_coordinates(inner)
    block = _block_of(inner, blocks.shapes)
    building = np.full(len(faces), NONE, np.int64)
    for number, seeds in tessellation.seeds.items():
        mine = np.flatnonzero(block == number)
        building[mine] = seeds.nearest(places[mine])
    stair = np.zeros(len(faces), np.int64)
    for row, stairs in tessellation.stairs.items():
        mine = np.flatnonzero(building == row)
        stair[mine] = stairs.stair_of(places[mine]) + 1
    borders = borders_of(faces, projection)
    area = shapely.area(shapes)
    old = np.full(len(faces), NONE, np.int64)
    if today is not None:
        old = today.at(inner_points(faces))
    key = np.column_stack([block, building, stair, old])
    key, unit = np.unique(key, axis=0, return_inverse=True)
    unit = _in_one_piece(unit.ravel(), borders, area, blocks.community[key[:, 0]], key[:, 0])
    present, unit = np.unique(unit, return_inverse=True)
    key = key[present]
    tenants = _tenants(
        town,
        _homes_of(key, summed(unit, area, len(key)), today),
        set(tessellation.stairs),
        faces,
        unit,
    )
    households = np.zeros(len(key), np.int64)
    for tenant in tenants:
        households[tenant.unit] += tenant.households
    return Units(
        faces=faces,
        unit_of_face=unit,
        graph=_graph(
            ground, borders, unit, area, households, key[:, 0], blocks.community[key[:, 0]]
        ),
        community=blocks.community[key[:, 0]],
        estate=blocks.estate[key[:, 0]],
        building=key[:, 1],
        stair=key[:, 2],
        block=key[:, 0],
        today=key[:, 3],
        tenants=tenants,
    )


def _block_of(inner: Shapes, blocks: Shapes) -> Integers:
    """Return the block of every inner point; the nearest where rounding moved a border."""
    tree = shapely.STRtree(blocks)
    point, block = tree.query(inner, predicate="intersects")
    found = np.full(len(inner), NONE, np.int64)
    found[point[::-1]] = block[::-1]
    lost = np.flatnonzero(found == NONE)
    if len(lost):
        nearest = tree.query_nearest(inner[lost], all_matches=False)
        found[lost[nearest[0]]] = nearest[1]
    return found


def _in_one_piece(
    unit: Integers,
    borders: Borders,
    area: npt.NDArray[np.float64],
    community: Integers,
    block: Integers,
) -> Integers:
    """Give what is cut off from the main piece of its unit to the neighbour it fits best."""
    unit = unit.copy()
    inner = borders.other >= 0
    one, other, length = borders.one[inner], borders.other[inner], borders.length_m[inner]
    for _ in range(3):
        same = unit[one] == unit[other]
        piece = linked(len(unit), one[same], other[same])
        size = summed(piece, area, int(piece.max()) + 1)
        first = np.unique(piece, return_index=True)[1]
        owner = unit[first]
        order = np.lexsort((-size, owner))
        main = order[np.unique(owner[order], return_index=True)[1]]
        stray = np.ones(len(size), bool)
        stray[main] = False
        if not stray.any():
            break
        moved = _homes(
            piece, stray, unit, one[~same], other[~same], length[~same], community, block
        )
        unit = np.where(moved[piece] >= 0, moved[piece], unit)
    return unit


def _homes(  # noqa: PLR0917
    piece: Integers,
    stray: npt.NDArray[np.bool_],
    unit: Integers,
    one: Integers,
    other: Integers,
    length: npt.NDArray[np.float64],
    community: Integers,
    block: Integers,
) -> Integers:
    """Return the unit that every stray piece shares most border with, its own block first."""
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    meets = np.concatenate([length, length])
    fits = stray[piece[tail]] & ~stray[piece[head]]
    fits &= community[unit[tail]] == community[unit[head]]
    tail, head, meets = tail[fits], head[fits], meets[fits]
    weight = np.where(block[unit[tail]] == block[unit[head]], 1000.0, 1.0) * meets
    count = len(community)
    key, pair = np.unique(piece[tail] * count + unit[head], return_inverse=True)
    total = summed(pair, weight, len(key))
    home = np.full(len(stray), NONE, np.int64)
    for at in np.lexsort((-key, total)).tolist():
        home[key[at] // count] = key[at] % count
    return home


def _homes_of(
    key: Integers, area: npt.NDArray[np.float64], today: Today | None
) -> dict[int, dict[int, int]]:
    """Return the unit of every building's stairs: where today's table says, else the largest."""
    home: dict[int, dict[int, int]] = {}
    for unit in np.argsort(area, kind="stable").tolist():
        _, row, stair, _ = key[unit].tolist()
        if row != NONE:
            home.setdefault(row, {})[stair] = unit
    if today is not None:
        for unit, (_, row, stair, old) in enumerate(key.tolist()):
            if old != NONE and today.home.get((row, stair)) == old:
                home[row][stair] = unit
    return home


def _tenants(
    town: Town,
    home: dict[int, dict[int, int]],
    divided: set[int],
    faces: Shapes,
    unit_of_face: Integers,
) -> tuple[Tenant, ...]:
    """Put every building of the town's ground, or every stair of it, into a unit.

    Where the ground of a stair went to others, the nearest stair of its building takes its
    households; where all of a building's did, the unit in which the building stands.
    """
    total = households_of(town.buildings)
    stairs = town.buildings["stairs"].fillna(1).to_numpy(dtype=np.int64)
    homeless = np.setdiff1d(np.arange(len(total)), np.array(sorted(home), np.int64))
    points = inner_points(town.buildings.geometry.to_numpy()[homeless])
    at, face = shapely.STRtree(faces).query(points, predicate="intersects")
    for row, where in zip(homeless[at[::-1]].tolist(), face[::-1].tolist(), strict=True):
        home[row] = {0: int(unit_of_face[where])}
    tenants = []
    for row, units in sorted(home.items()):
        if row not in divided or 0 in units:
            tenants.append(Tenant(min(units.values()), row, 0, int(total[row])))
            continue
        held = shares(int(total[row]), int(stairs[row]))
        for number in range(1, len(held) + 1):
            nearest = min(units, key=lambda other: (abs(other - number), other))
            tenants.append(Tenant(units[nearest], row, number, held[number - 1]))
    return tuple(tenants)


def _graph(  # noqa: PLR0917
    ground: Ground,
    borders: Borders,
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
    )
