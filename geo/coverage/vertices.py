"""Vertices that only one side of a border has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import JURISDICTION
from geo.coverage.classify import Seen
from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import Floats, Ints

_HARDLY = 64.0
"""Times rounding within which a vertex that makes no face is looked for beside a line."""

Row = tuple[int, int]
"""Depth and row of a grid."""


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
    loose = ~np.isin(arrangement.entry_component, list(faulty))
    entries = np.flatnonzero(loose)
    found = _unmatched(arrangement, entries)
    told = {number for one in found for number in one.components}
    if arrangement.grids.jurisdiction is None:  # then the outer line is what it is
        entries = entries[arrangement.residual.pair[entries] > 0]
    components = arrangement.entry_component[entries]
    found.extend(
        _hardly_off(arrangement, entries[components == silent])
        for silent in sorted(set(components.tolist()) - told)
    )
    return _once_a_parent(found)


def _unmatched(arrangement: Arrangement, entries: Ints) -> list[Seen]:
    if not len(entries):
        return []
    left = arrangement.residual
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
    has, lacks = _grids(arrangement, have), _grids(arrangement, lack)
    entries = np.concatenate([have, lack])
    alone = _alone_at_fault(has, lacks, len(arrangement.grids.levels) - 1)
    if not alone:
        depth = max((at for at, _ in has if at != JURISDICTION), default=None)
        if depth is None:  # the jurisdiction alone has it
            depth = max(at for at, _ in lacks)
        return _unmatched_at(arrangement, place, depth, entries, arrangement.grids.tolerance)
    ((depth, row),) = alone
    level = arrangement.grids.levels[depth]
    return Seen(
        Fault(
            "vertex.parent",
            level.level,
            codes_of([level.codes[row]]),
            shapely.Point(place),
            0.0,
            0.0,
            _codes_beside(arrangement, has | lacks, depth),
            fix=True,
        ),
        depth,
        frozenset({row}),
        _components(arrangement, entries),
    )


def _hardly_off(arrangement: Arrangement, entries: Ints) -> Seen:
    """Tell of lines that part by hardly more than rounding: no face, and no vertex on a line."""
    ends = arrangement.residual.ends[entries].reshape(-1, 2)
    vertices, count = np.unique(ends, axis=0, return_counts=True)
    depth = max([0, *(at for at, _ in _grids(arrangement, entries))])
    reach = _HARDLY * arrangement.grids.tolerance
    return _unmatched_at(arrangement, vertices[count.argmin()], depth, entries, reach)


def _unmatched_at(
    arrangement: Arrangement, place: Floats, depth: int, entries: Ints, reach: float
) -> Seen:
    """Tell of a vertex that some grids have, and others within reach do not."""
    point, level = shapely.Point(place), arrangement.grids.levels[depth]
    involved = _grids(arrangement, entries)
    rows = {row for at, row in involved if at == depth} | _through(arrangement, depth, point, reach)
    fault = Fault(
        "vertex.unmatched",
        level.level,
        codes_of(level.codes[row] for row in rows),
        point,
        0.0,
        0.0,
        _codes_beside(arrangement, involved, depth),
        fix=True,
    )
    return Seen(fault, depth, frozenset(rows), _components(arrangement, entries))


def _grids(arrangement: Arrangement, entries: Ints) -> set[Row]:
    left = arrangement.residual
    return set(zip(left.depth[entries].tolist(), left.row[entries].tolist(), strict=True))


def _components(arrangement: Arrangement, entries: Ints) -> frozenset[int]:
    return frozenset(arrangement.entry_component[entries].tolist())


def _codes_beside(arrangement: Arrangement, grids: set[Row], depth: int) -> tuple[str, ...]:
    """Return the codes of the grids of other levels."""
    levels = arrangement.grids.levels
    return codes_of(levels[at].codes[row] for at, row in grids if at not in {depth, JURISDICTION})


def _alone_at_fault(has: set[Row], lacks: set[Row], finest: int) -> set[Row]:
    """Return the one parent that alone has a vertex, or alone lacks one that its peers have."""
    if len(has) == 1:
        ((depth, _),) = has
        return has if JURISDICTION < depth < finest else set()
    if len(lacks) == 1:
        ((depth, _),) = lacks
        peers = any(at <= depth for at, _ in has)
        return lacks if peers and JURISDICTION < depth < finest else set()
    return set()


def _once_a_parent(seen: list[Seen]) -> list[Seen]:
    """Join the vertices that one parent alone has or lacks: its line is one cause."""
    joined: dict[tuple[int, frozenset[int]], Seen] = {}
    others = []
    for one in seen:
        key = (one.depth, one.rows)
        if one.fault.kind != "vertex.parent":
            others.append(one)
        elif key in joined:
            joined[key] = _together(joined[key], one)
        else:
            joined[key] = one
    return [*joined.values(), *others]


def _together(one: Seen, other: Seen) -> Seen:
    places = shapely.union(one.fault.geometry, other.fault.geometry)
    fault = replace(
        one.fault, geometry=places, parents=codes_of(one.fault.parents, other.fault.parents)
    )
    return replace(one, fault=fault, components=one.components | other.components)


def _through(arrangement: Arrangement, depth: int, point: shapely.Point, reach: float) -> set[int]:
    """Return the rows of a level's grids whose border runs through a point."""
    geometry = arrangement.grids.levels[depth].geometry
    near = arrangement.grids.near(depth, np.array([point], dtype=object), reach)
    lines = shapely.boundary(geometry[near])
    return set(near[shapely.dwithin(lines, point, reach)].tolist())
