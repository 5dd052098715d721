"""The faces of many points at once, with numpy alone: the reference of the compiled kernel."""

# ruff: noqa: PLR0917 - points and what belongs to them are handed on by place

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.locate.borders import LEFT, OUTSIDE, RIGHT, Borders, X, Y
from geo.locate.buckets import CORNER, EDGE, LIST, Buckets, degrees
from geo.locate.orientation import LEFT as ON_LEFT
from geo.locate.orientation import orientations, sides

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Sides = npt.NDArray[np.int8]

_BLOCK = 65_536


@dataclass(frozen=True)
class Coverage:
    """All that a query reads: borders and the squares over them."""

    borders: Borders
    buckets: Buckets


def labels_of(coverage: Coverage, x: Floats, y: Floats) -> npt.NDArray[np.int32]:
    """Return the label of each point's face; `OUTSIDE` where it lies in none.

    Parameters
    ----------
    coverage
        Borders and squares.
    x, y
        One dimension, in the coverage's unit.
    """
    found = np.empty(len(x), dtype=np.int32)
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        found[part] = _labels(coverage, x[part], y[part])
    return found


def _labels(coverage: Coverage, x: Floats, y: Floats) -> npt.NDArray[np.int32]:
    buckets, lattice = coverage.buckets, coverage.borders.lattice
    rows, columns = buckets.codes.shape
    with np.errstate(invalid="ignore", over="ignore"):
        column = (x * lattice.steps - lattice.east - buckets.west) / buckets.side
        row = (y * lattice.steps - lattice.north - buckets.south) / buckets.side
        inside = np.flatnonzero((column >= 0) & (column < columns) & (row >= 0) & (row < rows))
    square = row[inside].astype(np.int64) * columns + column[inside].astype(np.int64)
    labels = np.full(len(x), OUTSIDE, dtype=np.int32)
    code = buckets.codes.ravel()[square]
    labels[inside] = code
    for kind, answer in ((EDGE, _by_edge), (CORNER, _by_corner), (LIST, _by_list)):
        chosen = np.flatnonzero((code < 0) & (~code & 3 == kind))
        if len(chosen):
            point = inside[chosen]
            index = (~code[chosen] >> 2).astype(np.int64)
            labels[point] = answer(coverage, index, x[point], y[point], square[chosen])
    return labels


def _ends(coverage: Coverage, edge: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    borders = coverage.borders
    tail, head = borders.records[edge], borders.records[edge + 1]
    return (
        degrees(borders, X, tail[:, X]),
        degrees(borders, Y, tail[:, Y]),
        degrees(borders, X, head[:, X]),
        degrees(borders, Y, head[:, Y]),
    )


def _by_edge(coverage: Coverage, edge: Ints, x: Floats, y: Floats, square: Ints) -> Ints:
    del square
    side = sides(*_ends(coverage, edge), x, y)
    labels = coverage.borders.records[edge, LEFT:].astype(np.int64)
    found = np.where(side == ON_LEFT, labels[:, 0], labels[:, 1])
    return _closed(coverage, found, np.arange(len(edge)), edge, x, y)


def _by_corner(coverage: Coverage, vertex: Ints, x: Floats, y: Floats, square: Ints) -> Ints:
    del square
    ax, ay, bx, by = _ends(coverage, vertex - 1)
    _, _, cx, cy = _ends(coverage, vertex)
    before = sides(ax, ay, bx, by, x, y) == ON_LEFT
    after = sides(bx, by, cx, cy, x, y) == ON_LEFT
    left_turn = sides(ax, ay, bx, by, cx, cy) == ON_LEFT
    on_left = np.where(left_turn, before & after, before | after)
    labels = coverage.borders.records[vertex, LEFT:].astype(np.int64)
    found = np.where(on_left, labels[:, 0], labels[:, 1])
    point = np.tile(np.arange(len(vertex)), 2)
    return _closed(coverage, found, point, np.concatenate([vertex - 1, vertex]), x, y)


def _by_list(coverage: Coverage, offset: Ints, x: Floats, y: Floats, square: Ints) -> Ints:
    """Add up the changes along the way from the square's corner, north and then east."""
    buckets, borders = coverage.buckets, coverage.borders
    columns = buckets.codes.shape[1]
    count = buckets.lists[offset + 1].astype(np.int64)
    point = np.repeat(np.arange(len(offset)), count)
    place = np.arange(len(point)) - np.repeat(np.cumsum(count) - count, count)
    entry = buckets.lists[offset[point] + 2 + place].astype(np.int64)
    edge, corner_left = entry >> 1, (entry & 1).astype(bool)
    west = degrees(borders, X, buckets.west + square % columns * buckets.side)[point]
    px, py = x[point], y[point]
    ax, ay, bx, by = _ends(coverage, edge)
    turn_left = sides(ax, ay, bx, by, west, py) == ON_LEFT
    point_left = sides(ax, ay, bx, by, px, py) == ON_LEFT
    labels = borders.records[edge, LEFT:].astype(np.int64)
    change = labels[:, 1] - labels[:, 0]
    north = ((ax > west) != (bx > west)) * (corner_left.astype(np.int64) - turn_left)
    east = ((ay > py) != (by > py)) * (turn_left.astype(np.int64) - point_left)
    found = buckets.lists[offset].astype(np.int64)
    np.add.at(found, point, change * (north + east))
    return _closed(coverage, found, point, edge, x, y)


def _closed(coverage: Coverage, found: Ints, point: Ints, edge: Ints, x: Floats, y: Floats) -> Ints:
    """Give points of the outer border to their lowest incident face.

    Parameters
    ----------
    found
        Label of each point.
    point, edge
        Which edges may run through which points.
    """
    open_ = np.flatnonzero(found[point] == OUTSIDE)
    if not len(open_):
        return found
    point, edge = point[open_], edge[open_]
    ax, ay, bx, by = _ends(coverage, edge)
    px, py = x[point], y[point]
    near = (np.minimum(ax, bx) <= px) & (px <= np.maximum(ax, bx))
    near &= (np.minimum(ay, by) <= py) & (py <= np.maximum(ay, by))
    touched = np.flatnonzero(near)
    on = orientations(*(each[touched] for each in (ax, ay, bx, by, px, py))) == 0
    point, edge = point[touched[on]], edge[touched[on]]
    labels = coverage.borders.records[edge, LEFT : RIGHT + 1].astype(np.int64)
    lowest = np.where(labels == OUTSIDE, np.iinfo(np.int64).max, labels).min(axis=1)
    closed = np.full(len(found), np.iinfo(np.int64).max)
    np.minimum.at(closed, point, lowest)
    taken = closed < np.iinfo(np.int64).max
    return np.where(taken, closed, found)
