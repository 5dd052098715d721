"""What GeocodeJSON 0.1.0 asks of an answer, after the JSON schema that its authors publish."""

from __future__ import annotations

import re
from numbers import Real
from typing import Any

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
_TEXTS = (
    *("label", "name", "housenumber", "street", "locality", "postcode", "city", "district"),
    *("county", "state", "country", "geohash"),
)


def assert_is_geocodejson(told: dict[str, Any]) -> None:
    """Assert that every required member is there and every member that the form names fits it."""
    assert told["type"] == "FeatureCollection"
    assert _SEMVER.fullmatch(told["geocoding"]["version"])
    assert all(isinstance(told["geocoding"].get(name, ""), str) for name in ("licence", "query"))
    assert isinstance(told["features"], list)
    for feature in told["features"]:
        assert feature["type"] == "Feature"
        geocoding = feature["properties"]["geocoding"]
        assert isinstance(geocoding["type"], str)
        assert geocoding["type"]
        for name in _TEXTS:
            assert isinstance(geocoding.get(name, ""), str)
        assert isinstance(geocoding.get("accuracy", 0), Real)
        assert geocoding.get("accuracy", 0) >= 0
        if feature["geometry"] is not None:
            assert feature["geometry"]["type"] == "Point"
            longitude, latitude = feature["geometry"]["coordinates"]
            assert abs(longitude) <= 180
            assert abs(latitude) <= 90
