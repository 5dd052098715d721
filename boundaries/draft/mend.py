"""Today's plan, brought back into its rules by the fewest moves."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from boundaries.comparing.people import ContactChange, contact_changes, grid_changes
from boundaries.draft.compiled import Integers
from boundaries.draft.grids import Parts
from boundaries.draft.levels import aims_of
from boundaries.draft.mending import MendedLevels, mend_levels
from boundaries.draft.planning import Drafted, finished, prepared
from boundaries.draft.stacks import weights_at
from boundaries.draft.today import (
    NEW,
    ancestry_of,
    codes_kept,
    old_labels,
    special_by_level,
    today_of,
)
from boundaries.draft.units import NONE, Units, units_of
from boundaries.moving import buildings_moved, lineage, moves
from boundaries.plan import Plan
from boundaries.rules.case import Case
from boundaries.town import Town
from geo.problem import input_error


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
    contacts
        Of grids that are given up, or that households come to or go from.
    """

    drafted: Drafted
    moved: tuple[Moved, ...]
    lineage: pd.DataFrame
    buildings: pd.DataFrame
    contacts: tuple[ContactChange, ...]


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
    ancestry = ancestry_of(plan)
    units = units_of(town, today_of(town, plan, ancestry.shape[1]))
    old = old_labels(units, ancestry)
    special = special_by_level(plan, units, ancestry)
    types = plan.grids["special_type"].tolist()
    mended = _mended(town, units, old, special[-1], ancestry.shape[1], seed, until)
    parts = Parts(
        mended.labels, special, types, codes_kept(plan, ancestry, mended.labels),
        frozenset(plan.grids["code"]) | frozenset(used),
    )  # fmt: skip
    drafted = finished(town, name, units, parts)
    kept = plan.contacts[plan.contacts["grid"].isin(drafted.plan.grids["code"])]
    who = moves(plan, drafted.plan)
    result = drafted.with_contacts(kept.reset_index(drop=True))
    return MendedPlan(
        result,
        tuple(
            Moved(level, households, least)
            for level, (households, least) in enumerate(
                zip(mended.moved, mended.least, strict=True), start=1
            )
        ),
        lineage(who),
        buildings_moved(who),
        _contacts(result, plan, who),
    )


def _contacts(drafted: Drafted, old: Plan, who: pd.DataFrame) -> tuple[ContactChange, ...]:
    """Return the contacts of grids that change by who moves; ground is left out of account."""
    now = datetime.now(UTC)
    cases = Case(drafted.town, old, now), Case(drafted.town, drafted.plan, now)
    ground = pd.DataFrame(columns=["level", "from", "to", "area_m2"])
    return contact_changes(old, drafted.plan, grid_changes(*cases, who, ground))


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
        whole[general] = np.where(is_new, label + NEW, label)
        labels.append(whole)
    return MendedLevels(labels, found.moved, found.least)
