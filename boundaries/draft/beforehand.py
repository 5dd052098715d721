"""What can be said before anything is drawn: how many grids fit, and which units fit nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.feasibility import count_of, hopeless_units
from boundaries.draft.measure import numbered, totals
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Units
from boundaries.scheme import Level
from boundaries.town import Town
from messages import LANGUAGES, Message


@dataclass(frozen=True)
class CommunityCount:
    """How many grids of a level a community's households fill.

    Attributes
    ----------
    community, name
        Its code and what it is called.
    level
        Number of the level.
    households
        Of the community, those in special-purpose grids left out.
    low, high
        The band.
    least, most
        Grids that can hold them; none where ``least > most``.
    """

    community: str
    name: str
    level: int
    households: int
    low: int
    high: int
    least: int
    most: int


@dataclass(frozen=True)
class HopelessUnit:
    """A building, or a stair of it, that no connected group in a level's band contains: proved.

    Attributes
    ----------
    building
        Its ID.
    stair
        From 1; 0 for all of it.
    level
        Number of the level.
    households
        In the unit, with others that live on the same ground.
    low, high
        The band.
    """

    building: str
    stair: int
    level: int
    households: int
    low: int
    high: int


@dataclass(frozen=True)
class Beforehand:
    """What is known of a town before it is drawn."""

    counts: tuple[CommunityCount, ...]
    hopeless: tuple[HopelessUnit, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What cannot be met, in words: counts first."""
        counts = [
            Message("draft.impossible_count", asdict(count) | {"community": count.name})
            for count in self.counts
            if count.least > count.most
        ]
        units = [
            Message(f"draft.hopeless_{'stair' if unit.stair else 'building'}", asdict(unit))
            for unit in self.hopeless
        ]
        return (*counts, *units)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with the notes in both languages."""
        return {
            "counts": [
                asdict(count) | {"possible": count.least <= count.most} for count in self.counts
            ],
            "hopeless": [asdict(unit) for unit in self.hopeless],
            "notes": [
                {f"message_{language}": note.text(language) for language in LANGUAGES}
                for note in self.notes
            ],
        }


def foreseen(town: Town, units: Units, special: Integers, levels: Sequence[Level]) -> Beforehand:
    """Return what arithmetic and a search around every unit prove.

    Parameters
    ----------
    town, units
        The town and its units.
    special
        Compound of every unit that is part of a special-purpose grid; -1 for others.
    levels
        That will be drawn.
    """
    general = np.flatnonzero(special == NONE)
    graph = units.graph.part(general)
    rows, community = np.unique(units.community[general], return_inverse=True)
    held = totals(graph.households, numbered(community))
    codes, names = town.communities["code"].tolist(), town.communities["name"].tolist()
    ids = town.buildings["id"].tolist()
    owner = {
        tenant.unit: tenant for tenant in sorted(units.tenants, key=lambda each: each.households)
    }
    counts, hopeless = [], []
    for level in levels:
        band = level.low, level.high
        for row, households in zip(rows.tolist(), held.tolist(), strict=True):
            if households:
                fit = count_of(level.level, households, *band)
                counts.append(
                    CommunityCount(
                        codes[row], names[row], level.level, households, *band, fit.least, fit.most
                    )
                )
        weights = weights_at(graph.households, level.high)
        for unit in hopeless_units(graph, *band, households=weights).tolist():
            tenant = owner[int(general[unit])]
            households = int(graph.households[unit])
            hopeless.append(
                HopelessUnit(ids[tenant.building], tenant.stair, level.level, households, *band)
            )
    return Beforehand(tuple(counts), tuple(hopeless))
