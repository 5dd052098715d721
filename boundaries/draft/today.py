"""Today's plan as the drafting sees it: whose units are whose, and who keeps a code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import numpy as np
import shapely

from boundaries.draft.compiled import Integers
from boundaries.draft.measure import numbered
from boundaries.draft.units import NONE, Today, Units
from boundaries.plan import Plan
from boundaries.runs import parse_runs
from boundaries.town import Town

NEW = 1 << 40
"""Added to the labels of new parts, so that they are no rows of today's grids."""


def ancestry_of(plan: Plan) -> Integers:
    """Return, for every row of the grids, the rows of its ancestors and itself, by level."""
    levels = int(plan.grids["level"].max())
    row = {code: at for at, code in enumerate(plan.grids["code"])}
    parent = [row.get(code, NONE) for code in plan.grids["parent"]]
    found = np.full((len(parent), levels), NONE, np.int64)
    for at, level in enumerate(plan.grids["level"].tolist()):
        here = at
        for depth in range(level, 0, -1):
            if here != NONE:
                found[at, depth - 1] = here
                here = parent[here]
    return found


def today_of(town: Town, plan: Plan, levels: int, *, among: Collection[int] | None = None) -> Today:
    """Return the finest grids and who is in them by the table of assignments.

    Parameters
    ----------
    town
        Its buildings are those of the table.
    plan
        Today's.
    levels
        Number of the finest level.
    among
        Rows of the grids that count; None: all.
    """
    grids = plan.grids
    finest = np.flatnonzero((grids["level"] == levels).to_numpy())
    if among is not None:
        finest = finest[np.isin(finest, list(among))]
    shapes = grids.geometry.to_numpy()[finest]
    _, first = np.unique(
        [shapely.to_wkb(shapely.normalize(shape)) for shape in shapes], return_index=True
    )
    first.sort()
    same = {shapely.to_wkb(shapely.normalize(shapes[at])): int(finest[at]) for at in first}
    ground = {
        code: same[shapely.to_wkb(shapely.normalize(shape))]
        for code, shape in zip(grids["code"].to_numpy()[finest], shapes, strict=True)
    }
    at_row = {building: at for at, building in enumerate(town.buildings["id"])}
    home: dict[tuple[int, int], int] = {}
    table = plan.assignments
    for building, stairs, grid in zip(
        table["building"], table["stairs"], table["grid"], strict=True
    ):
        if building in at_row and grid in ground:
            for stair in [0] if stairs is None else parse_runs(stairs):
                home[at_row[building], stair] = ground[grid]
            home.setdefault((at_row[building], 0), ground[grid])
    return Today(shapes[first], finest[first], home)


def old_labels(units: Units, ancestry: Integers) -> list[Integers]:
    """Return today's grid of every unit by level; ground without one gets a part of its own."""
    lost = len(ancestry)
    rows = np.where(units.today == NONE, lost, units.today)
    table = np.vstack([ancestry, np.full((1, ancestry.shape[1]), NONE)])
    labels = []
    for level in range(ancestry.shape[1]):
        label = table[rows, level]
        labels.append(np.where(label == NONE, lost + units.community, label))
    return labels


def special_by_level(plan: Plan, units: Units, ancestry: Integers) -> list[Integers]:
    """Return the special-purpose grid of every unit by level; -1 for none."""
    is_special = np.append((plan.grids["kind"] == "special").to_numpy(), False)
    found = []
    for level in range(ancestry.shape[1]):
        row = np.where(units.today == NONE, NONE, ancestry[units.today, level])
        found.append(np.where(is_special[row], row, NONE))
    return found


def codes_kept(
    plan: Plan, ancestry: Integers, labels: list[Integers]
) -> dict[int, dict[int, list[tuple[str, str | None]]]]:
    """Return the codes that parts keep, and renumber the labels without holes, in place.

    A part keeps its code where its parent keeps its own: a code begins with its parent's.
    """
    codes = plan.grids["code"].tolist()
    names = plan.grids["name"].tolist()
    shapes = plan.grids.geometry.to_numpy()
    beside: dict[bytes, list[int]] = defaultdict(list)
    for row, shape in enumerate(shapes):
        beside[shapely.to_wkb(shape)].append(row)
    found: dict[int, dict[int, list[tuple[str, str | None]]]] = {}
    above: dict[int, int] = {}
    for index in range(ancestry.shape[1]):
        label = labels[index]
        part = numbered(label)
        first = np.unique(part, return_index=True)[1]
        kept: dict[int, list[tuple[str, str | None]]] = {}
        survivors: dict[int, int] = {}
        for number, unit in enumerate(first.tolist()):
            row = int(label[unit])
            if row >= len(codes) or ancestry[row, index] != row:
                continue
            if index and above.get(int(labels[index - 1][unit])) != ancestry[row, index - 1]:
                continue
            survivors[number] = row
            stack = [
                other
                for other in beside[shapely.to_wkb(shapes[row])]
                if ancestry[other, index] == other
                and (not index or ancestry[other, index - 1] == ancestry[row, index - 1])
            ]
            kept[number] = [(codes[other], names[other]) for other in stack]
        found[index + 1] = kept
        labels[index] = part
        above = survivors
    return found
