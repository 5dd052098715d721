"""Make one vertex of those that lie too near to one another, for all lines at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.draft.compiled import Integers
from geo.layers import LATTICE_DEGREES
from geo.layers.lattice import rounded_degrees

LEAST_M = 0.12
"""No edge of a cell is shorter, unless the layers themselves have such a one."""

_METRES_A_STEP = 111_320.0 * LATTICE_DEGREES
_ON_LINE_STEPS = 1.5
_TURNS = 4

Steps = npt.NDArray[np.int64]


class Pins:
    """Lines and their vertices that must stay where they are, on the lattice of degrees."""

    def __init__(self, lines: npt.NDArray[np.object_]) -> None:
        vertices = np.rint(shapely.get_coordinates(lines) / LATTICE_DEGREES).astype(np.int64)
        self._vertices = {tuple(vertex) for vertex in vertices.tolist()}
        self._lines = shapely.STRtree(shapely.get_parts(lines))

    def ranks(self, nodes: Steps) -> Integers:
        """Return 2 for a pinned vertex, 1 for a node on a pinned line, 0 for any other."""
        rank = np.zeros(len(nodes), np.int64)
        points = shapely.points(nodes * LATTICE_DEGREES)
        on_line, _ = self._lines.query(
            points, predicate="dwithin", distance=_ON_LINE_STEPS * LATTICE_DEGREES
        )
        rank[on_line] = 1
        pinned = [tuple(node) in self._vertices for node in nodes.tolist()]
        rank[np.flatnonzero(pinned)] = 2
        return rank


def noded(lines: npt.NDArray[np.object_]) -> BaseGeometry:
    """Return lines noded with one another by snap rounding on the lattice of degrees."""
    return shapely.transform(shapely.union_all(lines, grid_size=LATTICE_DEGREES), rounded_degrees)


def tidied(lines: BaseGeometry, pins: Pins) -> BaseGeometry:
    """Return noded lines without edges shorter than `LEAST_M`, noded again where they changed.

    The ends of such an edge become one vertex, in every line that has it, so whatever shares a
    border goes on sharing it. A pinned vertex stays, a node on a pinned line stays on it.
    """
    edges = _edges(lines)
    for _ in range(_TURNS):
        nodes, ends = np.unique(edges.reshape(-1, 2), axis=0, return_inverse=True)
        ends = ends.reshape(-1, 2)
        becomes = _becomes(nodes, ends, pins)
        if becomes is None:
            break
        edges = _renoded(nodes[becomes[ends]], (becomes[ends] != ends).any(axis=1))
    return shapely.geometrycollections(list(_lines(edges)))


def _lines(edges: Steps) -> npt.NDArray[np.object_]:
    places = np.asarray(edges * LATTICE_DEGREES, np.float64)
    return np.asarray(shapely.linestrings(rounded_degrees(places)), dtype=object)


def _renoded(edges: Steps, changed: npt.NDArray[np.bool_]) -> Steps:
    """Node the edges that changed with those beside them, and drop what shrank to nothing."""
    long = (edges[:, 0] != edges[:, 1]).any(axis=1)
    edges, changed = edges[long], changed[long]
    lines = _lines(edges)
    _, beside = shapely.STRtree(lines).query(
        lines[changed], predicate="dwithin", distance=_ON_LINE_STEPS * LATTICE_DEGREES
    )
    again = np.zeros(len(edges), bool)
    again[beside] = True
    return np.concatenate([edges[~again], _edges(noded(lines[again]))])


def _edges(lines: BaseGeometry) -> Steps:
    """Return both ends of every edge, in lattice steps."""
    coordinates, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    steps = np.rint(coordinates / LATTICE_DEGREES).astype(np.int64)
    same = line[1:] == line[:-1]
    edges = np.stack([steps[:-1][same], steps[1:][same]], axis=1)
    return np.asarray(edges[(edges[:, 0] != edges[:, 1]).any(axis=1)], np.int64)


def _becomes(nodes: Steps, ends: Integers, pins: Pins) -> Integers | None:
    """Return the node that each becomes, no two joins beside one another; None: none is near."""
    away = (nodes[ends[:, 1]] - nodes[ends[:, 0]]) * _METRES_A_STEP
    away[:, 0] *= np.cos(np.radians(nodes[0, 1] * LATTICE_DEGREES))
    length = np.hypot(away[:, 0], away[:, 1])
    short = np.flatnonzero(length < LEAST_M)
    if not len(short):
        return None
    short = short[np.lexsort((ends[short, 1], ends[short, 0], length[short]))]
    near = np.unique(ends[short])
    rank = np.zeros(len(nodes), np.int64)
    rank[near] = pins.ranks(nodes[near])
    rank = rank * (1 + len(ends)) + np.bincount(ends.ravel(), minlength=len(nodes))
    pinned = 2 * (1 + len(ends))
    becomes = np.arange(len(nodes))
    taken: set[int] = set()
    for one, other in ends[short].tolist():
        if one in taken or other in taken or min(rank[one], rank[other]) >= pinned:
            continue
        stays, goes = (one, other) if rank[one] >= rank[other] else (other, one)
        becomes[goes] = stays
        taken |= {one, other}
    return becomes if taken else None
