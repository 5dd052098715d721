"""Directed segments of polygons under canonical keys, and their signed sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.coverage.grids import Flags, Floats, Ints, Objects

_ROWS_A_PART = 2_000_000
_X, _Y, _LOW, _HIGH, _LABEL, _LAST = (
    np.uint64(odd)
    for odd in (
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
        0xE7037ED1A0B428DB,
        0x8EBC6AF09C88C6E3,
    )
)


@dataclass(frozen=True)
class Segments:
    """Segments of many polygons.

    Attributes
    ----------
    ends
        Shape (n, 4): x, y of the lower end and x, y of the higher one, by x and then y.
    sign
        +1 where the polygon lies on the left of the way from the lower end to the higher one.
    owner
        Row of the polygon.
    keys
        Hash of the ends; equal ends have equal keys, not the other way round.
    """

    ends: Floats
    sign: npt.NDArray[np.int8]
    owner: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.sign)

    def taken(self, rows: Ints | Flags) -> Segments:
        """Return some of the segments."""
        return Segments(self.ends[rows], self.sign[rows], self.owner[rows], self.keys[rows])


def segments_of(polygons: Objects, owners: npt.NDArray[np.integer] | None = None) -> Segments:
    """Break polygons into segments with the inside on the left.

    Parameters
    ----------
    polygons
        Polygons and MultiPolygons, finite and not empty, in any orientation.
    owners
        Row number that every polygon's segments carry; by default its position.

    Returns
    -------
    Segments
        Without those of no length.
    """
    if not len(polygons):
        none = np.zeros(0)
        return Segments(
            none.reshape(0, 4), none.astype(np.int8), none.astype(np.int32), none.astype(np.uint64)
        )
    _, coordinates, offsets = shapely.to_ragged_array(polygons, include_z=False)
    coordinates = np.ascontiguousarray(coordinates) + 0.0  # no negative zeros
    rings, parts = (np.asarray(offset, np.int64) for offset in offsets[:2])
    whole = parts[offsets[2]] if len(offsets) == 3 else parts  # noqa: PLR2004
    count = np.diff(rings) - 1
    outward = _turned(coordinates, rings, parts)
    numbered = np.arange(len(polygons)) if owners is None else owners
    owner_of_ring = np.repeat(np.asarray(numbered, np.int32), np.diff(whole))
    points = _point_keys(coordinates)
    first = np.ones(len(coordinates), bool)
    first[rings[1:] - 1] = False
    start = np.flatnonzero(first)
    x, y = coordinates[:, 0], coordinates[:, 1]
    swapped = (x[start] > x[start + 1]) | ((x[start] == x[start + 1]) & (y[start] > y[start + 1]))
    low, high = start + swapped, start + ~swapped
    ends = np.empty((len(start), 4))
    ends[:, :2], ends[:, 2:] = coordinates[low], coordinates[high]
    sign = np.where(swapped ^ np.repeat(outward, count), -1, 1).astype(np.int8)
    keys = points[low] * _LOW + points[high] * _HIGH
    made = Segments(ends, sign, np.repeat(owner_of_ring, count), keys)
    long = (ends[:, 0] != ends[:, 2]) | (ends[:, 1] != ends[:, 3])
    return made if long.all() else made.taken(long)


def _point_keys(coordinates: Floats) -> npt.NDArray[np.uint64]:
    words = coordinates.view(np.uint64)
    keys = words[:, 0] * _X + words[:, 1] * _Y
    keys ^= keys >> np.uint64(32)
    return keys


def _turned(coordinates: Floats, rings: Ints, parts: Ints) -> Flags:
    """Return for every ring whether its inside, or a hole's outside, lies on the right."""
    area = ring_areas(coordinates, rings)
    shell = np.zeros(len(rings) - 1, bool)
    shell[parts[:-1][np.diff(parts) > 0]] = True
    turned: Flags = (area < 0) == shell
    return turned & (area != 0)


def ring_areas(coordinates: Floats, rings: Ints) -> Floats:
    """Return the signed area of every closed ring; positive where it runs counter-clockwise."""
    count = np.diff(rings)
    if not len(count):
        return np.zeros(0)
    local = coordinates - np.repeat(coordinates[rings[:-1]], count, axis=0)
    cross = np.empty(len(coordinates))
    cross[:-1] = local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1]
    cross[rings[1:] - 1] = 0.0  # the step to the next ring
    area: Floats = np.add.reduceat(cross, rings[:-1]) / 2.0
    return area


def unbalanced(
    ends: Floats,
    sign: npt.NDArray[np.int8],
    keys: npt.NDArray[np.uint64],
    labels: npt.NDArray[np.integer],
) -> Ints:
    """Return the rows whose segment does not add up to nothing under its label.

    Exact: coordinates are compared, hashes only bring equal ones together.

    Parameters
    ----------
    ends, sign, keys
        As in `Segments`.
    labels
        Segments are added up under each label of their own.
    """
    mixed = keys + labels.astype(np.uint64) * _LABEL
    mixed ^= mixed >> np.uint64(29)
    mixed *= _LAST
    if len(mixed) <= _ROWS_A_PART:
        return _unbalanced_part(ends, sign, mixed, labels, np.arange(len(mixed)))
    bits = int(np.ceil(np.log2(len(mixed) / _ROWS_A_PART)))
    part_of = (mixed >> np.uint64(64 - bits)).astype(np.uint16)
    order = np.argsort(part_of, kind="stable")  # a radix sort
    borders = np.searchsorted(part_of[order], np.arange(2**bits + 1))
    found = [
        _unbalanced_part(ends, sign, mixed, labels, order[borders[part] : borders[part + 1]])
        for part in range(2**bits)
    ]
    return np.sort(np.concatenate(found))


def _unbalanced_part(
    ends: Floats,
    sign: npt.NDArray[np.int8],
    mixed: npt.NDArray[np.uint64],
    labels: npt.NDArray[np.integer],
    rows: Ints,
) -> Ints:
    if not len(rows):
        return rows
    rows = rows[np.argsort(mixed[rows])]
    same_key = mixed[rows[1:]] == mixed[rows[:-1]]
    same = _equal_neighbours(ends, labels, rows)
    if not np.array_equal(same_key, same):
        # two different segments share a hash: bring equal ones together by coordinates
        rows = rows[np.lexsort((*ends[rows].T, labels[rows]))]
        same = _equal_neighbours(ends, labels, rows)
    begin = np.flatnonzero(np.concatenate([[True], ~same]))
    total = np.add.reduceat(sign[rows].astype(np.int32), begin)
    size = np.diff(np.append(begin, len(rows)))
    left: Ints = rows[np.repeat(total != 0, size)]
    return left


def _equal_neighbours(ends: Floats, labels: npt.NDArray[np.integer], rows: Ints) -> Flags:
    sorted_ends = ends[rows]
    same: Flags = labels[rows[1:]] == labels[rows[:-1]]
    for column in range(4):
        same &= sorted_ends[1:, column] == sorted_ends[:-1, column]
    return same
