"""JSON, ETags and how long an answer may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from api.services import Services

_VARY = (b"vary", b"Authorization, Accept-Encoding")
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def to_json(value: Any) -> bytes:
    """Return a value as JSON, UTF-8."""
    return orjson.dumps(value, option=_OPTIONS)


def json_response(
    value: Any,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    media: str = "application/json",
) -> Response:
    """Return a value as JSON that nobody keeps."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(to_json(value), status, sent, media)


def cached_response(
    request: Request,
    value: Mapping[str, Any],
    *,
    public: bool,
    at: datetime | None = None,
    media: str = "application/json",
) -> Response:
    """Return a value as JSON with an ETag; 304 where the client has it already.

    It may be kept for a short while, and never beyond the moment at which something else comes
    into force. An answer to somebody with a key is not for caches that others share.
    """
    services: Services = request.app.state.services
    return tagged_response(
        request, services, to_json(value), public=public, at=at, media=media.encode()
    )


def tagged_response(
    request: Request,
    services: Services,
    body: bytes,
    *,
    beside_the_tag: bytes = b"",
    public: bool,
    at: datetime | None,
    media: bytes = b"application/json",
) -> Response:
    """Return JSON as `cached_response` does.

    Parameters
    ----------
    body
        A JSON object.
    beside_the_tag
        Another whose fields are added to it, such as the moment of asking: they do not make an
        answer a new one.
    """
    tag = b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode()
    kept = (
        b"public, max-age=%d, must-revalidate" % _seconds_to_keep(services, at)
        if public
        else b"private, no-cache"
    )
    headers = [(b"etag", tag), (b"cache-control", kept), _VARY]
    known = [value for name, value in request.scope["headers"] if name == b"if-none-match"]
    if known and tag in (each.strip().removeprefix(b"W/") for each in known[0].split(b",")):
        return Ready(b"", HTTPStatus.NOT_MODIFIED, headers)
    if beside_the_tag:
        body = joined(body, beside_the_tag)
    headers += [(b"content-type", media), (b"content-length", b"%d" % len(body))]
    return Ready(body, HTTPStatus.OK, headers)


def joined(one: bytes, other: bytes) -> bytes:
    """Return one JSON object with the fields of two."""
    return b"%s,%s" % (one[:-1], other[1:])


class Ready(Response):
    """A response whose headers are as they are sent."""

    def __init__(self, body: bytes, status: HTTPStatus, headers: list[tuple[bytes, bytes]]) -> None:
        self.body = body
        self.status_code = status.value
        self.raw_headers = headers
        self.background = None


def _seconds_to_keep(services: Services, at: datetime | None) -> int:
    longest = services.settings.longest_cache_s
    if at is not None or longest == 0:
        return longest
    now = datetime.now(UTC)
    change = services.read_side.next_change(now)
    return longest if change is None else max(0, min(longest, int((change - now).total_seconds())))
