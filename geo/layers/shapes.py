"""Look at the geometries of a source before any predicate does: some would end the process."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.layers.schema import GEOMETRY_TYPES, NULL_GEOMETRY_ALLOWED
from geo.layers.source import Shapes, Source
from geo.problem import Problem
from messages import Message

_KEPT_INVALID = ("grids",)  # the check says where (B07), and the repair mends them
_REFUSED_INVALID = ("jurisdiction", "communities")


def sound_shapes(source: Source, layer: str) -> tuple[Shapes, list[Problem], list[Message]]:
    """Return a source's geometries in two dimensions and of the layer's types.

    Returns
    -------
    shapes
        One a row; None where it has none or is not sound.
    problems
        Missing and broken geometries, empty rings, coordinates that are no numbers, wrong types.
    notes
        That heights were left out, or areas turned into points.
    """
    shapes = np.array(source.shapes, dtype=object)
    notes: list[Message] = []
    problems = [
        source.problem("layers.broken_geometry", row=int(row) + 1)
        for row in np.flatnonzero(source.broken)
    ]
    missing = (shapely.is_missing(shapes) | shapely.is_empty(shapes)) & ~source.broken
    if layer not in NULL_GEOMETRY_ALLOWED:
        problems += _told(source, "layers.no_geometry", missing)
    shapes[missing] = None
    for key, faulty in (
        ("layers.empty_ring", _have_empty_part(shapes)),
        ("layers.not_finite", _not_finite(shapes)),
    ):
        problems += _told(source, key, faulty)
        shapes[faulty] = None
    high = shapely.has_z(shapes) | shapely.has_m(shapes)
    if high.any():
        notes.append(source.note("layers.heights_left_out", rows=int(high.sum())))
        shapes = shapely.force_2d(shapes)
    shapes, turned = _of_layer(shapes, layer)
    if turned:
        notes.append(source.note("layers.points_inside", rows=turned))
    wrong = ~shapely.is_missing(shapes) & ~_has_type(shapes, layer)
    for row in np.flatnonzero(wrong):
        problems.append(
            source.problem(
                "layers.wrong_type",
                row=int(row) + 1,
                value=shapes[row].geom_type,
                expected=" / ".join(GEOMETRY_TYPES[layer] or ()),
            )
        )
    shapes[wrong] = None
    return shapes, problems, notes


def _told(source: Source, key: str, rows: npt.NDArray[np.bool_]) -> list[Problem]:
    return [source.problem(key, row=int(row) + 1) for row in np.flatnonzero(rows)]


def _have_empty_part(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Return which shapes have an empty ring or part beside others: GEOS' relate dies of it."""
    faulty = np.zeros(len(shapes), dtype=bool)
    parts, row = shapely.get_parts(shapes, return_index=True)
    faulty[row[shapely.is_empty(parts)]] = True
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(parts[areas], return_index=True)
    faulty[row[areas][part[shapely.is_empty(rings)]]] = True
    return faulty


def _not_finite(shapes: Shapes) -> npt.NDArray[np.bool_]:
    faulty = np.zeros(len(shapes), dtype=bool)
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    faulty[row[~np.isfinite(coordinates).all(axis=1)]] = True
    return faulty


def _of_layer(shapes: Shapes, layer: str) -> tuple[Shapes, int]:
    """Return single points for a layer of points: of a lone part, or inside an area."""
    if GEOMETRY_TYPES[layer] != ("Point",):
        return shapes, 0
    kind = shapely.get_type_id(shapes)
    lone = (kind == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    areas = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    shapes[areas] = shapely.point_on_surface(shapes[areas])
    return shapes, int(areas.sum())


def _has_type(shapes: Shapes, layer: str) -> npt.NDArray[np.bool_]:
    allowed = GEOMETRY_TYPES[layer] or ()
    return np.array([shape is not None and shape.geom_type in allowed for shape in shapes], bool)


def valid_shapes(
    source: Source, layer: str, shapes: Shapes
) -> tuple[Shapes, list[Problem], list[Message]]:
    """Return shapes that predicates may be asked of, as far as the layer must have them.

    Grids stay as they are, since the check finds their faults; a jurisdiction or community that
    is no valid area is a problem, because all else is measured against it; estates, buildings
    and barriers are mended and noted.
    """
    invalid = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    if not invalid.any():
        return shapes, [], []
    rows = np.flatnonzero(invalid)
    if layer in _REFUSED_INVALID:
        return (
            shapes,
            [
                source.problem(
                    "layers.invalid_area",
                    row=int(row) + 1,
                    value=shapely.is_valid_reason(shapes[row]),
                )
                for row in rows
            ],
            [],
        )
    listed = "、".join(str(row + 1) for row in rows[:10]) + ("…" if len(rows) > 10 else "")  # noqa: PLR2004
    if layer in _KEPT_INVALID:
        return shapes, [], [source.note("layers.kept_invalid", rows=listed, number=len(rows))]
    mended, problems = shapes.copy(), []
    for row in rows:
        areas = _areas(shapely.make_valid(shapes[row]))
        if areas is None:
            problems.append(source.problem("layers.no_area", row=int(row) + 1))
        mended[row] = areas
    return mended, problems, [source.note("layers.mended", rows=listed, number=len(rows))]


def _areas(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a mended shape's polygons, or its lines where it has none of the first."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    for dimension, many in ((2, shapely.MultiPolygon), (1, shapely.MultiLineString)):
        chosen = parts[shapely.get_dimensions(parts) == dimension]
        if len(chosen):
            return chosen[0] if len(chosen) == 1 else many(list(chosen))
    return None


def valid_areas(shapes: Shapes) -> Shapes:
    """Return areas of which predicates may be asked: faulty ones as the ground they surround."""
    mended: Shapes = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    return np.where(shapely.is_valid(shapes), shapes, mended)
