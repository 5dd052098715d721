"""Bend the drawing board into a town's ground, so that every shared border stays shared."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from examples.subdivision import Cut, Rectangle
from geo.layers import LATTICE_DEGREES, STORED_CRS

_WORKING_CRS = "EPSG:4546"
_ORIGIN = (
    558_600.0,
    4_238_000.0,
)  # the middle of the board, in Lan County's valley: 111.67° E, 38.28° N
_STEP_M = 28
_TURN = np.radians(11.0)
_WAVES = (  # amplitude m, wave length m, of each coordinate along the other
    (70.0, 2_900.0),
    (16.0, 620.0),
    (2.5, 140.0),
)

Floats = npt.NDArray[np.float64]


class Ground:
    """Places of the drawing board on the earth.

    Every vertex of every border depends on the board alone and not on who asks, so two parts
    that meet on the board share each vertex on the ground.

    Parameters
    ----------
    board
        The whole drawing board.
    parts
        All parts of the finest level: their corners are vertices of whatever passes them.
    phase
        Where the waves begin, radians: one for each wave and coordinate.
    """

    def __init__(self, board: Rectangle, parts: Iterable[Rectangle], phase: Floats) -> None:
        self._board = board
        self._phase = phase
        upright: dict[int, set[int]] = defaultdict(set)
        level: dict[int, set[int]] = defaultdict(set)
        for left, bottom, right, top in parts:
            for x in (left, right):
                upright[x].update((bottom, top))
            for y in (bottom, top):
                level[y].update((left, right))
        self._upright = {x: sorted(ends) for x, ends in upright.items()}
        self._level = {y: sorted(ends) for y, ends in level.items()}
        self._to_stored = pyproj.Transformer.from_crs(_WORKING_CRS, STORED_CRS, always_xy=True)

    def place(self, xy: Floats) -> Floats:
        """Return board coordinates, m, shape (n, 2), as longitude and latitude on the lattice."""
        middle = np.array(
            [self._board.left + self._board.right, self._board.bottom + self._board.top]
        )
        x, y = (xy - middle / 2).T
        bent_x, bent_y = x.copy(), y.copy()
        for (amplitude, length), (first, second) in zip(_WAVES, self._phase, strict=True):
            turn = 2 * np.pi / length
            bent_x += amplitude * np.sin(turn * y + first) * np.cos(0.31 * turn * x + second)
            bent_y += amplitude * np.sin(turn * x + second) * np.cos(0.27 * turn * y + first)
        east = _ORIGIN[0] + bent_x * np.cos(_TURN) - bent_y * np.sin(_TURN)
        north = _ORIGIN[1] + bent_x * np.sin(_TURN) + bent_y * np.cos(_TURN)
        placed = np.column_stack(self._to_stored.transform(east, north))
        return np.round(placed / LATTICE_DEGREES) / round(1 / LATTICE_DEGREES)

    def polygons(self, rectangles: Iterable[Rectangle]) -> npt.NDArray[np.object_]:
        """Return parts as polygons that share every vertex with their neighbours."""
        rings = []
        for left, bottom, right, top in rectangles:
            rings.append(
                [
                    *self._along(left, bottom, right, bottom),
                    *self._along(right, bottom, right, top),
                    *self._along(right, top, left, top),
                    *self._along(left, top, left, bottom),
                    (left, bottom),
                ]
            )
        return np.asarray(shapely.polygons(self._lines(rings, shapely.linearrings)))

    def lines(self, cuts: Iterable[Cut]) -> npt.NDArray[np.object_]:
        """Return cuts as lines with the vertices of the borders that run along them."""
        return self._lines(
            [[*self._along(*cut[:4]), (cut.x1, cut.y1)] for cut in cuts], shapely.linestrings
        )

    def outlines(self, rectangles: Iterable[Rectangle]) -> npt.NDArray[np.object_]:
        """Return rectangles that bend with the ground and share no border, as walls do."""
        board = shapely.box(*np.array(list(rectangles), dtype=np.float64).reshape(-1, 4).T)
        return np.asarray(shapely.transform(shapely.segmentize(board, _STEP_M), self.place))

    def points(self, xy: Sequence[tuple[float, float]]) -> npt.NDArray[np.object_]:
        """Return board coordinates, m, as points."""
        return np.asarray(shapely.points(self.place(np.array(xy, dtype=np.float64).reshape(-1, 2))))

    def footprints(self, rectangles: Iterable[Rectangle]) -> npt.NDArray[np.object_]:
        """Return rectangles with no vertices but their corners, as buildings have them."""
        corners = np.array(
            [
                [(left, bottom), (right, bottom), (right, top), (left, top)]
                for left, bottom, right, top in rectangles
            ],
            dtype=np.float64,
        )
        return np.asarray(shapely.polygons(self.place(corners.reshape(-1, 2)).reshape(-1, 4, 2)))

    def _lines(
        self, rings: list[list[tuple[float, float]]], make: Callable[..., Any]
    ) -> npt.NDArray[np.object_]:
        counts = [len(ring) for ring in rings]
        flat = np.array([point for ring in rings for point in ring], dtype=np.float64)
        return np.asarray(make(self.place(flat), indices=np.repeat(np.arange(len(rings)), counts)))

    def _along(self, x0: int, y0: int, x1: int, y1: int) -> list[tuple[float, float]]:
        """Return the vertices from one corner to the next, the last one left out."""
        fixed, start, end, known = (
            (x0, y0, y1, self._upright[x0]) if x0 == x1 else (y0, x0, x1, self._level[y0])
        )
        low, high = min(start, end), max(start, end)
        stops = known[bisect_left(known, low) : bisect_right(known, high)]
        steps: list[float] = [low]
        for first, second in pairwise(stops):
            pieces = max(1, -(-(second - first) // _STEP_M))
            steps.extend(
                first + (second - first) * piece / pieces for piece in range(1, pieces + 1)
            )
        if start > end:
            steps.reverse()
        return [(fixed, step) if x0 == x1 else (step, fixed) for step in steps[:-1]]
