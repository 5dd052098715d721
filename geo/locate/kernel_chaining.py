"""The borders of a large coverage, compiled: the same arrays as `geo.locate.borders` makes."""

# ruff: noqa: PLR0917 - compiled functions are called by place

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.locate.borders import CROWDED

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]

_END = -1
_MOST_COMPARED = 100
"""Segments that each may be compared with, on average."""

_compiled = njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def pair_segments(
    points: Codes,
    starts: Codes,
    ends: Codes,
    faces: Codes,
    across: Codes,
    cell: Codes,
    listed: Codes,
    columns: int,
    side: int,
    low: Ints,
) -> int:
    """Write the polygon across every segment: that of the same segment the other way round.

    Parameters
    ----------
    points, starts, ends, faces
        Vertices, and of each segment its first and last vertex and its polygon.
    across
        Written; -1 where none is.
    cell, listed
        Room: zeros, one more than there are cells; and one number a segment.
    columns, side, low
        Cells in a row, side of a cell, and corner of the first, all for twice the coordinates.

    Returns
    -------
    int
        A segment that more than one polygon has on the same side, or more than two have; -1;
        `CROWDED` where the segments lie so close together that cells do not part them.
    """
    if not _sorted_by_cell(points, starts, ends, cell, listed, columns, side, low):
        return CROWDED
    for k in range(len(starts)):
        c = _cell(points, starts[k], ends[k], columns, side, low)
        ax, ay = points[starts[k], 0], points[starts[k], 1]
        bx, by = points[ends[k], 0], points[ends[k], 1]
        across[k] = -1
        for place in range(cell[c], cell[c + 1]):
            other = listed[place]
            if other == k:
                continue
            cx, cy = points[starts[other], 0], points[starts[other], 1]
            dx, dy = points[ends[other], 0], points[ends[other], 1]
            if ax == dx and ay == dy and bx == cx and by == cy:
                if across[k] >= 0:
                    return k
                across[k] = faces[other]
            if ax == cx and ay == cy and bx == dx and by == dy:
                return k
    return -1


@_compiled
def _sorted_by_cell(
    points: Codes,
    starts: Codes,
    ends: Codes,
    cell: Codes,
    listed: Codes,
    columns: int,
    side: int,
    low: Ints,
) -> bool:
    """Write which segments each cell has; return whether few enough to compare with each other."""
    for k in range(len(starts)):
        cell[_cell(points, starts[k], ends[k], columns, side, low)] += 1
    compared = 0
    for c in range(len(cell)):
        compared += np.int64(cell[c]) * cell[c]
    if compared > _MOST_COMPARED * len(starts):
        return False
    for c in range(1, len(cell)):
        cell[c] += cell[c - 1]
    for k in range(len(starts) - 1, -1, -1):
        c = _cell(points, starts[k], ends[k], columns, side, low)
        cell[c] -= 1
        listed[cell[c]] = k
    return True


@_compiled
def _cell(points: Codes, start: int, end: int, columns: int, side: int, low: Ints) -> int:
    """Return the cell of a segment's middle."""
    column = (np.int64(points[start, 0]) + points[end, 0] - low[0]) // side
    row = (np.int64(points[start, 1]) + points[end, 1] - low[1]) // side
    return row * columns + column


@_compiled
def chain_segments(
    points: Codes, starts: Codes, ends: Codes, faces: Codes, across: Codes, records: Codes
) -> int:
    """Write every border once, as chains in the order of the segments, and return their length.

    Parameters
    ----------
    points, starts, ends, faces, across
        See `pair_segments`.
    records
        Written where it is long enough; call once with an empty one to learn the length.
    """
    writing = len(records) > 0
    length, before = 0, -1
    for k in range(len(starts)):
        if 0 <= across[k] <= faces[k]:
            continue
        if before >= 0 and (ends[before] != starts[k] or faces[before] != faces[k]):
            if writing:
                _copy(points, ends[before], records, length)
                records[length, 2] = records[length, 3] = _END
            length += 1
        if writing:
            _copy(points, starts[k], records, length)
            records[length, 2] = faces[k] + 1
            records[length, 3] = across[k] + 1
        length += 1
        before = k
    if before >= 0:
        if writing:
            _copy(points, ends[before], records, length)
            records[length, 2] = records[length, 3] = _END
        length += 1
    return length


@_compiled
def _copy(points: Codes, point: int, records: Codes, record: int) -> None:
    records[record, 0] = points[point, 0]
    records[record, 1] = points[point, 1]
