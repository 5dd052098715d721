"""What candidates are weighed by, and what a candidate is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from geo.address.names import Hit
from geo.address.query import Chunk, Query
from geo.address.register import Target

FEATURES = (
    "edit",
    "alias",
    "short",
    "office",
    "road_agrees",
    "road_differs",
    "number_agrees",
    "number_differs",
    "town_agrees",
    "town_differs",
    "zone_absent",
    "zone_unsaid",
    "building_absent",
    "stair_absent",
    "size",
    "door_only",
    "other_end",
    "reading",
    "none",
    "none_exact",
    "absent",
)
"""What a candidate is weighed by; the last three belong to "none of these"."""

(
    EDIT,
    ALIAS,
    SHORT,
    OFFICE,
    ROAD_AGREES,
    ROAD_DIFFERS,
    NUMBER_AGREES,
    NUMBER_DIFFERS,
    TOWN_AGREES,
    TOWN_DIFFERS,
    ZONE_ABSENT,
    ZONE_UNSAID,
    BUILDING_ABSENT,
    STAIR_ABSENT,
    SIZE,
    DOOR_ONLY,
    OTHER_END,
    READING,
    NONE,
    NONE_EXACT,
    ABSENT,
) = range(len(FEATURES))


def no_features() -> list[float]:
    """Return features that all say nothing."""
    return [0.0] * len(FEATURES)


class Lead(NamedTuple):
    """A place that a query may mean: how it is named there, and what speaks for it.

    ``target`` is the name that was found, None where a door is said alone.
    """

    query: Query
    place: int
    hit: Hit
    chunk: Chunk | None
    features: list[float]
    target: Target | None = None


@dataclass(slots=True)
class Found:
    """One candidate: a place down to what query and register both support.

    Attributes
    ----------
    place
        Number of the place.
    zone, building, stair
        Numbers of the register's words, -1 where not determined.
    first, last
        Slice of the register's units.
    lacks
        Faults of what the register lacks, such as ``building.not_in_register``.
    weight
        Probability, once weighed.
    """

    place: int
    zone: int
    building: int
    stair: int
    first: int
    last: int
    lead: Lead
    lacks: tuple[str, ...] = ()
    weight: float = 0.0

    @property
    def features(self) -> list[float]:
        """Return what speaks for the candidate and against it."""
        return self.lead.features

    @property
    def hit(self) -> Hit:
        """Return how the place is named."""
        return self.lead.hit

    @property
    def chunk(self) -> Chunk | None:
        """Return the words of the name, None where a door is said alone."""
        return self.lead.chunk

    @property
    def query(self) -> Query:
        """Return the reading that the candidate comes from."""
        return self.lead.query
