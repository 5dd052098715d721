"""A new draft from edited grids: it keeps whatever the edit did not touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd

from boundaries.comparing.people import shares_of
from boundaries.importing.confining import emptied
from boundaries.importing.renumbering import successors
from boundaries.moving import ancestors_at, levels_of, moves
from boundaries.plan import Plan
from boundaries.rules.belonging import assigned, building_points, grids_at
from boundaries.rules.case import Case
from boundaries.town import Town
from geo.layers import conform
from geo.problem import InputError, Problem, input_error


@dataclass(frozen=True)
class Derived:
    """What became of a plan's grids and of those who depend on them.

    Attributes
    ----------
    plan
        The plan that the draft is made from.
    kept, added, retired
        Codes, sorted.
    numbered
        Codes given to grids that had none, or another, among those added.
    successors
        Codes that were given up because their grid goes on under another one: old to new.
    reshaped
        Codes of coarser grids whose shape was made from their children.
    recounted
        Codes of grids whose households were counted anew, because they got or lost buildings.
    reassigned
        Table ``building, stairs, floors, from, to``: what lies in another grid than before; a
        grid that goes on under another code is no other one.
    unassigned
        IDs of buildings that lie in no grid any more.
    contacts_dropped
        How many contacts were of grids that were given up.
    emptied
        Number of grids given up, by community, where the edit leaves one without any of a level.
    """

    plan: Plan
    kept: tuple[str, ...]
    added: tuple[str, ...]
    retired: tuple[str, ...]
    numbered: tuple[str, ...]
    successors: dict[str, str]
    reshaped: tuple[str, ...]
    recounted: tuple[str, ...]
    reassigned: pd.DataFrame
    unassigned: tuple[str, ...]
    contacts_dropped: int
    emptied: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return what became of the grids as plain values."""
        return {
            "plan_from": self.plan.id,
            "kept": len(self.kept),
            "added": list(self.added),
            "retired": list(self.retired),
            "numbered": list(self.numbered),
            "successors": self.successors,
            "reshaped": list(self.reshaped),
            "recounted": list(self.recounted),
            "reassigned": self.reassigned.to_dict("records"),
            "unassigned": list(self.unassigned),
            "contacts_dropped": self.contacts_dropped,
            "emptied": self.emptied,
        }


def derive(
    town: Town,
    base: Plan,
    grids: gpd.GeoDataFrame,
    stated: pd.DataFrame | None,
    *,
    name: str,
    numbered: tuple[str, ...] = (),
    moved: Mapping[str, str] | None = None,
    reshaped: tuple[str, ...] = (),
) -> tuple[Plan, Derived]:
    """Return a draft of edited grids, with the plan's contacts and assignments.

    A building goes where its inner point lies, where the edit moved that to another grid; what
    the table says otherwise stays. Households are counted anew where buildings came or went.
    Contacts go with their grids, also where these go on under another code.

    Parameters
    ----------
    town
        As it is now.
    base
        The plan that was edited.
    grids
        Layer ``grids``, complete.
    stated
        Assignments that somebody changed: they stand as they are for their buildings.
    name
        Of the draft.
    numbered, reshaped
        Codes that were given, and those whose shape was made; for the record.
    moved
        Codes of grids that got another one: old to new. Others are told by their ground.

    Raises
    ------
    InputError
        A slice of a building lies where several new grids share the ground.
    """
    codes, before = set(grids["code"]), set(base.grids["code"])
    goes_on = successors(base.grids, grids, moved or {})
    contacts = _following(base, grids, goes_on)
    has_contact = contacts["grid"].isin(codes)
    plan = Plan.of(
        name, town.name, grids, contacts=contacts[has_contact].reset_index(drop=True)
    ).with_changes(accepted=base.accepted)
    if stated is not None:
        stated = stated.assign(grid=stated["grid"].replace(goes_on))
    table, reassigned, lost = _reassigned(town, base, plan, stated, goes_on)
    plan = plan.with_changes(assignments=table)
    counted, changed = _recounted(town, base, plan, goes_on)
    return plan.with_changes(grids=counted), Derived(
        base,
        kept=tuple(sorted(codes & before)),
        added=tuple(sorted(codes - before)),
        retired=tuple(sorted(before - codes)),
        numbered=numbered,
        successors=goes_on,
        reshaped=reshaped,
        recounted=changed,
        reassigned=reassigned,
        unassigned=lost,
        contacts_dropped=int((~has_contact).sum()),
        emptied=emptied(base.grids, grids),
    )


def _following(base: Plan, grids: gpd.GeoDataFrame, goes_on: Mapping[str, str]) -> pd.DataFrame:
    """Return the contacts at the codes that their grids go on under, titles with the new names."""
    was = dict(zip(base.grids["code"], base.grids["name"], strict=True))
    name = dict(zip(grids["code"], grids["name"], strict=True))
    titles = []
    for code, title in zip(base.contacts["grid"], base.contacts["title"], strict=True):
        old, new = was.get(code), name.get(goes_on.get(code, code))
        renamed = old and new and title is not None and title.startswith(old)
        titles.append(f"{new}{title.removeprefix(old)}" if renamed else title)
    return base.contacts.assign(
        grid=base.contacts["grid"].replace(goes_on),
        title=pd.Series(titles, index=base.contacts.index, dtype=object),
    )


def _reassigned(
    town: Town,
    base: Plan,
    plan: Plan,
    stated: pd.DataFrame | None,
    goes_on: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Return the assignments, those that are another grid's now, and buildings without a grid."""
    old, new = _case(town, base), _case(town, plan)
    was, now = _by_building(old), _by_building(new)
    was = {at: sorted(goes_on.get(code, code) for code in held) for at, held in was.items()}
    codes = set(plan.grids["code"])
    told = set() if stated is None else set(stated["building"])
    rows = old.once(assigned)
    rows = rows[~rows["building"].isin(told)]
    grids: list[str | None] = []
    problems: list[Problem] = []
    for building, at, grid, is_whole in zip(
        rows["building"],
        rows["building_at"],
        rows["grid"].replace(goes_on),
        rows["whole"],
        strict=True,
    ):
        here = now.get(at, [])
        if grid in codes and (grid in here or not here or here == was.get(at, [])):
            grids.append(grid)
        elif len(here) > 1 and not is_whole:
            grids.append(None)
            problems += input_error(
                "importing.shared_ground",
                layer="assignments",
                column="building",
                value=building,
                grids="、".join(here),
            ).problems
        else:
            grids.append(here[0] if here else None)
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    placed = rows.assign(grid=pd.Series(grids, index=rows.index, dtype=object))
    lost = tuple(sorted(set(placed["building"][placed["grid"].isna()])))
    columns = list(base.assignments.columns)
    kept = placed.loc[placed["grid"].notna(), columns]
    parts = [part for part in (kept, stated) if part is not None and len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else base.assignments.iloc[:0]
    placed = placed.assign(**{"from": rows["grid"].replace(goes_on), "to": placed["grid"]})
    changed = placed["to"].notna() & (placed["from"] != placed["to"])
    moved = placed.loc[changed, ["building", "stairs", "floors", "from", "to"]]
    moved = moved.reset_index(drop=True)
    return conform("assignments", table[columns]), moved, lost


def _by_building(case: Case) -> dict[int, list[str]]:
    """Return the codes of the finest grids that hold a point inside each building, sorted."""
    found: dict[int, list[str]] = defaultdict(list)
    if case.levels:
        codes = case.grids["code"].to_numpy()
        buildings, grids = grids_at(case, case.levels[-1], case.once(building_points))
        for building, grid in zip(buildings.tolist(), grids.tolist(), strict=True):
            found[building].append(codes[grid])
    return {building: sorted(held) for building, held in found.items()}


def _recounted(
    town: Town, base: Plan, plan: Plan, goes_on: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the grids with households counted anew where buildings came or went.

    Other grids keep the count that the file, else the plan, gives: it may be a ledger's.
    """
    grids = plan.grids
    shares = shares_of(_case(town, plan))
    moved = moves(base, plan, old_shares=shares_of(_case(town, base)), new_shares=shares)
    guessed = set(town.buildings["id"][town.buildings["estimated"]])
    shares = shares.assign(estimated=shares["building"].isin(guessed))
    before = base.grids.drop_duplicates("code").set_index("code")["households"]
    before = before.rename(index=dict(goes_on))
    unknown = grids["households"].isna()
    households = grids["households"].where(~unknown, grids["code"].map(before)).astype("Int64")
    estimated = grids["estimated"].to_numpy(copy=True)
    touched = np.zeros(len(grids), dtype=bool)
    for level in levels_of(moved) if len(shares) else []:
        sources = moved[f"from{level}"].replace(goes_on)
        other = sources != moved[f"to{level}"]
        codes = {*sources[other], *moved[f"to{level}"][other]}
        codes |= set(grids["code"]) - set(before.index)
        rows = ((grids["level"] == level) & grids["code"].isin(codes)).to_numpy()
        sums = shares.groupby(shares["grid"].map(ancestors_at(plan, level)))
        count, unsure = sums["households"].sum(), sums["estimated"].any()
        households[rows] = grids["code"][rows].map(count).fillna(0).astype("Int64")
        estimated[rows] = grids["code"][rows].map(unsure).fillna(value=False).astype(bool)
        touched |= rows
    return grids.assign(households=households, estimated=estimated), tuple(
        sorted(grids["code"][touched])
    )


def _case(town: Town, plan: Plan) -> Case:
    return Case(town, plan, datetime.now(UTC))
