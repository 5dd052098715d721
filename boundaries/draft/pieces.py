"""Units in one piece each: what is cut off goes to the neighbour it fits best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from boundaries.draft.arrangement import Borders, summed
from boundaries.draft.compiled import Integers
from boundaries.draft.graph import linked

_TURNS = 6
_SAME_BLOCK = 1e3


def in_one_piece(
    unit: Integers,
    borders: Borders,
    area: npt.NDArray[np.float64],
    *,
    community: Integers,
    block: Integers,
    building: Integers,
    today: Integers,
) -> Integers:
    """Return the unit of every face once stray pieces went to others of their community.

    Parameters
    ----------
    unit
        Of every face; its largest piece stays.
    borders, area
        Of the faces.
    community, block, building, today
        Of every unit: a piece stays in today's grid where it can; there it goes to another stair
        of its building first, then to its own block; among those to whom it shares most border
        with.
    """
    unit = unit.copy()
    inner = borders.other >= 0
    one, other, length = borders.one[inner], borders.other[inner], borders.length_m[inner]
    for within_today, among_kin in ((True, True), (True, False), (False, False)):
        for _ in range(_TURNS):
            same = unit[one] == unit[other]
            piece = linked(len(unit), one[same], other[same])
            stray = _stray(piece, unit, area)
            tail = np.concatenate([one[~same], other[~same]])
            head = np.concatenate([other[~same], one[~same]])
            weight = np.concatenate([length[~same], length[~same]])
            here, there = unit[tail], unit[head]
            fits = stray[piece[tail]] & ~stray[piece[head]] & (community[here] == community[there])
            if within_today:
                fits &= today[here] == today[there]
            if among_kin:
                fits &= (building[here] == building[there]) & (building[here] >= 0)
            if not fits.any():
                break
            weight = weight * np.where(block[here] == block[there], _SAME_BLOCK, 1.0)
            moved = _best(piece[tail][fits], there[fits], weight[fits], len(stray), len(community))
            unit = np.where(moved[piece] >= 0, moved[piece], unit)
    return unit


def _stray(piece: Integers, unit: Integers, area: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which pieces are not the largest of their unit."""
    size = summed(piece, area, int(piece.max()) + 1)
    owner = unit[np.unique(piece, return_index=True)[1]]
    order = np.lexsort((-size, owner))
    stray = np.ones(len(size), bool)
    stray[order[np.unique(owner[order], return_index=True)[1]]] = False
    return stray


def _best(
    piece: Integers, unit: Integers, weight: npt.NDArray[np.float64], pieces: int, units: int
) -> Integers:
    """Return the unit that weighs most for every piece; -1 where it has none."""
    key, pair = np.unique(piece * units + unit, return_inverse=True)
    total = summed(pair, weight, len(key))
    home = np.full(pieces, -1, np.int64)
    best = key[np.lexsort((-key, total))]  # the last one written stays
    home[best // units] = best % units
    return home
