"""Why a grid of a draft is off its band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from boundaries.draft.certificate import Certificate
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Units
from boundaries.town import Town
from messages import Message

if TYPE_CHECKING:
    from boundaries.draft.grids import GridMaker, Parts


_KEYS = {
    "ground": "ground_too_small",
    "hopeless": "hopeless",
    "crowded": "crowded",
    "not proved": "not_found",
}


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


def explanations(
    town: Town, units: Units, parts: Parts, maker: GridMaker
) -> tuple[Explanation, ...]:
    """Return why each general grid off its band is off."""
    found = []
    general = np.flatnonzero(parts.special[-1] == NONE)
    place = np.full(len(units.graph), NONE, np.int64)
    place[general] = np.arange(len(general))
    graph = units.graph.part(general)
    certificates: dict[int, Certificate] = {}
    for at, grid in enumerate(maker.grids):
        level = town.scheme.level(grid.level)
        if level.low <= grid.households <= level.high or maker.is_special(grid):
            continue
        if grid.level not in certificates:
            certificates[grid.level] = Certificate(
                graph,
                level.low,
                level.high,
                counted=weights_at(graph.households, level.high),
            )
        inside = np.flatnonzero(parts.labels[grid.level - 1] == grid.part)
        reason = certificates[grid.level].reason(place[inside])
        key = _KEYS[reason.kind]
        if key == "not_found" and _is_undividable(units, maker, set(inside.tolist()), level.high):
            key = "undividable"
        found.append(
            Explanation(
                maker.codes[at][0],
                grid.level,
                grid.households,
                Message(
                    f"draft.{key}",
                    {
                        "grid": maker.codes[at][1],
                        "households": grid.households,
                        "around": reason.around,
                        "searched": reason.searched,
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
        tenant.unit in inside and tenant.households > high
        for number, tenant in enumerate(units.tenants)
        if number not in maker.slices
        or any(share.households > high for share, _ in maker.slices[number])
    )
