"""Look up an address or a point; for one caller, or many at once."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.access import LIMITED, ServicesOf, admitted, needs
from api.answering import joined, json_response, tagged_response, to_json
from api.direct import documented_query
from api.documented import (
    GEOJSON,
    KEY_NOT_NEEDED,
    KEY_OR_NONE,
    NO_SUCH_LEVEL,
    PROBLEMS,
    SENT_AS_GEOCODEJSON,
)
from api.errors import ApiError
from api.models import Batch, BatchAnswer, LookupAnswer, Suggested
from api.parameters import (
    KNOWN_ONLY,
    FormatParameter,
    LookupQuery,
    in_range,
    parse_moment,
    read_lookup,
)
from api.services import Services
from boundaries.contacts import View
from boundaries.geocoding import geocoding_of
from boundaries.lookup import Answer, lookup_address, lookup_point
from boundaries.public import public_answer
from geo.address import Suggestion, suggestions_geocodejson
from geo.datum import Datum
from messages import Language

_TAGS: list[str | Enum] = ["查询 lookup"]
documented = APIRouter(tags=_TAGS, responses=PROBLEMS)
router = APIRouter(tags=_TAGS, dependencies=[KNOWN_ONLY], responses=PROBLEMS)
_DUTY_SCOPES = {"dispatcher", "planner", "admin"}


@documented.get(
    "/lookup",
    response_model=LookupAnswer,
    responses={**SENT_AS_GEOCODEJSON, **NO_SUCH_LEVEL},
    openapi_extra={**KEY_OR_NONE, "parameters": documented_query(LookupQuery)},
)
async def lookup(request: Request) -> Response:
    """Find which grid of each level answers for an address or a point, and who.

    Without a key the contacts are what anyone may see; with a dispatcher's key they are the
    duty view.
    """
    asked, place = read_lookup(request.scope["query_string"])
    found: Services = request.app.state.services
    held = await admitted(request, found)
    view: View = "duty" if held and held & _DUTY_SCOPES else "public"
    at = None if asked.at is None else parse_moment(asked.at)
    answer = _answer(
        found,
        asked.address,
        place,
        datum=asked.datum,
        accuracy_m=asked.accuracy_m,
        at=at,
        level=asked.level,
        view=view,
    )
    media = b"application/json"
    if asked.format == "geocodejson":
        media = GEOJSON.encode()
        body, moment = _as_geocodejson(answer, asked.lang, view)
    else:
        body, moment = _as_json(answer, asked.lang, view)
    return tagged_response(
        request, found, body, beside_the_tag=moment, public=held is None, at=at, media=media
    )


@router.post(
    "/lookup/batch",
    response_model=BatchAnswer,
    responses=NO_SUCH_LEVEL,
    dependencies=[Depends(needs("dispatcher"))],
)
def lookup_batch(found: ServicesOf, batch: Batch) -> Response:
    """Answer up to 1,000 questions, in their order."""
    at = None if batch.at is None else parse_moment(batch.at)
    answers = []
    for item in batch.items:
        place = None if item.point is None else in_range(*item.point)
        answers.append(
            _answer(
                found,
                item.address,
                place,
                datum=item.datum,
                accuracy_m=item.accuracy_m,
                at=at,
                level=batch.level,
                view="duty",
            )
        )
    return json_response({"answers": [_shown(each, batch.lang, "duty") for each in answers]})


@router.get(
    "/suggest",
    response_model=Suggested,
    responses=SENT_AS_GEOCODEJSON,
    dependencies=[LIMITED],
    openapi_extra=KEY_NOT_NEEDED,
)
def suggest(
    found: ServicesOf,
    text: Annotated[
        str, Query(min_length=1, max_length=100, description="已输入的文字 · what was typed")
    ],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
    form: FormatParameter = "json",
) -> Response:
    """Offer places while somebody types: by characters, pinyin or initials."""
    offered: dict[str, Suggestion] = {}
    for current in found.read_side.in_force():
        for each in current.snapshot.addresses.suggest(text, limit=limit):
            offered.setdefault(each.text, each)
    first = list(offered.values())[:limit]
    if form == "geocodejson":
        return json_response(suggestions_geocodejson(first), media=GEOJSON)
    return json_response({"suggestions": [each.text for each in first]})


def _answer(
    found: Services,
    address: str | None,
    place: tuple[float, float] | None,
    *,
    datum: Datum | None,
    accuracy_m: float | None,
    at: datetime | None,
    level: int | None,
    view: View,
) -> Answer:
    if address is not None and place is None:
        return lookup_address(found.read_side, address, at=at, level=level, view=view)
    if address is not None or place is None:
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.address_or_point")
    return lookup_point(
        found.read_side,
        *place,
        datum=datum,
        accuracy_m=accuracy_m,
        at=at,
        level=level,
        view=view,
    )


def _shown(answer: Answer, language: Language, view: View) -> dict[str, Any]:
    value = answer.as_dict(language)
    return value if view == "duty" else public_answer(value)


def _as_geocodejson(answer: Answer, language: Language, view: View) -> tuple[bytes, bytes]:
    """Return an answer as GeocodeJSON, and its moment."""
    value = geocoding_of(answer, language, view)
    moment = {"as_of": value["answer"].pop("as_of")}
    return to_json(value), to_json(moment)


def _as_json(answer: Answer, language: Language, view: View) -> tuple[bytes, bytes]:
    """Return an answer and its moment as JSON; what many points share is made once."""
    shared: bytes | None = answer.made.get((language, view))
    own = answer.own_part()
    moment = to_json({"as_of": own.pop("as_of")})
    if view == "public":
        own = public_answer(own)
    if shared is None:
        parts = answer.shared_part(language)
        shared = to_json(public_answer(parts) if view == "public" else parts)
        answer.made[language, view] = shared
    return joined(shared, to_json(own)), moment
