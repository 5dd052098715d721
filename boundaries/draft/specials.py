"""Special-purpose compounds: schools, hospitals and the like that become grids of their own."""

from __future__ import annotations

import numpy as np

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import linked
from boundaries.draft.units import NONE, Units
from boundaries.town import Town
from geo.layers.schema import SPECIAL_TYPES

LEAST_M2 = 8_000.0
"""A smaller compound stays, whole, in the grid around it: every level-1 grid needs its leader."""


def special_compounds(town: Town, units: Units) -> Integers:
    """Return the estate (row) of every unit that belongs to an exclusive grid; -1 for others.

    A compound becomes one where it is large enough, has fewer residents than a grid of the
    finest level, lies in one piece, and where taking it out tears no other ground apart.
    """
    kind = town.estates["kind"].to_numpy()
    estates = np.unique(units.estate[units.estate != NONE])
    found = np.full(len(units.graph), NONE, np.int64)
    area = np.bincount(units.estate + 1, weights=units.graph.area / 100.0)
    order = sorted(estates.tolist(), key=lambda row: (-area[row + 1], row))
    for estate in order:
        if kind[estate] not in SPECIAL_TYPES or area[estate + 1] < LEAST_M2:
            continue
        members = np.flatnonzero(units.estate == estate)
        if units.graph.households[members].sum() >= town.scheme.finest.low:
            continue
        if _is_one_piece(units, members) and _tears_nothing(units, members, found):
            found[members] = estate
    return found


def _pieces(units: Units, members: Integers) -> int:
    part = units.graph.part(members)
    passable = ~part.walled
    labels = linked(len(part), part.one[passable], part.other[passable])
    return int(labels.max(initial=-1)) + 1


def _is_one_piece(units: Units, members: Integers) -> bool:
    return _pieces(units, members) == 1


def _tears_nothing(units: Units, members: Integers, taken: Integers) -> bool:
    """Whether the rest of the community keeps its number of pieces, and is not nothing."""
    community = units.community[members[0]]
    before = np.flatnonzero((units.community == community) & (taken == NONE))
    after = np.setdiff1d(before, members)
    return len(after) > 0 and _pieces(units, after) == _pieces(units, before)
