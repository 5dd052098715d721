"""A coverage's borders, each stored once: chains of vertices with the faces on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.locate import compiled
from geo.locate.vertices import HALF_RANGE, Lattice, Polygons, Vertices, vertices_of
from geo.problem import InputError, input_error

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Records = npt.NDArray[np.int32]

X, Y, LEFT, RIGHT = range(4)
"""Columns of a record: lattice coordinates, and the labels beside the edge that starts there."""

END = -1
"""Label of the record that ends a chain; no edge starts there."""

OUTSIDE = 0
"""Label of all ground outside; a polygon's label is its index + 1."""

CROWDED = -2
"""What pairing says of segments too close together for its cells."""
_WORTH_A_COMPILER = 200_000
_PART_RINGS = 1 << 12


@dataclass(frozen=True)
class Borders:
    """The borders of a coverage.

    Attributes
    ----------
    records
        Shape (n, 4), int32: x, y, label on the left and on the right of the edge that leads to
        the next record; both `END` where a chain ends.
    lattice
        What the coordinates count in.
    faces
        Number of polygons.
    """

    records: Records
    lattice: Lattice
    faces: int

    @property
    def edges(self) -> Ints:
        """Rows of the records at which an edge starts."""
        return np.flatnonzero(self.records[:, LEFT] != END)


def borders_of(polygons: Polygons, *, steps: float) -> Borders:
    """Return the borders of a coverage, each stored once, and prove that it is one.

    Every polygon is broken into directed segments with its inside on the left. Two polygons that
    share a segment run through it in opposite directions. The segments of only one polygon must
    be just the boundary of a valid area: then every point is covered once or not at all.

    Parameters
    ----------
    polygons
        Valid polygons and multipolygons.
    steps
        Steps of the coordinates' lattice in one unit.

    Raises
    ------
    InputError
        A polygon is invalid or off the lattice, or they are no coverage.
    """
    _refuse_invalid(polygons)
    vertices = vertices_of(polygons, steps=steps)
    starts, ends, faces = _segments(vertices)
    across = _across(vertices, starts, ends, faces)
    _refuse_overlaps(vertices, starts, ends, across)
    records = _chained(vertices.points, starts, ends, faces, across)
    return Borders(records, vertices.lattice, len(polygons))


def _refuse_invalid(polygons: Polygons) -> None:
    sound = shapely.is_valid(polygons) & ~shapely.is_empty(polygons)
    sound &= np.isin(shapely.get_type_id(polygons), (3, 6))
    if not sound.all():
        first = int(np.argmin(sound))
        reason = shapely.is_valid_reason(polygons[first])
        raise input_error("locate.invalid_polygon", row=first + 1, reason=reason)


def _segments(vertices: Vertices) -> tuple[Rows, Rows, Rows]:
    """Return first and last vertex and polygon of all segments, the polygon on their left."""
    points, rings = vertices.points, vertices.rings
    steps = np.diff(rings) - 1
    first = np.ones(len(points), dtype=bool)
    first[rings[1:] - 1] = False
    tail = np.flatnonzero(first).astype(np.int32)
    place = points.view(np.int64).ravel()
    still = np.append(place[1:] == place[:-1], True)
    still &= first
    turned = np.repeat(_turned(vertices), steps)
    # turned rings are walked backwards, so that chains still follow each other
    mirrored = np.repeat((rings[:-1] + rings[1:] - 2).astype(np.int32), steps)
    np.subtract(mirrored, tail, out=tail, where=turned)
    del mirrored
    starts, ends = tail + turned, tail + ~turned
    faces = np.repeat(vertices.faces.astype(np.int32), steps)
    if not still.any():
        return starts, ends, faces
    long = ~still[tail]
    return starts[long], ends[long], faces[long]


def _turned(vertices: Vertices) -> npt.NDArray[np.bool_]:
    """Return which rings have their polygon on the right: clockwise shells, other holes."""
    points, rings = vertices.points, vertices.rings
    area = np.empty(len(rings) - 1)
    for first in range(0, len(area), _PART_RINGS):
        last = min(first + _PART_RINGS, len(area))
        begin = rings[first:last] - rings[first]
        length = np.diff(rings[first : last + 1])
        part = points[rings[first] : rings[last]].astype(np.float64)
        part -= np.repeat(part[begin], length, axis=0)
        cross = np.zeros(len(part))
        cross[:-1] = part[:-1, 0] * part[1:, 1] - part[1:, 0] * part[:-1, 1]
        cross[begin + length - 1] = 0.0
        area[first:last] = np.add.reduceat(cross, begin)
    turned: npt.NDArray[np.bool_] = (area < 0) == vertices.shells
    return turned


def _across(vertices: Vertices, starts: Rows, ends: Rows, faces: Rows) -> Rows:
    """Return the polygon across every segment, -1 where none is.

    Segments are brought together by their middles, and then compared end by end.
    """
    builder = _builder_for(faces)
    found = None if builder is None else _across_compiled(builder, vertices, starts, ends, faces)
    if found is not None:
        return found
    points = vertices.points
    middle = points[starts].astype(np.int64) + points[ends] + 2 * HALF_RANGE
    # rows of one height together, as polygons mostly come: then most of what follows is near
    key = (middle[:, 1].astype(np.uint64) << np.uint64(32)) + middle[:, 0].astype(np.uint64)
    order = np.argsort(key)
    key = key[order]
    across = np.full(len(faces), -1, dtype=np.int32)
    same = key[1:] == key[:-1]
    run = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
    length = np.diff(run)
    if (length > 2).any():  # noqa: PLR2004
        raise _overlap(vertices.stored(starts[order[run[:-1][length > 2]]]))  # noqa: PLR2004
    first = run[:-1][length == 2]  # noqa: PLR2004
    one, other = order[first], order[first + 1]
    meet = points[starts[one]] == points[ends[other]]
    part = points[ends[one]] == points[starts[other]]
    opposite = meet[:, 0] & meet[:, 1] & part[:, 0] & part[:, 1]
    if not opposite.all():
        raise _overlap(vertices.stored(starts[one[~opposite]]))
    across[one], across[other] = faces[other], faces[one]
    return across


def _across_compiled(
    builder: compiled.Builder, vertices: Vertices, starts: Rows, ends: Rows, faces: Rows
) -> Rows | None:
    """Return what `_across` does; None where segments lie too close together for cells."""
    points = vertices.points
    low = points.min(axis=0).astype(np.int64) * 2
    width, height = (points.max(axis=0).astype(np.int64) * 2 - low).tolist()
    side = max(int(np.sqrt(width * height * 2 / len(faces))), max(width, height) >> 14, 1)
    columns, rows = width // side + 1, height // side + 1
    across = np.empty(len(faces), dtype=np.int32)
    cell, listed = np.zeros(rows * columns + 1, np.int32), np.empty(len(faces), np.int32)
    twice = builder.pair_segments(
        points, starts, ends, faces, across, cell, listed, columns, side, low
    )
    if twice >= 0:
        raise _overlap(vertices.stored(starts[[twice]]))
    return None if twice == CROWDED else across


def _builder_for(faces: Rows) -> compiled.Builder | None:
    return compiled.builder() if len(faces) >= _WORTH_A_COMPILER else None


def _overlap(places: npt.NDArray[np.float64]) -> InputError:
    return input_error(
        "locate.overlap", value="{:.7f} {:.7f}".format(*places[0]), count=len(places)
    )


def _refuse_overlaps(vertices: Vertices, starts: Rows, ends: Rows, across: Rows) -> None:
    """Prove that the segments without a polygon across them bound an area covered once."""
    alone = np.flatnonzero(across < 0)
    tails, heads = vertices.stored(starts[alone]), vertices.stored(ends[alone])
    lines = np.asarray(shapely.linestrings(np.stack([tails, heads], axis=1)), dtype=object)
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(lines)), exterior_cw=False)
    found = {tuple(each) for each in np.hstack([tails, heads]).tolist()}
    outline: set[tuple[float, ...]] = set()
    inside = []
    for face in faces:
        around = _directed(face)
        if around <= found:
            outline |= around
            inside.append(face)
    if outline != found or not shapely.is_valid(shapely.multipolygons(inside)):
        strange = sorted(found ^ outline) or sorted(found)
        raise _overlap(np.array([each[:2] for each in strange]))


def _directed(polygon: shapely.Geometry) -> set[tuple[float, ...]]:
    corners, ring = shapely.get_coordinates(shapely.get_rings(polygon), return_index=True)
    same = ring[1:] == ring[:-1]
    return {tuple(each) for each in np.hstack([corners[:-1][same], corners[1:][same]]).tolist()}


def _chained(points: Records, starts: Rows, ends: Rows, faces: Rows, across: Rows) -> Records:
    """Return every border once, as chains in the order of the rings."""
    builder = _builder_for(faces)
    if builder is not None:
        given = points, starts, ends, faces, across
        none = np.empty((0, 4), dtype=np.int32)
        records = np.empty((builder.chain_segments(*given, none), 4), dtype=np.int32)
        builder.chain_segments(*given, records)
        return records
    kept = np.flatnonzero((across < 0) | (faces < across))
    tail, head = starts[kept], ends[kept]
    left, right = faces[kept], across[kept]
    follows = np.zeros(len(kept), dtype=bool)
    follows[1:] = (head[:-1] == tail[1:]) & (left[1:] == left[:-1])
    new = ~follows
    new[:1] = False  # nothing ends before the first edge
    place = np.cumsum(new)
    place += np.arange(len(kept))
    records = np.full((len(kept) + int(new.sum()) + 1, 4), END, dtype=np.int32)
    pairs, places = records.view(np.int64), points.view(np.int64).ravel()
    pairs[place, 0] = places[tail]
    pairs[place, 1] = (np.column_stack([left, right]) + np.int32(1)).view(np.int64).ravel()
    last = np.append(np.flatnonzero(new) - 1, len(kept) - 1)
    pairs[place[last] + 1, 0] = places[head[last]]
    return records
