"""How few households must move: a bound that holds for every division in the band.

Two bounds, and the greater one counts. First: whatever is above its band must lose, whatever is
below must gain or be given up, in whole units, the first of them from next door; a household that
moves serves at most one of each kind. Second: around every part off its band lies a window, the
part and its neighbours. Inside it units may go anywhere or leave, and any may come from outside;
every part ends in its band or is given up. The least that must leave a window's parts is found
exactly (HiGHS). Windows that share a part are one, and each move is counted where it starts, so
the sum over windows holds as well. Shapes are left out of account, so no division does with less.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.measure import totals

_LIMIT_S = 0.4
_LARGEST = 24
_Entries = list[tuple[int, int, float]]


def least_moves(graph: UnitGraph, label: Integers, low: int, high: int) -> int:
    """Return a number of households that every division in the band moves at least.

    Parameters
    ----------
    graph
        Units with today's households.
    label
        Today's parts, by any numbers.
    low, high
        The band.
    """
    label = np.unique(label, return_inverse=True)[1].ravel()
    held = totals(graph.households, label)
    bad = np.flatnonzero((held < low) | (held > high))
    if not len(bad):
        return 0
    lost = sum(
        _least_sum(graph.households[label == part], int(held[part]) - high)
        for part in bad[held[bad] > high].tolist()
    )
    gained = sum(
        _least_gain(graph, label, part, int(held[part]), low)
        for part in bad[held[bad] < low].tolist()
    )
    windows = sum(
        _least_in(graph, label, window, held, low, high) for window in _windows(graph, label, bad)
    )
    return max(lost, gained, windows)


def _least_gain(graph: UnitGraph, label: Integers, part: int, held: int, low: int) -> int:
    """Return the least households that must enter a part, or leave it for good."""
    touching = (label[graph.one] == part) != (label[graph.other] == part)
    touching &= ~graph.walled
    beside = np.unique(np.where(label[graph.one] == part, graph.other, graph.one)[touching])
    joining = np.unique(graph.households[beside])
    if not len(joining):
        return held
    everyone = graph.households[label != part]
    lacking = low - held
    reach = np.flatnonzero(_sums(everyone, lacking + int(everyone.max(initial=0))))
    best = min(
        first + int(reach[np.searchsorted(reach, max(lacking - first, 0))])
        for first in joining.tolist()
    )
    return min(best, held)


def _least_sum(sizes: Integers, least: int) -> int:
    """Return the least sum of some of the sizes that is not below `least`."""
    reach = np.flatnonzero(_sums(sizes, least + int(sizes.max(initial=0))))
    return int(reach[np.searchsorted(reach, least)])


def _sums(sizes: Integers, most: int) -> npt.NDArray[np.bool_]:
    """Return which numbers up to `most` are sums of some of the sizes."""
    can = np.zeros(most + 1, bool)
    can[0] = True
    for size, times in zip(*np.unique(sizes[sizes > 0], return_counts=True), strict=True):
        for _ in range(min(int(times), most // int(size))):
            larger = can.copy()
            larger[size:] |= can[:-size]
            if (larger == can).all():
                break
            can = larger
    return can


def _windows(graph: UnitGraph, label: Integers, bad: Integers) -> list[Integers]:
    """Return the parts of every window; windows share no part."""
    passable = ~graph.walled
    one, other = label[graph.one[passable]], label[graph.other[passable]]
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    around = np.isin(tail, bad) & (tail != head)
    count = int(label.max()) + 1
    window = linked(count, tail[around], head[around])
    inside = np.unique(np.concatenate([bad, head[around]]))
    return [inside[window[inside] == number] for number in np.unique(window[inside])]


def _least_in(  # noqa: PLR0917
    graph: UnitGraph, label: Integers, window: Integers, held: Integers, low: int, high: int
) -> int:
    """Return the least households that leave the parts of one window, proved.

    Units of one size in one part are alike, so whole numbers say how many of them go where:
    one column for each part, size and other part of the window, and one for leaving it.
    """
    parts = window.tolist()
    columns: list[tuple[int, int, int]] = []
    most: list[int] = []
    for at, part in enumerate(parts):
        sizes, times = np.unique(graph.households[label == part], return_counts=True)
        for size, count in zip(sizes.tolist(), times.tolist(), strict=True):
            if size > 0:
                for target in [*range(at), *range(at + 1, len(parts)), len(parts)]:
                    columns.append((at, size, target))
                    most.append(count)
    first_in = len(columns)
    first_given_up = first_in + len(parts)
    width = first_given_up + len(parts)
    cost = np.zeros(width)
    cost[:first_in] = [size for _, size, _ in columns]
    upper = np.concatenate([most, np.full(len(parts), np.inf), np.ones(len(parts))])
    whole = np.ones(width)
    whole[first_in:first_given_up] = 0
    entries, lows, highs = _rows(parts, columns, most, held, low, high)
    rows, places, values = (np.array(side) for side in zip(*entries, strict=True))
    matrix = coo_array((values, (rows, places)), shape=(len(lows), width))
    solved = milp(
        cost,
        integrality=whole,
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(matrix.tocsr(), lb=lows, ub=highs),
        options={"time_limit": _LIMIT_S, "mip_rel_gap": 0.0},
    )
    proved = solved.mip_dual_bound
    return 0 if proved is None or not np.isfinite(proved) else max(int(np.ceil(proved - 1e-6)), 0)


def _rows(  # noqa: PLR0917
    parts: list[int],
    columns: list[tuple[int, int, int]],
    most: list[int],
    held: Integers,
    low: int,
    high: int,
) -> tuple[_Entries, list[float], list[float]]:
    """Return the programme's rows: bands of the parts, then how many units of a kind there are."""
    first_in = len(columns)
    first_given_up = first_in + len(parts)
    entries: _Entries = []
    lows: list[float] = []
    highs: list[float] = []
    for at, part in enumerate(parts):
        # households after all moves, with `given up` y: low (1 - y) <= after <= high (1 - y)
        for side, bound in ((0, low), (1, high)):
            row = len(lows)
            for place, (source, size, target) in enumerate(columns):
                if source == at:
                    entries.append((row, place, -float(size)))
                elif target == at:
                    entries.append((row, place, float(size)))
            entries += [(row, first_in + at, 1.0), (row, first_given_up + at, float(bound))]
            lows.append(float(bound - held[part]) if side == 0 else -np.inf)
            highs.append(np.inf if side == 0 else float(bound - held[part]))
    kinds: dict[tuple[int, int], int] = {}
    for place, (source, size, _) in enumerate(columns):
        if (source, size) not in kinds:
            kinds[source, size] = len(lows)
            lows.append(-np.inf)
            highs.append(float(most[place]))
        entries.append((kinds[source, size], place, 1.0))
    return entries, lows, highs
