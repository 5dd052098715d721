"""Necks: places where two sides of one grid come so near that it nearly falls apart."""

from __future__ import annotations

import numpy as np
import shapely

from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import Flags, Floats, GridLevel, Ints
from geo.coverage.outline import Outlines

_MOST_CELLS = 10_000
"""A segment across more cells is no part of a grid that could have a neck."""
_FEW = 100
"""Of no more vertices all pairs are looked at."""
_BODY = 6.0
"""A body on either side of a neck is this many times wider than the neck."""


def necks(
    level: GridLevel, rows: Ints, outline: Outlines, *, looked_at: Flags, width_m: float
) -> list[Fault]:
    """Return the necks narrower than a width between two larger bodies of one grid.

    Parameters
    ----------
    level, rows
        The grids that the outlines are of.
    outline
        Their rings.
    looked_at
        Which of them are looked at.
    width_m
        The width.
    """
    vertex, segment, place = _near_pairs(outline, width_m)
    kept = looked_at[outline.owner[vertex]]
    found: dict[tuple[float, ...], Fault] = {}
    for at, other, foot in zip(vertex[kept], segment[kept], place[kept], strict=True):
        width = float(np.hypot(*(outline.xy[at] - foot)))
        key = tuple(outline.xy[at].tolist())
        if key in found and (found[key].width_m or 0.0) <= width:
            continue
        if _divides(level.geometry[rows[outline.owner[at]]], outline, int(at), int(other), foot):
            found[key] = _fault(level, rows, outline, int(at), foot)
    return _one_a_place(list(found.values()), width_m)


def _fault(level: GridLevel, rows: Ints, outline: Outlines, at: int, foot: Floats) -> Fault:
    here = (outline.xy == outline.xy[at]).all(axis=1)
    codes = codes_of(level.codes[rows[outline.owner[here]]].tolist())
    width = float(np.hypot(*(outline.xy[at] - foot)))
    line = shapely.LineString([outline.xy[at], foot]) if width > 0 else shapely.Point(foot)
    return Fault("neck.narrow", level.level, codes, line, 0.0, width)


def _one_a_place(faults: list[Fault], width_m: float) -> list[Fault]:
    """Keep the narrowest of necks that are at the same place."""
    kept: list[Fault] = []
    for fault in sorted(faults, key=lambda one: (one.width_m or 0.0, one.codes)):
        near = (shapely.distance(fault.geometry, other.geometry) for other in kept)
        if all(distance > 4.0 * width_m for distance in near):
            kept.append(fault)
    return kept


def _divides(
    polygon: shapely.Geometry, outline: Outlines, at: int, segment: int, foot: Floats
) -> bool:
    """Return whether the line from a vertex to a segment's foot parts two bodies of a polygon."""
    middle = shapely.Point((outline.xy[at] + foot) / 2.0)
    if not shapely.intersects(polygon, middle):
        return False
    width = float(np.hypot(*(outline.xy[at] - foot)))
    ring = np.flatnonzero(outline.ring == outline.ring[at])
    order = np.roll(ring, -int(np.searchsorted(ring, at)))
    cut = int(np.flatnonzero(order == segment)[0])
    for loop in (order[: cut + 1], np.append(order[cut + 1 :], at)):
        body = np.vstack([outline.xy[loop], foot])
        if len(body) < 4 or _mean_width(body) < _BODY * max(width, 1e-9):  # noqa: PLR2004
            return False
    return True


def _mean_width(ring: Floats) -> float:
    local = ring - ring[0]
    following = np.roll(local, -1, axis=0)
    area = abs(float((local[:, 0] * following[:, 1] - local[:, 1] * following[:, 0]).sum())) / 2.0
    length = float(np.hypot(*(following - local).T).sum())
    return 2.0 * area / length if length > 0 else 0.0


def _near_pairs(outline: Outlines, width_m: float) -> tuple[Ints, Ints, Floats]:
    """Return vertices and segments of the same ring, not beside each other, that are near."""
    xy, ahead = outline.xy, outline.xy[outline.after]
    length = np.hypot(*(ahead - xy).T)
    if len(xy) <= _FEW:
        vertex, segment = (axis.ravel() for axis in np.indices((len(xy), len(xy))))
    else:
        vertex, segment = _in_one_cell(xy, ahead, length, width_m)
    apart = (outline.ring[vertex] == outline.ring[segment]) & (vertex != segment)
    for beside in (
        outline.after[segment],
        outline.before[segment],
        outline.after[outline.after[segment]],
    ):
        apart &= vertex != beside
    vertex, segment = vertex[apart], segment[apart]
    step = ahead[segment] - xy[segment]
    share = ((xy[vertex] - xy[segment]) * step).sum(axis=1) / np.maximum(
        length[segment] ** 2, 1e-300
    )
    foot = xy[segment] + np.clip(share, 0.0, 1.0)[:, None] * step
    near = np.hypot(*(foot - xy[vertex]).T) < width_m
    return vertex[near], segment[near], foot[near]


def _in_one_cell(xy: Floats, ahead: Floats, length: Floats, width_m: float) -> tuple[Ints, Ints]:
    """Return pairs of a vertex and a segment with a cell in common.

    Vertices are sorted into square cells; every segment looks into the cells along its box.
    """
    size = max(float(np.quantile(length, 0.9)), 2.0 * width_m)
    origin = xy.min(axis=0)
    cell = np.floor((xy - origin) / size).astype(np.int64)
    columns = int(cell[:, 0].max(initial=0)) + 3
    number = cell[:, 1] * columns + cell[:, 0]
    order = np.argsort(number, kind="stable")
    segment, wanted = _cells_of_segments(
        xy, ahead, origin=origin, size=size, reach=width_m, columns=columns
    )
    low = np.searchsorted(number[order], wanted, side="left")
    count = np.searchsorted(number[order], wanted, side="right") - low
    segment = np.repeat(segment, count)
    within = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    vertex = order[np.repeat(low, count) + within]
    return vertex, segment


def _cells_of_segments(
    xy: Floats, ahead: Floats, *, origin: Floats, size: float, reach: float, columns: int
) -> tuple[Ints, Ints]:
    """Return pairs (segment, cell number) of all cells that the segments' boxes touch."""
    low = np.floor((np.minimum(xy, ahead) - reach - origin) / size).astype(np.int64)
    high = np.floor((np.maximum(xy, ahead) + reach - origin) / size).astype(np.int64)
    wide, tall = high[:, 0] - low[:, 0] + 1, high[:, 1] - low[:, 1] + 1
    count = np.where(wide.astype(float) * tall < _MOST_CELLS, wide * tall, 0)
    segment = np.repeat(np.arange(len(xy)), count)
    within = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    x = low[segment, 0] + within % wide[segment]
    y = low[segment, 1] + within // wide[segment]
    inside = (x >= 0) & (y >= 0) & (x < columns)
    return segment[inside], (y * columns + x)[inside]
