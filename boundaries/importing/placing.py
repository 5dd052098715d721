"""Whether the layers lie where the others do (rule R02), and are not shifted (rule R03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from boundaries.importing.joining import Joined
from boundaries.scheme import Scheme
from geo.datum import Datum
from geo.layers.shift import Shift, shifted_layers
from geo.problem import Problem

_ANCHORS = ("jurisdiction", "communities", "grids", "buildings")
_MARGIN_M = 5_000.0
_METRES_A_DEGREE = 111_320.0


def misplaced(
    joined: Joined, kept: Mapping[str, gpd.GeoDataFrame], scheme: Scheme
) -> list[Problem]:
    """Return the layers that cannot belong to the same town as the others.

    Parameters
    ----------
    joined
        What the files give; only these layers can be told.
    kept
        Layers of the town as it is.
    scheme
        Has the lengths that a shift may have.
    """
    layers = {
        layer: frame
        for layer, frame in {**kept, **joined.frames}.items()
        if isinstance(frame, gpd.GeoDataFrame) and frame.geometry.notna().any()
    }
    elsewhere = _elsewhere(joined, layers)
    if elsewhere:
        return elsewhere
    least_m, most_m = scheme.thresholds["shift_m"]
    shifts = shifted_layers(layers, least_m=float(least_m), most_m=float(most_m))
    return [problem for each in shifts for problem in _shift_problems(joined, each)]


def _shift_problems(joined: Joined, shift: Shift) -> list[Problem]:
    """Return the problem with a shifted layer; with those against it where it is the town's own."""
    if shift.layer in joined.frames:
        return [_shift_problem(joined, shift)]
    others = [layer for layer in shift.against if layer in joined.frames]
    turned = replace(shift, is_inverse=not shift.is_inverse, against=(shift.layer,))
    return [_shift_problem(joined, replace(turned, layer=layer)) for layer in others]


def _shift_problem(joined: Joined, shift: Shift) -> Problem:
    return joined.layer_problem(
        shift.layer,
        f"importing.shifted_{'from' if shift.is_inverse else 'like'}",
        town_layer=shift.layer,
        others="、".join(shift.against),
        datum={Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}[shift.datum],
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
        told, other = (layer, anchor) if layer in joined.frames else (anchor, layer)
        if told not in joined.frames:
            continue
        problems.append(
            joined.layer_problem(
                told,
                "importing.elsewhere",
                town_layer=told,
                anchor=other,
                value=_shown(layers[told].total_bounds),
                box=_shown(layers[other].total_bounds),
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
