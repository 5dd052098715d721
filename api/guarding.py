"""What every request passes: limits on its body, safe headers, metrics, a log without questions."""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.health import Metrics
from api.journal import Journal
from messages import Message as Sentence

_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})


class Guard:
    """Middleware around the whole application.

    Parameters
    ----------
    app
        What is guarded.
    metrics, journal
        Where requests are counted and noted.
    largest_body_bytes
        A larger body is refused with 413.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, journal: Journal, largest_body_bytes: int
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._journal = journal
        self._largest = largest_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _guarded(message.get("headers", ()))
            await send(message)

        try:
            if scope["method"] in ("GET", "HEAD"):
                await self._app(scope, receive, noting)
            else:
                await self._within_limit(scope, receive, noting)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._largest:
            refusal = problem(_TOO_LARGE, Sentence("api.too_large"))
            await refusal(scope, receive, send)
            return
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, counting, send)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.count(method, route, status, seconds)
        self._journal.note(method, route, status, seconds)


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with those that every answer has."""
    given = dict(headers)
    added = [header for header in _SAFE_HEADERS if header[0] not in given]
    if b"accept-encoding" not in given.get(b"vary", b"").lower():
        added.append((b"vary", b"Accept-Encoding"))
    return [*headers, *added]


class Compressed(GZipMiddleware):
    """Middleware that compresses for those who ask for it, and is out of the way of others."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = scope.get("headers", ())  # starting and stopping have none
        if any(name == b"accept-encoding" and b"gzip" in value for name, value in headers):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
