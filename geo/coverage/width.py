"""Width of a polygon: the diameter of the largest circle inside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.grids import Floats

_SAMPLES = 40
_STEPS = 40
_PARTS = 4
_REFINED = 9
_TIMES_CLOSER = 2
_TRIANGLE = 4


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
    if shapely.get_num_coordinates(polygon) == _TRIANGLE:
        return 4.0 * float(polygon.area) / float(polygon.length)
    start, step = _sides(polygon)
    length = np.hypot(*step.T)
    long = length > 0.0
    start, step, length = start[long], step[long], length[long]
    number = np.maximum(1, np.ceil(_SAMPLES * length / length.sum())).astype(np.int64)
    side = np.repeat(np.arange(len(start)), number)
    within = np.arange(len(side)) - np.repeat(np.cumsum(number) - number, number)
    share = (within + 0.5) / number[side]
    most = 1.001 * float(np.sqrt(polygon.area / np.pi))
    spread = 1.0 / number
    radius, best = _largest(side, share, start, step, most)
    for _ in range(_TIMES_CLOSER):
        at, middle = side[best], share[best]
        closer = middle + np.linspace(-1.0, 1.0, _REFINED) * spread[at]
        side, share = np.full(_REFINED, at), np.clip(closer, 1e-6, 1.0 - 1e-6)
        found, best = _largest(side, share, start, step, most)
        radius = max(radius, found)
        spread = spread * 2.0 / (_REFINED - 1)
    return 2.0 * radius


def _sides(polygon: shapely.Polygon) -> tuple[Floats, Floats]:
    """Return start and step of every side, the inside on the left, near the origin."""
    starts, steps = [], []
    turned = shapely.orient_polygons(polygon)
    origin = np.array(polygon.bounds[:2])
    for ring in shapely.get_rings(turned):
        xy = shapely.get_coordinates(ring) - origin
        starts.append(xy[:-1])
        steps.append(np.diff(xy, axis=0))
    return np.concatenate(starts), np.concatenate(steps)


def _largest(
    side: npt.NDArray[np.int64], share: Floats, start: Floats, step: Floats, most: float
) -> tuple[float, int]:
    """Return the radius of the largest circle that touches the border at one of some points.

    The circles shrink until nothing of the border is inside; one that has become smaller than
    another that fits is looked at no longer. The second value says which point it is.
    """
    squared = (step**2).sum(axis=1)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.sqrt(squared)[:, None]
    touch, inward = start[side] + share[:, None] * step[side], normal[side]
    radius = np.full(len(side), most)
    open_ones = np.arange(len(side))
    best, largest = 0, 0.0
    for _ in range(_STEPS):
        at = np.arange(len(open_ones))
        centre = touch[open_ones] + radius[open_ones, None] * inward[open_ones]
        east = centre[:, :1] - start[:, 0]
        north = centre[:, 1:] - start[:, 1]
        along = np.clip((east * step[:, 0] + north * step[:, 1]) / squared, 0.0, 1.0)
        east -= along * step[:, 0]
        north -= along * step[:, 1]
        distance = east**2 + north**2
        distance[at, side[open_ones]] = np.inf
        nearest = distance.argmin(axis=1)
        foot = centre - touch[open_ones]
        foot[:, 0] -= east[at, nearest]
        foot[:, 1] -= north[at, nearest]
        depth = (foot * inward[open_ones]).sum(axis=1)
        shrinks = (distance[at, nearest] < radius[open_ones] ** 2 * (1.0 - 1e-9)) & (depth > 0.0)
        fits = open_ones[~shrinks]
        if len(fits) and radius[fits].max() > largest:
            best = int(fits[radius[fits].argmax()])
            largest = float(radius[best])
        open_ones, foot, depth = open_ones[shrinks], foot[shrinks], depth[shrinks]
        smaller = (foot**2).sum(axis=1) / (2.0 * depth)
        radius[open_ones] = np.minimum(radius[open_ones], smaller)
        open_ones = open_ones[radius[open_ones] > largest]
        if not len(open_ones):
            return largest, best
    best = int(open_ones[radius[open_ones].argmax()])
    return float(radius[best]), best
