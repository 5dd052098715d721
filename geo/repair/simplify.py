"""Simplify for maps: the finest level once, dissolved upward, so that all levels stay nested."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.certificate import leaves
from geo.coverage.grids import Grids, Ints, Objects


def simplified(grids: Grids, tolerance: float) -> Grids:
    """Return grids with fewer vertices that tile and nest as exactly as before.

    The grids that are ground themselves are simplified together, border by border; every coarser
    grid, and the jurisdiction, is made of its children again.

    Parameters
    ----------
    grids
        Certified grids.
    tolerance
        Square root of the area by which a border may change at a vertex (Visvalingam-Whyatt as
        in GEOS), in the grids' unit; 0 takes out needless vertices alone.

    Returns
    -------
    Grids
        Rows as they were.
    """
    ground = [np.flatnonzero(leaves(grids, depth)) for depth in range(len(grids.levels))]
    shapes = np.concatenate(
        [level.geometry[rows] for level, rows in zip(grids.levels, ground, strict=True)]
    )
    placed = ~shapely.is_empty(shapes)
    made = shapes.copy()
    made[placed] = shapely.coverage_simplify(shapes[placed], tolerance)
    geometry = [level.geometry.copy() for level in grids.levels]
    offset = 0
    for depth, rows in enumerate(ground):
        geometry[depth][rows] = made[offset : offset + len(rows)]
        offset += len(rows)
    for depth in range(len(grids.levels) - 2, -1, -1):
        parents = grids.parent_rows(depth + 1)
        inner = np.flatnonzero(~leaves(grids, depth))
        geometry[depth][inner] = dissolved(geometry[depth + 1], parents, inner)
    outline = grids.jurisdiction
    if outline is not None:
        tops = geometry[0]
        outline = dissolved(tops, np.zeros(len(tops), np.int64), np.array([0]))[0]
    levels = tuple(
        level.with_geometry(shapes) for level, shapes in zip(grids.levels, geometry, strict=True)
    )
    return Grids(levels, outline)


def dissolved(shapes: Objects, parents: Ints, rows: Ints) -> Objects:
    """Return the ground of some parents' children, exactly: no vertex is lost or moved.

    Parameters
    ----------
    shapes
        The children.
    parents
        Row of each child's parent.
    rows
        The parents wanted.
    """
    made = np.empty(len(rows), object)
    order = np.argsort(parents, kind="stable")
    borders = np.searchsorted(parents[order], np.column_stack([rows, rows + 1]))
    for number, (low, high) in enumerate(borders.tolist()):
        children = shapes[order[low:high]]
        children = children[~shapely.is_empty(children)]
        made[number] = _joined(children)
    return made


def _joined(children: Objects) -> BaseGeometry:
    if not len(children):
        return shapely.Polygon()
    if len(children) == 1:
        only: BaseGeometry = children[0]
        return only
    joined: BaseGeometry = shapely.coverage_union_all(children)
    return joined
