"""What a rule looks at: a plan, the town that it serves, a moment, and both in metres."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.finding import Finding, Severity
from boundaries.history import History
from boundaries.plan import Plan
from boundaries.scheme import Scheme
from boundaries.town import TOWN_LAYERS, Town
from geo.datum import working_crs
from geo.layers import STORED_CRS
from messages import Message, UnknownMessageError, template

T = TypeVar("T")


class UntrustedLayerError(LookupError):
    """A rule needs a layer that lies elsewhere or is shifted as a whole.

    Attributes
    ----------
    layer
        Its name.
    """

    def __init__(self, layer: str) -> None:
        self.layer = layer
        super().__init__(layer)


@dataclass(frozen=True)
class Case:
    """A plan under check.

    Layers are projected vertex by vertex, so vertices that are the same in longitude and
    latitude stay the same in metres, and exact comparisons hold in both.

    Attributes
    ----------
    town
        The town that the plan serves.
    plan
        The plan.
    at
        Aware moment at which contacts and dates are looked at.
    history
        What other publications of the town leave to the plan.
    running
        IDs of the rules that are run; all where None.
    untrusted
        Layers that lie elsewhere or are shifted as a whole: what they are needed for is not
        checked.
    """

    town: Town
    plan: Plan
    at: datetime
    history: History = field(default_factory=History)
    running: frozenset[str] | None = None
    untrusted: frozenset[str] = frozenset()
    _known: dict[Callable[[Case], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def scheme(self) -> Scheme:
        """The scheme of the town."""
        return self.town.scheme

    def threshold(self, name: str) -> Any:
        """Return a threshold of the scheme; units are in its name."""
        return self.scheme.thresholds[name]

    @cached_property
    def crs(self) -> pyproj.CRS:
        """The Gauss–Krüger zone in which everything is measured, metres."""
        layers = {name: getattr(self.town, name) for name in TOWN_LAYERS}
        for name, layer in {**layers, "grids": self.plan.grids}.items():
            if name not in self.untrusted and has_zone(layer):
                return working_crs(layer)
        return self.town.crs

    @cached_property
    def _to_metres(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(STORED_CRS, self.crs, always_xy=True)

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """All grids of the plan, metres, counted from 0 in the order of the plan."""
        self._require("grids")
        return self.projected(self.plan.grids.reset_index(drop=True))

    @cached_property
    def sound_grids(self) -> npt.NDArray[np.object_]:
        """The grids' shapes with invalid ones made valid, so that they can be laid over others."""
        return sound(self.grids.geometry.to_numpy())

    @cached_property
    def inner_points(self) -> npt.NDArray[np.object_]:
        """A point inside each grid; None where its shape is empty."""
        points = np.asarray(shapely.point_on_surface(self.sound_grids), dtype=object)
        points[shapely.is_empty(points)] = None
        return points

    def label(self, position: int | np.integer[Any]) -> str:
        """Return what a sentence calls a grid: its code, and its name where it has one."""
        code, name = self.grids["code"].iloc[position], self.grids["name"].iloc[position]
        return f"{code} {name}" if name else str(code)

    def level_name(self, number: int) -> Message:
        """Return what the scheme calls a level, in both languages."""
        level = self.scheme.level(number)
        return Message("rules.in_words", {"zh": level.name_zh, "en": level.name_en})

    def role_name(self, role: str) -> Message:
        """Return what people call a contact's role, in both languages."""
        return Message(f"rules.role.{role}")

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Numbers of the levels that the plan has grids of, coarsest first."""
        return tuple(sorted({int(level) for level in self.plan.grids["level"]}))

    @cached_property
    def _scheme_levels(self) -> frozenset[int]:
        return frozenset(level.level for level in self.scheme.levels)

    @cached_property
    def _by_level(self) -> dict[int, gpd.GeoDataFrame]:
        return {int(level): grids for level, grids in self.grids.groupby("level", sort=True)}

    def level(self, number: int) -> gpd.GeoDataFrame:
        """Return the grids of one level, metres; empty where the plan has none.

        Its index counts as that of `grids` does.
        """
        return self._by_level.get(number, self.grids.iloc[:0])

    @cached_property
    def jurisdiction(self) -> gpd.GeoDataFrame:
        """The jurisdiction, metres."""
        return self._layer("jurisdiction")

    @cached_property
    def communities(self) -> gpd.GeoDataFrame:
        """The communities, metres."""
        return self._layer("communities")

    @cached_property
    def estates(self) -> gpd.GeoDataFrame:
        """The estates, metres."""
        return self._layer("estates")

    @cached_property
    def buildings(self) -> gpd.GeoDataFrame:
        """The buildings, metres."""
        return self._layer("buildings")

    @cached_property
    def barriers(self) -> gpd.GeoDataFrame:
        """The barriers, metres."""
        return self._layer("barriers")

    @cached_property
    def addresses(self) -> gpd.GeoDataFrame:
        """The addresses, metres; an address without a place keeps none."""
        return self._layer("addresses")

    def runs(self, rule_id: str) -> bool:
        """Return whether a rule is run, and so tells what is its own."""
        return self.running is None or rule_id in self.running

    def _layer(self, name: str) -> gpd.GeoDataFrame:
        self._require(name)
        return self.projected(getattr(self.town, name))

    def _require(self, layer: str) -> None:
        if layer in self.untrusted:
            raise UntrustedLayerError(layer)

    def projected(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a layer in metres, projected vertex by vertex.

        A shape that the zone cannot hold, such as one with swapped axes, is None: R02 tells it.
        """
        shapes = _within_the_zone(frame.geometry.to_numpy(), self._to_metres.area_of_use)
        moved = _transformed(shapes, self._to_metres, "FORWARD")
        return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=self.crs))

    def to_stored(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in metres as longitude and latitude (EPSG:4490)."""
        moved = _transformed(np.array([geometry], dtype=object), self._to_metres, "INVERSE")
        return cast("BaseGeometry", moved[0])

    def once(self, compute: Callable[[Case], T]) -> T:
        """Return what a function says of this case, computing it the first time only."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        return cast("T", self._known[compute])

    def finding(
        self,
        key: str,
        severity: Severity | str,
        *,
        level: int | None = None,
        grids: Iterable[str] = (),
        place: BaseGeometry | npt.NDArray[np.object_] | None = None,
        measure: float | None = None,
        unit: str | None = None,
        fix: bool = False,
        **values: object,
    ) -> Finding:
        """Return a finding whose sentence is a key of the catalogue.

        Parameters
        ----------
        key
            Rule and kind, such as ``"S01.below"``: the sentence is ``rules.S01.below``, the remedy
            ``rules.S01.below_remedy`` where the catalogue has one.
        severity
            Of the finding.
        level, grids, measure, unit, fix
            As in `Finding`.
        place
            The fault itself, in metres of the case's zone; an array of points is one multipoint.
        **values
            Values of the sentence and of the remedy; ``measure``, ``level`` and ``level_name`` are
            there too.
        """
        rule_id, _, kind = key.partition(".")
        if isinstance(place, np.ndarray):
            place = cast("BaseGeometry", shapely.multipoints(place))
        filled = {"level": level, "measure": measure, **values}
        if level in self._scheme_levels:
            filled.setdefault("level_name", self.level_name(level))
        return Finding(
            rule_id,
            Severity(severity),
            level,
            tuple(sorted(set(grids))),
            None if place is None else self.to_stored(place),
            None if measure is None else float(measure),
            unit,
            Message(f"rules.{key}", filled),
            Message(f"rules.{key}_remedy", filled) if _is_known(f"rules.{key}_remedy") else None,
            kind=kind,
            fix=fix,
        )


def has_zone(layer: gpd.GeoDataFrame) -> bool:
    """Return whether a layer has places, and in a zone of China."""
    west, _, east, _ = layer.total_bounds
    return _FIRST_LONGITUDE <= (west + east) / 2 <= _LAST_LONGITUDE  # False where there is none


_FIRST_LONGITUDE, _LAST_LONGITUDE = 73.5, 136.5
_MARGIN_DEGREES = 10.0


def _within_the_zone(shapes: npt.NDArray[np.object_], area: Any) -> npt.NDArray[np.object_]:
    """Return the shapes with those far outside the zone's area of use left out."""
    if area is None:
        return shapes
    west, south, east, north = (
        area.west - _MARGIN_DEGREES,
        area.south - _MARGIN_DEGREES,
        area.east + _MARGIN_DEGREES,
        area.north + _MARGIN_DEGREES,
    )
    bounds = shapely.bounds(shapes)
    far = (bounds[:, 0] < west) | (bounds[:, 1] < south)
    far |= (bounds[:, 2] > east) | (bounds[:, 3] > north)
    if not far.any():
        return shapes
    kept = shapes.copy()
    kept[far] = None
    return kept


def listed(items: Iterable[object], *, at_most: int = 3) -> str:
    """Return the first few items in a row, and a sign where there are more."""
    told = [str(item) for item in items]
    return ", ".join(told[:at_most]) + (" …" if len(told) > at_most else "")


def sound(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return areas with invalid ones made valid and no area lost."""
    broken = ~shapely.is_valid(shapes)
    if not broken.any():
        return shapes
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return mended


@cache
def _is_known(key: str) -> bool:
    try:
        template(key, "zh")
    except UnknownMessageError:
        return False
    return True


def _transformed(
    geometries: npt.NDArray[np.object_], transformer: pyproj.Transformer, direction: str
) -> npt.NDArray[np.object_]:
    def moved(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction=direction))

    return np.asarray(shapely.transform(geometries, moved), dtype=object)
