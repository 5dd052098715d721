"""Who acts, for the audit trail: the name of the request's key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.access import ServicesOf
from api.errors import ApiError


async def actor(request: Request, found: ServicesOf) -> str:
    """Return the name of the request's key.

    Raises
    ------
    ApiError
        401: it has none, or a worthless one.
    """
    secret = request.headers.get("Authorization", "").partition(" ")[2].strip()
    record = await run_in_threadpool(found.keys.record, secret)
    if record is None:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "api.bad_key")
    return record.name


Actor = Annotated[str, Depends(actor)]
