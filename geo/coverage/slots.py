"""Narrow slots between grids that are open to the outside, where no jurisdiction is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from geo.coverage.faults import Fault, codes_of
from geo.coverage.grids import GridLevel
from geo.coverage.width import inner_width


def slots(level: GridLevel, width_m: float) -> Iterator[Fault]:
    """Yield the open gaps between grids that are no wider than a width.

    With a jurisdiction every gap is found by the certificate, whatever its width. Without one,
    what lies between two grids and is open to the outside is a gap only if it is narrow.

    Parameters
    ----------
    level
        Valid polygons.
    width_m
        The width.
    """
    ground = shapely.union_all(level.geometry)
    half = width_m / 2.0
    closed = shapely.buffer(ground, half, join_style="mitre")
    closed = shapely.buffer(closed, -half, join_style="mitre")
    whole = [shapely.Polygon(part.exterior) for part in shapely.get_parts(ground).tolist()]
    between = shapely.difference(closed, shapely.union_all([ground, *whole]))
    for slot in shapely.get_parts(between):
        width = inner_width(slot)
        near = shapely.dwithin(level.geometry, slot, width_m * 1e-6)
        if width <= width_m * 1.01 and np.count_nonzero(near) > 1:
            codes = codes_of(level.codes[near].tolist())
            area = float(shapely.area(slot))
            yield Fault("gap.slot", level.level, codes, slot, area, width)
