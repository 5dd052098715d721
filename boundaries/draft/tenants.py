"""Who lives in which unit: buildings, or their stairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.draft.arrangement import Shapes, inner_points
from boundaries.draft.compiled import Integers
from boundaries.draft.dwellings import households_of, shares
from boundaries.town import Town

Homes = dict[int, dict[int, int]]
"""Unit of every stair (0: all of it) of every building (row)."""


@dataclass(frozen=True)
class Tenant:
    """A building, or a stair of one (from 1; 0: all of it), in a unit."""

    unit: int
    building: int
    stair: int
    households: int


def homes_of(
    key: Integers, area: npt.NDArray[np.float64], today: Mapping[tuple[int, int], int]
) -> Homes:
    """Return the unit of every building's stairs: where today's table says, else the largest.

    Parameters
    ----------
    key
        Block, building, stair and today's grid of every unit, -1 for none.
    area
        Of every unit.
    today
        Grid that has a building's stair by the plan's table.
    """
    home: Homes = {}
    for unit in np.argsort(area, kind="stable").tolist():
        _, row, stair, _ = key[unit].tolist()
        if row >= 0:
            home.setdefault(row, {})[stair] = unit
    for unit, (_, row, stair, old) in enumerate(key.tolist()):
        if old >= 0 and today.get((row, stair)) == old:
            home[row][stair] = unit
    return home


def tenants_of(
    town: Town, home: Homes, divided: Collection[int], faces: Shapes, unit_of_face: Integers
) -> tuple[Tenant, ...]:
    """Put every building of the town's ground, or every stair of it, into a unit.

    Where the ground of a stair went to others, the nearest stair of its building takes its
    households; where all of a building's did, the unit in which the building stands.
    """
    total = households_of(town.buildings)
    stairs = town.buildings["stairs"].fillna(1).to_numpy(dtype=np.int64)
    homeless = np.setdiff1d(np.arange(len(total)), np.array(sorted(home), np.int64))
    points = inner_points(town.buildings.geometry.to_numpy()[homeless])
    at, face = shapely.STRtree(faces).query(points, predicate="intersects")
    for row, where in zip(homeless[at[::-1]].tolist(), face[::-1].tolist(), strict=True):
        home[row] = {0: int(unit_of_face[where])}
    tenants = []
    for row, units in sorted(home.items()):
        if row not in divided or 0 in units:
            tenants.append(Tenant(min(units.values()), row, 0, int(total[row])))
            continue
        held = shares(int(total[row]), int(stairs[row]))
        for number in range(1, len(held) + 1):
            nearest = min(units, key=lambda other: (abs(other - number), other))
            tenants.append(Tenant(units[nearest], row, number, held[number - 1]))
    return tuple(tenants)
