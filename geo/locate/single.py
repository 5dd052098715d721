"""The face of one point in plain Python: nothing to compile, nothing to allocate."""

# ruff: noqa: PLR0917 - what lies in closures of a query is handed on by place

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geo.locate.buckets import CORNER, EDGE
from geo.locate.query import Coverage, labels_of
from geo.locate.vertices import Lattice

Numbers = memoryview
Found = int | None
"""A label; None where double precision cannot decide."""


def single_point(coverage: Coverage) -> Callable[[float, float], int]:
    """Return a function from x and y, in units, to the label of the point's face.

    Whatever is too near to a border for double precision is left to `labels_of`.
    """
    buckets, lattice = coverage.buckets, coverage.borders.lattice
    across, east = lattice.steps / buckets.side, (lattice.east + buckets.west) / buckets.side
    north = (lattice.north + buckets.south) / buckets.side
    rows, columns = buckets.codes.shape
    codes, records, lists = (
        memoryview(np.ascontiguousarray(array).ravel().view(np.ndarray).data)
        for array in (buckets.codes, coverage.borders.records, buckets.lists)
    )

    def label_of(x: float, y: float) -> int:
        column, row = x * across - east, y * across - north
        if not (0.0 <= column < columns and 0.0 <= row < rows):
            return 0
        code: int = codes[int(row) * columns + int(column)]
        if code >= 0:
            return code
        found = special(~code, x, y, int(column))
        if found is None:
            return int(labels_of(coverage, np.array([x]), np.array([y]))[0])
        return found

    def special(code: int, x: float, y: float, column: int) -> Found:
        # plain numbers: those of numpy cannot be subtracted as truth values
        px = float(x) * lattice.steps - lattice.east
        py = float(y) * lattice.steps - lattice.north
        index = code >> 2
        if code & 3 == EDGE:
            return _by_edge(records, index << 2, px, py, lattice)
        if code & 3 == CORNER:
            return _by_corner(records, index << 2, px, py, lattice)
        west = buckets.west + column * buckets.side
        return _by_list(records, lists, index, west, px, py, lattice)

    return label_of


def _turn(dx: float, dy: float, ex: float, ey: float, lattice: Lattice) -> tuple[float, bool]:
    """Return on which side of the way d the point e lies (left is above 0), and if it is sure."""
    turn = dx * ey - dy * ex
    return turn, abs(turn) > lattice.doubt * (abs(dx) + abs(dy) + abs(ex) + abs(ey))


def _by_edge(records: Numbers, at: int, px: float, py: float, lattice: Lattice) -> Found:
    ax, ay, left, right, bx, by = records[at : at + 6]
    turn, sure = _turn(bx - ax, by - ay, px - ax, py - ay, lattice)
    if not sure:
        return None
    return int(left) if turn > 0 else int(right)


def _by_corner(records: Numbers, at: int, px: float, py: float, lattice: Lattice) -> Found:
    ax, ay, _, _, bx, by, left, right, cx, cy = records[at - 4 : at + 6]
    before, before_sure = _turn(bx - ax, by - ay, px - bx, py - by, lattice)
    after, after_sure = _turn(cx - bx, cy - by, px - bx, py - by, lattice)
    if not (before_sure and after_sure):
        return None
    if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0:
        on_left = before > 0 and after > 0
    else:
        on_left = before > 0 or after > 0
    return int(left) if on_left else int(right)


def _by_list(
    records: Numbers,
    lists: Numbers,
    offset: int,
    west: float,
    px: float,
    py: float,
    lattice: Lattice,
) -> Found:
    """Add up the changes along the way from the square's corner, north and then east."""
    label, count = lists[offset : offset + 2]
    near = False
    for entry in lists[offset + 2 : offset + 2 + count]:
        at = entry >> 1 << 2
        ax, ay, left, right, bx, by = records[at : at + 6]
        turn, turn_sure = _turn(bx - ax, by - ay, west - ax, py - ay, lattice)
        here, here_sure = _turn(bx - ax, by - ay, px - ax, py - ay, lattice)
        near = near or not here_sure
        if abs(py - ay) <= lattice.doubt or abs(py - by) <= lattice.doubt:
            return None
        north, east = (ax > west) != (bx > west), (ay > py) != (by > py)
        if (north and not turn_sure) or (east and not (turn_sure and here_sure)):
            return None
        if north:
            label += (right - left) * ((entry & 1) - (turn > 0))
        if east:
            label += (right - left) * ((turn > 0) - (here > 0))
    return None if near and label == 0 else int(label)
