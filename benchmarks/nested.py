"""Nested coverages of any size: cells of 25 vertices, dissolved two and four by two and four."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage import GridLevel, Grids

BETWEEN = 5
"""Vertices between two nodes of a cell's side: 4 x (5 + 1) + 1 = 25 a cell."""
SIZE_M = 200.0


def nested(side: int, *, seed: int = 0) -> Grids:
    """Make a coverage of ``side`` x ``side`` cells under blocks of 2 x 2 under blocks of 4 x 4.

    Parameters
    ----------
    side
        A multiple of 4.
    seed
        Of the winding of all borders; millimetre grid.
    """
    random = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * SIZE_M
    nodes = places + random.uniform(-30.0, 30.0, places.shape) + [500_000.0, 3_380_000.0]
    across = _lines(nodes[:, :-1], nodes[:, 1:], random)
    upward = _lines(nodes[:-1, :], nodes[1:, :], random)
    levels = []
    for number, block in ((1, 4), (2, 2), (3, 1)):
        shapes = _blocks(across, upward, side, block)
        count = side // block
        row, column = np.divmod(np.arange(count * count), count)
        codes = [f"{number}-{at}" for at in range(count * count)]
        parents = None
        if number > 1:
            above = (row // 2) * (count // 2) + column // 2
            parents = [f"{number - 1}-{at}" for at in above.tolist()]
        levels.append(GridLevel.of(number, codes, shapes, parents))
    ground = _blocks(across, upward, side, side)[0]
    return Grids(tuple(levels), ground)


def _lines(start: np.ndarray, end: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return winding lines from node to node, the end left out: (rows, columns, 6, 2)."""
    share = np.arange(BETWEEN + 1)[:, None] / (BETWEEN + 1)
    lines = start[:, :, None, :] * (1 - share) + end[:, :, None, :] * share
    lines[:, :, 1:] += random.normal(0.0, 4.0, lines[:, :, 1:].shape)
    return np.round(lines, 3)


def _blocks(across: np.ndarray, upward: np.ndarray, side: int, block: int) -> np.ndarray:
    low = np.arange(0, side, block)
    step = np.arange(block)
    row, column = (axis.ravel() for axis in np.meshgrid(low, low, indexing="ij"))
    bottom = across[row[:, None], column[:, None] + step]
    top = across[row[:, None] + block, column[:, None] + step]
    right = upward[row[:, None] + step, column[:, None] + block]
    left = upward[row[:, None] + step, column[:, None]]
    bottom, top, right, left = (
        part.reshape(len(row), -1, 2) for part in (bottom, top, right, left)
    )
    far = _node(across, upward, row + block, column + block)
    up = _node(across, upward, row + block, column)
    ring = np.concatenate(
        [bottom, right, far[:, None], top[:, :0:-1], up[:, None], left[:, :0:-1], bottom[:, :1]],
        axis=1,
    )
    return shapely.polygons(ring)


def _node(
    across: np.ndarray, upward: np.ndarray, row: np.ndarray, column: np.ndarray
) -> np.ndarray:
    """Return the nodes; those of the last column start no line across but lines upward."""
    last = column == across.shape[1]
    corner = last & (row == upward.shape[0])
    places = np.empty((len(row), 2))
    places[~last] = across[row[~last], column[~last], 0]
    inner = last & ~corner
    places[inner] = upward[row[inner], column[inner], 0]
    places[corner] = across[-1, -1, -1] + (across[-1, -1, -1] - across[-1, -1, -2])
    return np.round(places, 3)
