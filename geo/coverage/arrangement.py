"""The faces, pieces and nodes that the residual's segments make, and who covers or bounds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo.coverage.certificate import Residual, childless, segments_near
from geo.coverage.grids import Flags, Floats, Grids, Ints, Objects
from geo.coverage.segments import exact_keys


@dataclass(frozen=True)
class Cover:
    """Which grids of one level lie over each face.

    ``rows`` and ``depths`` say which polygon it is; a grid that stands alone comes from a coarser
    level than the one looked at.
    """

    face: Ints
    depth: Ints
    row: Ints


@dataclass(frozen=True)
class Arrangement:
    """Faces of the residual.

    Attributes
    ----------
    grids, residual
        What it was made of.
    faces
        Polygons thicker than rounding, which no residual segment cuts.
    component
        Number of the connected group of segments that each face belongs to.
    covers
        By depth: the grids over each face.
    inside
        Whether each face lies in the jurisdiction; all True where that is not known.
    border_face, border_entry
        Pairs of a face and a residual entry that runs along its border.
    piece_face, piece_middle
        Pairs of a face and the middle of a piece of its border.
    entry_component
        Number of the connected group of every residual entry.
    crossing
        Ends of the segments in order by which faces were cut, shape (n, 4).
    """

    grids: Grids
    residual: Residual
    faces: Objects
    component: Ints
    covers: tuple[Cover, ...]
    inside: Flags
    border_face: Ints
    border_entry: Ints
    piece_face: Ints
    piece_middle: Objects
    entry_component: Ints
    crossing: Floats
    _neighbours: dict[int, tuple[Ints, Ints]] = field(default_factory=dict, repr=False)

    @cached_property
    def area(self) -> Floats:
        """Area of every face in m²."""
        return areas(self.faces)

    def count(self, depth: int) -> Ints:
        """Return how many grids of a level lie over each face."""
        return np.bincount(self.covers[depth].face, minlength=len(self.faces))

    def covering(self, depth: int, face: int) -> list[tuple[int, int]]:
        """Return (depth, row) of the grids of a level over one face."""
        cover = self.covers[depth]
        low, high = np.searchsorted(cover.face, [face, face + 1])
        return list(zip(cover.depth[low:high].tolist(), cover.row[low:high].tolist(), strict=True))

    def bordering(self, face: int) -> Ints:
        """Return the residual entries that run along one face's border."""
        low, high = np.searchsorted(self.border_face, [face, face + 1])
        return self.border_entry[low:high]

    def components(self, faces: Ints) -> set[int]:
        """Return all connected groups that bound some faces; a ring-shaped face has several."""
        return {
            component
            for face in faces.tolist()
            for component in self.entry_component[self.bordering(face)].tolist()
        }

    def neighbours(self, depth: int, face: int) -> frozenset[int]:
        """Return the rows of a level's grids whose own border runs along one face's border."""
        if depth not in self._neighbours:
            self._neighbours[depth] = self._found_neighbours(depth)
        faces, rows = self._neighbours[depth]
        low, high = np.searchsorted(faces, [face, face + 1])
        return frozenset(rows[low:high].tolist())

    def alone_at(self, depth: int, face: int, *, beside: bool) -> list[tuple[int, int]]:
        """Return (depth, row) of coarser grids that stand alone over a face, or beside it."""
        if not beside:
            return [(at, row) for at, row in self.covering(depth, face) if at != depth]
        return [
            (above, row)
            for above in range(depth)
            if self.grids.levels[above].stands_alone.any()
            for row in self.neighbours(above, face)
            if childless(self.grids, above)[row]
        ]

    def _found_neighbours(self, depth: int) -> tuple[Ints, Ints]:
        geometry = self.grids.levels[depth].geometry
        near = self.grids.near(depth, self.faces)
        point, line = shapely.STRtree(shapely.boundary(geometry[near])).query(
            self.piece_middle, predicate="dwithin", distance=self.grids.tolerance
        )
        return _once(self.piece_face[point], near[line])

    def rim_pieces(self) -> Flags:
        """Return which of the faces' pieces run along the jurisdiction's line."""
        if self.grids.jurisdiction is None:
            return np.zeros(len(self.piece_middle), bool)
        rim = shapely.boundary(self.grids.jurisdiction)
        shapely.prepare(rim)
        along: Flags = shapely.dwithin(rim, self.piece_middle, self.grids.tolerance)
        return along


def areas(faces: Objects) -> Floats:
    """Return areas free of the rounding that large coordinates bring."""
    if not len(faces):
        return np.zeros(0)
    coordinates, owner = shapely.get_coordinates(faces, return_index=True)
    origin = shapely.bounds(faces)[:, :2]
    moved = shapely.set_coordinates(faces.copy(), coordinates - origin[owner])
    found: Floats = shapely.area(moved)
    return found


def inner_points(faces: Objects, tolerance: float) -> Objects:
    """Return a point inside every face that is farther from its border than rounding.

    Where a face has a tail as thin as rounding, the usual point may lie in that.

    Parameters
    ----------
    faces
        Polygons.
    tolerance
        Distance below which two computed places are one.
    """
    points: Objects = shapely.point_on_surface(faces)
    at_border = np.flatnonzero(shapely.distance(points, shapely.boundary(faces)) <= tolerance)
    for face in at_border.tolist():
        circle = shapely.maximum_inscribed_circle(faces[face])
        points[face] = shapely.get_point(circle, 0)
    return points


def arrange(
    grids: Grids, residual: Residual, crossing: Floats | None = None, within: Objects | None = None
) -> Arrangement:
    """Node the residual's segments, and find the faces with those who cover and bound them.

    Parameters
    ----------
    grids, residual
        What is looked at.
    crossing
        Ends of more segments by which the faces are cut, shape (n, 4); see `crossing_segments`.
    within
        Polygons outside of which no face is of interest.
    """
    _, first, entry_segment = np.unique(
        exact_keys(residual.ends), return_index=True, return_inverse=True
    )
    unique = residual.ends[first]
    lines = np.asarray(shapely.linestrings(unique.reshape(-1, 2, 2)), object)
    others = np.zeros((0, 4)) if crossing is None else crossing
    cuts = np.asarray(shapely.linestrings(others.reshape(-1, 2, 2)), object).reshape(-1)
    pieces = shapely.get_parts(shapely.union_all(np.concatenate([lines, cuts])))
    pieces = pieces[shapely.length(pieces) > 0]
    faces = shapely.get_parts(shapely.polygonize(pieces))
    area = areas(faces)
    faces = faces[2.0 * area / np.maximum(shapely.length(faces), 1e-300) > grids.tolerance]
    points = inner_points(faces, grids.tolerance)
    if within is not None:
        chosen = np.unique(shapely.STRtree(points).query(within, predicate="intersects")[1])
        faces, points = faces[chosen], points[chosen]
    segment_of_piece, piece = _along(lines, pieces, grids.tolerance)
    group = _groups(segment_of_piece, piece, pieces, len(lines))
    face, face_piece = _borders(faces, pieces, grids.tolerance)
    border_face, border_entry = _face_entries(
        face, face_piece, segment_of_piece, piece, entry_segment
    )
    component = np.full(len(faces), -1, np.int64)
    component[border_face] = group[entry_segment[border_entry]]
    return Arrangement(
        grids,
        residual,
        faces,
        component,
        tuple(_covers(grids, depth, points) for depth in range(len(grids.levels))),
        _inside(grids, points),
        border_face,
        border_entry,
        face,
        shapely.line_interpolate_point(pieces[face_piece], 0.5, normalized=True),
        group[entry_segment],
        others,
    )


def crossing_segments(arrangement: Arrangement, faces: Ints) -> Floats:
    """Return the segments of grids that are in order but cross some faces.

    Over a face the number of grids is the same everywhere; which grids they are may change at
    borders that are matched and thus no part of the residual.
    """
    shapes = arrangement.faces[faces]
    ends = np.concatenate([near.ends for near in segments_near(arrangement.grids, shapes)])
    west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (0.0,) * 4
    within = (ends[:, 2] >= west) & (ends[:, 0] <= east)
    within &= (ends[:, [1, 3]].max(axis=1) >= south) & (ends[:, [1, 3]].min(axis=1) <= north)
    ends = ends[within]
    ends = ends[np.unique(exact_keys(ends), return_index=True)[1]]
    ends = ends[~np.isin(exact_keys(ends), exact_keys(arrangement.residual.ends))]
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), object).reshape(-1)
    face, line = shapely.STRtree(lines).query(shapes, predicate="intersects")
    enters = ~shapely.touches(shapes[face], lines[line])
    entered: Floats = ends[np.unique(line[enters])]
    return entered


def _along(lines: Objects, pieces: Objects, tolerance: float) -> tuple[Ints, Ints]:
    """Return pairs (line, piece) where the piece is part of the line."""
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, line = shapely.STRtree(lines).query(middle, predicate="dwithin", distance=tolerance)
    return line, piece


def _groups(line: Ints, piece: Ints, pieces: Objects, count: int) -> Ints:
    """Return the connected group of every line; pieces touch where they share an end."""
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    )
    _, node = np.unique(exact_keys(ends), return_inverse=True)
    node = node.reshape(2, -1)
    start = count + len(pieces)
    number = np.arange(len(pieces))
    one = np.concatenate([line, count + number, count + number])
    other = np.concatenate([count + piece, start + node[0], start + node[1]])
    return connected(one, other, start + int(node.max(initial=-1)) + 1)[:count]


def connected(one: Ints, other: Ints, count: int) -> Ints:
    """Return for each of some things the lowest number of those that it is connected with.

    Parameters
    ----------
    one, other
        Pairs of things that are connected, by their numbers.
    count
        How many things there are.
    """
    label = np.arange(count)
    while True:
        low = np.minimum(label[one], label[other])
        lower = label.copy()
        for ends in (one, other, label[one], label[other]):
            np.minimum.at(lower, ends, low)
        lower = lower[lower]
        if np.array_equal(lower, label):
            return label
        label = lower


def _borders(faces: Objects, pieces: Objects, tolerance: float) -> tuple[Ints, Ints]:
    """Return pairs (face, piece) where the piece bounds the face."""
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, face = shapely.STRtree(shapely.boundary(faces)).query(
        middle, predicate="dwithin", distance=tolerance
    )
    return face, piece


def _face_entries(
    face: Ints, face_piece: Ints, line: Ints, line_piece: Ints, entry_segment: Ints
) -> tuple[Ints, Ints]:
    """Join faces to pieces to lines to residual entries; sorted by face, each pair once."""
    order = np.argsort(line_piece, kind="stable")
    left, right = _joined(face_piece, line_piece[order])
    face, line = face[left], line[order][right]
    order = np.argsort(entry_segment, kind="stable")
    left, right = _joined(line, entry_segment[order])
    return _once(face[left], order[right])


def _once(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Return pairs of numbers in order, each once."""
    count = int(other.max(initial=0)) + 1
    pairs = np.unique(one * count + other)
    return pairs // count, pairs % count


def _joined(keys: Ints, sorted_keys: Ints) -> tuple[Ints, Ints]:
    """Return positions of all equal pairs of two arrays, the second one sorted."""
    low = np.searchsorted(sorted_keys, keys, side="left")
    size = np.searchsorted(sorted_keys, keys, side="right") - low
    left = np.repeat(np.arange(len(keys)), size)
    within = np.arange(len(left)) - np.repeat(np.cumsum(size) - size, size)
    return left, low[left] + within


def _covers(grids: Grids, depth: int, points: Objects) -> Cover:
    found_face, found_depth, found_row = [], [], []
    tree = shapely.STRtree(points)
    for above in range(depth + 1):
        level = grids.levels[above]
        if above < depth and not level.stands_alone.any():
            continue
        rows = grids.near(above, points)
        if above < depth:
            rows = rows[childless(grids, above)[rows]]
        row, face = tree.query(level.geometry[rows], predicate="intersects")
        found_face.append(face)
        found_row.append(rows[row])
        found_depth.append(np.full(len(face), above))
    face, of_depth, row = (
        np.concatenate(part).astype(np.int64) for part in (found_face, found_depth, found_row)
    )
    order = np.lexsort((row, of_depth, face))
    return Cover(face[order], of_depth[order], row[order])


def _inside(grids: Grids, points: Objects) -> npt.NDArray[np.bool_]:
    if grids.jurisdiction is None:
        return np.ones(len(points), bool)
    shapely.prepare(grids.jurisdiction)
    within: Flags = shapely.intersects(grids.jurisdiction, points)
    return within
