"""The public pages and the files they load."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.access import ServicesOf
from maps.public import public_page
from messages import Language

router = APIRouter(include_in_schema=False)


def _page(language: Language) -> Callable[[Request, ServicesOf], Response]:
    other = "./en" if language == "zh" else "./"

    def page(request: Request, found: ServicesOf) -> Response:
        """Show the map, the list and the search in one language."""
        text = public_page(
            found.read_side,
            language=language,
            assets_url="assets/",
            lookup_url="lookup",
            other_url=other,
            review_number=found.settings.review_number,
        )
        body, tag = _encoded(text)
        # What it may load, the page says itself: this host's files and its own scripts by hash.
        headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Frame-Options": "SAMEORIGIN"}
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(body, headers=headers, media_type="text/html")

    return page


@lru_cache(maxsize=4)
def _encoded(text: str) -> tuple[bytes, str]:
    body = text.encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


router.add_api_route("/", _page("zh"), methods=["GET", "HEAD"])
router.add_api_route("/en", _page("en"), methods=["GET", "HEAD"])
