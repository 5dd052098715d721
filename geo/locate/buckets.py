"""The buckets: a fine raster of squares that says where a point's grid is already certain.

A square of one face holds the face's label. A square that one edge crosses, or that holds one
corner of a border, names the edge. Any other square names a list of its edges and the label of
its south-west corner: along the way from that corner to the point, north and then east, every
edge crossed changes the label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.locate import compiled
from geo.locate.borders import LEFT, OUTSIDE, RIGHT, Borders, X, Y
from geo.locate.orientation import LEFT as ON_LEFT
from geo.locate.orientation import sides

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]

EDGE, CORNER, LIST = 0, 1, 2
"""Kinds of a square that borders run through: its code is ``~(row << 2 | kind)``."""

_PART = 1_000_000
_BAND_SQUARES = 1 << 25
"""Squares of which the edges are listed at once."""
_WORTH_A_COMPILER = 100_000
_LEAST_SIDE = 16.0
_SLACK = 2.0**-20
"""Part of a square by which edges beside it count as inside."""


@dataclass(frozen=True)
class Buckets:
    """Squares over a coverage.

    Attributes
    ----------
    codes
        Shape (rows, columns), south to north: a label, or a code below zero.
    lists
        Entries of the squares of kind `LIST`: label of the corner, number of edges, then for
        each edge ``record << 1 | corner is on its left``.
    west, south
        South-west corner, in steps from the lattice's origin; halves, so no vertex lies on a line.
    side
        Side of a square, steps.
    """

    codes: Codes
    lists: Codes
    west: float
    south: float
    side: float


def buckets_of(borders: Borders, *, per_edge: float) -> Buckets:
    """Return the squares over a coverage's borders.

    Parameters
    ----------
    borders
        The coverage's borders.
    per_edge
        Squares an edge that are aimed at.
    """
    points = borders.records[:, :2]
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    width, height = high - low
    wanted = max(per_edge * len(borders.edges), 1.0)
    side = max(
        np.ceil(np.sqrt(width * height / wanted)), np.ceil(max(width, height) / 2**14), _LEAST_SIDE
    )
    west, south = low[0] - 0.5 - 2 * side, low[1] - 0.5 - 2 * side  # square 0 is empty
    columns, rows = (int((high[axis] - (west, south)[axis]) // side) + 2 for axis in (0, 1))
    empty = np.broadcast_to(np.int32(OUTSIDE), (rows, columns))  # takes no memory
    buckets = Buckets(empty, np.empty(0, np.int32), float(west), float(south), float(side))
    builder = compiled.builder() if len(borders.records) >= _WORTH_A_COMPILER else None
    if builder is not None:
        codes, lists = _compiled(builder, borders, buckets)
    else:
        corners = _corner_labels(borders, buckets)
        square, edge = _incidences(borders, buckets)
        codes, lists = _coded(borders, buckets, corners, square, edge)
    return Buckets(codes, lists, buckets.west, buckets.south, buckets.side)


def _compiled(builder: compiled.Builder, borders: Borders, buckets: Buckets) -> tuple[Codes, Codes]:
    """Return what `_coded` does, by the compiled functions; what they leave open is exact."""
    frame = np.array([buckets.west, buckets.south, buckets.side])
    rows, columns = buckets.codes.shape
    records = borders.records
    unsure = np.empty((len(records) // 8 + 64, 2), dtype=np.int64)
    codes = np.zeros(rows * columns, dtype=np.int32)
    noted = builder.change_corners(records, frame, _SLACK, codes, columns, unsure)
    if noted > len(unsure):
        unsure = np.empty((noted, 2), dtype=np.int64)
        codes[:] = 0
        builder.change_corners(records, frame, _SLACK, codes, columns, unsure)
    _change(borders, buckets, codes, unsure[:noted, 0], unsure[:noted, 1])
    by_row = codes.reshape(rows, columns)
    height = max(_BAND_SQUARES // columns, 1)
    bands, before = [], 0
    for first in range(0, rows, height):
        band = by_row[first : first + height]
        np.cumsum(band, axis=1, out=band)
        bands.append(_compiled_band(builder, borders, buckets, band, first=first, before=before))
        before += len(bands[-1])
    return by_row, np.concatenate(bands)


def _compiled_band(
    builder: compiled.Builder,
    borders: Borders,
    buckets: Buckets,
    band: Codes,
    *,
    first: int,
    before: int,
) -> Codes:
    """Write the codes of the squares of some rows over their corners' labels; return their lists.

    The squares of all rows at once would need as much memory again as their codes.
    """
    columns, codes, records = band.shape[1], band.ravel(), borders.records
    frame = np.array([buckets.west, buckets.south, buckets.side])
    begin = np.zeros(len(codes) + 1, dtype=np.int32)
    none = np.empty(0, dtype=np.int32)
    builder.touch_squares(records, frame, _SLACK, begin, none, columns, first)
    np.cumsum(begin, out=begin)
    listed = np.empty(int(begin[-1]), dtype=np.int32)
    builder.touch_squares(records, frame, _SLACK, begin, listed, columns, first)
    south = buckets.south + first * buckets.side  # whole numbers and a half: exact
    frame = np.array([buckets.west, south, buckets.side])
    fixed = (records, frame, _SLACK, borders.lattice.doubt, begin, listed, codes, columns)
    length, noted = builder.code_squares(*fixed, none, np.empty((0, 2), np.int64), before)
    lists, unsure = np.empty(length + 1, dtype=np.int32), np.empty((noted, 2), dtype=np.int64)
    builder.code_squares(*fixed, lists, unsure, before)  # not empty: it is to write
    place, square = unsure[:, 0], unsure[:, 1]
    west = buckets.west + square % columns * buckets.side
    below = south + square // columns * buckets.side
    edge = (lists[place] >> 1).astype(np.int64)
    lists[place] = (edge << 1) | (edge_sides(borders, edge, west, below) == ON_LEFT)
    return lists[:length]


def _parts(edges: Ints) -> Iterator[Ints]:
    for start in range(0, len(edges), _PART):
        yield edges[start : start + _PART]


def _ranges(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return rows 0, 1, … each repeated ``count`` times, and ``first``, ``first + 1``, … ."""
    row = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row] + step


def degrees(borders: Borders, axis: int, steps: npt.ArrayLike) -> Floats:
    """Return coordinates in units from coordinates in steps from the lattice's origin."""
    lattice = borders.lattice
    origin = lattice.east if axis == X else lattice.north
    return np.asarray((np.asarray(steps, dtype=float) + origin) / lattice.steps)


def edge_sides(borders: Borders, edge: Ints, px: Floats, py: Floats) -> npt.NDArray[np.int8]:
    """Return on which side of the edges moved points lie; points in steps from the origin."""
    tail, head = borders.records[edge], borders.records[edge + 1]
    return sides(
        degrees(borders, X, tail[:, X]),
        degrees(borders, Y, tail[:, Y]),
        degrees(borders, X, head[:, X]),
        degrees(borders, Y, head[:, Y]),
        degrees(borders, X, px),
        degrees(borders, Y, py),
    )


def _corner_labels(borders: Borders, buckets: Buckets) -> Codes:
    """Return the label at the south-west corner of every square.

    Every edge that crosses a line between rows changes all labels to the east of it.
    """
    rows, columns = buckets.codes.shape
    changes = np.zeros(rows * columns, dtype=np.int32)
    records = borders.records
    for edges in _parts(borders.edges):
        ay, by = records[edges, Y].astype(float), records[edges + 1, Y].astype(float)
        first = np.ceil((np.minimum(ay, by) - buckets.south) / buckets.side).astype(np.int64)
        beyond = np.ceil((np.maximum(ay, by) - buckets.south) / buckets.side).astype(np.int64)
        which, row = _ranges(first, beyond - first)
        crossing = edges[which]
        _change(borders, buckets, changes, crossing, row)
    labels: Codes = np.cumsum(changes.reshape(rows, columns), axis=1, dtype=np.int32)
    return labels


def _change(borders: Borders, buckets: Buckets, changes: Codes, edge: Ints, row: Ints) -> None:
    """Add the change of label of edges to the first corner east of them on a line."""
    height = np.asarray(buckets.south + row * buckets.side, dtype=np.float64)
    column = _first_corner_right(borders, buckets, edge, height)
    tail, head = borders.records[edge], borders.records[edge + 1]
    change = tail[:, RIGHT] - tail[:, LEFT]
    change = np.where(head[:, Y] > tail[:, Y], change, -change)
    np.add.at(changes, row * buckets.codes.shape[1] + column, change)


def _first_corner_right(borders: Borders, buckets: Buckets, edge: Ints, height: Floats) -> Ints:
    """Return the first column whose corner at a height lies east of each edge."""
    tail, head = borders.records[edge].astype(float), borders.records[edge + 1].astype(float)
    slope = (head[:, X] - tail[:, X]) / (head[:, Y] - tail[:, Y])
    at = (tail[:, X] + (height - tail[:, Y]) * slope - buckets.west) / buckets.side
    column = np.ceil(at).astype(np.int64)
    near = np.flatnonzero(np.abs(at - np.rint(at)) < _SLACK)
    upward = head[near, Y] > tail[near, Y]
    for place, up in zip(near.tolist(), upward.tolist(), strict=True):
        middle = round(float(at[place]))
        for candidate in (middle - 1, middle, middle + 1):
            corner = np.array([buckets.west + candidate * buckets.side])
            side = edge_sides(borders, edge[[place]], corner, height[[place]])[0]
            if (side != ON_LEFT) == up:
                column[place] = candidate
                break
    return column


def _incidences(borders: Borders, buckets: Buckets) -> tuple[Ints, Ints]:
    """Return which edges run through or just beside which squares, by square."""
    squares, edges = [], []
    for part in _parts(borders.edges):
        square, edge = _touched(borders, buckets, part)
        squares.append(square)
        edges.append(edge)
    square, edge = np.concatenate(squares), np.concatenate(edges)
    order = np.argsort(square, kind="stable")
    return square[order], edge[order]


def _touched(borders: Borders, buckets: Buckets, edges: Ints) -> tuple[Ints, Ints]:
    """Return squares and edges: for each row of squares the columns that an edge spans there."""
    columns = buckets.codes.shape[1]
    tail, head = borders.records[edges].astype(float), borders.records[edges + 1].astype(float)
    ax, ay = (tail[:, X] - buckets.west) / buckets.side, (tail[:, Y] - buckets.south) / buckets.side
    bx, by = (head[:, X] - buckets.west) / buckets.side, (head[:, Y] - buckets.south) / buckets.side
    lowest = np.floor(np.minimum(ay, by) - _SLACK).astype(np.int64)
    highest = np.floor(np.maximum(ay, by) + _SLACK).astype(np.int64)
    which, row = _ranges(lowest, highest - lowest + 1)
    ax, ay, bx, by = ax[which], ay[which], bx[which], by[which]
    rise = by - ay
    level = rise == 0
    safe = np.where(level, 1.0, rise)
    enters = np.clip((row - _SLACK - ay) / safe, 0.0, 1.0)
    leaves = np.clip((row + 1 + _SLACK - ay) / safe, 0.0, 1.0)
    enters, leaves = np.where(level, 0.0, enters), np.where(level, 1.0, leaves)
    one, other = ax + enters * (bx - ax), ax + leaves * (bx - ax)
    first = np.floor(np.minimum(one, other) - _SLACK).astype(np.int64)
    last = np.floor(np.maximum(one, other) + _SLACK).astype(np.int64)
    inner, column = _ranges(first, last - first + 1)
    return row[inner] * columns + column, edges[which[inner]]


def _coded(
    borders: Borders, buckets: Buckets, corners: Codes, square: Ints, edge: Ints
) -> tuple[Codes, Codes]:
    """Return the code of every square, and the lists."""
    codes = corners.ravel().copy()
    first = np.flatnonzero(np.concatenate([[True], square[1:] != square[:-1]]))
    count = np.diff(np.append(first, len(square)))
    crossed = square[first]
    plain = np.zeros(len(first), dtype=bool)
    lone = np.flatnonzero(count == 1)
    through, beside = _run_through(borders, buckets, crossed[lone], edge[first[lone]])
    plain[lone[through | beside]] = True
    codes[crossed[lone[through]]] = ~((edge[first[lone[through]]] << 2) | EDGE)
    pair = np.flatnonzero(count == 2)  # noqa: PLR2004
    vertex = _corners(borders, buckets, crossed[pair], edge[first[pair]], edge[first[pair] + 1])
    held = vertex >= 0
    plain[pair[held]] = True
    codes[crossed[pair[held]]] = ~((vertex[held] << 2) | CORNER)
    rest = np.flatnonzero(~plain)
    offset = np.cumsum(count[rest] + 2) - (count[rest] + 2)
    lists = np.empty(int((count[rest] + 2).sum()), dtype=np.int32)
    lists[offset] = corners.ravel()[crossed[rest]]
    lists[offset + 1] = count[rest]
    entry, source = _ranges(first[rest], count[rest])
    listed = edge[source]
    west = buckets.west + (crossed[rest] % corners.shape[1])[entry] * buckets.side
    south = buckets.south + (crossed[rest] // corners.shape[1])[entry] * buckets.side
    on_left = edge_sides(borders, listed, west, south) == ON_LEFT
    position = offset[entry] + 2 + (source - first[rest][entry])
    lists[position] = (listed << 1) | on_left
    codes[crossed[rest]] = ~((offset << 2) | LIST)
    return codes.reshape(corners.shape), lists


def _reach(
    borders: Borders, buckets: Buckets, square: Ints, start: Ints, end: Ints
) -> tuple[Floats, Floats]:
    """Return where the line from one record to another enters and leaves squares.

    In lengths of the way between them; nowhere where it enters after it leaves.
    """
    columns = buckets.codes.shape[1]
    enters, leaves = np.full(len(square), -np.inf), np.full(len(square), np.inf)
    for axis, place, origin in (
        (X, square % columns, buckets.west),
        (Y, square // columns, buckets.south),
    ):
        low = origin + (place - 2 * _SLACK) * buckets.side
        high = origin + (place + 1 + 2 * _SLACK) * buckets.side
        begin = borders.records[start, axis].astype(float)
        way = borders.records[end, axis] - begin
        level = way == 0
        safe = np.where(level, 1.0, way)
        one, other = (low - begin) / safe, (high - begin) / safe
        beside = level & ((begin < low) | (begin > high))
        enters = np.maximum(enters, np.where(level, -np.inf, np.minimum(one, other)))
        leaves = np.minimum(leaves, np.where(level, np.inf, np.maximum(one, other)))
        leaves = np.where(beside, -np.inf, leaves)
    return enters, leaves


def _run_through(
    borders: Borders, buckets: Buckets, square: Ints, edge: Ints
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which edges are as good as their whole line in a square, and which miss it."""
    enters, leaves = _reach(borders, buckets, square, edge, edge + 1)
    beside = enters > leaves
    return ~beside & (enters > 0) & (leaves < 1), beside


def _corners(borders: Borders, buckets: Buckets, square: Ints, one: Ints, other: Ints) -> Ints:
    """Return the vertex between two edges that are as good as rays in a square, else -1."""
    records = borders.records
    vertex = np.maximum(one, other)
    chained = np.abs(one - other) == 1
    chained &= (records[one, LEFT:] == records[other, LEFT:]).all(axis=1)
    back, ahead = vertex - 1, vertex + 1
    found = np.full(len(square), -1, dtype=np.int64)
    sought = np.flatnonzero(chained)
    for far in (back, ahead):
        _, leaves = _reach(borders, buckets, square[sought], vertex[sought], far[sought])
        sought = sought[leaves < 1]
    found[sought] = vertex[sought]
    return found


__all__ = ["CORNER", "EDGE", "LIST", "OUTSIDE", "Buckets", "buckets_of"]
