"""Ground that another grid answers for under a new plan."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.belonging import base_grids
from boundaries.rules.case import Case

_ROUNDING_M2 = 0.1
"""Less is what rounding leaves where a border was given one more vertex."""

Positions = npt.NDArray[np.int64]


def ground_moved(old: Case, new: Case, level: int) -> gpd.GeoDataFrame:
    """Return the ground of a level whose grid has another code, in pieces.

    Parameters
    ----------
    old, new
        Plans of one town.
    level
        Number of the level.

    Returns
    -------
    geopandas.GeoDataFrame
        ``level, from, to, area_m2``; metres of the new case's zone. ``from`` is None where no
        grid was, ``to`` where none is any more.
    """
    before, after = _at(old, level), _at(new, level)
    gained = _pieces(old, before, new, after)
    lost = [
        (code, None, piece) for code, other, piece in _pieces(new, after, old, before) if not other
    ]
    rows = [(other, code, piece) for code, other, piece in gained] + lost
    shapes = [piece for *_, piece in rows]
    return gpd.GeoDataFrame(
        {
            "level": np.full(len(rows), level, dtype=np.int64),
            "from": np.array([row[0] for row in rows], dtype=object),
            "to": np.array([row[1] for row in rows], dtype=object),
            "area_m2": shapely.area(np.array(shapes, dtype=object)),
        },
        geometry=gpd.GeoSeries(shapes, crs=new.crs),
        crs=new.crs,
    )


def area_of(ground: gpd.GeoDataFrame) -> float:
    """Return the m² of the ground; what grids of one footprint share counts once."""
    shapes = shapely.normalize(ground.geometry.to_numpy())
    _, first = np.unique(shapely.to_wkb(shapes), return_index=True)
    return float(ground["area_m2"].to_numpy()[first].sum())


def _at(case: Case, level: int) -> Positions:
    return np.flatnonzero((case.grids["level"] == level).to_numpy() & case.once(base_grids))


def _pieces(
    old: Case, before: Positions, new: Case, after: Positions
) -> list[tuple[str, str | None, BaseGeometry]]:
    """Return what each new grid has got: its code, the old grid's, and the ground."""
    own = dict(zip(old.grids["code"].iloc[before], old.sound_grids[before], strict=True))
    tree = shapely.STRtree(old.sound_grids[before])
    codes = old.grids["code"].to_numpy()[before]
    found: list[tuple[str, str | None, BaseGeometry]] = []
    for code, shape in zip(new.grids["code"].iloc[after], new.sound_grids[after], strict=True):
        was = own.get(code)
        if was is not None and was.equals(shape):
            continue
        fresh = shape if was is None else shapely.difference(shape, was)
        if fresh.area < _ROUNDING_M2:
            continue
        left = fresh
        for at in np.sort(tree.query(fresh, predicate="intersects")):
            if codes[at] == code:
                continue
            piece = _areal(shapely.intersection(fresh, tree.geometries[at]))
            if piece.area >= _ROUNDING_M2:
                found.append((code, codes[at], piece))
                left = shapely.difference(left, piece)
        left = _areal(left)
        if left.area >= _ROUNDING_M2 and not _thin(left):
            found.append((code, None, left))
    return found


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape without the lines and points that an overlay leaves."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    whole: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    return whole


def _thin(shape: BaseGeometry) -> bool:
    """Whether a shape is a seam along a border that got one more vertex."""
    return bool(shape.area < 1e-3 * shape.length)
