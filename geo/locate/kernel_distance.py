"""The nearest border of many points, compiled: the same figures as `geo.locate.distance` gives."""

# ruff: noqa: PLR0917 - compiled functions are called by place

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]

_NOBODY = np.iinfo(np.int32).max
_SLACK = 2.0**-20
_compiled = njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def fill_nearest(
    px: Floats,
    py: Floats,
    own: Codes,
    places: Floats,
    records: Codes,
    begin: Codes,
    listed: Codes,
    shape: tuple[int, int],
    frame: Floats,
    squared: Floats,
    across: Codes,
) -> None:
    """Write the squared distance of points to the nearest border and the lowest label across.

    Cells are gone through ring by ring around the point's own, until no nearer edge can come.

    Parameters
    ----------
    px, py, own
        Points, metres, and the labels of their faces.
    places, records
        The borders' vertices in metres, and their records.
    begin, listed
        Where each cell's edges begin, and the edges.
    shape, frame
        Rows and columns of cells; west, south and side, metres.
    squared, across
        Written; the label is 0 where only outside lies across.
    """
    for i in range(len(px)):
        squared[i], across[i] = find_nearest(
            px[i], py[i], own[i], places, records, begin, listed, shape, frame
        )


@_compiled
def find_nearest(
    x: float,
    y: float,
    own: int,
    places: Floats,
    records: Codes,
    begin: Codes,
    listed: Codes,
    shape: tuple[int, int],
    frame: Floats,
) -> tuple[float, int]:
    """Return what `fill_nearest` writes, of one point."""
    west, south, side = frame[0], frame[1], frame[2]
    rows, columns = shape
    column = min(max(int((x - west) / side), 0), columns - 1)
    row = min(max(int((y - south) / side), 0), rows - 1)
    inset = min(
        x - (west + column * side),
        west + (column + 1) * side - x,
        y - (south + row * side),
        south + (row + 1) * side - y,
    )
    best, label = np.inf, _NOBODY
    for ring in range(max(rows, columns) + 1):
        reach = (ring - 1 - _SLACK) * side + inset
        if reach > 0.0 and best < reach * reach:
            break
        for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
            edge_row = abs(r - row) == ring
            step = 1 if edge_row else max(2 * ring, 1)
            for c in range(column - ring, column + ring + 1, step):
                if c < 0 or c >= columns:
                    continue
                cell = r * columns + c
                best, label = _in_cell(
                    x, y, own, places, records, begin[cell], begin[cell + 1], listed, best, label
                )
    return best, 0 if label == _NOBODY else label


@_compiled
def _in_cell(
    x: float,
    y: float,
    own: int,
    places: Floats,
    records: Codes,
    first: int,
    last: int,
    listed: Codes,
    best: float,
    label: int,
) -> tuple[float, int]:
    for place in range(first, last):
        edge = listed[place]
        ax, ay = places[edge, 0], places[edge, 1]
        bx, by = places[edge + 1, 0], places[edge + 1, 1]
        dx, dy, ex, ey = bx - ax, by - ay, x - ax, y - ay
        length = dx * dx + dy * dy
        along = ex * dx + ey * dy
        if along <= 0.0:
            away = ex * ex + ey * ey
        elif along >= length:
            away = (x - bx) * (x - bx) + (y - by) * (y - by)
        else:
            turn = dx * ey - dy * ex
            away = turn * turn / length
        if away < best:
            best, label = away, _NOBODY
        if away == best:
            for side in range(2, 4):
                other = records[edge, side]
                if other not in {own, 0} and other < label:
                    label = other
    return best, label
