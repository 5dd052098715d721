"""What every request passes: limits on its body, safe headers, metrics, a log without questions."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from messages import Message as Sentence

if TYPE_CHECKING:
    from api.health import Metrics

log = logging.getLogger("wangge.api")

_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Middleware around the whole application.

    The log names method, route, status and time; never the query, since people look up where
    they live.

    Parameters
    ----------
    app
        What is guarded.
    metrics
        Where requests are counted.
    largest_body_bytes
        A larger body is refused with 413.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, largest_body_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
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
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._within_limit(scope, receive, noting)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = Headers(scope=scope).get("content-length", "0")
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
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        log.info("%s %s %s %.1f ms", method, route, status, seconds * 1000)


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
