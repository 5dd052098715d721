"""Query parameters: one small dependency each, strict, and none that is not known.

Dependencies are coroutines: FastAPI sends plain functions through a thread each.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BaseModel, Field

from api.direct import read_query
from api.errors import ApiError
from boundaries.zone import CHINA
from geo.datum import Datum
from messages import Language

_NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,15})?"
_POINT = re.compile(rf"({_NUMBER}),({_NUMBER})")
_SENT_NUMBER = _NUMBER.replace("[+-]", "-")  # a plus sign stands for a space in a query
_SENT_POINT = re.compile(rf"(?:^|&)point=({_SENT_NUMBER})(?:,|%2[Cc])({_SENT_NUMBER})(?=&|$)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$"
"""Pattern of a date or date-time."""


async def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the endpoint does not have, or one given twice."""
    path: str = request.scope["route"].path
    known = _parameters_of(request.app)[path, request.method.lower()]
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise ApiError(
                HTTPStatus.BAD_REQUEST,
                "api.unknown_parameter",
                name=name,
                known="、".join(sorted(known)) or "—",
            )
        if given.count(name) > 1:
            raise ApiError(HTTPStatus.BAD_REQUEST, "api.repeated_parameter", name=name)


@lru_cache(maxsize=8)
def _parameters_of(app: FastAPI) -> dict[tuple[str, str], frozenset[str]]:
    """Return the names of each endpoint's query parameters, as its documentation has them."""
    return {
        (path, method): frozenset(
            each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"
        )
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
    }


def parse_point(value: str) -> tuple[float, float]:
    """Return longitude and latitude, degrees."""
    found = _POINT.fullmatch(value)
    if found is None:
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.bad_point", value=value)
    return in_range(float(found[1]), float(found[2]))


def in_range(longitude: float, latitude: float) -> tuple[float, float]:
    """Return a point; refuse one that lies nowhere on earth."""
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):  # noqa: PLR2004 - degrees
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.bad_point", value=f"{longitude},{latitude}")
    return longitude, latitude


def parse_moment(value: str) -> datetime:
    """Return an aware moment from a date (its first instant, UTC+8) or an RFC 3339 date-time."""
    try:
        if _DAY.fullmatch(value):
            moment = datetime.combine(date.fromisoformat(value), time(), CHINA)
        else:
            moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=CHINA)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.bad_moment", value=value) from error


_AT: dict[str, Any] = {
    "description": "日期或时刻，默认现在 · date or date-time, now by default",
    "pattern": MOMENT,
    "examples": ["2026-12-01", "2026-12-01T08:00:00+08:00"],
}
_LEVEL: dict[str, Any] = {"ge": 1, "le": 9, "description": "只要这一级 · this level only"}
_LANGUAGE = "语言 · language"
_FORMAT = "json 或 geocodejson（各地理编码服务通用的格式）· our own form, or the one of geocoders"
AnswerFormat = Literal["json", "geocodejson"]
FormatParameter = Annotated[AnswerFormat, Query(alias="format", description=_FORMAT)]


async def at(
    value: Annotated[str | None, Query(alias="at", **_AT)] = None,
) -> datetime | None:
    """Moment that the answer is for; without a zone, China's time holds."""
    return None if value is None else parse_moment(value)


MomentParameter = Annotated[datetime | None, Depends(at)]
LevelParameter = Annotated[int | None, Query(**_LEVEL)]
LanguageParameter = Annotated[Language, Query(description=_LANGUAGE)]
KNOWN_ONLY = Depends(only_known_parameters)


class LookupQuery(BaseModel):
    """What `/lookup` is asked: an address or a point, and how to answer."""

    address: Annotated[
        str | None,
        Field(
            min_length=1, max_length=200, description="地址，如“滨河小区3号楼2单元” · an address"
        ),
    ] = None
    point: Annotated[
        str | None,
        Field(
            description="经度,纬度 · longitude,latitude in degrees",
            pattern=rf"^{_POINT.pattern}$",
            examples=["111.67,38.28"],
        ),
    ] = None
    datum: Annotated[
        Datum | None,
        Field(
            description="坐标的基准；不给则三种都试 · datum of the point; all tried where not given"
        ),
    ] = None
    accuracy_m: Annotated[
        float | None, Field(ge=0, le=10_000, description="坐标误差半径，米 · radius, metres")
    ] = None
    at: Annotated[str | None, Field(**_AT)] = None
    level: Annotated[int | None, Field(**_LEVEL)] = None
    lang: Annotated[Language, Field(description=_LANGUAGE)] = "zh"
    format: Annotated[AnswerFormat, Field(description=_FORMAT)] = "json"


def read_lookup(query: bytes) -> tuple[LookupQuery, tuple[float, float] | None]:
    """Return what `/lookup` is asked, and the point.

    Points differ from request to request, and what is asked beside them hardly does: it is kept.

    Raises
    ------
    ApiError
        400: a parameter is unknown or given twice, or there is no such place.
    RequestValidationError
        A parameter's value does not fit.
    """
    found = _SENT_POINT.search(query.decode("latin-1"))
    if found is not None:
        start, end = found.span()
        asked = _beside_a_point(query[:start] + query[end:])
        if asked.point is None:
            return asked, in_range(float(found[1]), float(found[2]))
    asked = read_query(query, LookupQuery)
    return asked, None if asked.point is None else parse_point(asked.point)


@lru_cache(maxsize=256)
def _beside_a_point(query: bytes) -> LookupQuery:
    return read_query(query, LookupQuery)
