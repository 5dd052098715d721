"""Endpoints that are asked very often: they take the request as it is.

FastAPI works out every parameter and every dependency for itself, which takes longer than a
lookup. Here all parameters of a query are one model, read in one step and documented from it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.errors import ApiError

Model = TypeVar("Model", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


class DirectRoute(Route):
    """A route to a coroutine function of the request, past all that FastAPI works out.

    It stands before the route that documents it, which answers nobody.

    Parameters
    ----------
    path
        Path, without parameters.
    endpoint
        What answers GET.
    """

    def __init__(self, path: str, endpoint: Endpoint) -> None:
        super().__init__(path, endpoint, include_in_schema=False)
        self.methods = {"GET"}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for this route, which is noted for the log."""
        if scope["type"] == "http" and scope["path"] == self.path and scope["method"] == "GET":
            return Match.FULL, {"endpoint": self.endpoint, "path_params": {}, "route": self}
        return Match.NONE, {}


def read_query(request: Request, model: type[Model]) -> Model:
    """Return the parameters of a request's query as a model.

    Raises
    ------
    ApiError
        400: a parameter is unknown or given twice.
    RequestValidationError
        A parameter's value does not fit.
    """
    text = request.scope["query_string"].decode("latin-1")
    given: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        name, value = map(unquote_plus, part.split("=", 1)) if "=" in part else (part, "")
        if name not in model.model_fields:
            known = "、".join(sorted(model.model_fields))
            raise ApiError(HTTPStatus.BAD_REQUEST, "api.unknown_parameter", name=name, known=known)
        if name in given:
            raise ApiError(HTTPStatus.BAD_REQUEST, "api.repeated_parameter", name=name)
        given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        places: list[Any] = [
            {**each, "loc": ("query", *each["loc"])} for each in error.errors(include_url=False)
        ]
        raise RequestValidationError(places) from error


def documented_query(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Return a model's fields as OpenAPI describes the parameters of a query."""
    shape = model.model_json_schema()
    needed, defined = shape.get("required", ()), shape.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": _spelled_out(schema, defined),
            "description": schema.get("description", ""),
        }
        for name, schema in shape["properties"].items()
    ]


def _spelled_out(schema: Any, defined: dict[str, Any]) -> Any:
    """Return a schema with what it refers to put in its place."""
    if isinstance(schema, list):
        return [_spelled_out(each, defined) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _spelled_out(defined[schema["$ref"].rpartition("/")[2]], defined)
    return {name: _spelled_out(each, defined) for name, each in schema.items()}
