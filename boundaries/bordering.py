"""The borders of a plan's grids, and the barrier that each stretch of them follows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.coverage.arcs import OUTSIDE, Linework, linework
from geo.coverage.following import Lines, Pieces

REACH_M = 15.0
"""How far off a border a barrier may be that its text names."""
_LINES_ALONE = ("wall", "fence", "parcel")
"""Kinds of barriers that are followed along their outline and not within, where they are areas."""

Indices = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Borders:
    """All borders of all levels, each stretch once, with the barrier that it follows.

    Attributes
    ----------
    lines
        The borders, segment by segment; rows are positions of grids.
    pieces
        The borders in short pieces; a followed line is a row of the barriers.
    levels
        Numbers of the levels, in the order of the rows of ``left`` and ``right``.
    left, right
        Position of the grid on either side of each piece, shape (levels, pieces); `OUTSIDE` where
        a level has none there or no border at all.
    """

    lines: Linework
    pieces: Pieces
    levels: tuple[int, ...]
    left: Indices
    right: Indices

    def sides(self, level: int) -> tuple[Indices, Indices]:
        """Return the grids on the left and right of each piece at a level."""
        depth = self.levels.index(level)
        return self.left[depth], self.right[depth]


def borders_of(
    grids: gpd.GeoDataFrame, shapes: Shapes, barriers: Lines, reach_m: float = REACH_M
) -> Borders:
    """Return the borders of grids of all levels.

    Parameters
    ----------
    grids
        All grids of a plan; overlay ones have no borders.
    shapes
        Their shapes, valid, metres.
    barriers
        What they may follow; see `lines_of`.
    reach_m
        How far off that may be.
    """
    tiling = (grids["mode"] != "overlay").to_numpy(dtype=bool) & ~shapely.is_empty(shapes)
    numbers = grids["level"].to_numpy()
    levels = tuple(sorted(set(numbers[tiling].tolist())))
    rows = [np.flatnonzero(tiling & (numbers == number)) for number in levels]
    lines = linework([shapes[some] for some in rows])
    pieces = barriers.followed(lines.start, lines.end, lines.arc, reach_m)
    left, right = (
        np.stack([np.append(some, OUTSIDE)[side] for some, side in zip(rows, sides, strict=True)])
        if levels
        else np.zeros((0, 0), np.int64)
        for sides in (lines.left, lines.right)
    )
    return Borders(lines, pieces, levels, left[:, pieces.segment], right[:, pieces.segment])


def lines_of(barriers: gpd.GeoDataFrame) -> Lines:
    """Return barriers, given in metres, as lines that may be followed, in their order."""
    shapes: Shapes = barriers.geometry.to_numpy().copy()
    alone = barriers["kind"].isin(_LINES_ALONE).to_numpy(dtype=bool)
    alone = alone & (shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004
    shapes[alone] = shapely.boundary(shapes[alone])
    return Lines(shapes)
