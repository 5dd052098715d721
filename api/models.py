"""The shapes of what is sent and received; strict: nothing is coerced, nothing unknown passes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import MOMENT
from boundaries.store import AliasState
from geo.aliases import AliasKind
from geo.datum import Datum

MOST_IN_A_BATCH = 1_000
DAY = r"^\d{4}-\d{2}-\d{2}$"
FINDING = r"^[A-Z]\d{2}-[0-9a-f]{12}$"
"""Pattern of a finding's ID."""
WRITTEN = r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$"
"""Pattern of a text of one line that says something."""


class Strict(BaseModel):
    """A body that holds what is named here and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Contact(Strict):
    """Who answers; without a key, only what its publication basis allows."""

    role: str
    stand_in: bool
    name: str | None
    title: str | None
    phone: str | None
    duty_phone: str | None
    duties: str | None
    since: str | None


class GridOption(Strict):
    """A grid that may be meant; no code for ground outside all grids."""

    code: str | None
    name: str | None
    p: float


class LevelAnswer(Strict):
    """The answer at one level."""

    level: int
    level_name: str | None
    state: Literal["determined", "likely", "ambiguous", "unknown"]
    code: str | None
    name: str | None
    p: float
    options: list[GridOption]
    contacts: list[Contact]


class NeighbourLevel(Strict):
    """The grid across the border at one level."""

    level: int
    code: str | None
    name: str | None


class NeighbourAcross(Strict):
    """Who is across the nearest border."""

    outside: bool
    levels: list[NeighbourLevel]


class OverlayGrid(Strict):
    """A special-purpose grid that lies on top of the others at the place, and who answers."""

    code: str
    name: str | None
    special_type: str | None
    p: float
    contacts: list[Contact]


class LookupAnswer(Strict):
    """Which grid answers at each level, who, and how sure that is."""

    status: Literal["match", "partial", "ambiguous", "no_match", "out_of_area", "invalid"]
    grade: Literal["A", "B", "C"] | None
    levels: list[LevelAnswer]
    candidates: list[dict[str, Any]]
    p_none: float
    ask: str | None
    note: str | None
    precision: str | None
    faults: list[dict[str, Any]]
    border_distance_m: float | None
    neighbour: NeighbourAcross | None
    overlays: list[OverlayGrid]
    plan: str | None
    plan_name: str | None
    snapshot: str | None
    effective_from: str | None
    effective_to: str | None
    as_of: str
    point: list[float] | None


class BatchItem(Strict):
    """One question: an address, or a point with its datum."""

    address: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    point: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    datum: Annotated[Datum, Field(strict=False)] | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=10_000)] | None = None


class Batch(Strict):
    """Many questions at once; the answers come in the same order."""

    items: Annotated[list[BatchItem], Field(max_length=MOST_IN_A_BATCH)]
    at: Annotated[str, Field(pattern=MOMENT)] | None = None
    level: Annotated[int, Field(ge=1, le=9)] | None = None
    lang: Literal["zh", "en"] = "zh"


class BatchAnswer(Strict):
    """The answers, in the order of the questions."""

    answers: list[LookupAnswer]


class Suggested(Strict):
    """Places that begin or sound like what was typed."""

    suggestions: list[str]


class GridProperties(Strict):
    """What anyone may see of a grid."""

    code: str
    level: int
    parent: str | None
    community: str | None
    name: str | None
    kind: str
    special_type: str | None


class GridFeature(BaseModel):
    """A grid as a GeoJSON feature, EPSG:4490."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: GridProperties


class GridCollection(BaseModel):
    """Grids as GeoJSON; ``numberMatched`` counts those beyond the page too."""

    type: Literal["FeatureCollection"]
    numberMatched: int  # noqa: N815 - the name that OGC API Features gives it
    numberReturned: int  # noqa: N815
    features: list[GridFeature]


class Related(Strict):
    """A grid beside, above or below another."""

    code: str
    name: str | None


class Beside(Related):
    """A grid that shares a border, and how much of it, metres."""

    shared_m: float


class GridCard(GridProperties):
    """A grid with all that belongs to it."""

    geometry: dict[str, Any]
    parents: list[Related]
    children: list[Related]
    neighbours: list[Beside]
    contacts: list[Contact]
    plan: str
    plan_name: str
    effective_from: str
    effective_to: str | None


class PlanSummary(BaseModel):
    """A plan of the store."""

    id: str
    name: str
    town: str
    state: str
    grids: int
    created_at: str
    created_by: str
    changed_at: str
    effective_from: str | None
    effective_to: str | None


class PlanList(Strict):
    """All plans of the store, newest first."""

    plans: list[PlanSummary]


class Unchecked(Strict):
    """A rule that could not be checked, the layer that it needs, and why."""

    rule: str
    layer: str
    message: str


class Decision(Strict):
    """Why a finding was let stand, by whom and when."""

    reason: str
    accepted_by: str
    accepted_at: str


class Accepted(Decision):
    """A finding that was let stand with the plan, as it was then."""

    finding: str
    rule: str
    kind: str
    severity: Literal["E", "W"]
    level: int | None
    grids: list[str]
    message: str
    geometry: dict[str, Any] | None


class AcceptedList(Strict):
    """What was accepted with a plan, in the order in which it was."""

    accepted: list[Accepted]


class Accepting(Strict):
    """Findings of a plan's check to let stand, and why."""

    findings: Annotated[
        list[Annotated[str, Field(pattern=FINDING)]], Field(min_length=1, max_length=1_000)
    ]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=WRITTEN)]
    by: Annotated[str, Field(min_length=1, max_length=100, pattern=WRITTEN)] | None = None


class Findings(BaseModel):
    """A plan's findings as GeoJSON, with their counts.

    ``unchecked`` names the rules that could not be checked, ``lapsed`` what was accepted and no
    longer applies.
    """

    type: Literal["FeatureCollection"]
    plan: str
    at: str | None
    counts: dict[str, int]
    unchecked: list[Unchecked]
    lapsed: list[Accepted]
    numberMatched: int  # noqa: N815
    numberReturned: int  # noqa: N815
    features: list[dict[str, Any]]


class AliasModel(Strict):
    """A name that callers use for a compound of the register."""

    id: str
    town: str
    alias: str
    compound: str
    township: str
    kind: AliasKind | None
    valid_from: str | None
    valid_until: str | None
    state: AliasState
    times: int
    proposed_by: str
    proposed_at: str
    decided_by: str | None
    decided_at: str | None


class AliasAnswer(Strict):
    """The name; null where there is nothing to learn."""

    alias: AliasModel | None


class AliasList(Strict):
    """Names that callers use, the oldest first."""

    aliases: list[AliasModel]


class Proposing(Strict):
    """What a caller said, and the address that was meant, as the register has it."""

    said: Annotated[str, Field(min_length=1, max_length=200)]
    meant: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[AliasKind, Field(strict=False)] | None = None


class Approval(Strict):
    """What is known of an approved name: its kind, and the days in which it is one."""

    kind: Annotated[AliasKind, Field(strict=False)] | None = None
    valid_from: Annotated[str, Field(pattern=DAY)] | None = None
    valid_until: Annotated[str, Field(pattern=DAY)] | None = None


class Health(Strict):
    """Whether the process lives, or may be asked."""

    status: Literal["ok"]
