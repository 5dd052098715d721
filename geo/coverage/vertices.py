"""Vertices that only one side of a border has."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import JURISDICTION
from geo.coverage.faults import Fault, codes_of


def unmatched_vertices(arrangement: Arrangement, faulty: set[int]) -> list[Fault]:
    """Return the vertices that lie on another polygon's segment without being a vertex of it.

    Only groups of residual segments without any faulty face are looked at: elsewhere the gap or
    overlap is the cause.

    Parameters
    ----------
    arrangement
        The residual's arrangement.
    faulty
        Components that have a faulty face.
    """
    left = arrangement.residual
    loose = ~np.isin(arrangement.entry_component, list(faulty))
    entries = np.flatnonzero(loose)
    if not len(entries):
        return []
    ends = left.ends[entries]
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), object)
    vertices = np.unique(ends.reshape(-1, 2), axis=0)
    vertex, line = shapely.STRtree(lines).query(
        shapely.points(vertices), predicate="dwithin", distance=arrangement.grids.tolerance
    )
    at_end = (vertices[vertex] == ends[line, :2]).all(axis=1) | (
        vertices[vertex] == ends[line, 2:]
    ).all(axis=1)
    found = []
    for number in np.unique(vertex[~at_end]).tolist():
        have = entries[line[(vertex == number) & at_end]]
        lack = entries[line[(vertex == number) & ~at_end]]
        found.append(_fault(arrangement, vertices[number], have, lack))
    return found


def _fault(
    arrangement: Arrangement, place: np.ndarray, have: np.ndarray, lack: np.ndarray
) -> Fault:
    left, levels = arrangement.residual, arrangement.grids.levels
    has = {(int(left.depth[entry]), int(left.row[entry])) for entry in have}
    lacks = {(int(left.depth[entry]), int(left.row[entry])) for entry in lack}
    depth = max((at for at, _ in has if at != JURISDICTION), default=None)
    finest = len(levels) - 1
    alone = len(has) == 1 and depth is not None and depth < finest
    if depth is None:  # the jurisdiction alone has it
        depth = max(at for at, _ in lacks)
    involved = has if alone else has | lacks
    codes = codes_of(levels[at].codes[row] for at, row in involved if at == depth)
    return Fault(
        "vertex.parent" if alone else "vertex.unmatched",
        levels[depth].level,
        codes,
        shapely.Point(place),
        0.0,
        0.0,
        codes_of(levels[at].codes[row] for at, row in has | lacks if at not in {depth, -1}),
        fix=True,
    )
