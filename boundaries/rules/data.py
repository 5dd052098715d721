"""The data itself: its reference system (R01), its place (R02), its datum (R03)."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.case import Case
from boundaries.rules.registry import rule
from boundaries.town import TOWN_LAYERS
from geo.datum import Datum
from geo.layers.shift import shifted_layers
from messages import Message

_DATUM_NAMES = {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
_ACCEPTED = (4490, 4326)
_BOUND_TO_THE_BOX = ("communities", "estates", "buildings", "addresses", "grids")
_METRES_A_DEGREE = 111_320.0
_FARTHEST_DEGREES = 360.0


def _layers(case: Case) -> dict[str, gpd.GeoDataFrame]:
    layers = {name: getattr(case.town, name) for name in TOWN_LAYERS}
    return {**layers, "grids": case.plan.grids}


@rule("R01", severity="E")
def reference_system_is_known(case: Case) -> Iterator[Finding]:
    """Every layer declares its reference system, and it is CGCS2000 (EPSG:4490) or WGS 84."""
    for name, layer in _layers(case).items():
        if not len(layer):
            continue
        crs = layer.crs
        if crs is None:
            yield case.finding("R01.none", Severity.ERROR, layer=_layer_name(name))
        elif pyproj.CRS(crs).to_epsg() not in _ACCEPTED:
            yield case.finding(
                "R01.other", Severity.ERROR, layer=_layer_name(name), crs=pyproj.CRS(crs).name
            )


@rule("R02", severity="E", thresholds=("box_margin_m",))
def inside_the_box(case: Case) -> Iterator[Finding]:
    """Everything lies in the jurisdiction's box, or at most a kilometre outside.

    Finds swapped axes, metres taken for degrees and wrong zones: a layer of which more than half
    lies elsewhere is told as a whole, with the cause where it can be seen.
    """
    if not len(case.town.jurisdiction):
        return
    box = _widened(case.town.jurisdiction.total_bounds, case.threshold("box_margin_m"))
    layers = _layers(case)
    for name in _BOUND_TO_THE_BOX:
        bounds = shapely.bounds(layers[name].geometry.to_numpy())
        placed = ~np.isnan(bounds).any(axis=1)
        outside = np.flatnonzero(placed & ~_within(bounds, box))
        if len(outside):
            yield _elsewhere(case, name, bounds, outside, box, placed=int(placed.sum()))


def _elsewhere(
    case: Case,
    name: str,
    bounds: npt.NDArray[np.float64],
    outside: npt.NDArray[np.int64],
    box: npt.NDArray[np.float64],
    *,
    placed: int,
) -> Finding:
    layer = case.plan.grids if name == "grids" else getattr(case.town, name)
    swapped = _within(bounds[outside][:, [1, 0, 3, 2]], box)
    projected = np.abs(bounds[outside]).max() > _FARTHEST_DEGREES
    kind = "few"
    if len(outside) * 2 > placed:
        kind = "swapped" if swapped.all() else "metres" if projected else "zone"
    elif swapped.all():
        kind = "few_swapped"
    key = "code" if name in ("grids", "communities") else "id"
    return case.finding(
        f"R02.{kind}",
        Severity.ERROR,
        grids=layer["code"].iloc[outside] if name == "grids" else (),
        measure=len(outside),
        unit="1",
        layer=_layer_name(name),
        placed=placed,
        examples=", ".join(str(item) for item in layer[key].iloc[outside[:3]]),
        easting=float(bounds[outside[0], 0]),
        northing=float(bounds[outside[0], 1]),
    )


@rule("R03", severity="E", thresholds=("shift_m",))
def no_layer_is_shifted(case: Case) -> Iterator[Finding]:
    """No layer is shifted against the others as GCJ-02 and BD-09 shift.

    Layers that belong together are laid on each other: houses do not stand on roads, addresses
    lie at houses, grids fill the jurisdiction. A layer that fits ill as it is, and well once a
    known shift of 50 to 700 m is taken off it, is told with the datum.
    """
    least_m, most_m = (float(limit) for limit in case.threshold("shift_m"))
    layers = {name: layer for name, layer in _layers(case).items() if len(layer)}
    for shift in shifted_layers(layers, least_m=least_m, most_m=most_m):
        yield case.finding(
            "R03.turned" if shift.is_inverse else "R03.shifted",
            Severity.ERROR,
            measure=shift.metres,
            unit="m",
            layer=_layer_name(shift.layer),
            others=", ".join(shift.against),
            datum=_DATUM_NAMES[shift.datum],
            option=shift.datum.value,
        )


def _within(bounds: npt.NDArray[np.float64], box: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    inside = (bounds[:, :2] >= box[:2]).all(axis=1) & (bounds[:, 2:] <= box[2:]).all(axis=1)
    return np.asarray(inside, dtype=bool)


def _widened(bounds: npt.NDArray[np.float64], margin_m: float) -> npt.NDArray[np.float64]:
    north = margin_m / _METRES_A_DEGREE
    east = north / np.cos(np.radians(np.clip((bounds[1] + bounds[3]) / 2, -85.0, 85.0)))
    return np.asarray(bounds + np.array([-east, -north, east, north]))


def _layer_name(layer: str) -> Message:
    return Message(f"rules.layer.{layer}")
