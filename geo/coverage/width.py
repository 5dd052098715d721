"""Width of a polygon: the diameter of the largest circle inside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.grids import Floats

_SAMPLES = 120
_STEPS = 40
_PARTS = 4
_REFINED = 17


def inner_width(geometry: BaseGeometry) -> float:
    """Return the diameter of the largest circle inside a polygon, to some 1 %.

    For several polygons the widest one counts. At sampled points of the border the largest
    touching circle is found by shrinking; the best one is looked at closer.

    Parameters
    ----------
    geometry
        Polygon or MultiPolygon in any unit.

    Returns
    -------
    float
        In the unit of the coordinates.
    """
    parts = shapely.get_parts(geometry)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0.0)]  # noqa: PLR2004
    widest = 0.0
    for part in parts[np.argsort(-shapely.area(parts), kind="stable")][:_PARTS]:
        if 4.0 * part.area / part.length > widest / 2.0:
            widest = max(widest, _width(part))
    return widest


def _width(polygon: shapely.Polygon) -> float:
    start, end = _sides(polygon)
    length = np.hypot(*(end - start).T)
    start, end, length = (values[length > 0.0] for values in (start, end, length))
    number = np.maximum(1, np.ceil(_SAMPLES * length / length.sum())).astype(np.int64)
    side = np.repeat(np.arange(len(start)), number)
    within = np.arange(len(side)) - np.repeat(np.cumsum(number) - number, number)
    share = (within + 0.5) / number[side]
    doubled = float((start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]).sum())
    most = 1.001 * float(np.sqrt(max(doubled, 0.0) / (2.0 * np.pi)))
    radius = _radii(side, share, start, end, most)
    best = int(np.argmax(radius))
    spread = np.linspace(-1.0, 1.0, _REFINED) / number[side[best]]
    closer = np.clip(share[best] + spread, 1e-6, 1.0 - 1e-6)
    refined = _radii(np.full(_REFINED, side[best]), closer, start, end, most)
    return 2.0 * float(max(radius[best], refined.max()))


def _sides(polygon: shapely.Polygon) -> tuple[Floats, Floats]:
    """Return start and end of every side, the inside on the left, near the origin."""
    starts, ends = [], []
    turned = shapely.orient_polygons(polygon)
    origin = np.array(polygon.bounds[:2])
    for ring in shapely.get_rings(turned):
        xy = shapely.get_coordinates(ring) - origin
        starts.append(xy[:-1])
        ends.append(xy[1:])
    return np.concatenate(starts), np.concatenate(ends)


def _radii(
    side: npt.NDArray[np.int64], share: Floats, start: Floats, end: Floats, most: float
) -> Floats:
    """Return the radius of the largest circle that touches the border at each point."""
    step = end - start
    squared = (step**2).sum(axis=1)
    length = np.sqrt(squared)
    normal = np.column_stack([-step[:, 1], step[:, 0]])[side] / length[side, None]
    touch = start[side] + share[:, None] * step[side]
    radius = np.full(len(side), most)
    for _ in range(_STEPS):
        centre = touch + radius[:, None] * normal
        to_start = centre[:, None, :] - start[None, :, :]
        along = np.clip((to_start * step[None, :, :]).sum(axis=2) / squared[None, :], 0.0, 1.0)
        away = to_start - along[:, :, None] * step[None, :, :]
        distance = (away**2).sum(axis=2)
        distance[np.arange(len(side)), side] = np.inf
        nearest = distance.argmin(axis=1)
        at = np.arange(len(side))
        foot = centre - away[at, nearest]
        to_foot = foot - touch
        depth = (to_foot * normal).sum(axis=1)
        smaller = np.where(
            depth > 0.0, (to_foot**2).sum(axis=1) / np.maximum(2.0 * depth, 1e-300), radius
        )
        inside = distance[at, nearest] < radius**2 * (1.0 - 1e-9)
        if not inside.any():
            break
        radius = np.where(inside, np.minimum(radius, smaller), radius)
    return radius
