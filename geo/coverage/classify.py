"""From faces to faults: which level is at fault over each face, in what way, and who takes part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement, arrange, crossing_segments
from geo.coverage.certificate import Residual
from geo.coverage.faults import Fault
from geo.coverage.grids import NO_PARENT, Grids, Ints

WHOLE = 0.999
"""Share of a grid's area from which the faces over it are the whole grid."""


@dataclass(frozen=True)
class FaceFault:
    """What is wrong over one face, before faces that belong together are joined.

    Attributes
    ----------
    face
        The face.
    what
        ``gap``, ``overlap``, ``leak``, ``line`` (of a parent), ``missing`` (a parent) or ``under``
        (a grid lies in another parent than the one it names).
    depth
        Position of the level at fault.
    rows
        Rows of the level's grids that take part.
    above
        Row of the grid one level up over the face; None where there is none, or not one.
    code
        Code of a parent that is missing.
    """

    face: int
    what: str
    depth: int
    rows: frozenset[int]
    above: int | None = None
    code: str | None = None


@dataclass(frozen=True)
class Seen:
    """A fault together with where in the arrangement it was seen.

    Attributes
    ----------
    fault
        The fault.
    depth
        Position of its level.
    rows
        Rows of the level's grids that take part.
    components
        Connected groups of residual segments that it is made of.
    """

    fault: Fault
    depth: int
    rows: frozenset[int]
    components: frozenset[int]


def classified(grids: Grids, left: Residual) -> Classifier:
    """Return what is wrong over each face that a residual makes.

    Faces over which something is wrong are cut where grids border that are in order themselves.
    """
    classifier = Classifier(arrange(grids, left))
    faulty = classifier.faulty_faces()
    crossing = crossing_segments(classifier.arrangement, faulty)
    if not len(crossing):
        return classifier
    faces = classifier.arrangement.faces[faulty]
    return Classifier(arrange(grids, left, crossing, within=faces))


class Classifier:
    """Says what is wrong over each face of an arrangement."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.levels = arrangement.grids.levels
        self._counts = np.array([arrangement.count(depth) for depth in range(len(self.levels))])

    @cached_property
    def found(self) -> list[FaceFault]:
        """What is wrong over each face."""
        faces = range(len(self.arrangement.faces))
        return [fault for face in faces for fault in self._of_face(face)]

    def faulty_faces(self) -> Ints:
        """Return the faces over which something is wrong."""
        return np.unique(np.array([fault.face for fault in self.found], np.int64))

    def faulty_components(self) -> set[int]:
        """Return the connected groups of residual segments that have a faulty face."""
        return self.arrangement.components(self.faulty_faces())

    def groups(self) -> list[list[FaceFault]]:
        """Return the faulty faces that have one cause together.

        A parent's line is one cause all around, and so is a grid under a wrong parent; the rest
        belongs together where it is connected and the same grids take part.
        """
        groups: dict[tuple[object, ...], list[FaceFault]] = defaultdict(list)
        for fault in self.found:
            key: tuple[object, ...] = (fault.what, fault.depth, fault.rows, fault.code)
            if fault.what not in {"line", "missing"}:
                key = (*key, fault.above, int(self.arrangement.component[fault.face]))
            groups[key].append(fault)
        whole: dict[tuple[object, ...], list[FaceFault]] = defaultdict(list)
        for key, members in groups.items():
            whole[key[:-1] if members[0].what == "under" else key].extend(members)
        return [
            group
            for key, members in whole.items()
            for group in (
                [members]
                if members[0].what != "under" or self._is_whole(members)
                else [one for at, one in groups.items() if at[:-1] == key]
            )
        ]

    def _is_whole(self, members: list[FaceFault]) -> bool:
        """Return whether faces over one grid are all of it."""
        (row,) = members[0].rows
        area = self.arrangement.area[[fault.face for fault in members]].sum()
        whole = shapely.area(self.levels[members[0].depth].geometry[row])
        return bool(area >= WHOLE * whole)

    def _of_face(self, face: int) -> Iterator[FaceFault]:
        inside = bool(self.arrangement.inside[face])
        wrong = self._counts[:, face] != int(inside)
        explained = False
        for depth in range(len(self.levels)):
            if not wrong[depth]:
                explained = False
                if inside and depth and not wrong[depth - 1]:
                    yield from self._under_its_parent(face, depth)
                continue
            if not explained:
                finer_is_right = depth + 1 < len(self.levels) and not wrong[depth + 1]
                if finer_is_right and (depth or self.arrangement.grids.jurisdiction is not None):
                    yield self._parent_line(face, depth)
                else:
                    yield self._cover(face, depth, inside=inside)
            explained = self._passed_on(face, depth)

    def _passed_on(self, face: int, depth: int) -> bool:
        """Return whether the next level repeats this level's fault faithfully."""
        if depth + 1 >= len(self.levels):
            return False
        finer = self.arrangement.covering(depth + 1, face)
        parents = self.arrangement.grids.parent_rows(depth + 1)
        above = sorted(self.arrangement.covering(depth, face))
        return above == sorted(
            (depth, int(parents[row])) if at == depth + 1 else (at, row) for at, row in finer
        )

    def _cover(self, face: int, depth: int, *, inside: bool) -> FaceFault:
        rows = self._rows(face, depth)
        if not inside:
            return FaceFault(face, "leak", depth, rows)
        if rows:
            return FaceFault(face, "overlap", depth, rows)
        beside = self.arrangement.neighbours(depth, face)
        above = self._rows(face, depth - 1) if depth else frozenset()
        only = next(iter(above)) if len(above) == 1 else None
        return FaceFault(face, "gap", depth, beside, only)

    def _rows(self, face: int, depth: int) -> frozenset[int]:
        covering = self.arrangement.covering(depth, face)
        return frozenset(row for at, row in covering if at == depth)

    def _parent_line(self, face: int, depth: int) -> FaceFault:
        """Blame the grid whose line differs where the finer level and the one above agree."""
        covering = self._rows(face, depth)
        finer = self.arrangement.covering(depth + 1, face)
        if not finer:  # outside the jurisdiction
            return FaceFault(face, "line", depth, frozenset({min(covering)}))
        at, child = finer[0]
        if at != depth + 1:  # a grid that stands alone lies there, and others reach into it
            others = covering - {child} if at == depth else covering
            return FaceFault(face, "line", depth, frozenset({min(others)}))
        parent = int(self.arrangement.grids.parent_rows(depth + 1)[child])
        absent = parent == NO_PARENT or self.levels[depth].geometry[parent].is_empty
        if absent and not covering:
            code = self.levels[depth + 1].parents[child]
            return FaceFault(face, "missing", depth, frozenset(), None, code)
        others = covering - {parent}
        return FaceFault(face, "line", depth, frozenset({min(others) if others else parent}))

    def _under_its_parent(self, face: int, depth: int) -> Iterator[FaceFault]:
        """Compare the parent that the grid over a face names with the one it lies in."""
        at, row = self.arrangement.covering(depth, face)[0]
        on, above = self.arrangement.covering(depth - 1, face)[0]
        if at != depth or on != depth - 1:
            return
        if int(self.arrangement.grids.parent_rows(depth)[row]) != above:
            yield FaceFault(face, "under", depth, frozenset({row}), above)
