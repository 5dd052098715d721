"""Make one of vertices that lie hardly farther apart than floating-point numbers can tell."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import connected
from geo.coverage.certificate import JURISDICTION, Residual
from geo.coverage.grids import Floats, Grids, Ints, Objects
from geo.repair.rebuild import Place


def snapped(
    grids: Grids, left: Residual, reach: float, fixed: Collection[int] = ()
) -> tuple[Grids, int]:
    """Let grids have the same vertex where theirs hardly differ.

    Such vertices make no face that could change hands. The one stays that most borders have, or
    the jurisdiction or a fixed level.

    Parameters
    ----------
    grids
        The grids.
    left
        Their residual: only its vertices are looked at.
    reach
        Vertices this near are one.
    fixed
        Numbers of levels whose vertices do not move.

    Returns
    -------
    Grids, int
        The grids, as they were where a shape would not be valid, and how many vertices moved.
    """
    places, number, count = np.unique(
        left.ends.reshape(-1, 2), axis=0, return_inverse=True, return_counts=True
    )
    pairs: Ints = cKDTree(places - places[0]).query_pairs(reach, output_type="ndarray")
    if not len(pairs):
        return grids, 0
    kept = np.zeros(len(places), bool)
    kept[number.reshape(-1, 2)[_of_fixed(grids, left, fixed)]] = True
    group = connected(pairs[:, 0], pairs[:, 1], len(places))
    order = np.lexsort((-count, ~kept, group))
    first = np.flatnonzero(np.append(True, group[order][1:] != group[order][:-1]))
    best = order[first][np.searchsorted(group[order][first], group)]
    moving = np.flatnonzero((best != np.arange(len(places))) & ~kept)
    moves = {
        (x, y): (to_x, to_y)
        for (x, y), (to_x, to_y) in zip(
            places[moving].tolist(), places[best[moving]].tolist(), strict=True
        )
    }
    if not moves:
        return grids, 0
    shapes = {
        (depth, row): shape
        for depth, level in enumerate(grids.levels)
        for row, shape in _with_moves(level.geometry, places[moving], moves)
    }
    if not all(shapely.is_valid(shape) for shape in shapes.values()):
        return grids, 0
    return grids.edited(shapes), len(moves)


def _of_fixed(grids: Grids, left: Residual, fixed: Collection[int]) -> np.ndarray:
    depths = [depth for depth, level in enumerate(grids.levels) if level.level in fixed]
    return np.isin(left.depth, [JURISDICTION, *depths])


def _with_moves(
    shapes: Objects, places: Floats, moves: dict[Place, Place]
) -> list[tuple[int, BaseGeometry]]:
    near = np.unique(shapely.STRtree(shapes).query(shapely.points(places))[1])
    found = []
    for row in near.tolist():
        moved = shapely.transform(
            shapes[row], lambda xy: np.array([moves.get((x, y), (x, y)) for x, y in xy.tolist()])
        )
        if not shapely.equals_exact(moved, shapes[row]):
            found.append((row, shapely.remove_repeated_points(moved)))
    return found
