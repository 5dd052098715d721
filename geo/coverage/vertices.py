"""Vertices that only one side of a border has."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import JURISDICTION
from geo.coverage.classify import Seen
from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import Floats, Ints


def unmatched_vertices(arrangement: Arrangement, faulty: set[int]) -> list[Seen]:
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
        found.append(_seen(arrangement, vertices[number], have, lack))
    return found


def _seen(arrangement: Arrangement, place: Floats, have: Ints, lack: Ints) -> Seen:
    left, levels = arrangement.residual, arrangement.grids.levels
    has = {(int(left.depth[entry]), int(left.row[entry])) for entry in have}
    lacks = {(int(left.depth[entry]), int(left.row[entry])) for entry in lack}
    depth = max((at for at, _ in has if at != JURISDICTION), default=None)
    finest = len(levels) - 1
    alone = len(has) == 1 and depth is not None and depth < finest
    if depth is None:  # the jurisdiction alone has it
        depth = max(at for at, _ in lacks)
    involved = has if alone else has | lacks
    point = shapely.Point(place)
    rows = {row for at, row in involved if at == depth}
    if not alone:
        rows |= _through(arrangement, depth, point)
    fault = Fault(
        "vertex.parent" if alone else "vertex.unmatched",
        levels[depth].level,
        codes_of(levels[depth].codes[row] for row in rows),
        point,
        0.0,
        0.0,
        codes_of(levels[at].codes[row] for at, row in has | lacks if at not in {depth, -1}),
        fix=True,
    )
    components = left_components(arrangement, have, lack)
    return Seen(fault, depth, frozenset(rows), components)


def left_components(arrangement: Arrangement, *entries: Ints) -> frozenset[int]:
    """Return the connected groups of some residual entries."""
    return frozenset(arrangement.entry_component[np.concatenate(entries)].tolist())


def _through(arrangement: Arrangement, depth: int, point: shapely.Point) -> set[int]:
    """Return the rows of a level's grids whose border runs through a point."""
    geometry = arrangement.grids.levels[depth].geometry
    slack = arrangement.grids.tolerance
    near = arrangement.grids.near(depth, np.array([point], dtype=object), slack)
    lines = shapely.boundary(geometry[near])
    return set(near[shapely.dwithin(lines, point, slack)].tolist())
