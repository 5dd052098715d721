"""Grids in several parts: a second part, a part far off, a parent in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.codes import prefix_parent
from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import Grids, Objects


def scattered(grids: Grids) -> Iterator[tuple[int, int, Fault]]:
    """Yield (depth, row, fault) of every grid in several parts that its ground does not explain.

    Parts on separate islands or exclaves of the community (of the jurisdiction where no
    communities are given) are in order; two parts in one piece of that ground are not.
    """
    for depth in range(len(grids.levels)):
        for row in grids.in_parts(depth).tolist():
            parts = _unexplained(grids, depth, row)
            if len(parts):
                yield depth, row, _fault(grids, depth, row, parts)


def _unexplained(grids: Grids, depth: int, row: int) -> Objects:
    """Return the parts beside the main one of each piece of ground.

    The main one holds most of the children whose codes begin with the grid's own, else most of
    the children, else it is the largest one.
    """
    parts = shapely.get_parts(grids.levels[depth].geometry[row])
    children = [_numbers_of_children(grids, depth, row, part) for part in parts.tolist()]
    proper, all_ = -np.array(children).T
    parts = parts[np.lexsort((-shapely.area(parts), all_, proper))]
    ground = shapely.get_parts(_ground(grids, depth, row))
    if not len(ground):
        return parts[1:]
    inside = shapely.point_on_surface(parts)
    taken: set[int] = set()
    found = []
    for part, point in zip(parts, inside, strict=True):
        piece = int(np.argmin(shapely.distance(ground, point)))
        if piece in taken:
            found.append(part)
        taken.add(piece)
    made = np.empty(len(found), object)
    made[:] = found
    return made


def _ground(grids: Grids, depth: int, row: int) -> BaseGeometry:
    """Return the community that a grid lies in, or the jurisdiction."""
    at = depth
    while at > 0 and row >= 0:
        row = int(grids.parent_rows(at)[row])
        at -= 1
    if depth > 0 and row >= 0 and grids.levels[0].level == 0:
        community: BaseGeometry = grids.levels[0].geometry[row]
        if not community.is_empty:
            return community
    return shapely.Polygon() if grids.jurisdiction is None else grids.jurisdiction


def _fault(grids: Grids, depth: int, row: int, parts: Objects) -> Fault:
    level = grids.levels[depth]
    place = parts[0] if len(parts) == 1 else shapely.MultiPolygon(_polygons(parts))
    area = float(shapely.area(parts).sum())
    inside = _children_in(grids, depth, row, parts)
    if not inside:
        return Fault(
            "part.second", level.level, codes_of([level.codes[row]]), place, area, fix=False
        )
    finer = grids.levels[depth + 1]
    codes = [finer.codes[child] for child in inside]
    proper = [prefix_parent(level, code) for code in codes]
    if not any(proper):
        proper = [_surrounding(grids, depth, row, part) for part in parts.tolist()]
    return Fault(
        "parent.pieces",
        level.level,
        codes_of([level.codes[row]], codes, proper),
        place,
        area,
        parents=codes_of([level.codes[row]], proper),
    )


def _polygons(parts: Objects) -> list[shapely.Polygon]:
    return [part for part in parts.tolist() if isinstance(part, shapely.Polygon)]


def _surrounding(grids: Grids, depth: int, row: int, part: BaseGeometry) -> str | None:
    """Return the code of the other grid of the level that has most of a part's border."""
    level = grids.levels[depth]
    near = grids.near(depth, np.array([part], dtype=object))
    near = near[near != row]
    along = shapely.intersection(shapely.boundary(part), shapely.boundary(level.geometry[near]))
    shared = shapely.length(along)
    if not shared.any():
        return None
    code: str | None = level.codes.tolist()[near[shared.argmax()]]
    return code


def _numbers_of_children(grids: Grids, depth: int, row: int, part: BaseGeometry) -> tuple[int, int]:
    """Return how many children in a part have codes that begin with the grid's own, and all."""
    own = str(grids.levels[depth].codes[row])
    inside = _children_in(grids, depth, row, np.array([part], dtype=object))
    codes = [str(grids.levels[depth + 1].codes[child]) for child in inside]
    return sum(code.startswith(own) for code in codes), len(codes)


def _children_in(grids: Grids, depth: int, row: int, parts: Objects) -> list[int]:
    """Return the rows of a grid's children that lie in some of its parts."""
    if depth + 1 >= len(grids.levels):
        return []
    children = np.flatnonzero(grids.parent_rows(depth + 1) == row)
    shapes = grids.levels[depth + 1].geometry[children]
    points = shapely.point_on_surface(shapes)
    held = np.zeros(len(children), bool)
    for part in parts:
        held |= shapely.intersects(part, points)
    return children[held].tolist()
