"""What must be said of a draft: what arithmetic forbids, and why a grid is off its band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.crowding import Crowding
from boundaries.draft.feasibility import count_of, hopeless_units
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Units
from boundaries.town import Town
from messages import Message

if TYPE_CHECKING:
    from boundaries.draft.grids import GridMaker, Parts


@dataclass(frozen=True)
class Explanation:
    """Why a grid is off its band.

    Attributes
    ----------
    code
        Of the grid.
    level
        Its level.
    households
        That it has.
    message
        The reason.
    """

    code: str
    level: int
    households: int
    message: Message


def feasibility_notes(town: Town, units: Units, levels: int) -> tuple[Message, ...]:
    """Return what arithmetic alone forbids, community by community and level by level."""
    notes = []
    names = town.communities["name"].to_numpy()
    total = np.bincount(
        units.community, weights=units.graph.households, minlength=len(names)
    ).astype(np.int64)
    for row in np.unique(units.community).tolist():
        for level in town.scheme.levels[:levels]:
            count = count_of(level.level, int(total[row]), level.low, level.high)
            if count.households and not count.possible:
                notes.append(
                    Message(
                        "draft.impossible_count",
                        {
                            "community": names[row],
                            "households": count.households,
                            "level": level.level,
                            "low": level.low,
                            "high": level.high,
                        },
                    )
                )
    return tuple(notes)


def explanations(
    town: Town, units: Units, parts: Parts, maker: GridMaker
) -> tuple[Explanation, ...]:
    """Return why each general grid off its band is off."""
    found = []
    special = parts.special[-1]
    ground = units.graph.components(np.where(special == NONE, 0, 1 + special))
    held = np.bincount(ground, weights=units.graph.households).astype(np.int64)
    members: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, labels in enumerate(parts.labels, start=1):
        for unit, part in enumerate(labels.tolist()):
            members[number, part].append(unit)
    hopeless: dict[int, set[int]] = {}
    crowding: dict[int, Callable[[list[int]], bool]] = {}
    for at, grid in enumerate(maker.grids):
        level = town.scheme.level(grid.level)
        inside = members[grid.level, grid.part]
        if level.low <= grid.households <= level.high or maker.is_special(grid):
            continue
        if grid.level not in hopeless:
            general = np.flatnonzero(special == NONE)
            part = units.graph.part(general)
            weighed = weights_at(part.households, level.high)
            rows = hopeless_units(part, level.low, level.high, households=weighed)
            hopeless[grid.level] = set(general[rows].tolist())
            crowding[grid.level] = _crowded(
                Crowding(part, level.low, level.high, households=weighed), general
            )
        around = int(held[ground[inside[0]]])
        key = "draft.not_found"
        if not count_of(grid.level, around, level.low, level.high).possible:
            key = "draft.ground_too_small"
        elif hopeless[grid.level].intersection(inside):
            key = "draft.hopeless"
        elif crowding[grid.level](inside):
            key = "draft.crowded"
        elif _is_undividable(units, maker, set(inside), level.high):
            key = "draft.undividable"
        found.append(
            Explanation(
                maker.codes[at][0],
                grid.level,
                grid.households,
                Message(
                    key,
                    {
                        "grid": maker.codes[at][1],
                        "households": grid.households,
                        "around": around,
                        "low": level.low,
                        "high": level.high,
                    },
                ),
            )
        )
    return tuple(found)


def _is_undividable(units: Units, maker: GridMaker, inside: set[int], high: int) -> bool:
    """Whether one stair or building there has more than a grid holds, and no floors to share."""
    return any(
        tenant.unit in inside and tenant.households > high and number not in maker.slices
        for number, tenant in enumerate(units.tenants)
    )


def _crowded(crowding: Crowding, general: Integers) -> Callable[[list[int]], bool]:
    """Return whether one of some units, numbered as in the town, is proved to be crowded out."""
    place = {int(unit): at for at, unit in enumerate(general.tolist())}
    return lambda inside: any(crowding.is_proved(place[unit]) for unit in inside)
