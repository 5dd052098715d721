"""Everything that is wrong with some grids, in one list, one entry a cause."""

from __future__ import annotations

from dataclasses import replace

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import Residual, residual
from geo.coverage.classify import Seen, classified
from geo.coverage.displaced import Displaced, displaced, without
from geo.coverage.faults import Fault, codes_of
from geo.coverage.gate import Admitted, admit
from geo.coverage.grids import Grids
from geo.coverage.layer_shift import shifted_layers
from geo.coverage.merge import nodes_joined, with_shapes, without_companions
from geo.coverage.naming import Naming
from geo.coverage.parts import scattered
from geo.coverage.shape import Limits, ShapeFault, shape_faults
from geo.coverage.slots import slots
from geo.coverage.vertices import unmatched_vertices

_LIMITS = Limits()


def inspect(
    grids: Grids,
    *,
    crs: pyproj.CRS | None = None,
    limits: Limits = _LIMITS,
    gap_width_m: float | None = None,
) -> list[Fault]:
    """Return all faults of all levels, one for each cause; empty where everything is proved.

    Parameters
    ----------
    grids
        Levels of grids in metres, coarsest first, and the jurisdiction.
    crs
        CRS of the grids, by which degrees in a metric layer are recognised.
    limits
        From when on a shape is a fault.
    gap_width_m
        Where no jurisdiction is known: slots that are open to the outside and no wider than this
        are gaps, too. With a jurisdiction it plays no part.

    Returns
    -------
    list of Fault
        Ordered by level, kind and codes.
    """
    admitted = admit(grids)
    admitted, left, whole = _brought_back(admitted, residual(admitted.grids))
    sound = admitted.grids
    seen, elsewhere = _coverage_faults(sound, left, crs)
    odd = [(one.depth, one.row) for one in elsewhere] + list(admitted.invalid)
    shapes = shape_faults(without(sound, odd) if odd else sound, limits)
    open_slots: list[Fault] = []
    if gap_width_m is not None and sound.jurisdiction is None:
        open_slots.extend(slots(sound.levels[-1], gap_width_m))
    moved = [one.fault for one in elsewhere]
    return told(admitted, seen, shapes, [*whole, *moved, *open_slots])


def _brought_back(admitted: Admitted, left: Residual) -> tuple[Admitted, Residual, list[Fault]]:
    """Tell of layers that are off as a whole, and go on with them brought back."""
    if not len(left):
        return admitted, left, []
    shifted = shifted_layers(admitted.grids, left)
    if not shifted.faults:
        return admitted, left, []
    return replace(admitted, grids=shifted.grids), residual(shifted.grids), shifted.faults


def told(
    admitted: Admitted, seen: list[Seen], shapes: list[ShapeFault], others: list[Fault]
) -> list[Fault]:
    """Bring what was found in different ways together: one entry a cause, in order."""
    seen, invalid = _invalid_faults(admitted, seen)
    at_gate, seen = _placed(admitted.faults, seen)
    seen, in_parts = _with_scattered(admitted, seen)
    seen, at_shapes = with_shapes(without_companions(nodes_joined(seen)), shapes)
    found = [*at_gate, *invalid, *in_parts, *at_shapes, *others, *(one.fault for one in seen)]
    return sorted(_without_turned(found), key=_order)


def _coverage_faults(
    grids: Grids, left: Residual, crs: pyproj.CRS | None
) -> tuple[list[Seen], list[Displaced]]:
    if not len(left):
        return [], []
    seen, arrangement = observed_in(grids, left)
    elsewhere = displaced(arrangement, seen, crs)
    if not elsewhere:
        return seen, []
    others = without(grids, [(one.depth, one.row) for one in elsewhere])
    left = residual(others)
    rest = observed_in(others, left)[0] if len(left) else []
    holes = [one.fault.geometry for one in elsewhere]
    return [one for one in rest if not _is_one_of(one.fault, holes)], elsewhere


def observed_in(grids: Grids, left: Residual) -> tuple[list[Seen], Arrangement]:
    """Return the coverage faults that a residual comes of, and its arrangement."""
    classifier = classified(grids, left)
    arrangement = classifier.arrangement
    seen = Naming(arrangement).named(classifier)
    seen.extend(unmatched_vertices(arrangement, classifier.faulty_components()))
    return seen, arrangement


def _without_turned(faults: list[Fault]) -> list[Fault]:
    """Leave out that a ring runs the other way where more is wrong with the grid."""
    told = {code for fault in faults if fault.kind != "ring.turned" for code in fault.codes}
    return [
        fault for fault in faults if fault.kind != "ring.turned" or told.isdisjoint(fault.codes)
    ]


def _with_scattered(admitted: Admitted, seen: list[Seen]) -> tuple[list[Seen], list[Fault]]:
    """Add the grids in several parts; a part that lies in another parent is told as that."""
    found = []
    for depth, row, fault in scattered(admitted.grids):
        if (depth, row) in admitted.invalid:
            continue
        same = [
            one
            for one in seen
            if one.depth == depth and row in one.rows and one.fault.kind == "part.far"
        ]
        if fault.kind == "parent.pieces":
            seen = [one for one in seen if one not in same]
            found.append(fault)
        elif not same:
            found.append(fault)
    return seen, found


def _is_one_of(fault: Fault, holes: list[BaseGeometry | None]) -> bool:
    """Return whether a fault is just one of some holes."""
    if fault.family not in {"gap", "missing"}:
        return False
    return any(shapely.equals_exact(fault.geometry, hole, normalize=True) for hole in holes)


def _invalid_faults(admitted: Admitted, seen: list[Seen]) -> tuple[list[Seen], list[Fault]]:
    """Say what was wrong with invalid polygons; what else comes of it there is left out."""
    found = []
    for (depth, row), what in admitted.invalid.items():
        level = admitted.grids.levels[depth]
        near = shapely.buffer(what.zone, 100.0 * admitted.grids.tolerance)
        caused = [
            one
            for one in seen
            if one.depth == depth
            and row in one.rows
            and shapely.intersects(one.fault.geometry, near)
        ]
        seen = [one for one in seen if one not in caused]
        others = [one.fault.codes for one in caused] if what.kind == "spike.flat" else []
        found.append(
            Fault(
                what.kind,
                level.level,
                codes_of([level.codes[row]], *others),
                what.geometry,
                what.area,
                0.0 if what.kind == "spike.flat" else None,
                fix=what.kind != "invalid.other",
                details={"reason": what.reason},
            )
        )
    return seen, found


def _placed(faults: list[Fault], seen: list[Seen]) -> tuple[list[Fault], list[Seen]]:
    """Give grids without a usable shape the place of the hole that they leave."""
    found = []
    for fault in faults:
        hole = next((one for one in seen if _is_left_by(one.fault, fault)), None)
        if hole is None:
            found.append(fault)
            continue
        seen = [one for one in seen if one is not hole]
        found.append(replace(fault, geometry=hole.fault.geometry, area_m2=hole.fault.area_m2))
    return found, seen


def _is_left_by(hole: Fault, fault: Fault) -> bool:
    """Return whether a hole is where an unusable grid belongs."""
    if fault.family != "input" or fault.geometry is not None or hole.level != fault.level:
        return False
    if hole.kind == "parent.missing":
        return fault.details["code"] in hole.codes
    return hole.family in {"gap", "missing"} and (
        hole.details.get("suggested") == fault.details["code"]
        or fault.details["parent"] in hole.parents
    )


def _order(fault: Fault) -> tuple[object, ...]:
    place = fault.place or (0.0, 0.0)
    return (-1 if fault.level is None else fault.level, fault.kind, fault.codes, place)
