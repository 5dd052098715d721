"""Endpoints that are asked very often: they take the request as it is.

FastAPI works out every parameter and every dependency for itself, which takes longer than a
lookup. Here all parameters of a query are one model, read in one step and documented from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import KNOWN, ApiError, problem_of, unexpected

Model = TypeVar("Model", bound=BaseModel)


class Direct:
    """Middleware that answers some endpoints before anything else is worked out.

    What asks of them otherwise than with GET goes on to the routes that document them.

    Parameters
    ----------
    app
        What answers everything else.
    routes
        Routes without parameters in their paths, to coroutine functions of the request.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = {route.path: route for route in routes if isinstance(route, Route)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        scope["route"] = route  # for the log
        request = Request(scope, receive)
        try:
            response = await route.endpoint(request)
        except KNOWN as error:
            response = problem_of(request, error)
        except Exception:
            await unexpected()(scope, receive, send)
            raise  # to the server's log
        await response(scope, receive, send)


def read_query(query: bytes, model: type[Model]) -> Model:
    """Return the parameters of a query as a model.

    Raises
    ------
    ApiError
        400: a parameter is unknown or given twice.
    RequestValidationError
        A parameter's value does not fit.
    """
    given: dict[str, str] = {}
    for part in filter(None, query.decode("latin-1").split("&")):
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
