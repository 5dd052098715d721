"""New shapes of grids whose faces change hands, by exact sums of noded pieces."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.grids import Floats, Objects
from geo.coverage.segments import segments_of
from geo.repair.carry import Splits

Place = tuple[float, float]
Piece = tuple[float, float, float, float]
Row = tuple[int, int]
"""Depth and row of a grid."""


def pieces_of(shapes: Sequence[BaseGeometry], splits: Splits) -> list[dict[Piece, int]]:
    """Return every polygon's directed segments, split at inner nodes, as signed pieces."""
    made = np.empty(len(shapes), object)
    made[:] = list(shapes)
    segments = segments_of(made)
    found: list[dict[Piece, int]] = [{} for _ in shapes]
    for ends, sign, owner in zip(
        segments.ends.tolist(), segments.sign.tolist(), segments.owner.tolist(), strict=True
    ):
        pieces = found[owner]
        between = splits.get(tuple(ends)) if splits else None
        if between is None:
            key = tuple(ends)
            total = pieces.get(key, 0) + sign
            if total:
                pieces[key] = total
            else:
                del pieces[key]
            continue
        places = [(ends[0], ends[1]), *between, (ends[2], ends[3])]
        for start, end in itertools.pairwise(places):
            add_piece(pieces, start, end, sign)
    return found


def add_piece(pieces: dict[Piece, int], start: Place, end: Place, sign: int) -> None:
    """Add a directed piece to a sum; what comes to nothing is left out."""
    if start == end:
        return
    key, sign = ((*start, *end), sign) if start < end else ((*end, *start), -sign)
    pieces[key] = pieces.get(key, 0) + sign
    if not pieces[key]:
        del pieces[key]


def summed(parts: Iterable[tuple[dict[Piece, int], int]]) -> dict[Piece, int]:
    """Add up signed sums of pieces."""
    total: dict[Piece, int] = {}
    for pieces, times in parts:
        for key, sign in pieces.items():
            total[key] = total.get(key, 0) + sign * times
            if not total[key]:
                del total[key]
    return total


def polygon_of(pieces: dict[Piece, int]) -> BaseGeometry | None:
    """Return the polygon that signed pieces bound; None where they bound none.

    The inside lies on the left of a piece with sign +1, from its lower end to its higher one.
    """
    if not pieces or any(abs(sign) != 1 for sign in pieces.values()):
        return None
    ends: Floats = np.array(list(pieces))
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), object)
    faces: Objects = shapely.get_parts(shapely.polygonize(lines))
    inside = [face for face in faces.tolist() if _is_inside(face, pieces)]
    if not inside:
        return None
    return inside[0] if len(inside) == 1 else shapely.MultiPolygon(inside)


def _is_inside(face: shapely.Polygon, pieces: dict[Piece, int]) -> bool:
    (x1, y1), (x2, y2) = shapely.get_coordinates(face.exterior)[:2].tolist()
    leftward = shapely.is_ccw(face.exterior)
    start, end = (x1, y1), (x2, y2)
    if start < end:
        return bool(pieces[*start, *end] == (1 if leftward else -1))
    return bool(pieces[*end, *start] == (-1 if leftward else 1))
