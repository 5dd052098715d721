"""The compiled kernel: the faces of many points, in passes over blocks that fit the cache.

Importing this module needs numba and compiles, or reads what was compiled before; see
`geo.locate.compiled`. Whatever double precision cannot decide is marked `UNDECIDED` and left to
the exact path. A tight loop that gathers comes before each loop that computes.
"""

# ruff: noqa: PLR0917 - compiled functions are called by place

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]

UNDECIDED = -1
_BLOCK = 4096

_compiled = njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def fill_labels(
    x: Floats,
    y: Floats,
    found: Codes,
    codes: Codes,
    records: Codes,
    lists: Codes,
    shape: tuple[int, int],
    frame: Floats,
) -> int:
    """Write the label of each point's face, or `UNDECIDED`; return how many are undecided.

    Parameters
    ----------
    x, y
        Points, in units.
    found
        Labels, written.
    codes, records, lists
        The squares' codes in one dimension, the borders' records and the lists.
    shape
        Rows and columns of squares.
    frame
        Steps a unit, origin east and north, west, south and side of the squares, doubt.
    """
    px, py = np.empty(_BLOCK, np.float64), np.empty(_BLOCK, np.float64)
    square = np.empty(_BLOCK, np.int32)
    special = np.empty((4, _BLOCK), np.int32)
    gathered = np.empty((_BLOCK, 8), np.int32)
    undecided = 0
    for start in range(0, len(x), _BLOCK):
        part = found[start : start + _BLOCK]
        _find_squares(
            x[start : start + _BLOCK], y[start : start + _BLOCK], px, py, square, shape, frame
        )
        edges, corners, listed = _gather_codes(codes, square, part, special)
        undecided += _by_edge(special[0, :edges], px, py, part, records, gathered, frame[6])
        undecided += _by_corner(special[1, :corners], px, py, part, records, gathered, frame[6])
        undecided += _by_list(
            special[2, :listed], px, py, part, records, lists, square, shape[1], frame
        )
    return undecided


@_compiled
def _find_squares(
    x: Floats,
    y: Floats,
    px: Floats,
    py: Floats,
    square: Codes,
    shape: tuple[int, int],
    frame: Floats,
) -> None:
    """Write where points lie in steps, and their squares: 0, which is outside, beyond them all."""
    steps, east, north, west, south = frame[0], frame[1], frame[2], frame[3], frame[4]
    inverse = 1.0 / frame[5]
    rows, columns = np.float64(shape[0]), np.float64(shape[1])
    wide = np.int32(shape[1])
    for i in range(len(x)):
        px[i] = x[i] * steps - east
        py[i] = y[i] * steps - north
        column = (px[i] - west) * inverse
        row = (py[i] - south) * inverse
        inside = (column >= 0.0) & (column < columns) & (row >= 0.0) & (row < rows)
        column = column if inside else 0.0
        row = row if inside else 0.0
        square[i] = np.int32(row) * wide + np.int32(column)


@_compiled
def _gather_codes(
    codes: Codes, square: Codes, found: Codes, special: Codes
) -> tuple[int, int, int]:
    """Write the squares' codes, and which points need an edge, a corner or a list."""
    for i in range(len(found)):
        found[i] = codes[square[i]]
    below = 0
    for i in range(len(found)):
        special[3, below] = i
        below += found[i] < 0
    edges, corners, listed = 0, 0, 0
    for k in range(below):
        i = special[3, k]
        kind = ~found[i] & 3
        special[0, edges] = i
        special[1, corners] = i
        special[2, listed] = i
        edges += kind == 0
        corners += kind == 1
        listed += kind == 2  # noqa: PLR2004 - the kinds of geo.locate.buckets
    return edges, corners, listed


@_compiled
def _by_edge(
    points: Codes, px: Floats, py: Floats, found: Codes, records: Codes, ends: Codes, doubt: float
) -> int:
    for k in range(len(points)):
        record = ~found[points[k]] >> 2
        for column in range(4):
            ends[k, column] = records[record, column]
        ends[k, 4] = records[record + 1, 0]
        ends[k, 5] = records[record + 1, 1]
    undecided = 0
    for k in range(len(points)):
        i = points[k]
        ax, ay = np.float64(ends[k, 0]), np.float64(ends[k, 1])
        dx, dy = ends[k, 4] - ax, ends[k, 5] - ay
        ex, ey = px[i] - ax, py[i] - ay
        turn = dx * ey - dy * ex
        sure = abs(turn) > doubt * (abs(dx) + abs(dy) + abs(ex) + abs(ey))
        label = ends[k, 3 - int(turn > 0.0)]
        found[i] = label if sure else UNDECIDED
        undecided += not sure
    return undecided


@_compiled
def _by_corner(
    points: Codes, px: Floats, py: Floats, found: Codes, records: Codes, ends: Codes, doubt: float
) -> int:
    for k in range(len(points)):
        vertex = ~found[points[k]] >> 2
        ends[k, 0] = records[vertex - 1, 0]
        ends[k, 1] = records[vertex - 1, 1]
        for column in range(4):
            ends[k, 2 + column] = records[vertex, column]
        ends[k, 6] = records[vertex + 1, 0]
        ends[k, 7] = records[vertex + 1, 1]
    undecided = 0
    for k in range(len(points)):
        i = points[k]
        bx, by = np.float64(ends[k, 2]), np.float64(ends[k, 3])
        back_x, back_y = bx - ends[k, 0], by - ends[k, 1]
        on_x, on_y = ends[k, 6] - bx, ends[k, 7] - by
        ex, ey = px[i] - bx, py[i] - by
        before, after = back_x * ey - back_y * ex, on_x * ey - on_y * ex
        reach = abs(ex) + abs(ey)
        sure = abs(before) > doubt * (abs(back_x) + abs(back_y) + reach)
        sure &= abs(after) > doubt * (abs(on_x) + abs(on_y) + reach)
        both = (before > 0.0) & (after > 0.0)
        either = (before > 0.0) | (after > 0.0)
        left = both if back_x * on_y - back_y * on_x > 0.0 else either
        label = ends[k, 5 - int(left)]
        found[i] = label if sure else UNDECIDED
        undecided += not sure
    return undecided


@_compiled
def _by_list(
    points: Codes,
    px: Floats,
    py: Floats,
    found: Codes,
    records: Codes,
    lists: Codes,
    square: Codes,
    columns: int,
    frame: Floats,
) -> int:
    """Add up the changes along the way from the square's corner, north and then east."""
    undecided = 0
    for k in range(len(points)):
        i = points[k]
        offset = ~found[i] >> 2
        west = frame[3] + (square[i] % columns) * frame[5]
        label, sure = _along(offset, west, px[i], py[i], records, lists, frame[6])
        found[i] = label if sure else UNDECIDED
        undecided += not sure
    return undecided


@_compiled
def _along(
    offset: int, west: float, x: float, y: float, records: Codes, lists: Codes, doubt: float
) -> tuple[int, bool | np.bool]:
    label = lists[offset]
    sure: bool | np.bool = True
    near: bool | np.bool = False
    for entry in range(offset + 2, offset + 2 + lists[offset + 1]):
        record = lists[entry] >> 1
        ax, ay = np.float64(records[record, 0]), np.float64(records[record, 1])
        bx, by = np.float64(records[record + 1, 0]), np.float64(records[record + 1, 1])
        dx, dy, ey = bx - ax, by - ay, y - ay
        turn, here = dx * ey - dy * (west - ax), dx * ey - dy * (x - ax)
        reach = abs(dx) + abs(dy) + abs(ey)
        turn_clear = abs(turn) > doubt * (reach + abs(west - ax))
        here_clear = abs(here) > doubt * (reach + abs(x - ax))
        near = near or not here_clear
        change = records[record, 3] - records[record, 2]
        turn_left, here_left = int(turn > 0.0), int(here > 0.0)
        if (ax > west) != (bx > west):
            sure = sure and turn_clear
            label += change * ((lists[entry] & 1) - turn_left)
        level = (abs(y - ay) <= doubt) | (abs(y - by) <= doubt)
        sure = sure and not level
        if (ay > y) != (by > y):
            sure = sure and turn_clear and here_clear
            label += change * (turn_left - here_left)
    return label, sure and not (near and label == 0)
