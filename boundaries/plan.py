"""A plan: a complete set of grids for a jurisdiction, with those who answer for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

import geopandas as gpd
import pandas as pd

from boundaries.acceptance import Acceptance
from geo.layers import empty_table


class PlanState(StrEnum):
    """States of a plan, in order."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Plan:
    """A set of grids, their assignments and their contacts.

    Attributes
    ----------
    id
        Key in the store (a ULID-like text); empty until stored.
    name
        What planners call it.
    town
        Name of the town that it divides.
    grids
        Layer ``grids``: code, level, parent, community, name, … EPSG:4490, 1e-7° lattice.
    assignments
        Table ``assignments``: which grid of the finest level has which building or slice.
    contacts
        Table ``contacts``.
    state
        Draft until published.
    effective_from, effective_to
        Aware moments, half-open; None = not set, or without end.
    revision
        Counts up in the store with every change. A change made on an older one is refused, so
        that no planner's work is lost to another's.
    accepted
        Findings that someone lets stand. Each counts as long as the ground there is as it was.
    """

    id: str
    name: str
    town: str
    grids: gpd.GeoDataFrame
    assignments: pd.DataFrame
    contacts: pd.DataFrame
    state: PlanState = PlanState.DRAFT
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    revision: int = 0
    accepted: tuple[Acceptance, ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        town: str,
        grids: gpd.GeoDataFrame,
        *,
        assignments: pd.DataFrame | None = None,
        contacts: pd.DataFrame | None = None,
    ) -> Plan:
        """Return a draft of some grids; what is not given is empty."""
        return cls(
            "",
            name,
            town,
            grids,
            empty_table("assignments") if assignments is None else assignments,
            empty_table("contacts") if contacts is None else contacts,
        )

    def with_changes(self, **changes: object) -> Plan:
        """Return the plan with some attributes replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def levels(self) -> dict[int, gpd.GeoDataFrame]:
        """The grids by level number."""
        return {int(level): grids for level, grids in self.grids.groupby("level", sort=True)}
