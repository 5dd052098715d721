"""Findings on a map: their shapes, and where the mark of each stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.finding import Finding
from maps.shapes import Frame, lines, points, polygons


def finding_place(finding: Finding, frame: Frame) -> list[Any]:
    """Return rule, severity, level, grids and shapes of a finding, as the scripts read them.

    The shapes are ``areas``, ``paths``, ``points`` and the ``mark``; none where the finding has
    no place.
    """
    shapes: dict[str, Any] = {}
    if finding.geometry is not None and not finding.geometry.is_empty:
        parts = shapely.get_parts(finding.geometry)
        parts = np.concatenate([shapely.get_parts(part) for part in parts])
        dimension = shapely.get_dimensions(parts)
        areas = [part for shape in polygons(parts[dimension == 2], frame) for part in shape]  # noqa: PLR2004
        paths = lines(parts[dimension == 1], frame)
        shapes = {
            "areas": areas,
            "paths": paths,
            "points": points(parts[dimension == 0], frame),
            "mark": points(_largest(parts, dimension), frame)[0],
        }
    return [finding.rule, finding.severity.value, finding.level, list(finding.grids), shapes]


def _largest(
    parts: npt.NDArray[np.object_], dimension: npt.NDArray[np.integer]
) -> npt.NDArray[np.object_]:
    """Return, alone, the part on which a finding's mark stands."""
    top = parts[dimension == dimension.max()]
    sizes = shapely.area(top) + shapely.length(top)
    return top[[int(np.argmax(sizes))]]
