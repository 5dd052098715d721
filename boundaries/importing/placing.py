"""Whether the layers lie where the others do (rule R02), and are not shifted (rule R03)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from boundaries.importing.joining import Joined
from boundaries.scheme import Scheme
from geo.layers.shift import Shift, shifted_layers
from geo.problem import Problem

_ANCHORS = ("jurisdiction", "communities", "grids", "buildings")
_MARGIN_M = 5_000.0
_METRES_A_DEGREE = 111_320.0


def misplaced(joined: Joined, scheme: Scheme) -> list[Problem]:
    """Return the layers that cannot belong to the same town as the others."""
    layers = {
        layer: frame
        for layer, frame in joined.frames.items()
        if isinstance(frame, gpd.GeoDataFrame) and frame.geometry.notna().any()
    }
    elsewhere = _elsewhere(joined, layers)
    told = {problem.layer for problem in elsewhere}
    if elsewhere:
        return elsewhere
    least_m, most_m = scheme.thresholds["shift_m"]
    shifts = shifted_layers(layers, least_m=float(least_m), most_m=float(most_m))
    return [_shift_problem(joined, each) for each in shifts if each.layer not in told]


def _shift_problem(joined: Joined, shift: Shift) -> Problem:
    return joined.layer_problem(
        shift.layer,
        f"importing.shifted_{'from' if shift.is_inverse else 'like'}",
        town_layer=shift.layer,
        others="、".join(shift.against),
        datum=shift.datum.name.replace("GCJ02", "GCJ-02").replace("BD09", "BD-09"),
        option=shift.datum.value,
        metres=round(shift.metres),
    )


def _elsewhere(joined: Joined, layers: dict[str, gpd.GeoDataFrame]) -> list[Problem]:
    """Return the layers most of which lies outside the box of the town's ground."""
    anchor = next((layer for layer in _ANCHORS if layer in layers), None)
    if anchor is None:
        return []
    box = _widened(layers[anchor].total_bounds)
    problems = []
    for layer, frame in layers.items():
        bounds = shapely.bounds(frame.geometry.to_numpy())
        bounds = bounds[~np.isnan(bounds).any(axis=1)]
        meets = _meets(bounds, box)
        if layer == anchor or meets.mean() >= 0.5:  # noqa: PLR2004 - most of it
            continue
        own = np.array([*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)])
        problems.append(
            joined.layer_problem(
                layer,
                "importing.elsewhere",
                town_layer=layer,
                anchor=anchor,
                value=_shown(own),
                box=_shown(layers[anchor].total_bounds),
                share=f"{(1 - meets.mean()) * 100:.0f}",
            )
        )
    return problems


def _meets(bounds: npt.NDArray[np.float64], box: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    apart = (bounds[:, :2] > box[2:]).any(axis=1) | (bounds[:, 2:] < box[:2]).any(axis=1)
    return np.asarray(~apart)


def _widened(box: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    north = _MARGIN_M / _METRES_A_DEGREE
    east = north / np.cos(np.radians((box[1] + box[3]) / 2))
    return np.asarray(box + np.array([-east, -north, east, north]))


def _shown(box: npt.NDArray[np.float64]) -> str:
    return " ".join(f"{value:.4f}" for value in box)
