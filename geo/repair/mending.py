"""Mend a coverage: carry loose vertices, give faulty faces to their owners, prove it again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import Arrangement, inner_points
from geo.coverage.certificate import Residual, is_proved, residual
from geo.coverage.classify import classified
from geo.coverage.displaced import displaced, unmatched
from geo.coverage.faults import Fault
from geo.coverage.gate import admit
from geo.coverage.grids import Grids, Objects
from geo.coverage.inspection import inspect, observed_in
from geo.coverage.shape import Limits
from geo.repair.carry import carried
from geo.repair.exchange import exchanged, place_of
from geo.repair.owners import Change, Owners
from geo.repair.rebuild import Place, Row
from geo.repair.snap import snapped
from geo.repair.thin import thinned
from geo.repair.tidy import tidied

_ROUNDS = 4
_HARDLY = 4.0
"""Times rounding within which two vertices are one."""


@dataclass(frozen=True)
class Move:
    """Ground that changed hands.

    Attributes
    ----------
    level
        Number of the level.
    losing
        Codes of the grids that covered it and no longer do.
    gaining
        Code of the grid that covers it now; None where nobody does.
    geometry
        The ground.
    area_m2
        Its area.
    """

    level: int
    losing: tuple[str, ...]
    gaining: str | None
    geometry: BaseGeometry
    area_m2: float


@dataclass(frozen=True)
class Repair:
    """What a repair comes to.

    Attributes
    ----------
    grids
        The grids as mended, rows as they were.
    moves
        What ground changed hands.
    changed
        By level number: codes of the grids whose shape or vertices changed.
    vertices
        How many vertices were carried to the other side of a border.
    remaining
        Faults that are left: proposals for a planner.
    proved
        Whether the grids are certified as a whole.
    ground_changed
        Whether the jurisdiction got vertices.
    """

    grids: Grids
    moves: tuple[Move, ...]
    changed: dict[int, tuple[str, ...]]
    vertices: int
    remaining: tuple[Fault, ...]
    proved: bool
    ground_changed: bool = False


@dataclass(frozen=True)
class _Choice:
    """What may be changed."""

    gap_m: float
    fixed: frozenset[int]
    doubtful: frozenset[Row]
    refused: frozenset[Place]
    kept: Objects


def repair(
    grids: Grids,
    *,
    gap_m: float = 25.0,
    lattice: float | None = None,
    reach_m: float | None = None,
    fixed: Collection[int] = (),
    limits: Limits | None = None,
    crs: pyproj.CRS | None = None,
    kept: Sequence[BaseGeometry] = (),
    with_remaining: bool = True,
) -> Repair:
    """Mend what can be mended without asking; nothing moves away from a fault.

    Every component of the residual is mended on its own and only kept where it is proved
    afterwards. Wide gaps, missing and doubled grids, and wrong parents stay as they are.

    Parameters
    ----------
    grids
        Levels of grids in one plane, and the jurisdiction.
    gap_m
        Gaps as wide as this are left for a planner.
    lattice
        Step to which new vertices are rounded; None keeps them as computed.
    reach_m
        A vertex no farther from a border lies on it; by default three quarters of the lattice.
    fixed
        Numbers of levels that are given from outside: they get vertices, but no ground moves.
    limits
        From when on a shape is a fault; where all is proved, needless vertices, tips of spikes
        and tiny zigzags are taken out.
    crs
        CRS of the grids, by which displaced ones are recognised.
    kept
        Faults that stay as they are: what lies there does not change hands.
    with_remaining
        Whether the result lists the faults that are left.

    Returns
    -------
    Repair
        A second run of it changes nothing.
    """
    admitted = admit(grids)
    doubtful = frozenset(admitted.invalid)
    mended, left = _moved_back(tidied(admitted.grids), crs)
    moves: list[Move] = []
    vertices = 0
    refused: set[Place] = set()
    reach = reach_m or (0.75 * lattice if lattice else grids.tolerance)
    ground = np.array(kept, dtype=object)
    for _ in range(_ROUNDS):
        if not len(left):
            break
        mended, count = snapped(mended, left, _HARDLY * mended.tolerance, fixed)
        if count:
            vertices += count
            left = residual(mended)
        if not len(left):
            break
        mended, count = carried(mended, left, max(reach, mended.tolerance))
        if count:
            vertices += count
            left = residual(mended)
        if not len(left):
            break
        choice = _Choice(gap_m, frozenset(fixed), doubtful, frozenset(refused), ground)
        arrangement, changes = _changes(mended, left, choice)
        if not changes:
            break
        mended, left, done, failed = exchanged(arrangement, changes, lattice)
        refused |= failed
        moves.extend(_moves(arrangement, done))
    loose = {(x, y) for x, y in left.ends.reshape(-1, 2).tolist()}
    mended = thinned(mended, limits, fixed=fixed, kept=loose, ground=ground, rounding_m=reach)
    mended = tidied(mended)
    proved = is_proved(mended)  # once more from the beginning, all levels
    mended = _with_unusable(grids, mended)
    return Repair(
        mended,
        tuple(moves),
        _changed(grids, mended),
        vertices,
        tuple(inspect(mended, crs=crs, limits=limits or Limits())) if with_remaining else (),
        proved,
        mended.jurisdiction is not grids.jurisdiction
        and not shapely.equals_exact(mended.jurisdiction, grids.jurisdiction),
    )


def _moved_back(grids: Grids, crs: pyproj.CRS | None) -> tuple[Grids, Residual]:
    """Put displaced grids where they just fit; return the residual, too."""
    left = residual(grids)
    if not len(left) or not unmatched(grids, left):
        return grids, left
    seen, arrangement = observed_in(grids, left)
    elsewhere = displaced(arrangement, seen, crs)
    if not elsewhere:
        return grids, left
    levels = list(grids.levels)
    for one in elsewhere:
        shapes = levels[one.depth].geometry.copy()
        shapes[one.row] = one.fault.geometry
        levels[one.depth] = levels[one.depth].with_geometry(shapes)
    made = Grids(tuple(levels), grids.jurisdiction)
    return made, residual(made)


def _with_unusable(given: Grids, mended: Grids) -> Grids:
    """Leave what could not be looked at as it was given."""
    levels = []
    for old, new in zip(given.levels, mended.levels, strict=True):
        blank = shapely.is_empty(new.geometry)
        levels.append(new.with_geometry(np.where(blank, old.geometry, new.geometry)))
    return Grids(tuple(levels), mended.jurisdiction)


def _changes(grids: Grids, left: Residual, choice: _Choice) -> tuple[Arrangement, list[Change]]:
    classifier = classified(grids, left)
    arrangement = classifier.arrangement
    changes = Owners(arrangement, choice.gap_m, choice.fixed, choice.doubtful).changes(classifier)
    if choice.refused:
        changes = [one for one in changes if place_of(arrangement, one.face) not in choice.refused]
    if len(choice.kept):
        inside = inner_points(arrangement.faces, grids.tolerance)
        kept = set(shapely.STRtree(inside).query(choice.kept, predicate="intersects")[1].tolist())
        changes = [one for one in changes if one.face not in kept]
    return arrangement, changes


def _moves(arrangement: Arrangement, changes: list[Change]) -> Iterator[Move]:
    levels = arrangement.grids.levels
    for change in changes:
        level = levels[change.depth]
        losing = tuple(str(level.codes[row]) for row in change.losing)
        here = [
            str(levels[at].codes[row])
            for at, row in arrangement.covering(change.depth, change.face)
            if at != change.depth or row not in change.losing
        ]
        if change.gaining is not None:
            here = [str(level.codes[change.gaining])]
        yield Move(
            level.level,
            losing,
            here[0] if here else None,
            arrangement.faces[change.face],
            float(arrangement.area[change.face]),
        )


def _changed(before: Grids, after: Grids) -> dict[int, tuple[str, ...]]:
    found = {}
    for old, new in zip(before.levels, after.levels, strict=True):
        same = shapely.equals_exact(old.geometry, new.geometry, normalize=False)
        # what cannot be looked at equals nothing, not even itself
        same |= [one is other for one, other in zip(old.geometry, new.geometry, strict=True)]
        rows = np.flatnonzero(~same)
        found[new.level] = tuple(str(new.codes[row]) for row in rows)
    return found
