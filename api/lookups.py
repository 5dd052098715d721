"""Look up an address or a point; for one caller, or many at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access import LIMITED, Scopes, ServicesOf, needs
from api.answering import cached_response, json_response
from api.documented import KEY_NOT_NEEDED, PROBLEMS
from api.errors import ApiError
from api.models import Batch, BatchAnswer, BatchItem, LookupAnswer, Suggested
from api.parameters import (
    KNOWN_ONLY,
    AddressParameter,
    DatumParameter,
    LanguageParameter,
    LevelParameter,
    MomentParameter,
    PointParameter,
    in_range,
    parse_moment,
)
from api.services import Services
from boundaries.contacts import View
from boundaries.lookup import Answer, lookup_address, lookup_point
from boundaries.public import public_answer
from messages import Language

router = APIRouter(tags=["查询 lookup"], dependencies=[KNOWN_ONLY], responses=PROBLEMS)
_DUTY_SCOPES = {"dispatcher", "planner", "admin"}


@router.get(
    "/lookup", response_model=LookupAnswer, dependencies=[LIMITED], openapi_extra=KEY_NOT_NEEDED
)
async def lookup(
    *,
    request: Request,
    found: ServicesOf,
    held: Scopes,
    point: PointParameter,
    at: MomentParameter,
    address: AddressParameter = None,
    datum: DatumParameter = None,
    accuracy_m: Annotated[
        float | None, Query(ge=0, le=10_000, description="坐标误差半径，米 · radius, metres")
    ] = None,
    level: LevelParameter = None,
    lang: LanguageParameter = "zh",
) -> Response:
    """Find which grid of each level answers for an address or a point, and who.

    Without a key the contacts are what anyone may see; with a dispatcher's key they are the
    duty view.
    """
    if (address is None) == (point is None):
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.address_or_point")
    view: View = "duty" if held and held & _DUTY_SCOPES else "public"
    place = None if point is None else list(point)
    item = BatchItem(address=address, point=place, datum=datum, accuracy_m=accuracy_m)
    answer = _answer(found, item, at, level, view)
    value = _shown(answer, lang, view)
    return cached_response(request, value, public=held is None, at=at, beside_the_tag=("as_of",))


@router.post(
    "/lookup/batch", response_model=BatchAnswer, dependencies=[Depends(needs("dispatcher"))]
)
def lookup_batch(found: ServicesOf, batch: Batch) -> Response:
    """Answer up to 1,000 questions, in their order."""
    at = None if batch.at is None else parse_moment(batch.at)
    for item in batch.items:
        if (item.address is None) == (item.point is None):
            raise ApiError(HTTPStatus.BAD_REQUEST, "api.address_or_point")
        if item.point is not None:
            in_range(*item.point)
    answers = [_answer(found, item, at, batch.level, "duty") for item in batch.items]
    return json_response({"answers": [_shown(each, batch.lang, "duty") for each in answers]})


@router.get(
    "/suggest", response_model=Suggested, dependencies=[LIMITED], openapi_extra=KEY_NOT_NEEDED
)
def suggest(
    found: ServicesOf,
    text: Annotated[
        str, Query(min_length=1, max_length=100, description="已输入的文字 · what was typed")
    ],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> Response:
    """Offer places while somebody types: by characters, pinyin or initials."""
    texts: dict[str, None] = {}
    for current in found.read_side.in_force():
        for each in current.snapshot.addresses.suggest(text, limit=limit):
            texts.setdefault(each.text)
    return json_response({"suggestions": list(texts)[:limit]})


def _answer(found: Services, item: BatchItem, at: Any, level: int | None, view: View) -> Answer:
    if item.address is not None:
        return lookup_address(found.read_side, item.address, at=at, level=level, view=view)
    longitude, latitude = item.point or (0.0, 0.0)
    return lookup_point(
        found.read_side,
        longitude,
        latitude,
        datum=item.datum,
        accuracy_m=item.accuracy_m,
        at=at,
        level=level,
        view=view,
    )


def _shown(answer: Answer, language: Language, view: View) -> dict[str, Any]:
    value = answer.as_dict(language)
    return value if view == "duty" else public_answer(value)
