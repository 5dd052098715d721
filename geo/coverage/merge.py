"""One cause, one finding: faults that come of the same cause become one."""

from __future__ import annotations

from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.classify import Seen
from geo.coverage.faults import Fault, codes_of
from geo.coverage.shape import ShapeFault

_TINY = 0.02
_NEAR_M = 0.1
_MOSTLY = 0.9
_ALONE = frozenset({"neck", "sliver"})
"""Families of shapes of which no other fault comes."""


def without_companions(seen: list[Seen]) -> list[Seen]:
    """Leave out what only comes along with a larger fault.

    That is a hairline beside a gap or overlap of the same grids, such as the rounding of a new
    vertex leaves, and what a grid that doubles another overlaps of that one's neighbours.
    """
    areal = [one for one in seen if one.fault.family in {"gap", "overlap", "leak"}]
    left_out: set[int] = set()
    for one in areal:
        for other in areal:
            if other is not one and id(other) not in left_out and _comes_with(other, one):
                left_out.add(id(other))
    return [one for one in seen if id(one) not in left_out]


def _comes_with(small: Seen, large: Seen) -> bool:
    if small.depth != large.depth:
        return False
    if large.fault.kind == "overlap.near_duplicate":
        apart = 2.0 * float(str(large.fault.details["apart_m"]))
        along = shapely.dwithin(small.fault.geometry, large.fault.geometry, apart)
        return bool(along and small.rows & large.rows) and (small.fault.width_m or 0.0) <= apart
    if not small.components & large.components:
        return False
    return small.rows <= large.rows and small.fault.area_m2 < _TINY * large.fault.area_m2


def with_shapes(seen: list[Seen], shapes: list[ShapeFault]) -> tuple[list[Seen], list[Fault]]:
    """Join shape faults with the coverage faults that come of them.

    A spike into the neighbour is an overlap of the spike's kind; a spike that both sides have
    explains that the parents' line is left; a fault within a larger one is no cause of its own.
    """
    kept = []
    for shape in _without_those_of_slivers(shapes):
        fault = shape.fault
        reach = shapely.buffer(shape.reach, _NEAR_M)
        caused = [
            one
            for one in seen
            if fault.family not in _ALONE
            and _shares(one.fault, fault)
            and (_is_mostly_in(one.fault.geometry, reach) or _is_rounding(one.fault, fault, reach))
        ]
        seen = [one for one in seen if one not in caused]
        areal = [one.fault for one in caused if one.fault.family in {"gap", "overlap"}]
        if areal:
            kept.append(_with_ground(fault, max(areal, key=lambda ground: ground.area_m2)))
        elif (
            caused
            or fault.family in _ALONE
            or not _is_within_another(fault, [*kept, *(one.fault for one in seen)])
        ):
            codes = codes_of(fault.codes, *(one.fault.codes for one in caused))
            kept.append(replace(fault, codes=codes))
    return seen, kept


def _shares(one: Fault, other: Fault) -> bool:
    return one.level == other.level and not set(one.codes).isdisjoint(other.codes)


def _is_mostly_in(geometry: BaseGeometry | None, reach: BaseGeometry) -> bool:
    if geometry is None or not shapely.intersects(geometry, reach):
        return False
    if geometry.area <= 0.0:
        return bool(shapely.covers(reach, geometry))
    return bool(shapely.intersection(geometry, reach).area >= _MOSTLY * geometry.area)


def _is_rounding(one: Fault, spike: Fault, reach: BaseGeometry) -> bool:
    """Return whether a hairline comes of the rounding of a spike's base."""
    if spike.family != "spike" or one.width_m is None:
        return False
    thin = one.width_m < _TINY * (spike.width_m or 0.0)
    return thin and bool(shapely.intersects(one.geometry, reach))


def _with_ground(shape: Fault, ground: Fault) -> Fault:
    """Return a gap or overlap that names the shape by which it came about."""
    kind = f"{ground.family}.spike" if shape.family == "spike" else ground.kind
    return replace(
        ground,
        kind=kind,
        codes=codes_of(ground.codes, shape.codes),
        details={**ground.details, **shape.details},
    )


def _is_within_another(shape: Fault, others: list[Fault]) -> bool:
    return any(
        _shares(one, shape) and shapely.dwithin(one.geometry, shape.geometry, _NEAR_M)
        for one in others
        if one.family in {"gap", "overlap", "leak"}
    )


def _without_those_of_slivers(shapes: list[ShapeFault]) -> list[ShapeFault]:
    slivers = [shape.fault for shape in shapes if shape.fault.kind == "sliver.grid"]
    return [
        shape
        for shape in shapes
        if shape.fault.kind == "sliver.grid"
        or not any(
            sliver.details["code"] in shape.fault.codes
            and shapely.dwithin(sliver.geometry, shape.fault.geometry, _NEAR_M)
            for sliver in slivers
        )
    ]


def nodes_joined(seen: list[Seen]) -> list[Seen]:
    """Join gaps, and overlaps, that touch at one node where several grids meet.

    What two of these grids alone have at the node, with the same vertex, belongs to it.
    """
    joined: list[Seen] = []
    for one in sorted(seen, key=lambda one: not one.fault.kind.endswith(".node")):
        if not one.fault.kind.endswith((".node", ".vertex", ".partial", ".inside")):
            joined.append(one)
            continue
        at = next(
            (
                number
                for number, other in enumerate(joined)
                if other.fault.kind == f"{one.fault.family}.node"
                and (one.fault.kind == other.fault.kind or _is_of_node(one, other))
                and other.depth == one.depth
                and other.components & one.components
                and shapely.dwithin(other.fault.geometry, one.fault.geometry, _NEAR_M)
            ),
            None,
        )
        if at is None:
            joined.append(one)
        else:
            joined[at] = _together(joined[at], one)
    return joined


def _is_of_node(one: Seen, node: Seen) -> bool:
    """Return whether a fault of some of a node's grids is no more than the node's own."""
    return one.rows <= node.rows and node.fault.area_m2 >= _TINY * one.fault.area_m2


def _together(one: Seen, other: Seen) -> Seen:
    fault = replace(
        one.fault,
        codes=codes_of(one.fault.codes, other.fault.codes),
        geometry=shapely.union(one.fault.geometry, other.fault.geometry),
        area_m2=one.fault.area_m2 + other.fault.area_m2,
        width_m=max(one.fault.width_m or 0.0, other.fault.width_m or 0.0),
        parents=codes_of(one.fault.parents, other.fault.parents),
    )
    return Seen(fault, one.depth, one.rows | other.rows, one.components | other.components)
