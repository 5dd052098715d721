"""What every endpoint's documentation says of problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api.errors import ProblemDetails

_STATUSES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status.value: {
        "description": status.phrase,
        "content": {
            "application/problem+json": {
                "schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
            }
        },
    }
    for status in _STATUSES
}

CONFLICT: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT.value: {
        **PROBLEMS[HTTPStatus.BAD_REQUEST.value],
        "description": HTTPStatus.CONFLICT.phrase,
    }
}
"""Beside the problems, of endpoints that write: another's change stands in the way."""

NO_SUCH_LEVEL: dict[int | str, dict[str, Any]] = {
    HTTPStatus.UNPROCESSABLE_ENTITY.value: {
        **PROBLEMS[HTTPStatus.BAD_REQUEST.value],
        "description": "No plan in force has the level",
    }
}
"""Beside the problems, of endpoints that are asked for one level."""

KEY_NOT_NEEDED: dict[str, Any] = {"security": [{}]}
"""What the documentation of an endpoint says that anyone may ask; a key shows more."""

KEY_OR_NONE: dict[str, Any] = {"security": [{"HTTPBearer": []}, {}]}
"""The same of an endpoint that takes the request as it is."""

GEOJSON = "application/geo+json"
SENT_AS_GEOJSON: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"description": "GeoJSON, EPSG:4490", "content": {GEOJSON: {}}}
}


SENT_AS_GEOCODEJSON: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {
        "description": "format=json, or GeocodeJSON 0.1.0 for format=geocodejson",
        "content": {
            GEOJSON: {
                "schema": {
                    "type": "object",
                    "required": ["type", "geocoding", "features"],
                    "properties": {
                        "type": {"const": "FeatureCollection"},
                        "geocoding": {
                            "type": "object",
                            "required": ["version"],
                            "properties": {"version": {"type": "string"}},
                        },
                        "features": {"type": "array", "items": {"type": "object"}},
                    },
                }
            }
        },
    }
}


def without_validation_error(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document in which bad requests are 400 alone, as this API answers."""
    for path in document["paths"].values():
        for operation in path.values():
            if operation["responses"].get("422") not in (None, *NO_SUCH_LEVEL.values()):
                del operation["responses"]["422"]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas[ProblemDetails.__name__] = ProblemDetails.model_json_schema()
    return document
