"""From faces to faults: which level is at fault over each face, in what way, and who takes part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from geo.coverage.arrangement import Arrangement
from geo.coverage.codes import free_code
from geo.coverage.faults import Fault, codes_of, inner_width
from geo.coverage.grids import NO_PARENT, GridLevel

_PAIR = 2
_WHOLE = 0.999
"""Share of a grid's area from which a face is the whole grid."""
_GRID_LIKE = 0.1
"""Share of the level's median area from which a gap may be a missing grid."""


@dataclass(frozen=True)
class FaceFault:
    """A fault seen over one face, before faces that belong together are joined."""

    face: int
    kind: str
    depth: int
    rows: frozenset[int]
    blamed: int | None = None
    suggested: str | None = None
    parents: frozenset[str] = field(default_factory=frozenset)


class Classifier:
    """Says what is wrong over each face of an arrangement."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.levels = arrangement.grids.levels
        self._counts = np.array([arrangement.count(depth) for depth in range(len(self.levels))])
        self.faulty_components: set[int] = set()

    def faults(self) -> list[Fault]:
        """Return the faults of all faces, one for each cause."""
        found = [
            fault for face in range(len(self.arrangement.faces)) for fault in self._of_face(face)
        ]
        self.faulty_components = {int(self.arrangement.component[fault.face]) for fault in found}
        groups: dict[tuple[object, ...], list[FaceFault]] = defaultdict(list)
        for fault in found:
            if fault.blamed is not None:
                groups[(fault.kind, fault.depth, fault.blamed)].append(fault)
            else:
                component = int(self.arrangement.component[fault.face])
                groups[(fault.kind, fault.depth, fault.rows, component)].append(fault)
        return [self._joined(group) for group in groups.values()]

    def _of_face(self, face: int) -> Iterator[FaceFault]:
        inside = bool(self.arrangement.inside[face])
        counts = self._counts[:, face]
        wrong = counts != int(inside)
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
        above = sorted(row for _, row in self.arrangement.covering(depth, face))
        return sorted(int(parents[row]) for at, row in finer if at == depth + 1) == above

    def _cover(self, face: int, depth: int, *, inside: bool) -> FaceFault:
        covering = self.arrangement.covering(depth, face)
        rows = frozenset(row for at, row in covering if at == depth)
        if not inside:
            return FaceFault(face, "leak.jurisdiction", depth, rows)
        if covering:
            return self._overlap(face, depth, rows)
        return self._gap(face, depth)

    def _overlap(self, face: int, depth: int, rows: frozenset[int]) -> FaceFault:
        area = float(self.arrangement.area[face])
        level = self.levels[depth]
        whole = [row for row in rows if area >= _WHOLE * shapely.area(level.geometry[row])]
        if len(whole) > 1:
            return FaceFault(face, "overlap.duplicate", depth, rows)
        if whole:
            return FaceFault(face, "overlap.contained", depth, rows)
        around = rows | self.arrangement.neighbours(depth, face)
        if self._is_open(face):
            return FaceFault(face, "overlap.open", depth, rows)
        kind = "overlap.partial" if len(around) <= _PAIR else "overlap.node"
        return FaceFault(face, kind, depth, around)

    def _gap(self, face: int, depth: int) -> FaceFault:
        rows = self.arrangement.neighbours(depth, face)
        parent = self._parent_code(face, depth)
        if self._is_grid_like(face, depth):
            code = None if parent is None else free_code(self.levels[depth], parent)
            parents = frozenset({parent} if parent is not None else ())
            return FaceFault(face, "missing.child", depth, frozenset(), None, code, parents)
        if self._is_open(face):
            return FaceFault(face, "gap.open", depth, rows)
        if len(rows) == 1:
            return FaceFault(face, "gap.hole", depth, rows)
        return FaceFault(face, "gap.inside" if len(rows) <= _PAIR else "gap.node", depth, rows)

    def _parent_code(self, face: int, depth: int) -> str | None:
        if not depth:
            return None
        above = self.arrangement.covering(depth - 1, face)
        if len(above) != 1:
            return None
        code: str | None = self.levels[above[0][0]].codes[above[0][1]]
        return code

    def _is_grid_like(self, face: int, depth: int) -> bool:
        area = float(self.arrangement.area[face])
        median = self._median_area[depth]
        if area < _GRID_LIKE * median:
            return False
        mean_width = 2.0 * area / self.arrangement.faces[face].length
        return bool(mean_width >= 0.15 * np.sqrt(median))

    @cached_property
    def _median_area(self) -> list[float]:
        return [
            float(np.median(shapely.area(level.geometry))) if len(level) else 0.0
            for level in self.levels
        ]

    def _parent_line(self, face: int, depth: int) -> FaceFault:
        """Blame the grid whose line differs where the finer level and the one above agree."""
        covering = {row for at, row in self.arrangement.covering(depth, face) if at == depth}
        finer = self.arrangement.covering(depth + 1, face)
        if not finer:  # outside the jurisdiction
            return FaceFault(face, "parent.line", depth, frozenset(), min(covering))
        child = finer[0][1]
        parent = int(self.arrangement.grids.parent_rows(depth + 1)[child])
        if parent == NO_PARENT and not covering:
            code = self.levels[depth + 1].parents[child]
            return FaceFault(face, "parent.missing", depth, frozenset(), None, code)
        if covering - {parent}:
            return FaceFault(face, "parent.line", depth, frozenset(), min(covering - {parent}))
        return FaceFault(face, "parent.line", depth, frozenset(), parent)

    def _under_its_parent(self, face: int, depth: int) -> Iterator[FaceFault]:
        """Compare the parent that the grid over a face names with the one it lies in."""
        (at, row), (_, above) = (
            self.arrangement.covering(depth, face)[0],
            self.arrangement.covering(depth - 1, face)[0],
        )
        if at != depth:
            return
        parent = int(self.arrangement.grids.parent_rows(depth)[row])
        if parent == above:
            return
        level, upper = self.levels[depth], self.levels[depth - 1]
        code = level.parents[row]
        names = frozenset(codes_of([code, upper.codes[above]]))
        rows = frozenset({row})
        if parent == NO_PARENT:
            kind = "parent.none" if code is None else "parent.unknown"
            yield FaceFault(face, kind, depth, rows, row, None, names)
            return
        area = float(self.arrangement.area[face])
        if area >= _WHOLE * shapely.area(level.geometry[row]):
            yield FaceFault(face, "parent.wrong", depth, rows, row, None, names)
        elif self._is_part(face, level, row):
            suggested = free_code(level, upper.codes[above])
            yield FaceFault(face, "part.far", depth, rows, row, suggested, names)
        else:
            around = rows | self.arrangement.neighbours(depth, face)
            yield FaceFault(face, "leak.parent", depth, around, None, None, names)

    def _is_part(self, face: int, level: GridLevel, row: int) -> bool:
        parts = shapely.get_parts(level.geometry[row])
        if len(parts) < _PAIR:
            return False
        area = float(self.arrangement.area[face])
        holds = shapely.intersects(parts, shapely.point_on_surface(self.arrangement.faces[face]))
        return bool(np.any(holds & (area >= _WHOLE * shapely.area(parts))))

    def _is_open(self, face: int) -> bool:
        """Return whether a face lies along the jurisdiction's line."""
        return face in self._open_faces

    @cached_property
    def _open_faces(self) -> frozenset[int]:
        along = self.arrangement.rim_pieces()
        return frozenset(self.arrangement.piece_face[along].tolist())

    def _joined(self, group: list[FaceFault]) -> Fault:
        first = group[0]
        level = self.levels[first.depth]
        faces = self.arrangement.faces[[fault.face for fault in group]]
        geometry = faces[0] if len(faces) == 1 else shapely.union_all(faces)
        rows = set().union(*(fault.rows for fault in group))
        if first.blamed is not None:
            rows.add(first.blamed)
        parents = codes_of(*(fault.parents for fault in group))
        involved = parents if first.kind == "missing.child" else ()
        suggested = [] if first.suggested is None else [first.suggested]
        return Fault(
            first.kind,
            level.level,
            codes_of((level.codes[row] for row in rows), suggested, involved),
            geometry,
            float(self.arrangement.area[[fault.face for fault in group]].sum()),
            inner_width(geometry),
            parents,
            first.kind.startswith(("gap", "overlap", "leak", "parent.line")),
            {} if first.suggested is None else {"suggested": first.suggested},
        )
