"""The squares over a large coverage, compiled: the same arrays as `geo.locate.buckets` makes.

Wherever double precision cannot decide, the place is noted and left to the exact path.
"""

# ruff: noqa: PLR0917 - compiled functions are called by place

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]

_END = -1
_compiled = njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def change_corners(
    records: Codes, frame: Floats, slack: float, changes: Codes, columns: int, unsure: Ints
) -> int:
    """Add every edge's change of label to the first corner east of it, on every line it crosses.

    Parameters
    ----------
    records
        The borders.
    frame
        West, south and side of the squares.
    slack
        Part of a square by which a crossing must miss a corner.
    changes
        One number a square, row by row, written.
    columns
        Squares in a row.
    unsure
        Shape (n, 2): written with edge and row where the crossing is too near to a corner.

    Returns
    -------
    int
        How many are unsure, also beyond what fits.
    """
    west, south, side = frame[0], frame[1], frame[2]
    noted = 0
    for edge in range(len(records) - 1):
        if records[edge, 2] == _END:
            continue
        ax, ay = np.float64(records[edge, 0]), np.float64(records[edge, 1])
        bx, by = np.float64(records[edge + 1, 0]), np.float64(records[edge + 1, 1])
        first = np.int64(np.ceil((min(ay, by) - south) / side))
        beyond = np.int64(np.ceil((max(ay, by) - south) / side))
        if first >= beyond:
            continue
        slope = (bx - ax) / (by - ay)
        change = records[edge, 3] - records[edge, 2]
        change = change if by > ay else -change
        for row in range(first, beyond):
            height = south + row * side
            at = (ax + (height - ay) * slope - west) / side
            if abs(at - np.rint(at)) < slack:
                if noted < len(unsure):
                    unsure[noted, 0] = edge
                    unsure[noted, 1] = row
                noted += 1
            else:
                changes[row * columns + np.int64(np.ceil(at))] += change
    return noted


@_compiled
def touch_squares(
    records: Codes,
    frame: Floats,
    slack: float,
    place: Codes,
    listed: Codes,
    columns: int,
    first_row: int,
) -> None:
    """Count the edges of every square, or, where ``listed`` is not empty, list them.

    ``place`` has one number more than there are squares in the rows from the first one on. It is
    counted up from 0, or counted down from where each square's edges end to where they begin;
    edges are gone through backwards, so that they are listed forwards.
    """
    west, south, side = frame[0], frame[1], frame[2]
    listing = len(listed) > 0
    last_row = first_row + (len(place) - 1) // columns - 1
    for edge in range(len(records) - 2, -1, -1):
        if records[edge, 2] == _END:
            continue
        ax, ay = (records[edge, 0] - west) / side, (records[edge, 1] - south) / side
        bx, by = (records[edge + 1, 0] - west) / side, (records[edge + 1, 1] - south) / side
        rise = by - ay
        lowest = max(int(np.floor(min(ay, by) - slack)), first_row)
        highest = min(int(np.floor(max(ay, by) + slack)), last_row)
        for row in range(lowest, highest + 1):
            enters, leaves = 0.0, 1.0
            if rise != 0.0:
                enters = min(max((row - slack - ay) / rise, 0.0), 1.0)
                leaves = min(max((row + 1 + slack - ay) / rise, 0.0), 1.0)
            one, other = ax + enters * (bx - ax), ax + leaves * (bx - ax)
            first = np.int64(np.floor(min(one, other) - slack))
            last = np.int64(np.floor(max(one, other) + slack))
            west_end = (row - first_row) * columns
            for square in range(west_end + first, west_end + last + 1):
                if listing:
                    place[square] -= 1
                    listed[place[square]] = edge
                else:
                    place[square] += 1


@_compiled
def code_squares(  # noqa: C901, PLR0912 - one pass over the squares, whatever their kind
    records: Codes,
    frame: Floats,
    slack: float,
    doubt: float,
    begin: Codes,
    listed: Codes,
    codes: Codes,
    columns: int,
    lists: Codes,
    unsure: Ints,
    before: int,
) -> tuple[int, int]:
    """Write the code of every square that borders run through, and the lists.

    Parameters
    ----------
    begin, listed
        Where each square's edges begin, and the edges.
    codes
        Labels of the squares' corners, written over.
    lists
        Written where it is long enough; call once with an empty one to learn the length.
    unsure
        Shape (n, 2): written with place in the lists and square where the corner's side of an
        edge is left open; as long as the first call says.
    before
        Length of the lists of all squares further south.

    Returns
    -------
    length, noted : int
        Length of the lists, and how many sides are left open.
    """
    west, south, side = frame[0], frame[1], frame[2]
    writing = len(lists) > 0
    length, noted = 0, 0
    for square in range(len(codes)):
        count = begin[square + 1] - begin[square]
        if count == 0:
            continue
        left = west + (square % columns) * side
        below = south + (square // columns) * side
        low_x, high_x = left - 2 * slack * side, left + (1 + 2 * slack) * side
        low_y, high_y = below - 2 * slack * side, below + (1 + 2 * slack) * side
        one = listed[begin[square]]
        if count == 1:
            enters, leaves = _reach(records, one, one + 1, low_x, high_x, low_y, high_y)
            if enters > leaves:
                continue
            if enters > 0.0 and leaves < 1.0:
                if writing:
                    codes[square] = ~(one << 2)
                continue
        if count == 2:  # noqa: PLR2004 - the two edges of a corner
            other = listed[begin[square] + 1]
            if (
                other == one + 1
                and records[one, 2] == records[other, 2]
                and records[one, 3] == records[other, 3]
            ):
                _, back = _reach(records, other, one, low_x, high_x, low_y, high_y)
                _, ahead = _reach(records, other, other + 1, low_x, high_x, low_y, high_y)
                if back < 1.0 and ahead < 1.0:
                    if writing:
                        codes[square] = ~((other << 2) | 1)
                    continue
        if writing:
            lists[length] = codes[square]
            lists[length + 1] = count
            codes[square] = ~(((before + length) << 2) | 2)
        length += 2
        for k in range(begin[square], begin[square + 1]):
            edge = listed[k]
            ax, ay = np.float64(records[edge, 0]), np.float64(records[edge, 1])
            dx, dy = records[edge + 1, 0] - ax, records[edge + 1, 1] - ay
            ex, ey = left - ax, below - ay
            turn = dx * ey - dy * ex
            open_ = abs(turn) <= doubt * (abs(dx) + abs(dy) + abs(ex) + abs(ey))
            if writing:
                lists[length] = (edge << 1) | np.int32(turn > 0.0)
                if open_:
                    unsure[noted, 0] = length
                    unsure[noted, 1] = square
            noted += open_
            length += 1
    return length, noted


@_compiled
def _reach(
    records: Codes,
    start: int,
    end: int,
    low_x: float,
    high_x: float,
    low_y: float,
    high_y: float,
) -> tuple[float, float]:
    """Return where the line from one record to another enters and leaves a square."""
    enters, leaves = -np.inf, np.inf
    for axis in range(2):
        low = low_x if axis == 0 else low_y
        high = high_x if axis == 0 else high_y
        begin = np.float64(records[start, axis])
        way = records[end, axis] - begin
        if way == 0.0:
            if begin < low or begin > high:
                leaves = -np.inf
            continue
        one, other = (low - begin) / way, (high - begin) / way
        enters = max(enters, min(one, other))
        leaves = min(leaves, max(one, other))
    return enters, leaves
