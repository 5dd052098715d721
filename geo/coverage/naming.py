"""Name the faults of an arrangement: the kind, all codes, the ground, how much, and the parents."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.arrangement import Arrangement
from geo.coverage.classify import WHOLE, Classifier, FaceFault, Seen
from geo.coverage.codes import free_code
from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import NO_PARENT
from geo.coverage.width import inner_width, is_grid_like, usual_size

_PAIR = 2
_PLAIN = {"leak": "leak.jurisdiction", "line": "parent.line", "missing": "parent.missing"}


class Naming:
    """Turns groups of faulty faces into faults."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.levels = arrangement.grids.levels

    def named(self, classifier: Classifier) -> list[Seen]:
        """Return the faults of all groups of faces."""
        return [self._named(group) for group in classifier.groups()]

    def _named(self, group: list[FaceFault]) -> Seen:
        first = group[0]
        faces = np.array([fault.face for fault in group])
        shapes = self.arrangement.faces[faces]
        geometry = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
        area = float(self.arrangement.area[faces].sum())
        alone = self._alone(first, faces)
        kind, rows, extra, details = self._kind(first, faces, geometry, area)
        if kind == "gap.hole" and alone:
            kind = "gap.inside"
        level = self.levels[first.depth]
        parents = self._parents(first)
        fault = Fault(
            kind,
            level.level,
            codes_of((level.codes[row] for row in rows), extra, alone),
            geometry,
            area,
            inner_width(geometry),
            parents,
            kind.startswith(("gap", "overlap", "leak", "parent.line")),
            details,
        )
        components = frozenset(self.arrangement.components(faces))
        return Seen(fault, first.depth, rows | first.rows, components)

    def _alone(self, first: FaceFault, faces: np.ndarray) -> list[str | None]:
        """Return the codes of coarser grids without children that lie over or beside the faces."""
        if first.what not in {"gap", "overlap"}:
            return []
        beside = first.what == "gap"
        found = {
            place
            for face in faces.tolist()
            for place in self.arrangement.alone_at(first.depth, face, beside=beside)
        }
        return [self.levels[depth].codes[row] for depth, row in sorted(found)]

    def _kind(
        self, first: FaceFault, faces: np.ndarray, geometry: BaseGeometry, area: float
    ) -> tuple[str, frozenset[int], list[str | None], dict[str, object]]:
        """Return the kind, the rows that take part, codes beside theirs, and details."""
        if first.what in _PLAIN:
            return _PLAIN[first.what], first.rows, [first.code], {}
        if first.what == "under":
            return self._under(first, faces, geometry, area)
        if first.what == "overlap":
            return self._overlap(first, faces, geometry, area)
        return self._gap(first, faces, geometry, area)

    def _overlap(
        self, first: FaceFault, faces: np.ndarray, geometry: BaseGeometry, area: float
    ) -> tuple[str, frozenset[int], list[str | None], dict[str, object]]:
        shapes = self.levels[first.depth].geometry
        whole = [row for row in first.rows if area >= WHOLE * shapely.area(shapes[row])]
        if len(whole) > 1:
            one, other = shapes[whole[0]], shapes[whole[1]]
            if shapely.equals_exact(one, other, normalize=True):
                return "overlap.duplicate", first.rows, [], {}
            apart = float(shapely.hausdorff_distance(one, other))
            return "overlap.near_duplicate", first.rows, [], {"apart_m": apart}
        if whole:
            return "overlap.contained", first.rows, [], {}
        around = first.rows.union(
            *(self.arrangement.neighbours(first.depth, face) for face in faces.tolist())
        )
        if len(around) > _PAIR and self._is_small(geometry, first.depth, around):
            return "overlap.node", around | self._at_node(geometry, first.depth), [], {}
        if self._is_triangle(geometry):
            return "overlap.vertex", first.rows, [], {}
        return "overlap.partial", first.rows, [], {}

    def _gap(
        self, first: FaceFault, faces: np.ndarray, geometry: BaseGeometry, area: float
    ) -> tuple[str, frozenset[int], list[str | None], dict[str, object]]:
        if self._is_grid_like(geometry, area, first):
            if first.above is None:
                return "missing.child", first.rows, [], {}
            parent = self._code_above(first)
            code = free_code(self.levels[first.depth], parent)
            return "missing.child", frozenset(), [parent, code], {"suggested": code}
        kind, rows = "gap.inside", first.rows
        if self._is_open(faces):
            kind = "gap.open"
        elif len(rows) == 1:
            kind = "gap.hole"
        elif len(rows) > _PAIR and self._is_small(geometry, first.depth, rows):
            kind, rows = "gap.node", rows | self._at_node(geometry, first.depth)
        elif self._is_triangle(geometry):
            kind = "gap.vertex"
        return kind, rows, [], {}

    def _under(
        self, first: FaceFault, faces: np.ndarray, geometry: BaseGeometry, area: float
    ) -> tuple[str, frozenset[int], list[str | None], dict[str, object]]:
        level = self.levels[first.depth]
        (row,) = first.rows
        if int(self.arrangement.grids.parent_rows(first.depth)[row]) == NO_PARENT:
            named = level.parents[row] is not None
            return "parent.unknown" if named else "parent.none", first.rows, [], {}
        if area >= WHOLE * shapely.area(level.geometry[row]):
            return "parent.wrong", first.rows, [], {}
        if self._is_part(geometry, area, level.geometry[row]):
            code = free_code(level, self._code_above(first))
            return "part.far", first.rows, [code], {"suggested": code}
        around = first.rows.union(
            *(self.arrangement.neighbours(first.depth, face) for face in faces.tolist())
        )
        return "leak.parent", around, [], {}

    def _code_above(self, first: FaceFault) -> str | None:
        if first.above is None:
            return None
        code: str | None = self.levels[first.depth - 1].codes.tolist()[first.above]
        return code

    def _is_part(self, geometry: BaseGeometry, area: float, shape: BaseGeometry) -> bool:
        parts = shapely.get_parts(shape)
        if len(parts) < _PAIR:
            return False
        holds = shapely.intersects(parts, shapely.point_on_surface(geometry))
        return bool(np.any(holds & (area >= WHOLE * shapely.area(parts))))

    def _parents(self, first: FaceFault) -> tuple[str, ...]:
        """Return the parent over the face and, where another one is named, that one too."""
        if first.above is None:
            return ()
        names = [self.levels[first.depth - 1].codes[first.above]]
        if first.what == "under":
            names.extend(self.levels[first.depth].parents[row] for row in first.rows)
        return codes_of(names)

    def _is_grid_like(self, geometry: BaseGeometry, area: float, first: FaceFault) -> bool:
        shapes = self.levels[first.depth].geometry[sorted(first.rows)]
        return is_grid_like(area, geometry.length, usual_size(shapes))

    def _is_small(self, geometry: BaseGeometry, depth: int, rows: frozenset[int]) -> bool:
        """Return whether a face is no longer than a grid is wide: then it belongs to a node."""
        return bool(geometry.length < 2.0 * np.sqrt(self._typical_area(depth, rows)))

    def _typical_area(self, depth: int, rows: frozenset[int]) -> float:
        """Return the median area of the grids around; 0 where there is none."""
        if not rows:
            return 0.0
        return float(np.median(shapely.area(self.levels[depth].geometry[sorted(rows)])))

    def _at_node(self, geometry: BaseGeometry, depth: int) -> frozenset[int]:
        """Return the rows of a level's grids that meet at the node which one grid has left.

        That grid alone has a vertex of the face; the node is where its border is no more.
        """
        shapes = self.levels[depth].geometry
        slack = self.arrangement.grids.tolerance
        place = np.array([geometry], dtype=object)
        near = self.arrangement.grids.near(depth, place, slack)
        near = near[shapely.dwithin(shapes[near], geometry, slack)]
        lines = shapely.boundary(shapes[near])
        corners = shapely.points(shapely.get_coordinates(geometry))  # the first one is the last
        meets = shapely.dwithin(lines[:, None], corners, slack)
        movers = meets[:, meets.sum(axis=0) == 1].any(axis=1)
        nodes = ~meets[movers].any(axis=0)
        return frozenset(near[meets[:, nodes].any(axis=1)].tolist())

    def _is_triangle(self, geometry: BaseGeometry) -> bool:
        """Return whether one side has one vertex more than the other, and nothing else differs."""
        return bool(geometry.geom_type == "Polygon" and shapely.get_num_coordinates(geometry) == 4)  # noqa: PLR2004

    def _is_open(self, faces: np.ndarray) -> bool:
        """Return whether faces lie along the jurisdiction's line."""
        return not self._open_faces.isdisjoint(faces.tolist())

    @cached_property
    def _open_faces(self) -> frozenset[int]:
        along = self.arrangement.rim_pieces()
        return frozenset(self.arrangement.piece_face[along].tolist())
