"""Width of a polygon: the diameter of the largest circle inside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.coverage.grids import Floats, Objects

_SAMPLES = 80
_BENDS = np.array([0.3, 0.5, 0.75])
"""Distances from the ends of sides, in mean widths, where a circle in a bend may touch."""
_PARTS = 4
_REFINED = 33
_TRIANGLE = 4
_GRID_AREA = 0.1
_GRID_WIDTH = 0.15
"""Share of the median area of grids, and of its root, from which ground may be a grid."""
_LONG_AREA = 0.4
_LONG_WIDTH = 0.5
"""Share of the median area and mean width, where grids are long and thin."""


def inner_width(geometry: BaseGeometry) -> float:
    """Return the diameter of the largest circle inside a polygon, to a few per cent.

    For several polygons the widest one counts. At sampled points of the border the largest
    touching circle is computed; the surroundings of the best one are looked at closer.

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
    side, share, spread = _samples(length, 2.0 * polygon.area / polygon.length)
    radius, best = _largest(side, share, start, step)
    closer = share[best] + np.linspace(-1.0, 1.0, _REFINED) * spread[best]
    side = np.full(_REFINED, side[best])
    radius = max(radius, _largest(side, np.clip(closer, 1e-6, 1.0 - 1e-6), start, step)[0])
    return 2.0 * radius


def _samples(length: Floats, width: float) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Return side, share along it, and spacing, of the points looked at first.

    They lie evenly along the border, and near the ends of sides, where the circle that just fits
    a bend touches.
    """
    number = np.maximum(1, np.ceil(_SAMPLES * length / length.sum())).astype(np.int64)
    side = np.repeat(np.arange(len(length)), number)
    within = np.arange(len(side)) - np.repeat(np.cumsum(number) - number, number)
    share, spread = (within + 0.5) / number[side], 1.0 / number[side]
    if len(length) > _SAMPLES:
        return side, share, spread
    step = _BENDS * width / length[:, None]
    bend, at = np.nonzero(step < 0.5)  # noqa: PLR2004 - of the side
    near = step[bend, at]
    return (
        np.concatenate([side, bend, bend]),
        np.concatenate([share, near, 1.0 - near]),
        np.concatenate([spread, near / 2.0, near / 2.0]),
    )


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
    side: npt.NDArray[np.int64], share: Floats, start: Floats, step: Floats
) -> tuple[float, int]:
    """Return the radius of the largest circle that touches the border at one of some points.

    A circle that touches its side at a point is held by whatever of the border comes first: an
    end of a side, or a side that it touches between the ends. The second value says which point
    the largest one touches at.
    """
    length = np.hypot(*step.T)
    along = step / length[:, None]
    inward = np.column_stack([-along[:, 1], along[:, 0]])
    touch, normal = start[side] + share[:, None] * step[side], inward[side]
    to_x, to_y = start[:, 0] - touch[:, :1], start[:, 1] - touch[:, 1:]
    ahead = to_x * normal[:, :1] + to_y * normal[:, 1:]
    off = -(to_x * inward[:, 0] + to_y * inward[:, 1])  # how far inside of each side's line
    turn = normal @ inward.T
    with np.errstate(divide="ignore", invalid="ignore"):
        by_end = np.where(ahead > 0.0, (to_x**2 + to_y**2) / (2.0 * ahead), np.inf)
        by_side = np.abs(off) / (1.0 - np.sign(off) * turn)
        foot = by_side * (normal @ along.T) - (to_x * along[:, 0] + to_y * along[:, 1])
    by_side[~((foot >= 0.0) & (foot <= length))] = np.inf
    by_side[np.arange(len(side)), side] = np.inf
    radius = np.minimum(by_end, by_side).min(axis=1)
    best = int(radius.argmax())
    return float(radius[best]), best


def usual_size(shapes: Objects) -> tuple[float, float]:
    """Return the median area and mean width of grids; 0 where there is none."""
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    placed = areas > 0.0
    if not placed.any():
        return 0.0, 0.0
    return float(np.median(areas[placed])), float(np.median(2.0 * areas[placed] / lengths[placed]))


def is_grid_like(area: float, length: float, usual: tuple[float, float]) -> bool:
    """Return whether ground is so large and wide that it may be a grid of its own.

    Parameters
    ----------
    area, length
        Area and length of the outline of the ground.
    usual
        What is usual of grids there; see `usual_size`.
    """
    usual_area, usual_width = usual
    mean_width = 2.0 * area / length
    if usual_area <= 0.0 or area < _GRID_AREA * usual_area:
        return False
    if mean_width >= _GRID_WIDTH * np.sqrt(usual_area):
        return True
    return area >= _LONG_AREA * usual_area and mean_width >= _LONG_WIDTH * usual_width
