"""Names that callers use: dispatchers propose them, planners approve or reject them."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query
from starlette.responses import Response

from api.access import ServicesOf, needs
from api.acting import Actor
from api.answering import json_response
from api.documented import PROBLEMS
from api.models import AliasAnswer, AliasList, Approval, Proposing
from api.parameters import KNOWN_ONLY
from boundaries.aliasing import proposed
from boundaries.store import AliasState
from geo.problem import input_error

router = APIRouter(tags=["别名 aliases"], dependencies=[KNOWN_ONLY], responses=PROBLEMS)
FOR_PLANNERS = [Depends(needs("planner"))]
AliasPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$", description="别名的编号")]


@router.get("/aliases", response_model=AliasList, dependencies=FOR_PLANNERS)
def aliases(
    found: ServicesOf,
    town: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    state: Annotated[AliasState | None, Query()] = None,
) -> Response:
    """List the names and what became of them, the oldest first."""
    with found.store() as store:
        kept = store.aliases(town=town, state=state)
    return json_response({"aliases": [one.as_dict() for one in kept]})


@router.post(
    "/aliases",
    response_model=AliasAnswer,
    status_code=HTTPStatus.CREATED,
    responses={HTTPStatus.OK.value: {"model": AliasAnswer, "description": "Nothing to learn"}},
    dependencies=[Depends(needs("dispatcher", "planner"))],
)
def propose(found: ServicesOf, by_key: Actor, wanted: Proposing) -> Response:
    """Propose the name in a caller's words for the place that was meant.

    Only the name is kept: phone numbers and names of persons are taken out first, and the rest of
    the words is stored nowhere. It has no effect until a planner approves it. Where there is
    nothing to learn, `alias` is null.
    """
    new = proposed(found.read_side.in_force(), wanted.said, wanted.meant)
    if new is None:
        return json_response({"alias": None})
    with found.store() as store:
        kept = store.propose_alias(
            new.town,
            alias=new.alias,
            compound=new.compound,
            township=new.township,
            kind=wanted.kind,
            actor=by_key,
        )
    return json_response({"alias": kept.as_dict()}, status=HTTPStatus.CREATED)


@router.post("/aliases/{alias_id}/approve", response_model=AliasAnswer, dependencies=FOR_PLANNERS)
def approve(
    found: ServicesOf,
    by_key: Actor,
    alias_id: AliasPath,
    known: Annotated[Approval | None, Body()] = None,
) -> Response:
    """Approve a name, with what is known of it; the next publication takes it in."""
    known = known or Approval()
    since, until = _day("valid_from", known.valid_from), _day("valid_until", known.valid_until)
    with found.store() as store:
        kept = store.decide_alias(
            alias_id,
            AliasState.APPROVED,
            actor=by_key,
            kind=known.kind,
            valid_from=since,
            valid_until=until,
        )
    return json_response({"alias": kept.as_dict()})


@router.post("/aliases/{alias_id}/reject", response_model=AliasAnswer, dependencies=FOR_PLANNERS)
def reject(found: ServicesOf, by_key: Actor, alias_id: AliasPath) -> Response:
    """Reject a name; an approved one leaves with the next publication."""
    with found.store() as store:
        kept = store.decide_alias(alias_id, AliasState.REJECTED, actor=by_key)
    return json_response({"alias": kept.as_dict()})


@router.delete("/aliases/{alias_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=FOR_PLANNERS)
def forget(found: ServicesOf, by_key: Actor, alias_id: AliasPath) -> Response:
    """Remove a name, as where it turns out to hold a person's."""
    with found.store() as store:
        store.forget_alias(alias_id, actor=by_key)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})


def _day(column: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise input_error("aliases.not_a_day", column=column, value=text) from error
