"""Who shall own each faulty face, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.certificate import childless
from geo.coverage.classify import Classifier
from geo.coverage.grids import NO_PARENT
from geo.coverage.width import inner_width, is_grid_like, usual_size
from geo.repair.rebuild import Row
from geo.repair.trust import Chains, chains_of, less_trusted

_PAIR = 2
_WHOLE = 0.999


@dataclass(frozen=True)
class Change:
    """A face that changes hands on one level.

    Attributes
    ----------
    face
        The face.
    depth
        Position of the level.
    losing
        Rows of the grids that lie over it now and shall not.
    gaining
        Row of the grid that shall have it and has not; None where nobody gains it.
    """

    face: int
    depth: int
    losing: tuple[int, ...]
    gaining: int | None


class Owners:
    """Decides on the owners of faulty faces.

    Parameters
    ----------
    arrangement
        The faces of the residual.
    gap_m
        A gap as wide as this, or like a grid of its own, has no owner: it is left for a planner.
    fixed
        Numbers of levels whose ground does not move.
    doubtful
        (depth, row) of the grids whose own outline was not valid: others know the border better.
    """

    def __init__(
        self,
        arrangement: Arrangement,
        gap_m: float,
        fixed: Collection[int] = (),
        doubtful: Collection[Row] = (),
    ) -> None:
        self.arrangement = arrangement
        self.gap_m = gap_m
        self.fixed = frozenset(fixed)
        self.doubtful = frozenset(doubtful)
        self.levels = arrangement.grids.levels
        self._chains: dict[tuple[int, int], Chains] = {}
        self._alone = [childless(arrangement.grids, depth) for depth in range(len(self.levels))]
        self._usual = [usual_size(level.geometry) for level in self.levels]
        self._mover: dict[tuple[int, int, frozenset[int]], int] = {}

    def changes(self, classifier: Classifier) -> list[Change]:
        """Return what changes hands; faces that nobody can be given without asking stay."""
        faces = classifier.faulty_faces().tolist()
        self._decide_movers(faces)
        found = []
        for face in faces:
            owners = self._owners(face)
            if owners is None:
                continue
            for depth, owner in enumerate(owners):
                now = self._rows(face, depth)
                losing = tuple(sorted(now - {owner}))
                gaining = None if owner is None or owner in now else owner
                if losing or gaining is not None:
                    found.append(Change(face, depth, losing, gaining))
        return found

    def _rows(self, face: int, depth: int) -> set[int]:
        return {row for at, row in self.arrangement.covering(depth, face) if at == depth}

    def _owners(self, face: int) -> list[int | None] | None:
        """Return the owner on every level; None where a planner must decide."""
        if not self.arrangement.inside[face]:
            return [None] * len(self.levels)
        owners: list[int | None] = []
        for depth in range(len(self.levels)):
            owner = self._owner(face, depth, owners[-1] if owners else None)
            if owner is None:
                return None
            owners.append(owner)
            if self._alone[depth][owner]:  # its own ground on all finer levels
                return owners + [None] * (len(self.levels) - len(owners))
        return owners

    def _owner(self, face: int, depth: int, above: int | None) -> int | None:
        here = self._rows(face, depth)
        if self.levels[depth].level in self.fixed:
            return next(iter(here)) if len(here) == 1 else None
        below = self._named_by_children(face, depth)
        if below is not None and (above is None or self._is_child(depth, below, above)):
            return below
        if above is not None:
            here = {row for row in here if self._is_child(depth, row, above)}
        if len(here) == 1:
            return next(iter(here))
        if here:
            return self._of_several(face, depth, here)
        return self._of_none(face, depth, above)

    def _named_by_children(self, face: int, depth: int) -> int | None:
        """Return the parent that the one grid of the finer level names, where this level is odd.

        Where that is a grid of this level that stands alone, no child of the others claims it.
        """
        if depth + 1 >= len(self.levels) or len(self._rows(face, depth)) == 1:
            return None
        finer = self.arrangement.covering(depth + 1, face)
        if len(finer) != 1:
            return None
        ((at, row),) = finer
        if at == depth:
            return row
        if at < depth:
            return None
        parent = int(self.arrangement.grids.parent_rows(depth + 1)[row])
        if parent == NO_PARENT or self.levels[depth].geometry[parent].is_empty:
            return None
        return parent

    def _is_child(self, depth: int, row: int, above: int) -> bool:
        return int(self.arrangement.grids.parent_rows(depth)[row]) == above

    def _of_several(self, face: int, depth: int, rows: set[int]) -> int | None:
        """Of grids that overlap the one whose border is trusted keeps the ground."""
        area = float(self.arrangement.area[face])
        shapes = self.levels[depth].geometry
        if any(area >= _WHOLE * shapely.area(shapes[row]) for row in rows):
            return None
        mover = self._mover.get(self._key(face, depth, rows))
        staying = sorted(rows - {mover})
        if len(rows) == _PAIR and len(staying) == 1 and self._cuts_apart(face, depth, mover):
            (mover,) = staying
            staying = sorted(rows - {mover})
        return staying[0] if len(staying) == 1 else self._longest(face, depth, set(staying))

    def _cuts_apart(self, face: int, depth: int, row: int | None) -> bool:
        """Return whether a grid would be in more parts without a face."""
        if row is None:
            return False
        shape = self.levels[depth].geometry[row]
        rest = shapely.get_parts(shapely.difference(shape, self.arrangement.faces[face]))
        large = shapely.area(rest) > (1.0 - _WHOLE) * shapely.area(shape)
        return int(large.sum()) > shapely.get_num_geometries(shape)

    def _of_none(self, face: int, depth: int, above: int | None) -> int | None:
        """Bare ground goes to the sibling whose border has left it."""
        if self._is_for_a_planner(face, depth):
            return None
        beside = self._beside(face, depth, above)
        if not beside:
            return None
        if len(beside) == 1:
            return next(iter(beside))
        mover = self._mover.get(self._key(face, depth, beside))
        return mover if mover is not None else self._longest(face, depth, beside)

    def _beside(self, face: int, depth: int, above: int | None) -> set[int]:
        rows = self.arrangement.neighbours(depth, face)
        if above is None:
            return set(rows)
        return {row for row in rows if self._is_child(depth, row, above)}

    def _is_for_a_planner(self, face: int, depth: int) -> bool:
        shape, area = self.arrangement.faces[face], float(self.arrangement.area[face])
        if is_grid_like(area, shape.length, self._usual[depth]):
            return True
        return area > self.gap_m**2 * 0.75 and inner_width(shape) >= self.gap_m

    def _longest(self, face: int, depth: int, rows: set[int]) -> int:
        chains = self._chains_of(face, depth)
        return min(rows, key=lambda row: (-chains.length(row), row))

    def _chains_of(self, face: int, depth: int) -> Chains:
        if (face, depth) not in self._chains:
            self._chains[face, depth] = chains_of(self.arrangement, face, depth)
        return self._chains[face, depth]

    def _key(self, face: int, depth: int, rows: set[int]) -> tuple[int, int, frozenset[int]]:
        return (int(self.arrangement.component[face]), depth, frozenset(rows))

    def _decide_movers(self, faces: list[int]) -> None:
        """Find, once for all faces between the same grids, whose border has moved."""
        together: dict[tuple[int, int, frozenset[int]], list[Chains]] = defaultdict(list)
        for face in faces:
            if not self.arrangement.inside[face]:
                continue
            for depth in range(len(self.levels)):
                here = self._rows(face, depth)
                if len(here) == 1:
                    continue
                rows = here or set(self.arrangement.neighbours(depth, face))
                above = self._rows(face, depth - 1) if depth else set()
                if len(above) == 1:
                    parent = next(iter(above))
                    rows = {row for row in rows if self._is_child(depth, row, parent)}
                if len(rows) > 1:
                    together[self._key(face, depth, rows)].append(self._chains_of(face, depth))
        for key, chains in together.items():
            doubtful = [row for row in key[2] if (key[1], row) in self.doubtful]
            if not doubtful:  # the other's line is its children's, too
                doubtful = [row for row in key[2] if self._alone[key[1]][row]]
            mover = doubtful[0] if len(doubtful) == 1 else less_trusted(chains, key[2])
            if mover is not None:
                self._mover[key] = mover
