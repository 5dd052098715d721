"""An answer as GeocodeJSON, the form that geocoders share (geocoders/geocodejson-spec 0.1.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.address.answer import Candidate, Match, Precision, Rows, Suggestion

if TYPE_CHECKING:
    from geo.address.index import AddressIndex

VERSION = "0.1.0"
_TYPES = {
    Precision.STAIR: "house",
    Precision.BUILDING: "house",
    Precision.ROAD_NUMBER: "house",
    Precision.INTERPOLATED: "house",
    Precision.RELATIVE: "house",
    Precision.COMPOUND: "locality",
    Precision.POI: "locality",
    Precision.VILLAGE: "locality",
    Precision.INTERSECTION: "street",
    Precision.ROAD: "street",
}
_METRES_PER_DEGREE = 111_320.0


def geocodejson(index: AddressIndex, match: Match) -> dict[str, Any]:
    """Return an answer as a GeocodeJSON feature collection.

    Each candidate is a feature at the middle of its addresses, with the radius that holds them
    as ``accuracy`` in metres; one without a place has a null geometry. What the specification
    has no word for (probability, precision, faults, zone, building, stair) stands beside its
    own members. The query is not repeated: answers may be logged, searched addresses not.
    """
    features = [feature_of(index, candidate) for candidate in match.candidates]
    return collection(features, status=match.status.value, p_none=match.p_none)


def collection(features: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return features as a collection; ``more`` stands beside the version."""
    return {
        "type": "FeatureCollection",
        "geocoding": {"version": VERSION, **more},
        "features": features,
    }


def feature_of(index: AddressIndex, candidate: Candidate, *, placed: bool = True) -> dict[str, Any]:
    """Return a candidate as a feature; without its place where that is not to be told."""
    point, radius_m = place_of(index, candidate) if placed else (None, None)
    geocoding = {
        "type": _TYPES.get(candidate.precision, "locality"),
        "accuracy": None if radius_m is None else round(radius_m),
        "label": candidate.text,
        "name": candidate.compound,
        "housenumber": candidate.number,
        "street": candidate.road,
        "locality": candidate.village,
        "district": candidate.town,
        "zone": candidate.zone,
        "building": candidate.building,
        "stair": candidate.stair,
        "p": round(candidate.p, 6),
        "precision": candidate.precision.value,
        "faults": [fault.code for fault in candidate.faults],
    }
    return feature(geocoding, point)


def feature(geocoding: dict[str, Any], point: tuple[float, float] | None) -> dict[str, Any]:
    """Return one result as a feature; members without a value are left out."""
    return {
        "type": "Feature",
        "properties": {
            "geocoding": {key: one for key, one in geocoding.items() if one is not None}
        },
        "geometry": None if point is None else {"type": "Point", "coordinates": _stored(point)},
    }


def suggestions_geocodejson(suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """Return places offered while somebody types as GeocodeJSON, none of them with its place."""
    return collection(
        [
            feature({"type": _TYPES[one.precision], "label": one.text, "name": one.text}, None)
            for one in suggestions
        ]
    )


def _stored(point: tuple[float, float]) -> list[float]:
    """Return coordinates with the digits that are stored."""
    return [round(degrees, 7) for degrees in point]


def place_of(
    index: AddressIndex, candidate: Candidate
) -> tuple[tuple[float, float] | None, float | None]:
    """Return longitude, latitude of a candidate and the radius that it lies in, metres."""
    if candidate.point is not None:
        return candidate.point, candidate.accuracy_m
    arrays = index.register.arrays
    if "row_x" not in arrays:
        return None, None
    return _middle(arrays["row_x"], arrays["row_y"], candidate.rows, candidate.accuracy_m or 0.0)


def _middle(
    x: Any, y: Any, rows: Rows, wider_m: float
) -> tuple[tuple[float, float] | None, float | None]:
    east, north = np.asarray(x[rows]), np.asarray(y[rows])
    placed = np.isfinite(east)
    if not placed.any():
        return None, None
    east, north = east[placed], north[placed]
    point = float(east.mean()), float(north.mean())
    shrink = float(np.cos(np.radians(point[1])))
    reach = np.hypot((east - point[0]) * shrink, north - point[1]).max() * _METRES_PER_DEGREE
    return point, float(reach) + wider_m
