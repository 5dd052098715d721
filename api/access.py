"""Who may ask what: API keys with scopes, and how often anyone may ask.

Dependencies are coroutines: FastAPI sends plain functions through a thread each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.errors import ApiError
from api.limiting import Limiter, Rate
from api.services import Services, services

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_bearer = HTTPBearer(auto_error=False, description="API key made by `wangge key create`")

ServicesOf = Annotated[Services, Depends(services)]


async def scopes(
    found: ServicesOf,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> frozenset[str] | None:
    """Return the scopes of the request's key; None where it has none.

    Raises
    ------
    ApiError
        401: the key is worthless.
    """
    return None if given is None else await _scopes_of(found, given)


async def _scopes_of(found: Services, given: HTTPAuthorizationCredentials) -> frozenset[str]:
    known = await run_in_threadpool(found.keys.scopes, given.credentials)  # asks the store
    if known is None:
        raise ApiError(HTTPStatus.UNAUTHORIZED, "api.bad_key", headers=_CHALLENGE)
    return known


Scopes = Annotated[frozenset[str] | None, Depends(scopes)]


def needs(*wanted: str) -> Callable[[frozenset[str] | None], Awaitable[None]]:
    """Return a dependency that lets only keys with one of some scopes pass; admin always does."""

    async def allowed(held: Scopes) -> None:
        if held is None:
            raise ApiError(HTTPStatus.UNAUTHORIZED, "api.key_needed", headers=_CHALLENGE)
        if not held & {*wanted, "admin"}:
            raise ApiError(HTTPStatus.FORBIDDEN, "api.scope_needed", scopes="、".join(wanted))

    return allowed


class RateLimit:
    """How often one client may ask the public endpoints; counted in this process.

    Parameters
    ----------
    rate
        Such as ``"120/minute"``.
    client_header
        Header with the client's address, set by a proxy in front; empty: the connection's.
    """

    def __init__(self, rate: str, client_header: str) -> None:
        self._rate = rate
        self._header = client_header
        self._limiter = Limiter(Rate.parse(rate))

    def spend(self, request: Request) -> None:
        """Count one request.

        Raises
        ------
        ApiError
            429: too many lately.
        """
        client = (request.scope.get("client") or ("",))[0]
        if self._header:
            client = request.headers.get(self._header, client).split(",")[-1].strip()
        wait_s = self._limiter.wait_of(client)
        if wait_s:
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "api.too_many",
                headers={"Retry-After": str(wait_s)},
                rate=self._rate,
            )


async def limited(request: Request, held: Scopes) -> None:
    """Count a request to a public endpoint; those with a key are not limited."""
    if held is None:
        rate_limit: RateLimit = request.app.state.rate_limit
        rate_limit.spend(request)


LIMITED = Depends(limited)


async def admitted(request: Request, found: Services) -> frozenset[str] | None:
    """Return the scopes of a request's key, or None and count it: `scopes` and `limited` in one.

    For endpoints that take the request as it is; see `api.direct`.
    """
    if any(name == b"authorization" for name, _ in request.scope["headers"]):
        given = await _bearer(request)
        if given is not None:
            return await _scopes_of(found, given)
    rate_limit: RateLimit = request.app.state.rate_limit
    rate_limit.spend(request)
    return None
