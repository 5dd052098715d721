"""Today's plan, brought back into its rules by the fewest moves."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from boundaries.draft.compiled import Integers
from boundaries.draft.grids import Parts
from boundaries.draft.levels import aims_of
from boundaries.draft.measure import numbered
from boundaries.draft.mending import MendedLevels, mend_levels
from boundaries.draft.planning import Drafted, finished, prepared
from boundaries.draft.stacks import weights_at
from boundaries.draft.units import NONE, Today, Units, units_of
from boundaries.plan import Plan
from boundaries.runs import parse_runs
from boundaries.town import Town
from geo.problem import input_error

_NEW = 1 << 40

LINEAGE = ["level", "from", "to", "households"]


@dataclass(frozen=True)
class Moved:
    """How many households one level moves.

    Attributes
    ----------
    level
        Its number.
    households
        That are in another grid than before; who leaves a parent leaves its children.
    least
        That any plan in the bands must move: proved.
    """

    level: int
    households: int
    least: int


@dataclass(frozen=True)
class MendedPlan:
    """A plan that was mended, and what changes for whom.

    Attributes
    ----------
    drafted
        Town, plan, notes and explanations.
    moved
        By level.
    lineage
        Table ``level, from, to, households``: which old grid's households are in which new one.
    buildings
        Table ``building, stairs, floors, from, to, households``: who gets another contact.
    """

    drafted: Drafted
    moved: tuple[Moved, ...]
    lineage: pd.DataFrame
    buildings: pd.DataFrame


def mend_plan(
    town: Town,
    plan: Plan,
    name: str,
    *,
    seed: int = 0,
    seconds: float = float("inf"),
    used: Iterable[str] = (),
) -> MendedPlan:
    """Bring a plan back into its bands, moving as few households as can be.

    Level by level: chunks of units go to neighbours, grids are split or joined where no move
    suffices. Grids that go on keep code, name and contacts. Special-purpose grids stay as they
    are.

    Parameters
    ----------
    town
        With today's households.
    plan
        Its grids must have parents on every level below the first.
    name
        Name of the mended plan.
    seed
        Same seed, same moves.
    seconds
        Time limit; the best so far is returned when it is over.
    used
        Codes that were in use once and must not be given again.

    Raises
    ------
    InputError
        The town has no jurisdiction, or the plan has no grids.
    """
    until = time.monotonic() + seconds
    if not len(plan.grids):
        raise input_error("draft.no_grids", value=plan.name)
    town = prepared(town)
    ancestry = _ancestry(plan)
    units = units_of(town, _today(town, plan, ancestry.shape[1]))
    old = _old_labels(units, ancestry)
    special = _special(plan, units, ancestry)
    types = plan.grids["special_type"].tolist()
    mended = _mended(town, units, old, special[-1], ancestry.shape[1], seed, until)
    parts = Parts(
        mended.labels, special, types, _codes(plan, ancestry, mended.labels),
        frozenset(plan.grids["code"]) | frozenset(used),
    )  # fmt: skip
    drafted = finished(town, name, units, parts)
    kept = plan.contacts[plan.contacts["grid"].isin(drafted.plan.grids["code"])]
    result = drafted.with_contacts(kept.reset_index(drop=True))
    return MendedPlan(
        result,
        tuple(
            Moved(level, households, least)
            for level, (households, least) in enumerate(
                zip(mended.moved, mended.least, strict=True), start=1
            )
        ),
        _lineage(plan, result.plan),
        _buildings(plan, result.plan),
    )


def _ancestry(plan: Plan) -> Integers:
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


def _today(town: Town, plan: Plan, levels: int) -> Today:
    """Return the finest grids and who is in them by the table of assignments."""
    grids = plan.grids
    finest = np.flatnonzero((grids["level"] == levels).to_numpy())
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


def _old_labels(units: Units, ancestry: Integers) -> list[Integers]:
    """Return today's grid of every unit by level; ground without one gets a part of its own."""
    lost = len(ancestry)
    rows = np.where(units.today == NONE, lost, units.today)
    table = np.vstack([ancestry, np.full((1, ancestry.shape[1]), NONE)])
    labels = []
    for level in range(ancestry.shape[1]):
        label = table[rows, level]
        labels.append(np.where(label == NONE, lost + units.community, label))
    return labels


def _special(plan: Plan, units: Units, ancestry: Integers) -> list[Integers]:
    """Return the special-purpose grid of every unit by level; -1 for none."""
    is_special = np.append((plan.grids["kind"] == "special").to_numpy(), False)
    found = []
    for level in range(ancestry.shape[1]):
        row = np.where(units.today == NONE, NONE, ancestry[units.today, level])
        found.append(np.where(is_special[row], row, NONE))
    return found


def _mended(  # noqa: PLR0917
    town: Town,
    units: Units,
    old: list[Integers],
    special: Integers,
    levels: int,
    seed: int,
    until: float,
) -> MendedLevels:
    """Mend the general grids; special-purpose ones stay."""
    general = np.flatnonzero(special == NONE)
    graph = units.graph.part(general)
    bands = [(level.low, level.high) for level in town.scheme.levels[:levels]]
    held = [weights_at(graph.households, high) for _, high in bands]
    today = [label[general] for label in old]
    found = mend_levels(graph, today, aims_of(graph, bands), seed=seed, held=held, until=until)
    labels = []
    for label, was in zip(found.labels, old, strict=True):
        whole = was.copy()
        is_new = ~np.isin(label, was[general])
        whole[general] = np.where(is_new, label + _NEW, label)
        labels.append(whole)
    return MendedLevels(labels, found.moved, found.least)


def _codes(
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


def _lineage(plan: Plan, new: Plan) -> pd.DataFrame:
    """Return how many households of each old grid are in each new one, at every level."""
    rows: dict[tuple[int, str, str], int] = defaultdict(int)
    for _, was, now, households in _moves(plan, new):
        for level, (old, fresh) in enumerate(zip(was, now, strict=False), start=1):
            rows[level, old, fresh] += households
    return pd.DataFrame(
        [(*key, households) for key, households in sorted(rows.items())], columns=LINEAGE
    )


def _buildings(plan: Plan, new: Plan) -> pd.DataFrame:
    """Return the buildings, stairs and floors whose finest grid changes."""
    return pd.DataFrame(
        [
            (*share, was[-1], now[-1], households)
            for share, was, now, households in _moves(plan, new)
            if was[-1] != now[-1]
        ],
        columns=["building", "stairs", "floors", "from", "to", "households"],
    )


_Share = tuple[str, str | None, str | None]


def _moves(plan: Plan, new: Plan) -> list[tuple[_Share, tuple[str, ...], tuple[str, ...], int]]:
    """Return, for every row of the new table, the old and the new grids by level."""
    was: dict[str, list[tuple[frozenset[int] | None, frozenset[int] | None, str]]] = {}
    for building, stairs, floors, grid in zip(
        *(plan.assignments[column] for column in ("building", "stairs", "floors", "grid")),
        strict=True,
    ):
        was.setdefault(building, []).append((_numbers(stairs), _numbers(floors), grid))
    chains = {id(each): _chains(each) for each in (plan, new)}
    found = []
    for building, stairs, floors, grid, households in zip(
        *(
            new.assignments[column]
            for column in ("building", "stairs", "floors", "grid", "households")
        ),
        strict=True,
    ):
        shares = was.get(building, [])
        across, up = _numbers(stairs), _numbers(floors)
        best = max(
            shares,
            key=lambda share: (_common(across, share[0]), _common(up, share[1])),
            default=None,
        )
        if best is not None and best[2] in chains[id(plan)]:
            found.append(
                (
                    (building, stairs, floors),
                    chains[id(plan)][best[2]],
                    chains[id(new)][grid],
                    int(households),
                )
            )
    return found


def _chains(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the codes of every grid's ancestors and its own, coarsest first."""
    codes = plan.grids["code"].tolist()
    return {
        code: tuple(codes[row] for row in rows if row != NONE)
        for code, rows in zip(codes, _ancestry(plan).tolist(), strict=True)
    }


def _numbers(runs: str | None) -> frozenset[int] | None:
    return None if runs is None else frozenset(parse_runs(runs))


def _common(one: frozenset[int] | None, other: frozenset[int] | None) -> int:
    if one is None or other is None:
        return 0
    return len(one & other)
