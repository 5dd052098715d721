"""What the engine looks at: levels of coded polygons, each under its parent, on one ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from geo.coverage.segments import Segments

Objects = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_NOTHING: Ints = np.zeros(0, np.int64)

NO_PARENT = -1
"""Row number of a parent that is missing or not given."""


@dataclass(frozen=True)
class GridLevel:
    """The grids of one level.

    Attributes
    ----------
    level
        Number of the level; 1 is the coarsest level of grids, 0 stands for communities.
    codes
        Code of every grid, as text; None where a grid has none.
    geometry
        Polygon or MultiPolygon of every grid, in metres. Anything else is found by the gate.
    parents
        Code of the grid one level up, None where it is not given.
    stands_alone
        True where a grid needs no children: it is its own ground on all finer levels.
    """

    level: int
    codes: Objects
    geometry: Objects
    parents: Objects
    stands_alone: Flags

    @classmethod
    def of(
        cls,
        level: int,
        codes: Sequence[str | None] | Objects,
        geometry: Sequence[BaseGeometry | None] | Objects,
        parents: Sequence[str | None] | Objects | None = None,
        stands_alone: Sequence[bool] | None = None,
    ) -> GridLevel:
        """Make a level of plain sequences of equal length."""
        count = len(codes)
        return cls(
            level,
            _objects([_text(code) for code in codes]),
            _objects(geometry),
            _objects([None] * count if parents is None else [_text(code) for code in parents]),
            np.zeros(count, bool) if stands_alone is None else np.array(stands_alone, bool),
        )

    def __len__(self) -> int:
        return len(self.codes)

    def with_geometry(self, geometry: Objects) -> GridLevel:
        """Return the level with other shapes."""
        return GridLevel(self.level, self.codes, geometry, self.parents, self.stands_alone)

    def taken(self, rows: Ints | Flags) -> GridLevel:
        """Return the level with some rows alone."""
        return GridLevel(
            self.level,
            self.codes[rows],
            self.geometry[rows],
            self.parents[rows],
            self.stands_alone[rows],
        )


@dataclass(frozen=True)
class Grids:
    """Levels of grids, coarsest first, and the ground that they must tile.

    Attributes
    ----------
    levels
        Coarsest first. The parents of the first level are not looked at.
    jurisdiction
        The ground to be tiled, in the grids' CRS; None where it is not known: then holes between
        the grids are gaps and the outer line is as the grids have it.
    segments
        Segments that are known already, by (depth, row), with the shape that they are of; see
        `geo.coverage.certificate.segments_near`.
    """

    levels: tuple[GridLevel, ...]
    jurisdiction: BaseGeometry | None = None
    _parent_rows: dict[int, Ints] = field(default_factory=dict, repr=False, compare=False)
    _trees: dict[int, shapely.STRtree] = field(default_factory=dict, repr=False, compare=False)
    _moved: dict[int, tuple[Ints, Floats]] = field(default_factory=dict, repr=False, compare=False)
    _in_parts: dict[int, Ints] = field(default_factory=dict, repr=False, compare=False)
    segments: dict[tuple[int, int], tuple[BaseGeometry, Segments]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def in_parts(self, depth: int) -> Ints:
        """Return the rows of a level's grids that are made of several parts."""
        if depth not in self._in_parts:
            several = shapely.get_num_geometries(self.levels[depth].geometry) > 1
            self._in_parts[depth] = np.flatnonzero(several)
        return self._in_parts[depth]

    def near(self, depth: int, places: Objects, reach: float = 0.0) -> Ints:
        """Return the rows of a level's grids whose boxes come near to those of some places."""
        if depth not in self._trees:
            self._trees[depth] = shapely.STRtree(self.levels[depth].geometry)
        boxes = shapely.bounds(places)
        west, south, east, north = boxes.T
        windows = places  # by their boxes
        if reach > 0.0:
            windows = shapely.box(west - reach, south - reach, east + reach, north + reach)
            windows = windows[~np.isnan(west)]
        found = self._trees[depth].query(windows)[1]
        if depth in self._moved and len(boxes):
            moved, (left, low, right, high) = self._moved[depth]
            near = (left <= np.fmax.reduce(east) + reach) & (right >= np.fmin.reduce(west) - reach)
            near &= (low <= np.fmax.reduce(north) + reach) & (high >= np.fmin.reduce(south) - reach)
            found = np.concatenate([found, moved[near]])
        return np.unique(found) if len(found) > 1 else found

    def edited(self, shapes: dict[tuple[int, int], BaseGeometry]) -> Grids:
        """Return the grids with some other shapes, given by (depth, row); indexes are kept."""
        moved = dict(self._moved)
        parts = {depth: self.in_parts(depth) for depth in range(len(self.levels))}
        levels = list(self.levels)
        for depth in sorted({depth for depth, _ in shapes}):
            geometry = levels[depth].geometry.copy()
            rows = [row for at, row in shapes if at == depth]
            for row in rows:
                geometry[row] = shapes[depth, row]
            levels[depth] = levels[depth].with_geometry(geometry)
            before = moved[depth][0] if depth in moved else _NOTHING
            all_moved = np.union1d(before, rows).astype(np.int64)
            moved[depth] = (all_moved, shapely.bounds(geometry[all_moved]).T.copy())
            several = [row for row in rows if shapely.get_num_geometries(geometry[row]) > 1]
            parts[depth] = np.union1d(np.setdiff1d(parts[depth], rows), several).astype(np.int64)
        known = (self._parent_rows, self._trees, moved, parts, self.segments)
        return Grids(tuple(levels), self.jurisdiction, *known)

    def parent_rows(self, depth: int) -> Ints:
        """Return the row in the level above of every grid's parent; `NO_PARENT` where none is.

        Parameters
        ----------
        depth
            Position of the level in ``levels``; all rows of the first level give 0, for the
            jurisdiction.
        """
        if depth not in self._parent_rows:
            self._parent_rows[depth] = self._found_parent_rows(depth)
        return self._parent_rows[depth]

    def _found_parent_rows(self, depth: int) -> Ints:
        level = self.levels[depth]
        if depth == 0:
            return np.zeros(len(level), np.int64)
        above: dict[object, int] = {}
        for row, code in enumerate(self.levels[depth - 1].codes.tolist()):
            above.setdefault(code, row)
        above.pop(None, None)
        return np.fromiter(
            (above.get(code, NO_PARENT) for code in level.parents.tolist()), np.int64, len(level)
        )

    @cached_property
    def magnitude(self) -> float:
        """Largest absolute coordinate of the jurisdiction, or of the grids where it is None."""
        if self.jurisdiction is not None:
            bounds = np.asarray(self.jurisdiction.bounds)
        else:
            bounds = np.concatenate(
                [shapely.bounds(level.geometry).ravel() for level in self.levels]
            )
        bounds = np.abs(bounds[np.isfinite(bounds)])
        return float(bounds.max()) if len(bounds) else 1.0

    @property
    def tolerance(self) -> float:
        """Distance below which two computed places are one: rounding of floating-point numbers.

        It plays no part in the certificate; it only sorts the faces of what is left over.
        """
        return 64.0 * float(np.finfo(np.float64).eps) * max(self.magnitude, 1e-300)


def _text(code: object) -> str | None:
    """Return a code as text; what tables hold where nothing is given becomes None."""
    if code is None or code != code or str(code) in {"", "<NA>"}:  # noqa: PLR0124 - NaN
        return None
    return str(code)


def _objects(values: Sequence[object] | Objects) -> Objects:
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made
