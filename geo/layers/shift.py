"""Find a layer that is shifted against the others as GCJ-02 or BD-09 shift (rule R03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.datum import Datum, from_wgs84

Shapes = npt.NDArray[np.object_]

_METRES_A_DEGREE = 111_320.0
_FEWEST = 8
_SAMPLE = 2_000
_NOTICED = 0.08  # share of a layer that must fit ill before anything is suspected
_DECISIVE = 0.45  # and what may be left of that when the shift is taken off
_NEAR_M = 15.0
_BAIDU_MORE_M = 1_000.0  # BD-09 adds its own to the shift of GCJ-02


@dataclass(frozen=True)
class Shift:
    """One layer that fits the others when a known shift is taken off it.

    Attributes
    ----------
    layer
        The layer.
    datum
        Whose shift.
    is_inverse
        True where it is shifted the other way: the shift was taken off data without it.
    metres
        How far.
    against
        The layers that it fits then.
    """

    layer: str
    datum: Datum
    is_inverse: bool
    metres: float
    against: tuple[str, ...]


def shifted_layers(
    layers: Mapping[str, gpd.GeoDataFrame], *, least_m: float, most_m: float
) -> list[Shift]:
    """Return the layers that are shifted against the others.

    Pairs of layers that belong together are laid on each other as they are, and moved by the
    known shifts: houses do not stand on roads, addresses lie at houses, grids fill the
    jurisdiction. A pair that fits ill as it is and well when moved is shifted; the layer that
    is named in most such pairs is told.

    Parameters
    ----------
    layers
        Layer to frame, EPSG:4490.
    least_m, most_m
        Lengths that a shift of GCJ-02 may have, metres.
    """
    votes: dict[tuple[str, Datum, bool], set[str]] = {}
    metres: dict[tuple[Datum, bool], float] = {}
    for (layer, other), misfit in _PAIRS.items():
        if layer not in layers or other not in layers:
            continue
        moved, fixed = _shapes(layers[layer]), _shapes(layers[other])
        if len(moved) < (1 if layer in _AREAS else _FEWEST) or not len(fixed):
            continue
        for datum, way, length in _explaining(moved, fixed, misfit, least_m, most_m):
            metres[datum, way] = metres[datum, not way] = length
            votes.setdefault((layer, datum, way), set()).add(other)
            votes.setdefault((other, datum, not way), set()).add(layer)
    return _decided(votes, metres)


def _decided(
    votes: dict[tuple[str, Datum, bool], set[str]], metres: dict[tuple[Datum, bool], float]
) -> list[Shift]:
    """Return the layer of most votes, then the next that the first does not explain."""
    found: list[Shift] = []
    left = {key: set(others) for key, others in votes.items()}
    while any(left.values()):
        layer, datum, inverse = max(left, key=lambda key: (len(left[key]), not key[2], key[0]))
        against = tuple(sorted(left[layer, datum, inverse]))
        found.append(Shift(layer, datum, inverse, metres[datum, inverse], against))
        left = {key: others - {layer} for key, others in left.items() if key[0] != layer}
    return found


def _shapes(frame: gpd.GeoDataFrame) -> Shapes:
    """Return a sample of a layer's valid shapes, always the same one."""
    shapes = frame.geometry.to_numpy()
    shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    shapes = shapes[shapely.is_valid(shapes)]
    return shapes[:: max(len(shapes) // _SAMPLE, 1)]


_Misfit = Callable[[Shapes, Shapes, float], float]


def _explaining(
    moved: Shapes, fixed: Shapes, misfit: _Misfit, least_m: float, most_m: float
) -> list[tuple[Datum, bool, float]]:
    """Return the shift that explains why two layers do not fit, if one does."""
    box = shapely.total_bounds(fixed)
    east, north = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    scale = float(np.cos(np.radians(north)))
    as_given = misfit(moved, fixed, scale)
    if as_given < _NOTICED:
        return []
    best: tuple[float, Datum, bool, float] | None = None
    for datum in (Datum.GCJ02, Datum.BD09):
        to_east, to_north = from_wgs84(east, north, datum)
        step = np.array([float(to_east) - east, float(to_north) - north])
        length = float(np.hypot(step[0] * scale, step[1]) * _METRES_A_DEGREE)
        for inverse in (False, True):
            taken_off = step if inverse else -step
            left = misfit(shapely.transform(moved, lambda xy, by=taken_off: xy + by), fixed, scale)
            if best is None or left < best[0]:
                best = left, datum, inverse, length
    if best is None or best[0] > as_given * _DECISIVE:
        return []
    within = most_m + (_BAIDU_MORE_M if best[1] is Datum.BD09 else 0.0)
    return [best[1:]] if least_m <= best[3] <= within else []


def _on_lines(moved: Shapes, fixed: Shapes, scale: float) -> float:
    """Return the share of shapes that a line crosses."""
    del scale
    hit = shapely.STRtree(fixed).query(moved, predicate="intersects")[0]
    return len(np.unique(hit)) / len(moved)


def _off_shapes(moved: Shapes, fixed: Shapes, scale: float) -> float:
    """Return the share of points that lie farther than some metres from any shape."""
    del scale
    near = shapely.STRtree(fixed).query(
        moved, predicate="dwithin", distance=_NEAR_M / _METRES_A_DEGREE
    )[0]
    return 1 - len(np.unique(near)) / len(moved)


def _outside(moved: Shapes, fixed: Shapes, scale: float) -> float:
    """Return the share of shapes whose inner point lies outside all others."""
    del scale
    inside = shapely.STRtree(fixed).query(shapely.point_on_surface(moved), predicate="intersects")[
        0
    ]
    return 1 - len(np.unique(inside)) / len(moved)


def _apart(moved: Shapes, fixed: Shapes, scale: float) -> float:
    """Return how much of two areas is not common to both, as a share of both."""
    del scale
    first, second = shapely.union_all(moved), shapely.union_all(fixed)
    common = shapely.area(shapely.intersection(first, second))
    whole = shapely.area(first) + shapely.area(second) - common
    return float(1 - common / whole)


def _cut(moved: Shapes, fixed: Shapes, scale: float) -> float:
    """Return the share of shapes that a border of the others cuts."""
    del scale
    return _on_lines(moved, shapely.boundary(fixed), 1.0)


_AREAS = ("jurisdiction", "communities", "grids")
_PAIRS: dict[tuple[str, str], _Misfit] = {
    ("buildings", "barriers"): _on_lines,
    ("buildings", "grids"): _cut,
    ("buildings", "estates"): _cut,
    ("buildings", "communities"): _outside,
    ("buildings", "jurisdiction"): _outside,
    ("addresses", "buildings"): _off_shapes,
    ("addresses", "grids"): _outside,
    ("grids", "jurisdiction"): _apart,
    ("grids", "communities"): _apart,
    ("communities", "jurisdiction"): _apart,
}
