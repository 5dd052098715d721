"""The faces that a circle of uncertainty touches, with their shares of its area."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely

from geo.locate.distance import MetricBorders
from geo.locate.query import Coverage, labels_of

_QUARTER_SEGMENTS = 32
_LEAST_SHARE = 1e-9


def shares_of_circle(
    coverage: Coverage, metric: MetricBorders, x: float, y: float, radius_m: float
) -> dict[int, float]:
    """Return the labels of the faces that a circle touches, with their shares of its area.

    Parameters
    ----------
    coverage
        Borders and squares.
    metric
        The same borders in metres.
    x, y
        Middle of the circle, longitude and latitude.
    radius_m
        Radius, metres, more than 0.

    Returns
    -------
    dict
        Shares by label, that of the ground outside too; they add up to 1.
    """
    middle = shapely.Point(*metric.transformer.transform(x, y))
    circle = middle.buffer(radius_m, quad_segs=_QUARTER_SEGMENTS)
    tree, _ = metric.arcs
    borders = tree.geometries[tree.query(circle, predicate="intersects")]
    cut = shapely.union_all([circle.exterior, *borders])
    pieces = shapely.get_parts(shapely.polygonize([*shapely.get_parts(cut)]))
    spots = shapely.point_on_surface(pieces)
    inside = shapely.contains(circle, spots)
    pieces, spots = pieces[inside], spots[inside]
    longitude, latitude = metric.transformer.transform(
        shapely.get_x(spots), shapely.get_y(spots), direction="INVERSE"
    )
    labels = labels_of(coverage, np.asarray(longitude), np.asarray(latitude))
    areas = shapely.area(pieces)
    shares: dict[int, float] = defaultdict(float)
    for label, area in zip(labels.tolist(), (areas / areas.sum()).tolist(), strict=True):
        if area > _LEAST_SHARE:
            shares[label] += area
    return dict(sorted(shares.items()))
