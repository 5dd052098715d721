"""Turn exceptions into problem details (RFC 9457): one table, here."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from api.answering import json_response
from api.wording import fault, status_said
from geo.problem import InputError
from messages import Message


class ProblemDetails(BaseModel):
    """A problem as RFC 9457 has it; ``errors`` names each fault with its place and remedy."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str | int | None]] = []


class ApiError(Exception):
    """A request that cannot be answered as asked.

    Parameters
    ----------
    status
        HTTP status.
    key
        Key of the sentence in the catalogue.
    headers
        Further headers of the answer.
    values
        Values of the sentence.
    """

    def __init__(
        self,
        status: HTTPStatus,
        key: str,
        *,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        self.status = status
        self.message = Message(key, values)
        self.headers = dict(headers or {})
        super().__init__(key)


_STATUS_OF_MESSAGE: Mapping[str, HTTPStatus] = {
    "store.no_such_plan": HTTPStatus.NOT_FOUND,
    "store.no_such_town": HTTPStatus.NOT_FOUND,
    "store.stale_plan": HTTPStatus.CONFLICT,
    "store.stale_town": HTTPStatus.CONFLICT,
    "store.published_plan": HTTPStatus.CONFLICT,
    "accepting.accepted_before": HTTPStatus.CONFLICT,
    "accepting.must_be_mended": HTTPStatus.CONFLICT,
    "accepting.only_information": HTTPStatus.CONFLICT,
    "accepting.no_such_finding": HTTPStatus.NOT_FOUND,
    "accepting.not_accepted": HTTPStatus.NOT_FOUND,
    "aliases.no_such_alias": HTTPStatus.NOT_FOUND,
    "store.unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.locked": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.file_fault": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.not_geopackage": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.foreign_geopackage": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.no_folder": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.not_permitted": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.empty": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.older": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.newer": HTTPStatus.SERVICE_UNAVAILABLE,
    "store.altered_plan": HTTPStatus.SERVICE_UNAVAILABLE,
    "lookup.no_such_level": HTTPStatus.UNPROCESSABLE_ENTITY,
    "lookup.published_unreadable": HTTPStatus.SERVICE_UNAVAILABLE,
    "lookup.snapshot_missing": HTTPStatus.SERVICE_UNAVAILABLE,
    "lookup.snapshot_damaged": HTTPStatus.SERVICE_UNAVAILABLE,
    "lookup.snapshot_version": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What a fault of the input is over HTTP; 400 where nothing is said."""


def problem(
    status: HTTPStatus,
    detail: Message | str,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return problem details as a response."""
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": str(detail),
        "errors": errors or [],
    }
    return json_response(body, status=status, headers=headers, media="application/problem+json")


KNOWN = (ApiError, InputError, RequestValidationError, HTTPException)
"""The exceptions that `problem_of` turns into words."""


def install(app: FastAPI) -> None:
    """Answer every exception with problem details."""
    for kind in KNOWN:
        app.add_exception_handler(kind, problem_of)

    @app.exception_handler(Exception)
    def _unexpected(_: Request, error: Exception) -> Response:  # noqa: ARG001 - raised again after
        return unexpected()


def unexpected() -> Response:
    """Return the problem details of what nobody foresaw."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, Message("api.unexpected"))


def problem_of(request: Request, error: Exception) -> Response:
    """Return one of the exceptions `KNOWN` as problem details."""
    if isinstance(error, ApiError):
        return problem(error.status, error.message, headers=error.headers)
    if isinstance(error, InputError):
        return _input_error(error)
    if isinstance(error, RequestValidationError):
        errors = [
            {"column": ".".join(str(part) for part in each["loc"]), "message": fault(each)}
            for each in error.errors()
        ]
        return problem(HTTPStatus.BAD_REQUEST, Message("api.bad_request"), errors=errors)
    if isinstance(error, HTTPException):
        return _http_error(request, error)
    raise error


def _input_error(error: InputError) -> Response:
    first = error.problems[0]
    status = _STATUS_OF_MESSAGE.get(first.message.key, HTTPStatus.BAD_REQUEST)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:  # its words may name folders of the server
        return problem(status, Message("api.unavailable"), headers={"Retry-After": "5"})
    return problem(status, first.message, errors=[each.as_dict() for each in error.problems])


def _http_error(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_of(request))
    return problem(status, status_said(status), headers=headers)


def _methods_of(request: Request) -> list[str]:
    """Return the methods of all routes that have the request's path; Starlette tells one's."""
    return sorted(
        {
            method
            for route in request.app.routes
            if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
            for method in route.methods or ()
        }
    )
