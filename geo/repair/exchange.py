"""Let faces change hands: exact new shapes of all grids concerned, on all levels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import JURISDICTION, Residual, ground_segments, residual
from geo.coverage.grids import Floats, Grids
from geo.coverage.recheck import updated
from geo.repair.carry import Splits, rows_with
from geo.repair.nodes import settled
from geo.repair.owners import Change
from geo.repair.rebuild import Place, Row, pieces_of, polygon_of, summed


def exchanged(
    arrangement: Arrangement, changes: list[Change], lattice: float | None
) -> tuple[Grids, Residual, list[Change], set[Place]]:
    """Return the grids after some faces changed hands.

    What does not come out valid and proved is left as it was, one connected group at a time.

    Parameters
    ----------
    arrangement
        The faces.
    changes
        What changes hands.
    lattice
        Step to which new vertices are rounded.

    Returns
    -------
    Grids, Residual, list of Change, set of places
        The grids, what is left over of them, the changes that were made, and the places of faces
        for which it failed.
    """
    failed: set[Place] = set()
    left = changes
    while left:
        shapes, bad = _shapes(arrangement, left, lattice)
        if not bad:
            grids = _with_shapes(arrangement.grids, shapes)
            rest = _left_over(arrangement, grids, shapes)
            bad = _unproved(arrangement, left, grids, rest)
            if not bad:
                return grids, rest, left, failed
        failed |= {
            place_of(arrangement, change.face)
            for change in left
            if _group(arrangement, change) in bad
        }
        left = [change for change in left if _group(arrangement, change) not in bad]
    return arrangement.grids, arrangement.residual, [], failed


def place_of(arrangement: Arrangement, face: int) -> Place:
    """Return a point of a face, by which it is known again."""
    point = shapely.point_on_surface(arrangement.faces[face])
    return (float(point.x), float(point.y))


def _group(arrangement: Arrangement, change: Change) -> int:
    return int(arrangement.component[change.face])


def _shapes(
    arrangement: Arrangement, changes: list[Change], lattice: float | None
) -> tuple[dict[Row, BaseGeometry], set[int]]:
    """Return the new shapes by row, and the groups that have none."""
    faces = sorted({change.face for change in changes})
    splits = _splits(arrangement, faces)
    gains = _gains(changes)
    rows = _rows(arrangement.grids, gains, splits)
    shapes_now = [_shape(arrangement.grids, row) for row in rows]
    before = dict(zip(rows, pieces_of(shapes_now, {}), strict=True))
    face_pieces = dict(zip(faces, pieces_of(list(arrangement.faces[faces]), {}), strict=True))
    after = {
        row: summed(
            [(pieces, 1)]
            + [(face_pieces[face], times) for face, times in gains.get(row, {}).items()]
        )
        for row, pieces in zip(rows, pieces_of(shapes_now, splits), strict=True)
    }
    nodes = {place for places in splits.values() for place in places}
    settled(after, nodes - _given(arrangement), lattice)
    shapes: dict[Row, BaseGeometry] = {}
    bad: set[int] = set()
    for row, pieces in after.items():
        if pieces == before[row]:
            continue
        shape = polygon_of(pieces)
        if shape is None or not shapely.is_valid(shape):
            bad |= {int(arrangement.component[face]) for face in gains.get(row, {})}
            bad |= set() if row in gains else _groups_beside(arrangement, changes, row)
        else:
            shapes[row] = shape
    return shapes, bad


def _groups_beside(arrangement: Arrangement, changes: list[Change], row: Row) -> set[int]:
    """Return the groups of changing faces that touch a grid which only got nodes."""
    shape = _shape(arrangement.grids, row)
    slack = arrangement.grids.tolerance
    return {
        _group(arrangement, change)
        for change in changes
        if shapely.dwithin(shape, arrangement.faces[change.face], slack)
    }


def _gains(changes: list[Change]) -> dict[Row, dict[int, int]]:
    """Return by grid which faces it gains (+1) and loses (-1)."""
    gains: dict[Row, dict[int, int]] = defaultdict(dict)
    for change in changes:
        for row in change.losing:
            gains[change.depth, row][change.face] = -1
        if change.gaining is not None:
            gains[change.depth, change.gaining][change.face] = 1
    return gains


def _splits(arrangement: Arrangement, faces: list[int]) -> Splits:
    """Return the nodes that some faces have inside the segments of grids."""
    segments = np.unique(np.concatenate([arrangement.residual.ends, arrangement.crossing]), axis=0)
    lines = np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), object)
    corners = np.unique(shapely.get_coordinates(arrangement.faces[faces]), axis=0)
    corner, line = shapely.STRtree(lines).query(
        shapely.points(corners), predicate="dwithin", distance=arrangement.grids.tolerance
    )
    start, end, place = segments[line, :2], segments[line, 2:], corners[corner]
    inside = (place != start).any(axis=1) & (place != end).any(axis=1)
    share = ((place - start) * (end - start)).sum(axis=1) / ((end - start) ** 2).sum(axis=1)
    inside &= (share > 0.0) & (share < 1.0)
    splits: Splits = defaultdict(list)
    for at in np.flatnonzero(inside)[np.lexsort((share[inside], line[inside]))].tolist():
        x, y = place[at].tolist()
        splits[tuple(segments[line[at]].tolist())].append((x, y))
    return dict(splits)


def _given(arrangement: Arrangement) -> set[Place]:
    ends = np.concatenate([arrangement.residual.ends, arrangement.crossing]).reshape(-1, 2)
    return {(x, y) for x, y in np.unique(ends, axis=0).tolist()}


def _rows(grids: Grids, gains: Iterable[Row], splits: Splits) -> list[Row]:
    """Return the grids that change, and those that have one of the segments with nodes."""
    found = set(gains)
    if splits:
        ends: Floats = np.array(list(splits))
        for depth, level in enumerate(grids.levels):
            found |= {(depth, int(row)) for row in rows_with(level.geometry, ends)}
        if grids.jurisdiction is not None:
            ground = np.empty(1, object)
            ground[0] = grids.jurisdiction
            found |= {(JURISDICTION, int(row)) for row in rows_with(ground, ends)}
    return sorted(found)


def _shape(grids: Grids, row: Row) -> BaseGeometry:
    if row[0] == JURISDICTION:
        assert grids.jurisdiction is not None  # noqa: S101 - it has segments
        return grids.jurisdiction
    shape: BaseGeometry = grids.levels[row[0]].geometry[row[1]]
    return shape


def _with_shapes(grids: Grids, shapes: dict[Row, BaseGeometry]) -> Grids:
    made = grids.edited({row: shape for row, shape in shapes.items() if row[0] != JURISDICTION})
    return replace(made, jurisdiction=shapes.get((JURISDICTION, 0), grids.jurisdiction))


def _left_over(arrangement: Arrangement, grids: Grids, shapes: dict[Row, BaseGeometry]) -> Residual:
    if any(depth == JURISDICTION for depth, _ in shapes):
        return residual(grids)
    ground = ground_segments(grids)
    return updated(arrangement.grids, grids, arrangement.residual, list(shapes), ground)


def _unproved(
    arrangement: Arrangement, changes: list[Change], grids: Grids, left: Residual
) -> set[int]:
    """Return the groups at whose faces segments are left over that were not before."""
    if not len(left):
        return set()
    known = {ends.tobytes() for ends in np.ascontiguousarray(arrangement.residual.ends)}
    fresh = np.fromiter(
        (ends.tobytes() not in known for ends in np.ascontiguousarray(left.ends)), bool, len(left)
    )
    if not fresh.any():
        return set()
    lines = shapely.MultiLineString(left.ends[fresh].reshape(-1, 2, 2).tolist())
    slack = 10.0 * grids.tolerance
    return {
        _group(arrangement, change)
        for change in changes
        if shapely.dwithin(lines, arrangement.faces[change.face], slack)
    }
