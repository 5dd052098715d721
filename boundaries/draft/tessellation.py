"""Lines between the buildings of street blocks and between stairs, and whose a place is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.draft.arrangement import Points, Projection, Shapes, inner_points
from boundaries.draft.blocks import Blocks
from boundaries.draft.cells import Plots, Stairs, beyond, lines_between, plots_of, stairs_of
from boundaries.draft.compiled import Integers
from boundaries.draft.dwellings import households_of
from boundaries.town import Town

_CUT_REACH_M = 300.0
_NODING_M = 0.001


@dataclass(frozen=True)
class Tessellation:
    """What was drawn inside the blocks, and how to tell to whom a place belongs.

    Attributes
    ----------
    lines
        In metres.
    plots
        Buildings of every block that has any.
    stairs
        Of every building (row) that is divided.
    """

    lines: Shapes
    plots: dict[int, Plots]
    stairs: dict[int, Stairs]

    def owners(self, places: Points, block: Integers) -> tuple[Integers, Integers]:
        """Return building (row, -1: none) and stair (from 1, 0: all of it) of places in blocks."""
        building = np.full(len(places), -1, np.int64)
        for number, plots in self.plots.items():
            mine = np.flatnonzero(block == number)
            building[mine] = plots.owner_of(places[mine])
        stair = np.zeros(len(places), np.int64)
        for row, stairs in self.stairs.items():
            mine = np.flatnonzero(building == row)
            stair[mine] = stairs.stair_of(places[mine]) + 1
        return building, stair


def tessellated(town: Town, blocks: Blocks, projection: Projection) -> Tessellation:
    """Draw lines between the buildings of each block and between the stairs of large ones."""
    footprints = projection.metres(town.buildings.geometry.to_numpy())
    building, block = shapely.STRtree(blocks.shapes).query(
        inner_points(footprints), predicate="intersects"
    )
    first = np.unique(building, return_index=True)[1]
    building, block = building[first], block[first]
    count = _stair_counts(town)
    lines: list[shapely.Geometry] = []
    plots: dict[int, Plots] = {}
    stairs: dict[int, Stairs] = {}
    for number in np.unique(block).tolist():
        members = building[block == number]
        shape = blocks.shapes[number]
        mine = plots_of(_inside(footprints[members], shape), members)
        between = lines_between(mine, shape)
        plots[number] = mine
        lines += between
        cut = {
            row: stairs_of(ground, int(count[row]))
            for row, ground in zip(mine.of_shape.tolist(), mine.shapes, strict=True)
            if count[row] > 1
        }
        if cut:
            lines += _stair_lines(shape, between, mine, cut)
            stairs |= cut
    return Tessellation(np.array(lines, dtype=object), plots, stairs)


def _inside(footprints: Shapes, block: shapely.Geometry) -> Shapes:
    """Return footprints clipped to their block, as they are where nothing would be left."""
    outside = ~shapely.covers(block, footprints)
    if outside.any():
        clipped = shapely.intersection(footprints[outside], block)
        footprints[outside] = np.where(shapely.is_empty(clipped), footprints[outside], clipped)
    return footprints


def _stair_counts(town: Town) -> Integers:
    """Return into how many stairs each building is divided: those too large for any grid."""
    count = town.buildings["stairs"].fillna(1).to_numpy(dtype=np.int64)
    return np.where(households_of(town.buildings) > town.scheme.finest.high, count, 1)


def _stair_lines(
    block: shapely.Geometry,
    between: list[shapely.Geometry],
    plots: Plots,
    stairs: dict[int, Stairs],
) -> list[shapely.Geometry]:
    """Return the lines between stairs, each within the cell of its own building."""
    noded = shapely.union_all([shapely.boundary(block), *between], grid_size=_NODING_M)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    owner = plots.owner_of(shapely.get_coordinates(inner_points(cells)))
    found = []
    for building, cut in stairs.items():
        cell = beyond(shapely.union_all(cells[owner == building]))
        clipped = shapely.intersection(np.array(cut.cuts(_CUT_REACH_M), dtype=object), cell)
        found += [line for line in clipped.tolist() if shapely.length(line) > 0]
    return found
