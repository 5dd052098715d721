"""The data itself: its reference system (R01), its place (R02), its datum (R03)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.case import Case, listed
from boundaries.rules.registry import rule
from boundaries.town import TOWN_LAYERS
from geo.datum import Datum
from geo.layers.shift import Shift, shifted_layers
from messages import Message

_DATUM_NAMES = {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
_ACCEPTED = (4490, 4326)
_REACHING_OUT = ("barriers",)  # roads and rivers go on outside
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


@dataclass(frozen=True)
class Strays:
    """Features of a layer that lie outside the town's box.

    Attributes
    ----------
    outside
        Positions in the layer.
    placed
        Number of features that have a place.
    swapped
        Whether they would all lie inside with longitude and latitude swapped.
    first
        Box of the first of them.
    """

    outside: npt.NDArray[np.int64]
    placed: int
    swapped: bool
    first: npt.NDArray[np.float64]

    @property
    def is_most(self) -> bool:
        """Whether the layer lies elsewhere as a whole."""
        return len(self.outside) * 2 > self.placed


def strays(case: Case) -> dict[str, Strays]:
    """Return the features outside the jurisdiction's box by layer.

    Where most layers lie elsewhere as a whole, it is the jurisdiction that does.
    """
    if not len(case.town.jurisdiction):
        return {}
    layers = _layers(case)
    own = case.town.jurisdiction.total_bounds
    found: dict[str, Strays] = {}
    for name in (*_BOUND_TO_THE_BOX, *_REACHING_OUT):
        stray = _strays(layers[name], own, case.threshold("box_margin_m"))
        if stray.is_most or (len(stray.outside) and name not in _REACHING_OUT):
            found[name] = stray
    elsewhere = [name for name, stray in found.items() if stray.is_most]
    filled = [name for name in _BOUND_TO_THE_BOX if len(layers[name])]
    if len(elsewhere) * 2 > len(filled) > 1:
        others = np.vstack([layers[name].total_bounds for name in elsewhere])
        box = np.array([*np.nanmin(others[:, :2], axis=0), *np.nanmax(others[:, 2:], axis=0)])
        return {
            "jurisdiction": _strays(layers["jurisdiction"], box, case.threshold("box_margin_m"))
        }
    return found


def _strays(layer: gpd.GeoDataFrame, box: npt.NDArray[np.float64], margin_m: float) -> Strays:
    wide = _widened(box, margin_m)
    bounds = shapely.bounds(layer.geometry.to_numpy())
    placed = ~np.isnan(bounds).any(axis=1)
    outside = np.flatnonzero(placed & ~_within(bounds, wide))
    swapped = bool(_within(bounds[outside][:, [1, 0, 3, 2]], wide).all())
    first = bounds[outside[0]] if len(outside) else np.full(4, np.nan)
    return Strays(outside, int(placed.sum()), swapped, first)


def untrusted_layers(case: Case) -> frozenset[str]:
    """Return the layers that lie elsewhere as a whole (R02) or are shifted (R03)."""
    elsewhere = {name for name, stray in case.once(strays).items() if stray.is_most}
    if not elsewhere and case.runs("R03"):
        elsewhere = {shift.layer for shift in case.once(shifts)}
    return frozenset(elsewhere)


@rule("R02", severity="E", thresholds=("box_margin_m",))
def inside_the_box(case: Case) -> Iterator[Finding]:
    """Everything lies in the jurisdiction's box, or at most a kilometre outside.

    Finds swapped axes, metres taken for degrees and wrong zones: a layer of which more than half
    lies elsewhere is told as a whole, with the cause where it can be seen, and rules that need it
    are not run. Where that holds of most layers, the jurisdiction is told instead.
    """
    layers = _layers(case)
    for name, stray in case.once(strays).items():
        if not len(stray.outside):
            continue
        layer = layers[name]
        kind = "few"
        if stray.is_most:
            projected = np.abs(stray.first).max() > _FARTHEST_DEGREES
            kind = "swapped" if stray.swapped else "metres" if projected else "zone"
        elif stray.swapped:
            kind = "few_swapped"
        key = "id" if "id" in layer else "code"
        yield case.finding(
            f"R02.{kind}",
            Severity.ERROR,
            grids=layer["code"].iloc[stray.outside] if name == "grids" else (),
            measure=len(stray.outside),
            unit="1",
            layer=_layer_name(name),
            placed=stray.placed,
            examples=listed(layer[key].iloc[stray.outside]),
            easting=float(stray.first[0]),
            northing=float(stray.first[1]),
        )


def shifts(case: Case) -> tuple[Shift, ...]:
    """Return the layers that are shifted against the others."""
    least_m, most_m = (float(limit) for limit in case.threshold("shift_m"))
    layers = {name: layer for name, layer in _layers(case).items() if len(layer)}
    return tuple(shifted_layers(layers, least_m=least_m, most_m=most_m))


@rule("R03", severity="E", thresholds=("shift_m",))
def no_layer_is_shifted(case: Case) -> Iterator[Finding]:
    """No layer is shifted against the others as GCJ-02 and BD-09 shift.

    Layers that belong together are laid on each other: houses do not stand on roads, addresses
    lie at houses, grids fill the jurisdiction. A layer that fits ill as it is, and well once a
    known shift of 50 to 700 m is taken off it, is told with the datum, and rules that need the
    layer are not run.
    """
    for shift in case.once(shifts):
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
