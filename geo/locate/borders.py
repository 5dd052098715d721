"""A coverage's borders, each stored once: chains of vertices with the faces on either side."""

# ruff: noqa: PLR0917 - what belongs to segments is handed on by place

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.locate import compiled
from geo.problem import InputError, input_error

Ints = npt.NDArray[np.int64]
Records = npt.NDArray[np.int32]
Polygons = npt.NDArray[np.object_]

X, Y, LEFT, RIGHT = range(4)
"""Columns of a record: lattice coordinates, and the labels beside the edge that starts there."""

END = -1
"""Label of the record that ends a chain; no edge starts there."""

OUTSIDE = 0
"""Label of all ground outside; a polygon's label is its index + 1."""

_HALF_RANGE = 2**30
_WORTH_A_COMPILER = 200_000


@dataclass(frozen=True)
class Lattice:
    """Where coordinates may lie: whole multiples of a step.

    Attributes
    ----------
    steps
        Steps in one unit: 10,000,000 for degrees stored to 1e-7°.
    east, north
        Lattice coordinates of the origin that records count from.
    reach
        Largest distance of a lattice coordinate from zero, in steps.
    """

    steps: float
    east: int
    north: int
    reach: float

    @property
    def doubt(self) -> float:
        """Bound on how far a coordinate taken in steps lies from the stored one, steps."""
        return 8.0 * self.reach * 2.0**-53


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
    kind, coordinates, offsets = shapely.to_ragged_array(polygons, include_z=False)
    del kind
    rings = np.asarray(offsets[0], dtype=np.int64)
    face_of_ring = _faces_of_rings(offsets, len(polygons))
    lattice, points = _on_lattice(coordinates, steps, rings, face_of_ring)
    starts, ends, faces = _segments(points, rings, offsets, face_of_ring)
    other = _across(coordinates, points, starts, ends, faces)
    _refuse_overlaps(coordinates, starts, ends, other)
    return Borders(_chained(points, starts, ends, faces, other), lattice, len(polygons))


def _refuse_invalid(polygons: Polygons) -> None:
    sound = shapely.is_valid(polygons) & ~shapely.is_empty(polygons)
    sound &= np.isin(shapely.get_type_id(polygons), (3, 6))
    if not sound.all():
        first = int(np.argmin(sound))
        reason = shapely.is_valid_reason(polygons[first])
        raise input_error("locate.invalid_polygon", row=first + 1, reason=reason)


def _faces_of_rings(offsets: tuple[npt.NDArray[np.integer], ...], count: int) -> Ints:
    """Return for every ring the row of its polygon."""
    parts = offsets[1] if len(offsets) == 2 else offsets[1][offsets[2]]  # noqa: PLR2004
    return np.repeat(np.arange(count), np.diff(parts))


def _on_lattice(
    coordinates: npt.NDArray[np.float64], steps: float, rings: Ints, face_of_ring: Ints
) -> tuple[Lattice, Records]:
    """Return coordinates in steps, proved to reproduce the stored ones bit for bit."""
    whole = np.rint(coordinates * steps)
    same = whole / steps == coordinates
    kept = same[:, 0] & same[:, 1]
    low, high = whole.min(axis=0), whole.max(axis=0)
    if not kept.all() or (high - low).max() >= _HALF_RANGE * 2:
        first = int(np.argmin(kept))
        ring = int(np.searchsorted(rings, first, side="right")) - 1
        raise input_error(
            "locate.off_lattice",
            row=int(face_of_ring[ring]) + 1,
            value="{} {}".format(*coordinates[first]),
            step=1 / steps,
        )
    origin = np.floor((low + high) / 2)
    lattice = Lattice(steps, int(origin[0]), int(origin[1]), float(np.abs([low, high]).max()) + 2.0)
    whole -= origin
    return lattice, whole.astype(np.int32)


def _segments(
    points: Records, rings: Ints, offsets: tuple[npt.NDArray[np.integer], ...], face_of_ring: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return first and last vertex and polygon of all segments, the polygon on their left."""
    steps = np.diff(rings) - 1
    first = np.ones(len(points), dtype=bool)
    first[rings[1:] - 1] = False
    tail = np.flatnonzero(first)
    turned = np.repeat(_turned(points, rings, offsets[1]), steps)
    reversed_ = np.flatnonzero(turned)
    if len(reversed_):
        # turned rings are walked backwards, so that chains still follow each other
        ring = np.repeat(np.arange(len(steps)), steps)[reversed_]
        begin = rings[ring]
        tail[reversed_] = rings[ring + 1] - 2 - (tail[reversed_] - begin)
    head = tail + 1
    starts, ends = np.where(turned, head, tail), np.where(turned, tail, head)
    faces = np.repeat(face_of_ring, steps)
    moves = points[starts] != points[ends]
    long = moves[:, 0] | moves[:, 1]
    return (starts, ends, faces) if long.all() else (starts[long], ends[long], faces[long])


def _turned(points: Records, rings: Ints, parts: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Return which rings have their polygon on the right: clockwise shells, other holes."""
    begin = np.repeat(points[rings[:-1]].astype(np.float64), np.diff(rings), axis=0)
    local = points - begin
    cross = np.zeros(len(points))
    cross[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    cross[rings[1:] - 1] = 0.0
    area = np.add.reduceat(cross, rings[:-1])
    shell = np.zeros(len(rings) - 1, dtype=bool)
    shell[parts[:-1]] = True
    turned: npt.NDArray[np.bool_] = (area < 0) == shell
    return turned


def _across(
    coordinates: npt.NDArray[np.float64], points: Records, starts: Ints, ends: Ints, faces: Ints
) -> Ints:
    """Return the polygon across every segment, -1 where none is.

    Segments are brought together by their middles, and then compared end by end.
    """
    builder = compiled.builder() if len(faces) >= _WORTH_A_COMPILER else None
    if builder is not None:
        return _across_compiled(builder, coordinates, points, starts, ends, faces)
    middle = points[starts].astype(np.int64) + points[ends] + 2 * _HALF_RANGE
    # rows of one height together, as polygons mostly come: then most of what follows is near
    key = (middle[:, 1].astype(np.uint64) << np.uint64(32)) + middle[:, 0].astype(np.uint64)
    order = np.argsort(key)
    key = key[order]
    across = np.full(len(faces), -1, dtype=np.int64)
    same = key[1:] == key[:-1]
    run = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
    length = np.diff(run)
    if (length > 2).any():  # noqa: PLR2004
        raise _overlap(coordinates[starts[order[run[:-1][length > 2]]]])  # noqa: PLR2004
    first = run[:-1][length == 2]  # noqa: PLR2004
    one, other = order[first], order[first + 1]
    meet = points[starts[one]] == points[ends[other]]
    part = points[ends[one]] == points[starts[other]]
    opposite = meet[:, 0] & meet[:, 1] & part[:, 0] & part[:, 1]
    if not opposite.all():
        raise _overlap(coordinates[starts[one[~opposite]]])
    across[one], across[other] = faces[other], faces[one]
    return across


def _across_compiled(
    builder: compiled.Builder,
    coordinates: npt.NDArray[np.float64],
    points: Records,
    starts: Ints,
    ends: Ints,
    faces: Ints,
) -> Ints:
    low = points.min(axis=0).astype(np.int64) * 2
    width, height = (points.max(axis=0).astype(np.int64) * 2 - low).tolist()
    side = max(int(np.sqrt(width * height * 2 / len(faces))), max(width, height) >> 14, 1)
    columns, rows = width // side + 1, height // side + 1
    across = np.empty(len(faces), dtype=np.int64)
    cell, listed = np.zeros(rows * columns + 1, np.int32), np.empty(len(faces), np.int32)
    twice = builder.pair_segments(
        points, starts, ends, faces, across, cell, listed, columns, side, low
    )
    if twice >= 0:
        raise _overlap(coordinates[starts[[twice]]])
    return across


def _overlap(places: npt.NDArray[np.float64]) -> InputError:
    return input_error(
        "locate.overlap", value="{:.7f} {:.7f}".format(*places[0]), count=len(places)
    )


def _refuse_overlaps(
    coordinates: npt.NDArray[np.float64], starts: Ints, ends: Ints, across: Ints
) -> None:
    """Prove that the segments without a polygon across them bound an area covered once."""
    alone = np.flatnonzero(across < 0)
    tails, heads = coordinates[starts[alone]], coordinates[ends[alone]]
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


def _chained(points: Records, starts: Ints, ends: Ints, faces: Ints, across: Ints) -> Records:
    """Return every border once, as chains in the order of the rings."""
    kept = np.flatnonzero((across < 0) | (faces < across))
    tail, head = starts[kept], ends[kept]
    follows = np.zeros(len(kept), dtype=bool)
    follows[1:] = (points[head[:-1]] == points[tail[1:]]).all(axis=1)
    follows[1:] &= faces[kept[1:]] == faces[kept[:-1]]
    new = ~follows
    new[:1] = False  # nothing ends before the first edge
    place = np.arange(len(kept)) + np.cumsum(new)
    records = np.full((len(kept) + int(new.sum()) + 1, 4), END, dtype=np.int32)
    records[place, X:LEFT] = points[tail]
    records[place, LEFT] = faces[kept] + 1
    records[place, RIGHT] = across[kept] + 1
    last = np.append(np.flatnonzero(new) - 1, len(kept) - 1)
    records[place[last] + 1, X:LEFT] = points[head[last]]
    return records
