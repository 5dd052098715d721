"""What one publication in force shows to everyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property

import geopandas as gpd

from boundaries.readside import InForce, ReadSide
from boundaries.snapshot import Snapshot
from maps.basemap import Ground


@dataclass(frozen=True)
class Edition:
    """What one publication in force shows; two of the same content are equal.

    Attributes
    ----------
    snapshot_id
        Content hash of the snapshot.
    only
        Codes of the communities that it is in force for; empty: all of them.
    town, plan
        Names.
    effective_from, effective_to
        Aware moments, half-open; None = without end.
    snapshot
        Its grids, contacts and ground.
    """

    snapshot_id: str
    only: frozenset[str]
    town: str
    plan: str
    effective_from: datetime
    effective_to: datetime | None
    snapshot: Snapshot = field(compare=False, repr=False)

    @classmethod
    def of(cls, found: InForce) -> Edition:
        """Return the edition of a publication in force."""
        publication = found.publication
        return cls(
            found.snapshot.id,
            publication.communities,
            publication.town,
            publication.plan_name,
            publication.effective_from,
            publication.effective_to,
            found.snapshot,
        )

    @cached_property
    def grids(self) -> gpd.GeoDataFrame:
        """Layer ``grids`` of the communities that it is in force for."""
        grids = self.snapshot.grids
        return grids[grids["community"].isin(self.only)] if self.only else grids

    @cached_property
    def communities(self) -> Mapping[str, str]:
        """Names of the communities by code."""
        layer = self.snapshot.ground("communities")
        return dict(zip(layer["code"], layer["name"], strict=True))

    @cached_property
    def ground(self) -> Ground:
        """What is drawn under the grids."""
        return Ground(*(self.snapshot.ground(layer.name) for layer in fields(Ground)))


def editions(read_side: ReadSide, at: datetime | None = None) -> tuple[Edition, ...]:
    """Return what is in force at a moment, earliest publication first."""
    return tuple(Edition.of(found) for found in reversed(read_side.in_force(at)))
