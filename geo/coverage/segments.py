"""Directed segments of polygons under canonical keys, and their signed sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.coverage.grids import Flags, Floats, Ints, Objects
from geo.coverage.rings import rings_of

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

    def taken(self, rows: Ints | Flags | slice) -> Segments:
        """Return some of the segments."""
        return Segments(self.ends[rows], self.sign[rows], self.owner[rows], self.keys[rows])

    @classmethod
    def joined(cls, parts: Sequence[Segments]) -> Segments:
        """Put segments together; there must be some."""
        names = ("ends", "sign", "owner", "keys")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


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
    found = rings_of(polygons)
    coordinates = found.xy + 0.0  # no negative zeros
    rings = found.starts
    count = np.diff(rings) - 1
    turned = found.left != found.outer  # the inside, or what is outside of a hole, on the right
    numbered = np.arange(len(polygons)) if owners is None else owners
    owner_of_ring = np.asarray(numbered, np.int32)[found.owner]
    points = _point_keys(coordinates)
    first = np.ones(len(coordinates), bool)
    first[rings[1:] - 1] = False
    start = np.flatnonzero(first[:-1]).astype(np.int32)
    x, y = coordinates[:, 0], coordinates[:, 1]
    backward = (x[:-1] > x[1:]) | ((x[:-1] == x[1:]) & (y[:-1] > y[1:]))
    swapped = backward[start]
    low, high = start + swapped, start + ~swapped
    ends = np.empty((len(start), 4))
    ends[:, :2], ends[:, 2:] = coordinates[low], coordinates[high]
    sign = np.where(swapped ^ np.repeat(turned, count), -1, 1).astype(np.int8)
    keys = points[low] * _LOW + points[high] * _HIGH
    made = Segments(ends, sign, np.repeat(owner_of_ring, count), keys)
    long = (ends[:, 0] != ends[:, 2]) | (ends[:, 1] != ends[:, 3])
    return made if long.all() else made.taken(long)


def _point_keys(coordinates: Floats) -> npt.NDArray[np.uint64]:
    words = coordinates.view(np.uint64)
    keys = words[:, 0] * _X + words[:, 1] * _Y
    keys ^= keys >> np.uint64(32)
    return keys


def exact_keys(ends: Floats) -> npt.NDArray[np.void]:
    """Return the ends of segments, shape (n, 4), as one value each, equal where they are.

    The same of places, shape (n, 2).
    """
    return np.ascontiguousarray(ends + 0.0).view(f"V{8 * ends.shape[1]}").reshape(-1)


@dataclass(frozen=True)
class Summand:
    """Segments that are added up, or taken away, under labels of their own.

    Attributes
    ----------
    segments
        The segments.
    labels
        One a segment.
    times
        +1 to add them, -1 to take them away.
    """

    segments: Segments
    labels: npt.NDArray[np.int32]
    times: int

    def mixed(self) -> npt.NDArray[np.uint64]:
        """Return a hash of every segment under its label."""
        mixed = self.labels.astype(np.uint64)
        mixed *= _LABEL
        mixed += self.segments.keys
        mixed ^= mixed >> np.uint64(29)
        mixed *= _LAST
        return mixed


def unbalanced(summands: Sequence[Summand]) -> list[Ints]:
    """Return for every summand the rows whose segment does not add up to nothing under its label.

    Exact: coordinates are compared, hashes only bring equal ones together.
    """
    mixed = [summand.mixed() for summand in summands]
    total = sum(len(keys) for keys in mixed)
    bits = max(0, int(np.ceil(np.log2(max(total, 1) / _ROWS_A_PART))))
    parts = [_parts(keys, bits) for keys in mixed]
    found: list[list[npt.NDArray[np.integer]]] = [[] for _ in summands]
    for part in range(2**bits):
        rows = [order[borders[part] : borders[part + 1]] for order, borders in parts]
        left = _unbalanced_part(summands, mixed, rows)
        offset = 0
        for number, some in enumerate(rows):
            mine = left[(left >= offset) & (left < offset + len(some))] - offset
            found[number].append(some[mine])
            offset += len(some)
    return [np.sort(np.concatenate(part)).astype(np.int64) for part in found]


def _parts(keys: npt.NDArray[np.uint64], bits: int) -> tuple[npt.NDArray[np.integer], Ints]:
    """Return the rows in order of the first bits of their key, and where each part begins."""
    if not bits:
        return np.arange(len(keys)), np.array([0, len(keys)])
    part_of = (keys >> np.uint64(64 - bits)).astype(np.uint16)
    order = np.argsort(part_of, kind="stable").astype(np.int32)  # a radix sort
    sizes = np.bincount(part_of, minlength=2**bits)
    return order, np.concatenate([[0], np.cumsum(sizes)])


def _unbalanced_part(
    summands: Sequence[Summand],
    mixed: Sequence[npt.NDArray[np.uint64]],
    rows: Sequence[npt.NDArray[np.integer]],
) -> Ints:
    """Return positions, in the rows of all summands put together, that are unbalanced."""
    if not sum(len(some) for some in rows):
        return np.zeros(0, np.int64)
    taken = list(zip(summands, rows, strict=True))
    keys = np.concatenate([some[of] for some, of in zip(mixed, rows, strict=True)])
    ends = np.concatenate([summand.segments.ends[of] for summand, of in taken])
    labels = np.concatenate([summand.labels[of] for summand, of in taken])
    sign = np.concatenate([summand.segments.sign[of] * summand.times for summand, of in taken])
    order = np.argsort(keys)
    same_key = keys[order[1:]] == keys[order[:-1]]
    same = _equal_neighbours(ends, labels, order)
    if not np.array_equal(same_key, same):
        # two different segments share a hash: bring equal ones together by coordinates
        order = np.lexsort((*ends.T, labels))
        same = _equal_neighbours(ends, labels, order)
    begin = np.flatnonzero(np.concatenate([[True], ~same]))
    total = np.add.reduceat(sign[order].astype(np.int32), begin)
    if not total.any():
        return np.zeros(0, np.int64)
    size = np.diff(np.append(begin, len(order)))
    left: Ints = order[np.repeat(total != 0, size)]
    return left


def _equal_neighbours(ends: Floats, labels: npt.NDArray[np.int32], order: Ints) -> Flags:
    sorted_ends, sorted_labels = ends[order], labels[order]
    same: Flags = sorted_labels[1:] == sorted_labels[:-1]
    for column in range(4):
        same &= sorted_ends[1:, column] == sorted_ends[:-1, column]
    return same
