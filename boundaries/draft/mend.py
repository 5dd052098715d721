"""Today's plan, brought back into its rules by the fewest moves."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from boundaries.comparing.people import ContactChange, contact_changes, grid_changes
from boundaries.draft.beforehand import foreseen
from boundaries.draft.bound import least_moves
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.grids import Parts
from boundaries.draft.keeping import (
    Kept,
    groups_of,
    known_grids,
    pulled_together,
    with_locked_borders,
    with_locked_grids,
)
from boundaries.draft.levels import aims_of
from boundaries.draft.mending import MendedLevels, mend_levels
from boundaries.draft.planning import Drafted, finished, prepared
from boundaries.draft.proposals import Proposal, proposals
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
from boundaries.scheme import Level
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
    proposals
        Grids that are split, merged, or given another code.
    """

    drafted: Drafted
    moved: tuple[Moved, ...]
    lineage: pd.DataFrame
    buildings: pd.DataFrame
    contacts: tuple[ContactChange, ...]
    proposals: tuple[Proposal, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what must be said of the mend as plain values, in both languages."""
        return {
            **self.drafted.as_dict(),
            "moved": [asdict(level) for level in self.moved],
            "proposals": [proposal.as_dict() for proposal in self.proposals],
            "contacts": [asdict(contact) for contact in self.contacts],
        }


def mend_plan(
    town: Town,
    plan: Plan,
    name: str,
    *,
    seed: int = 0,
    seconds: float = float("inf"),
    used: Iterable[str] = (),
    kept: Kept | None = None,
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
    kept
        What stays as it is; None: nothing must.

    Raises
    ------
    InputError
        The town has no jurisdiction, the plan has no grids, or what should be kept cannot be.
    """
    kept = kept or Kept()
    until = time.monotonic() + seconds
    if not len(plan.grids):
        raise input_error("draft.no_grids", value=plan.name)
    town = prepared(town)
    ancestry = ancestry_of(plan)
    units = units_of(town, today_of(town, plan, ancestry.shape[1]), kept.locked_lines())
    old = old_labels(units, ancestry)
    graph = with_locked_borders(units.graph, plan, old, kept.borders)
    graph, fixed = with_locked_grids(graph, plan, old, kept.grids)
    units = replace(units, graph=graph)
    special = special_by_level(plan, units, ancestry)
    coarsest = known_grids(plan, set(kept.grids) & set(plan.levels[1]["code"]))
    taken = np.where(np.isin(old[0], coarsest), 0, special[-1])
    levels = town.scheme.levels[: ancestry.shape[1]]
    general = np.flatnonzero(taken == NONE)
    group = groups_of(
        town, units, graph.at_level(len(levels)), general, kept.together, levels[-1].high
    )
    beforehand = foreseen(town, units, taken, levels, group=group)
    mended = _mended(units, old, general, group, fixed, levels, seed, until)
    parts = Parts(
        mended.labels, special, plan.grids["special_type"].tolist(),
        codes_kept(plan, ancestry, mended.labels),
        frozenset(plan.grids["code"]) | frozenset(used),
    )  # fmt: skip
    drafted = finished(town, name, units, parts, beforehand, group=group)
    _check_untouched(drafted.plan, kept.grids)
    still = plan.contacts[plan.contacts["grid"].isin(drafted.plan.grids["code"])]
    who = moves(plan, drafted.plan)
    result = drafted.with_contacts(still.reset_index(drop=True))
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
        proposals(plan, drafted.plan, town.scheme, who, beforehand.counts),
    )


def _contacts(drafted: Drafted, old: Plan, who: pd.DataFrame) -> tuple[ContactChange, ...]:
    """Return the contacts of grids that change by who moves; ground is left out of account."""
    now = datetime.now(UTC)
    cases = Case(drafted.town, old, now), Case(drafted.town, drafted.plan, now)
    ground = pd.DataFrame(columns=["level", "from", "to", "area_m2"])
    return contact_changes(old, drafted.plan, grid_changes(*cases, who, ground))


def _check_untouched(new: Plan, codes: Collection[str]) -> None:
    """Raise where a locked grid could not be left as it is: it is not in one piece today."""
    counts = new.grids.set_index("code")["households"]
    lost = sorted(set(codes) - set(counts.index))
    if lost:
        raise input_error("draft.cannot_lock", column="--lock", value="、".join(lost))


def _mended(  # noqa: PLR0917
    units: Units,
    old: list[Integers],
    general: Integers,
    group: Integers,
    fixed: Flags,
    levels: Sequence[Level],
    seed: int,
    until: float,
) -> MendedLevels:
    """Mend the general grids; special-purpose ones and locked ones of level 1 stay."""
    apart = units.graph.part(general)
    graph = apart.grouped(group)
    bands = [(level.low, level.high) for level in levels]
    held = [weights_at(graph.households, high) for _, high in bands]
    first = np.unique(group, return_index=True)[1]
    today = [label[general].copy() for label in old]
    pulled_together(today, group, apart.households)
    aims = aims_of(graph, bands)
    found = mend_levels(
        graph, [label[first] for label in today], aims,
        seed=seed, held=held, until=until, fixed=fixed[general][first],
    )  # fmt: skip
    least = found.least
    if any((label != was[general]).any() for label, was in zip(today, old, strict=True)):
        # the bound of the pulled plan is none of today's
        weights = [weights_at(apart.households, high) for _, high in bands]
        bounds = [
            least_moves(replace(apart, households=held), was[general], *band, until=until)
            for held, was, band in zip(weights, old, bands, strict=True)
        ]
        least = np.maximum.accumulate(bounds).tolist()
    labels, moved = [], []
    stays = np.ones(len(general), bool)
    for label, was in zip(found.labels, old, strict=True):
        whole, mine = was.copy(), label[group]
        is_new = ~np.isin(mine, was[general])
        whole[general] = np.where(is_new, mine + NEW, mine)
        stays &= mine == was[general]
        labels.append(whole)
        moved.append(int(apart.households[~stays].sum()))
    return MendedLevels(labels, moved, least)
