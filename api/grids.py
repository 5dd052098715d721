"""The grids in force: as a list on a map, and each with what belongs to it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any

import numpy as np
import shapely
from fastapi import APIRouter, Path, Query, Request
from shapely.geometry import mapping
from starlette.responses import Response

from api.access import LIMITED, Scopes, ServicesOf
from api.answering import cached_response
from api.documented import GEOJSON, KEY_NOT_NEEDED, PROBLEMS, SENT_AS_GEOJSON
from api.errors import ApiError
from api.models import GridCard, GridCollection
from api.parameters import KNOWN_ONLY, LevelParameter, MomentParameter, in_range
from boundaries.neighbourhood import Related, neighbourhood
from boundaries.public import public_grid
from boundaries.readside import InForce

router = APIRouter(tags=["网格 grids"], dependencies=[KNOWN_ONLY, LIMITED], responses=PROBLEMS)
_NUMBER = r"-?\d{1,3}(?:\.\d{1,15})?"
_BOX = re.compile(rf"({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})")


@router.get(
    "/grids",
    response_model=GridCollection,
    responses=SENT_AS_GEOJSON,
    openapi_extra=KEY_NOT_NEEDED,
)
def grids(
    *,
    request: Request,
    found: ServicesOf,
    held: Scopes,
    at: MomentParameter,
    level: LevelParameter = None,
    community: Annotated[str | None, Query(pattern=r"^\d{1,20}$", description="社区代码")] = None,
    bbox: Annotated[
        str | None,
        Query(pattern=rf"^{_BOX.pattern}$", description="西,南,东,北 · west,south,east,north"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=2_000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """List the grids in force, by code."""
    box = None if bbox is None else _box(bbox)
    features: list[dict[str, Any]] = []
    matched = 0
    for current in found.read_side.in_force(at):
        layer = current.snapshot.grids
        keep = np.ones(len(layer), dtype=bool)
        if level is not None:
            keep &= (layer["level"] == level).to_numpy()
        if community is not None:
            keep &= (layer["community"] == community).to_numpy()
        if box is not None:
            keep &= shapely.intersects(layer.geometry.to_numpy(), box)
        rows = np.flatnonzero(keep)
        first = max(0, offset - matched)
        matched += len(rows)
        features += [
            _feature(current, int(row)) for row in rows[first : first + limit - len(features)]
        ]
    value = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(features),
        "features": features,
    }
    return cached_response(request, value, public=held is None, at=at, media=GEOJSON)


@router.get("/grids/{code}", response_model=GridCard, openapi_extra=KEY_NOT_NEEDED)
def grid(
    request: Request,
    found: ServicesOf,
    held: Scopes,
    at: MomentParameter,
    code: Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,40}$", description="网格代码")],
) -> Response:
    """Show one grid with its parents, children, neighbours and contacts."""
    for current in found.read_side.in_force(at):
        rows = np.flatnonzero((current.snapshot.grids["code"] == code).to_numpy())
        if len(rows):
            value = _card(current, int(rows[0]), duty=held is not None, at=at)
            return cached_response(request, value, public=held is None, at=at)
    raise ApiError(HTTPStatus.NOT_FOUND, "api.no_such_grid", code=code)


def _box(text: str) -> Any:
    parts = _BOX.fullmatch(text)
    if parts is None:
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.bad_box", value=text)
    west, south, east, north = (float(part) for part in parts.groups())
    in_range(west, south)
    in_range(east, north)
    if west > east or south > north:
        raise ApiError(HTTPStatus.BAD_REQUEST, "api.bad_box", value=text)
    return shapely.box(west, south, east, north)


def _feature(current: InForce, row: int) -> dict[str, Any]:
    layer = current.snapshot.grids
    properties = _properties(current, row)
    return {
        "type": "Feature",
        "id": properties["code"],
        "geometry": mapping(layer.geometry.iat[row]),
        "properties": properties,
    }


def _properties(current: InForce, row: int) -> dict[str, Any]:
    record = current.snapshot.grids.iloc[row].drop("geometry")
    return public_grid({name: None if value is None else value for name, value in record.items()})


def _card(current: InForce, row: int, *, duty: bool, at: Any) -> dict[str, Any]:
    properties = _properties(current, row)
    around = neighbourhood(current.snapshot, row)
    contacts = current.snapshot.contacts_view("duty" if duty else "public")
    publication = current.publication
    return {
        **properties,
        "geometry": mapping(current.snapshot.grids.geometry.iat[row]),
        "parents": [_related(each) for each in around.parents],
        "children": [_related(each) for each in around.children],
        "neighbours": [{**_related(each), "shared_m": each.shared_m} for each in around.neighbours],
        "contacts": list(contacts.of(properties["code"], at)),
        "plan": publication.plan,
        "plan_name": publication.plan_name,
        "effective_from": publication.effective_from.isoformat(),
        "effective_to": (
            None if publication.effective_to is None else publication.effective_to.isoformat()
        ),
    }


def _related(grid: Related) -> dict[str, Any]:
    return {"code": grid.code, "name": grid.name}
