"""What a source's coordinates refer to, and their way to EPSG:4490 longitude and latitude."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.transformer import TransformerGroup

from geo.datum import Datum, from_wgs84, to_wgs84
from geo.layers.schema import STORED_CRS
from geo.layers.source import Shapes, Source
from geo.problem import Problem

SERVED_BOX = (73.0, 3.0, 136.5, 54.0)
"""Longitudes and latitudes that a town may lie in: west, south, east, north."""

_ACCURATE_M = 2.0
_LONGEST_DEGREES = 360.0
_EASTING_M = 1_000_000.0  # no easting lies farther from its central meridian
_PREFIXED_ZONE_M = 1_000_000.0
_NORTHERNMOST_M = 1e7


@dataclass(frozen=True)
class Reference:
    """What coordinates are in.

    Attributes
    ----------
    crs
        Coordinate reference system.
    datum
        GCJ-02 or BD-09 where longitudes and latitudes are shifted.
    accuracy_m
        How well it is known to reach CGCS2000, as the EPSG registry has it.
    """

    crs: pyproj.CRS
    datum: Datum
    accuracy_m: float = 0.0

    @property
    def is_surveyed(self) -> bool:
        """True for a transverse Mercator zone, in which no internet map is."""
        return _false_easting(self.crs) is not None

    @property
    def name(self) -> str:
        """What it is called in a note."""
        label = crs_name(self.crs)
        return f"{label}, {self.datum.name}" if self.datum.is_shifted else label

    @cached_property
    def _forward(self) -> pyproj.Transformer:
        target, _ = _way(self.crs.to_wkt())
        return pyproj.Transformer.from_crs(self.crs, target, always_xy=True)

    def to_stored(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return longitudes and latitudes in EPSG:4490 of coordinates in x, y order."""
        if not len(xy):
            return xy
        if self.crs.is_geographic and _is_plain(self.crs):
            east, north = xy[:, 0], xy[:, 1]
        else:
            east, north = self._forward.transform(xy[:, 0], xy[:, 1])
        if self.datum.is_shifted:
            east, north = to_wgs84(east, north, self.datum)
        return np.column_stack([east, north])

    def residual_m(self, xy: npt.NDArray[np.float64]) -> float:
        """Return how far points come back from their place when taken there and back, metres."""
        sample = xy[:: max(len(xy) // 1_000, 1)]
        if not len(sample):
            return 0.0
        east, north = self.to_stored(sample).T
        if self.datum.is_shifted:
            east, north = from_wgs84(east, north, self.datum)
        if not (self.crs.is_geographic and _is_plain(self.crs)):
            east, north = self._forward.transform(east, north, direction="INVERSE")
        metres = 111_320.0 if self.crs.is_geographic else 1.0
        away = np.hypot(east - sample[:, 0], north - sample[:, 1]) * metres
        return float(np.max(away))


def crs_name(crs: pyproj.CRS) -> str:
    """Return ``EPSG:n`` where a CRS has a number, else its name."""
    number = _number(crs.to_wkt())
    return crs.name if number is None else f"EPSG:{number}"


@cache
def _number(wkt: str) -> int | None:
    return pyproj.CRS.from_wkt(wkt).to_epsg(min_confidence=60)


def _is_plain(crs: pyproj.CRS) -> bool:
    """Return whether a CRS is WGS 84 or CGCS2000 in degrees, which are taken as one."""
    return crs_name(crs) in ("EPSG:4490", "EPSG:4326", "EPSG:4480", "EPSG:4979") or (
        crs.name in ("WGS 84 (CRS84)", "WGS 84 longitude-latitude")
    )


def resolve(
    source: Source, *, default: str | None, forced: str | None, datum: Datum | None
) -> tuple[Reference | None, list[Problem]]:
    """Return what a source's coordinates refer to.

    Parameters
    ----------
    source
        Says what its file declares.
    default
        CRS of files that declare none, such as ``"EPSG:4546"``.
    forced
        CRS that holds whatever the file declares.
    datum
        GCJ-02 or BD-09 where the data is in it.

    Returns
    -------
    Reference or None, problems
        None where it is undeclared (rule R01), unknown, or too coarse to transform.
    """
    text = forced or (default if source.crs is None or source.is_implied else None)
    crs = source.crs
    if text is not None:
        try:
            crs = pyproj.CRS.from_user_input(int(text) if text.isdecimal() else text)
        except pyproj.exceptions.CRSError:
            return None, [source.problem("layers.unknown_crs", column="crs", value=text)]
    if crs is None and datum is not None:
        crs = pyproj.CRS.from_epsg(4326)
    if crs is None:
        return None, [source.problem("layers.no_crs")]
    crs = pyproj.CRS(crs.to_2d())
    if not (crs.is_geographic or crs.is_projected):
        return None, [source.problem("layers.unknown_crs", column="crs", value=crs.name)]
    coarse = too_coarse(crs)
    if coarse is not None:
        return None, [
            source.problem("layers.coarse_crs", column="crs", value=crs_name(crs), accuracy=coarse)
        ]
    return Reference(crs, datum or Datum.CGCS2000, _way(crs.to_wkt())[1] or 0.0), []


def too_coarse(crs: pyproj.CRS) -> str | None:
    """Return how well a CRS reaches CGCS2000 where that is not enough, metres or ``?``."""
    _, accuracy = _way(crs.to_wkt())
    if accuracy is None:
        return "?"
    return f"{accuracy:g}" if accuracy > _ACCURATE_M else None


@cache
def _way(wkt: str) -> tuple[str, float | None]:
    """Return the best target on the way to CGCS2000, and how well it is reached, in metres."""
    crs = pyproj.CRS.from_wkt(wkt)
    if _is_plain(crs):
        return STORED_CRS, 0.0
    for target in (STORED_CRS, "EPSG:4326"):
        found = TransformerGroup(crs, target, allow_ballpark=False).transformers
        known = [each.accuracy for each in found if each.accuracy >= 0]
        if known:
            return target, max(known)
    return STORED_CRS, None


def misread(source: Source, shapes: Shapes, reference: Reference) -> list[Problem]:
    """Return what shows that coordinates are not what they are said to be (rule R02).

    Swapped axes, degrees taken for metres or the other way round, a missing or strange zone
    prefix, and places far from where any town of ours lies. Where most of the rows are so, the
    layer is told as a whole; else the rows.
    """
    bounds = shapely.bounds(shapes)
    placed = np.isfinite(bounds).all(axis=1)
    faults = _faults_in_degrees if reference.crs.is_geographic else _faults_in_metres
    problems: list[Problem] = []
    left = placed.copy()
    for key, faulty in faults(bounds, reference):
        rows = np.flatnonzero(left & faulty)
        left &= ~faulty
        problems += _told(source, key, rows, bounds, reference, whole=int(placed.sum()))
    rows = np.flatnonzero(left)
    rows = rows[_out_of_area(bounds[rows], reference)]
    return problems + _told(
        source, "layers.out_of_area", rows, bounds, reference, whole=int(placed.sum())
    )


_Bounds = npt.NDArray[np.float64]
_Faults = list[tuple[str, npt.NDArray[np.bool_]]]


def _told(
    source: Source,
    key: str,
    rows: npt.NDArray[np.int64],
    bounds: _Bounds,
    reference: Reference,
    *,
    whole: int,
) -> list[Problem]:
    """Return one problem for the layer where most rows have a fault, else one a row."""
    if not len(rows):
        return []
    if len(rows) * 2 > whole:
        low, high = bounds[rows, :2].min(axis=0), bounds[rows, 2:].max(axis=0)
        places: list[tuple[int | None, _Bounds]] = [(None, np.concatenate([low, high]))]
    else:
        places = [(int(row) + 1, bounds[row]) for row in rows]
    return [
        source.problem(
            key,
            row=row,
            column="geometry",
            value=" ".join(f"{value:.10g}" for value in box),
            crs=reference.name,
            zones=_advised_zone(box, reference),
        )
        for row, box in places
    ]


def _faults_in_degrees(bounds: _Bounds, reference: Reference) -> _Faults:
    del reference
    west, south, east, north = SERVED_BOX
    with np.errstate(invalid="ignore"):
        as_given = _within(bounds, SERVED_BOX)
        as_swapped = _within(bounds, (south, west, north, east))
        return [
            ("layers.metres_for_degrees", np.abs(bounds).max(axis=1) > _LONGEST_DEGREES),
            ("layers.swapped_axes", as_swapped & ~as_given),
        ]


def _faults_in_metres(bounds: _Bounds, reference: Reference) -> _Faults:
    """Return what is wrong with eastings and northings, those of a Gauss–Krüger zone above all."""
    with np.errstate(invalid="ignore"):
        faults = [("layers.degrees_for_metres", np.abs(bounds).max(axis=1) <= _LONGEST_DEGREES)]
        false_easting = _false_easting(reference.crs)
        if false_easting is None:
            return faults
        first, second = bounds[:, 0], bounds[:, 1]
        as_given = (np.abs(first - false_easting) <= _EASTING_M / 2) & (second >= 0)
        is_easting = np.abs(second - false_easting) <= _EASTING_M / 2
        swapped = is_easting & (first > 0) & (first < _NORTHERNMOST_M)
        other_prefix = (
            np.abs(first % _PREFIXED_ZONE_M - false_easting % _PREFIXED_ZONE_M) <= _EASTING_M / 2
        )
        return [
            *faults,
            ("layers.swapped_axes", swapped & ~as_given),
            ("layers.zone_prefix", other_prefix & ~as_given),
        ]


def _within(bounds: _Bounds, box: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    inside = (bounds[:, :2] >= box[:2]).all(axis=1) & (bounds[:, 2:] <= box[2:]).all(axis=1)
    return np.asarray(inside, dtype=bool)


def _advised_zone(box: _Bounds, reference: Reference) -> str:
    """Return the CRS that coordinates look like, as advice."""
    if reference.crs.is_geographic or box[0] > _PREFIXED_ZONE_M:
        return _zones_of_prefix(box)
    return _unprefixed(reference.crs)


def _zones_of_prefix(box: npt.NDArray[np.float64]) -> str:
    """Return the CRS that a zone number before the easting tells, as advice."""
    zone = int(box[0] // _PREFIXED_ZONE_M)
    if 25 <= zone <= 45:  # noqa: PLR2004 - the numbers of the 3° zones in China
        return f"EPSG:{4513 + zone - 25}"
    if 13 <= zone <= 23:  # noqa: PLR2004 - those of the 6° zones
        return f"EPSG:{4491 + zone - 13}"
    return "EPSG:4534 … EPSG:4554"


def _false_easting(crs: pyproj.CRS) -> float | None:
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    values = (float(p.value) for p in operation.params if p.name == "False easting")
    return next(values, None)


def _unprefixed(crs: pyproj.CRS) -> str:
    """Return the zone without prefix that has a zone's central meridian, as advice."""
    operation = crs.coordinate_operation
    params = {} if operation is None else {p.name: p.value for p in operation.params}
    meridian = float(params.get("Longitude of natural origin", 0.0))
    if meridian % 3 == 0 and 75 <= meridian <= 135:  # noqa: PLR2004 - China's 3° zones
        return f"EPSG:{4534 + int(meridian - 75) // 3}"
    return "EPSG:4534 … EPSG:4554"


def _out_of_area(bounds: _Bounds, reference: Reference) -> npt.NDArray[np.bool_]:
    """Return which boxes do not lie where a town of ours may."""
    corners = bounds[:, [0, 1, 2, 3, 0, 3, 2, 1]].reshape(-1, 2)
    placed = reference.to_stored(corners).reshape(-1, 4, 2)
    west, south, east, north = SERVED_BOX
    inside = (placed >= (west, south)) & (placed <= (east, north))
    return np.asarray(~inside.all(axis=(1, 2)), dtype=bool)
