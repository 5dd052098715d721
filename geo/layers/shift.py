"""Find a layer that is shifted against the others as GCJ-02 or BD-09 shift (rule R03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.datum import Datum, from_wgs84, to_wgs84

Shapes = npt.NDArray[np.object_]

_METRES_A_DEGREE = 111_320.0
_FEWEST = 8
_SAMPLE = 2_000
_NOTICED = 0.08  # share of a layer that must fit ill before anything is suspected
_DECISIVE = 0.45  # and what may be left of that when the shift is taken off
_NEAR_M = 15.0
_AREA = 2
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
    jurisdiction. A pair that fits ill as it is and well when moved speaks against both layers;
    one that fits well as it is, and ill when moved, speaks for both. The layer with most
    against it is told.

    Parameters
    ----------
    layers
        Layer to frame, EPSG:4490.
    least_m, most_m
        Lengths that a shift of GCJ-02 may have, metres.
    """
    against: dict[_Accusation, set[str]] = {}
    in_favour: dict[str, int] = {}
    metres: dict[Datum, float] = {}
    shapes = {layer: _shapes(frame) for layer, frame in layers.items()}
    ground = {layer: _Fixed(each) for layer, each in shapes.items()}
    for (layer, other), misfit in _PAIRS.items():
        if layer not in layers or other not in layers:
            continue
        moved, fixed = shapes[layer], ground[other]
        if len(moved) < (1 if layer in _AREAS else _FEWEST) or not len(fixed.shapes):
            continue
        if misfit is _apart:
            moved = np.array([ground[layer].whole], dtype=object)
        trials = _trials(moved[:: max(len(moved) // _SAMPLE, 1)], fixed, misfit)
        if _fits(trials):
            in_favour[layer] = in_favour.get(layer, 0) + 1
            in_favour[other] = in_favour.get(other, 0) + 1
            continue
        best = _explanation(trials, least_m, most_m)
        if best is not None:
            metres[best.datum] = best.metres
            against.setdefault((layer, best.datum, best.is_inverse), set()).add(other)
            against.setdefault((other, best.datum, not best.is_inverse), set()).add(layer)
    return _told(against, in_favour, metres)


_Accusation = tuple[str, Datum, bool]


def _told(
    against: dict[_Accusation, set[str]], in_favour: dict[str, int], metres: dict[Datum, float]
) -> list[Shift]:
    """Return the layer with most against it, then the next that the first does not explain."""
    found: list[Shift] = []
    left = {key: set(others) for key, others in against.items()}
    while any(left.values()):
        layer, datum, inverse = max(
            (key for key in left if left[key]),
            key=lambda key: (len(left[key]) - in_favour.get(key[0], 0), not key[2], key[0]),
        )
        others = tuple(sorted(left[layer, datum, inverse]))
        found.append(Shift(layer, datum, inverse, metres[datum], others))
        left = {key: rest - {layer} for key, rest in left.items() if key[0] != layer}
    return found


def _shapes(frame: gpd.GeoDataFrame) -> Shapes:
    """Return a layer's valid shapes; of grids, those of the coarsest level."""
    if "level" in frame:
        frame = frame[frame["level"] == frame["level"].min()]
    shapes = frame.geometry.to_numpy()
    shapes = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    return shapes[shapely.is_valid(shapes)]


class _Fixed:
    """The layer that another one is laid on, its indexes made once for all trials."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    @cached_property
    def borders(self) -> shapely.STRtree:
        """The lines themselves, or the borders of areas."""
        areas = shapely.get_dimensions(self.shapes) == _AREA
        return shapely.STRtree(np.where(areas, shapely.boundary(self.shapes), self.shapes))

    @cached_property
    def around(self) -> BaseGeometry:
        hull: BaseGeometry = shapely.convex_hull(shapely.geometrycollections(list(self.shapes)))
        shapely.prepare(hull)
        return hull

    @cached_property
    def whole(self) -> BaseGeometry:
        return shapely.union_all(self.shapes)


_Misfit = Callable[[Shapes, _Fixed], float]


@dataclass(frozen=True)
class _Trial:
    """How ill two layers fit when a shift is taken off one of them; no datum: as they are."""

    misfit: float
    datum: Datum = Datum.WGS84
    is_inverse: bool = False
    metres: float = 0.0


def _trials(moved: Shapes, fixed: _Fixed, misfit: _Misfit) -> list[_Trial]:
    """Return how the layers fit as they are, and with each known shift taken off or put on."""
    trials = [_Trial(misfit(moved, fixed))]
    before = shapely.get_coordinates(moved)
    scale = np.array([np.cos(np.radians(before[:, 1].mean())), 1.0]) * _METRES_A_DEGREE
    for datum in (Datum.GCJ02, Datum.BD09):
        for is_inverse, change in ((False, to_wgs84), (True, from_wgs84)):
            after = np.column_stack(change(before[:, 0], before[:, 1], datum))
            metres = float(np.median(np.hypot(*((after - before) * scale).T)))
            placed = shapely.set_coordinates(moved.copy(), after)
            trials.append(_Trial(misfit(placed, fixed), datum, is_inverse, metres))
    return trials


def _fits(trials: list[_Trial]) -> bool:
    """Return whether layers fit as they are, and not so when moved."""
    as_given, *moved = (trial.misfit for trial in trials)
    return as_given < _NOTICED and min(moved) > max(_NOTICED, as_given / _DECISIVE)


def _explanation(trials: list[_Trial], least_m: float, most_m: float) -> _Trial | None:
    """Return the shift that explains why two layers do not fit, if one does."""
    as_given, *moved = trials
    best = min(moved, key=lambda trial: trial.misfit)
    within = most_m + (_BAIDU_MORE_M if best.datum is Datum.BD09 else 0.0)
    if as_given.misfit < _NOTICED or best.misfit > as_given.misfit * _DECISIVE:
        return None
    return best if least_m <= best.metres <= within else None


def _share(rows: npt.NDArray[np.int64], moved: Shapes) -> float:
    return len(np.unique(rows)) / len(moved)


def _crossed(moved: Shapes, fixed: _Fixed) -> float:
    """Return the share of shapes that a line or border crosses, or that lie beyond them all."""
    hit = fixed.borders.query(moved, predicate="intersects")[0]
    beyond = np.flatnonzero(~shapely.intersects(fixed.around, moved))
    return _share(np.concatenate([hit, beyond]), moved)


def _off_shapes(moved: Shapes, fixed: _Fixed) -> float:
    """Return the share of points that lie farther than some metres from any shape."""
    distance = _NEAR_M / _METRES_A_DEGREE
    return 1 - _share(fixed.tree.query(moved, predicate="dwithin", distance=distance)[0], moved)


def _outside(moved: Shapes, fixed: _Fixed) -> float:
    """Return the share of shapes whose inner point lies outside all others."""
    points = shapely.point_on_surface(moved)
    return 1 - _share(fixed.tree.query(points, predicate="intersects")[0], moved)


def _apart(moved: Shapes, fixed: _Fixed) -> float:
    """Return how much of two areas is not common to both, as a share of both."""
    common = shapely.area(shapely.intersection(moved[0], fixed.whole))
    return float(1 - common / (shapely.area(moved[0]) + shapely.area(fixed.whole) - common))


_AREAS = ("jurisdiction", "communities", "grids")
_PAIRS: dict[tuple[str, str], _Misfit] = {
    ("buildings", "barriers"): _crossed,
    ("buildings", "grids"): _crossed,
    ("buildings", "estates"): _crossed,
    ("buildings", "communities"): _outside,
    ("buildings", "jurisdiction"): _outside,
    ("addresses", "buildings"): _off_shapes,
    ("addresses", "grids"): _outside,
    ("grids", "jurisdiction"): _apart,
    ("grids", "communities"): _apart,
    ("communities", "jurisdiction"): _apart,
    ("barriers", "jurisdiction"): _outside,
}
