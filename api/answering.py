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

from boundaries.readside import ReadSide

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def json_response(
    value: Any,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    media: str = "application/json",
) -> Response:
    """Return a value as JSON that nobody keeps."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(value, option=_OPTIONS), status, sent, media)


def cached_response(
    request: Request,
    value: Mapping[str, Any],
    *,
    public: bool,
    at: datetime | None = None,
    beside_the_tag: tuple[str, ...] = (),
    media: str = "application/json",
) -> Response:
    """Return a value as JSON with an ETag; 304 where the client has it already.

    It may be kept for a short while, and never beyond the moment at which something else comes
    into force. An answer to somebody with a key is not for caches that others share. Fields
    beside the tag, such as the moment of asking, do not make an answer a new one.
    """
    body = orjson.dumps(value, option=_OPTIONS)
    tagged = {name: each for name, each in value.items() if name not in beside_the_tag}
    tag = f'"{hashlib.sha256(orjson.dumps(tagged, option=_OPTIONS)).hexdigest()[:32]}"'
    seconds = _seconds_to_keep(request, at)
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={seconds}" if public else "private, no-cache",
        "Vary": "Authorization, Accept-Encoding",
    }
    known = request.headers.get("If-None-Match", "")
    if tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, HTTPStatus.OK, headers, media)


def _seconds_to_keep(request: Request, at: datetime | None) -> int:
    read_side: ReadSide = request.app.state.services.read_side
    longest: int = request.app.state.services.settings.longest_cache_s
    if at is not None:
        return longest
    now = datetime.now(UTC)
    change = read_side.next_change(now)
    return longest if change is None else max(0, min(longest, int((change - now).total_seconds())))
