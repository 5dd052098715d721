"""Everyone belongs to one grid: by table and by place (C04, C05, C07), and the sums agree (C09)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import (
    Positions,
    assigned,
    base_grids,
    building_points,
    grids_at,
    position_of_building,
    share_footprint,
    stacked,
)
from boundaries.rules.case import Case, listed
from boundaries.rules.counts import assignment_households, building_households, households
from boundaries.rules.coverage import acceptance_of, faults_of
from boundaries.rules.registry import rule


@rule("C04", severity="E")
def everyone_in_one_grid(case: Case) -> Iterator[Finding]:
    """Every household and every address belongs to one grid of each level.

    Looked at in two ways that must agree: by the place of buildings and addresses, and by the
    table of assignments and the grid written in the address register. Buildings and addresses of
    the jurisdiction that no grid of a level holds, or that two grids hold, are one finding a
    level, told at the coarsest level alone; what lies in a gap or an overlap is told with it, but
    who lies in an accepted gap is told here.
    Where table and place disagree, one finding names both grids and what lies between them. Grids
    that hold slices of a same building share its ground.
    """
    if not case.levels:
        yield case.finding("C04.no_grids", Severity.ERROR, place=_whole(case))
        return
    yield from _uncovered(case)
    yield from _disagreements(case)
    yield from _register(case)


def _whole(case: Case) -> BaseGeometry | None:
    shapes = case.jurisdiction.geometry.to_numpy()
    return shapely.union_all(shapes) if len(shapes) else None


def _uncovered(case: Case) -> Iterator[Finding]:
    buildings, addresses = case.once(building_points), case.addresses.geometry.to_numpy()
    points = np.concatenate([buildings, addresses])
    weight = np.concatenate([np.nan_to_num(building_households(case)), np.zeros(len(addresses))])
    pending = _in_jurisdiction(case, points)
    doubtful = pending & ~_told_with(case, points, "C02")
    pending &= ~_told_with(case, points, "C01", "C03", "C06", "B06")
    for number in case.levels:
        point, grid = grids_at(case, number, points)
        none = pending.copy()
        none[point] = False
        pending &= ~none
        twice = doubtful & _held_twice(case, points, point, grid)
        doubtful &= ~twice
        for kind, wrong in (("none", np.flatnonzero(none)), ("twice", np.flatnonzero(twice))):
            if not len(wrong):
                continue
            at_fault = np.isin(point, wrong)
            yield case.finding(
                f"C04.{kind}",
                Severity.ERROR,
                level=number,
                grids=case.grids["code"].iloc[np.unique(grid[at_fault])],
                place=points[wrong],
                measure=len(wrong),
                unit="1",
                buildings=int((wrong < len(buildings)).sum()),
                addresses=int((wrong >= len(buildings)).sum()),
                households=weight[wrong].sum(),
            )


def _told_with(case: Case, points: npt.NDArray[np.object_], *rules: str) -> npt.NDArray[np.bool_]:
    """Return which points lie in a gap or an overlap that another rule tells as a fault."""
    told = np.zeros(len(points), dtype=bool)
    for rule_id in filter(case.runs, rules):
        shapes = [
            fault.geometry
            for fault in faults_of(case, rule_id)
            if acceptance_of(case, fault) is None
        ]
        _, point = shapely.STRtree(points).query(
            np.array(shapes, dtype=object), predicate="intersects"
        )
        told[point] = True
    return told


def _in_jurisdiction(case: Case, points: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Return which points lie inside the jurisdiction; all with a place where none is known."""
    if not len(case.jurisdiction):
        return ~shapely.is_missing(points)
    inside = np.zeros(len(points), dtype=bool)
    _, point = shapely.STRtree(points).query(
        case.jurisdiction.geometry.to_numpy(), predicate="contains_properly"
    )
    inside[point] = True
    return inside


def _held_twice(
    case: Case, points: npt.NDArray[np.object_], point: Positions, grid: Positions
) -> npt.NDArray[np.bool_]:
    """Return which points lie inside two grids, not on the border between them.

    Grids with the very same ground are V03's.
    """
    stacks = case.once(stacked)
    twice = np.zeros(len(points), dtype=bool)
    several = np.flatnonzero(np.bincount(point, minlength=len(points)) > 1)
    for at in several:
        holders = grid[slice(*np.searchsorted(point, [at, at + 1]))]
        holders = holders[shapely.contains_properly(case.sound_grids[holders], points[at])]
        codes = case.grids["code"].iloc[holders].tolist()
        twice[at] = any(
            not share_footprint(case, codes[0], code) and {codes[0], code} not in stacks
            for code in codes[1:]
        )
    return twice


def _disagreements(case: Case) -> Iterator[Finding]:
    """Yield where the table's grid does not hold its building."""
    table = case.once(assigned)
    known = table[(table["building_at"] >= 0) & (table["grid_at"] >= 0)]
    points = case.once(building_points)
    holds = shapely.intersects(
        case.sound_grids[known["grid_at"].to_numpy()], points[known["building_at"].to_numpy()]
    )
    # one of a divided building's grids has its ground
    agree = pd.Series(holds, index=known.index).groupby(known["building"]).transform("any")
    rows = known[~agree.to_numpy(dtype=bool)]
    if not len(rows):
        return
    rows = rows.drop_duplicates("building")
    building, grid = rows["building_at"].to_numpy(), rows["grid_at"].to_numpy()
    here = _grid_by_place(case)
    counts = np.nan_to_num(assignment_households(case)[rows.index.to_numpy()])
    pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at in range(len(rows)):
        pairs[int(grid[at]), int(here[building[at]])].append(int(at))
    for (by_table, by_place), members in sorted(pairs.items()):
        yield case.finding(
            "C04.table",
            Severity.ERROR,
            level=case.levels[-1],
            grids=_codes(case, (by_table, by_place)),
            place=points[building[members]],
            measure=counts[members].sum(),
            unit="households",
            by_table=case.label(by_table),
            by_place=case.label(by_place) if by_place >= 0 else "—",
            buildings=len(members),
            examples=listed(rows["building"].iloc[members]),
        )


def _grid_by_place(case: Case) -> Positions:
    """Return the finest grid that holds each building's inner point, -1 where none does."""
    here = np.full(len(case.buildings), -1, dtype=np.int64)
    building, grid = grids_at(case, case.levels[-1], case.once(building_points))
    here[building[::-1]] = grid[::-1]
    return here


def _codes(case: Case, positions: Iterable[int]) -> list[str]:
    return [case.grids["code"].iloc[position] for position in positions if position >= 0]


def _register(case: Case) -> Iterator[Finding]:
    """Yield where the register names another grid than the address belongs to."""
    written = case.town.addresses["grid"]
    rows = np.flatnonzero(written.notna().to_numpy())
    if not len(rows):
        return
    codes = set(case.grids["code"])
    true_grids = _grids_of_addresses(case, rows)
    pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in rows:
        code, expected = written.iloc[at], true_grids.get(int(at), ())
        if code not in codes:
            pairs[code, ""].append(int(at))
        elif expected and not any(known.startswith(code) for known in expected):
            pairs[code, expected[0]].append(int(at))
    places = case.addresses.geometry.to_numpy()
    for (code, expected_code), members in sorted(pairs.items()):
        here = places[members][~shapely.is_missing(places[members])]
        yield case.finding(
            "C04.register" if expected_code else "C04.register_unknown",
            Severity.ERROR,
            level=case.scheme.level_of_code(code),
            grids=[known for known in (code, expected_code) if known in codes],
            place=here or None,
            measure=len(members),
            unit="1",
            code=code,
            expected=expected_code,
            examples=listed(case.town.addresses["text"].iloc[members]),
        )


def _grids_of_addresses(case: Case, rows: Positions) -> dict[int, tuple[str, ...]]:
    """Return the finest grids that an address may belong to: its building's, else its place's."""
    table = case.once(assigned)
    of_building = table[table["grid_at"] >= 0].groupby("building")["grid"].agg(tuple).to_dict()
    point, grid = grids_at(case, case.levels[-1], case.addresses.geometry.to_numpy())
    of_place: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for at, position in zip(point.tolist(), grid.tolist(), strict=True):
        of_place[at] += (case.grids["code"].iloc[position],)
    buildings = case.town.addresses["building_id"]
    return {
        int(at): of_building.get(buildings.iloc[at]) or of_place.get(int(at), ()) for at in rows
    }


@rule("C05", severity="W", thresholds=("unplaced_share",))
def addresses_have_places(case: Case) -> Iterator[Finding]:
    """No more than one in a hundred addresses of a community is without a place.

    An address without a place counts for the community of its building or of the grid written in
    the register; where neither is known, for the whole town.
    """
    addresses, places = case.town.addresses, case.addresses.geometry.to_numpy()
    if not len(addresses):
        return
    missing = np.array([place is None or place.is_empty for place in places], dtype=bool)
    community = _communities_of_addresses(case, missing)
    table = pd.DataFrame({"community": community, "missing": missing})
    for code, rows in table.groupby("community", sort=True):
        lacking = int(rows["missing"].sum())
        among = len(rows) if code else len(addresses)
        if lacking > case.threshold("unplaced_share") * among:
            yield case.finding(
                "C05.unplaced" if code else "C05.unplaced_anywhere",
                Severity.WARNING,
                measure=lacking / among * 100,
                unit="%",
                community=code,
                lacking=lacking,
                among=among,
                examples=listed(addresses["text"][rows.index[rows["missing"]]]),
            )


def _communities_of_addresses(
    case: Case, missing: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    codes, areas = case.communities["code"].to_numpy(), case.communities.geometry.to_numpy()
    community = np.full(len(missing), "", dtype=object)
    places = case.addresses.geometry.to_numpy()
    area, point = shapely.STRtree(places).query(areas, predicate="intersects")
    community[point] = codes[area]
    of_building = np.full(len(case.buildings), "", dtype=object)
    area, building = shapely.STRtree(case.once(building_points)).query(
        areas, predicate="intersects"
    )
    of_building[building] = codes[area]
    positions, known = case.once(position_of_building), set(codes)
    for at in np.flatnonzero(missing & (community == "")):
        address = case.town.addresses.iloc[at]
        written = case.scheme.community_of(address["grid"] or "")
        building_at = positions.get(address["building_id"])
        if building_at is not None:
            community[at] = of_building[building_at]
        elif written in known:
            community[at] = written
    return community


@rule("C07", severity="E")
def every_building_assigned_once(case: Case) -> Iterator[Finding]:
    """The table of assignments gives each building, or each slice of it, to one grid.

    A grid named there must be one of the plan's finest level. Buildings outside the jurisdiction
    are nobody's. Where a plan has no such table, the place decides, and gaps and overlaps are told
    by C01 and C02.
    """
    table = case.once(assigned)
    if not len(table) or not case.levels:
        return
    yield from _strangers(case, table)
    named = set(table["building"])
    absent = np.array([building not in named for building in case.buildings["id"]], dtype=bool)
    lacking = np.flatnonzero(absent & _in_jurisdiction(case, case.once(building_points)))
    if len(lacking):
        yield case.finding(
            "C07.none",
            Severity.ERROR,
            level=case.levels[-1],
            place=case.once(building_points)[lacking],
            measure=len(lacking),
            unit="1",
            examples=listed(case.buildings["id"].iloc[lacking]),
            households=np.nan_to_num(building_households(case)[lacking]).sum(),
        )
    whole = table[table["whole"] & (table["building_at"] >= 0)]
    given = table[table["building"].isin(set(whole["building"]))]
    for building, rows in given[given["building"].duplicated(keep=False)].groupby("building"):
        yield case.finding(
            "C07.twice",
            Severity.ERROR,
            level=case.levels[-1],
            grids=rows["grid"],
            place=case.once(building_points)[rows["building_at"].iloc[0]],
            measure=len(rows),
            unit="1",
            building=building,
            examples=listed(sorted(set(rows["grid"]))),
        )


def _strangers(case: Case, table: pd.DataFrame) -> Iterator[Finding]:
    """Yield assignments of buildings or grids that do not exist, or of a coarser level."""
    finest = case.once(base_grids) & (case.grids["level"] == case.levels[-1]).to_numpy()
    fits = np.append(finest, False)[table["grid_at"].to_numpy()]  # -1 finds the False
    for kind, wrong, column in (
        ("no_building", table["building_at"] < 0, "building"),
        ("no_grid", ~fits, "grid"),
    ):
        rows = table[wrong]
        if len(rows):
            yield case.finding(
                f"C07.{kind}",
                Severity.ERROR,
                level=case.levels[-1],
                measure=len(rows),
                unit="1",
                examples=listed(sorted(set(rows[column]))),
            )


@rule("C09", severity="W", thresholds=("ledger_share",))
def households_add_up(case: Case) -> Iterator[Finding]:
    """The households of a community's grids add up to its ledger, within 0.5 %.

    Looked at for every level; a level that has the same sum as the one above is not told again.
    Special-purpose grids that lie on top of others do not count.
    """
    counts, base = case.once(households), case.once(base_grids)
    table = pd.DataFrame(
        {
            "community": [
                named or case.scheme.community_of(code)
                for named, code in zip(case.grids["community"], case.grids["code"], strict=True)
            ],
            "level": case.grids["level"],
            "counted": counts,
        }
    )[base]
    sums = table.groupby(["community", "level"])["counted"].agg(lambda c: c.sum(skipna=False))
    points = shapely.point_on_surface(case.communities.geometry.to_numpy())
    for at, (code, name, ledger) in enumerate(
        case.communities[["code", "name", "households"]].itertuples(index=False)
    ):
        told: float | None = None
        for level in case.levels if not pd.isna(ledger) else ():
            total = float(sums.get((code, level), 0.0))
            if np.isnan(total) or abs(total - ledger) <= case.threshold("ledger_share") * ledger:
                continue
            if total != told:
                yield case.finding(
                    "C09.sum",
                    Severity.WARNING,
                    level=level,
                    grids=case.grids["code"][
                        table.index[(table["community"] == code) & (table["level"] == level)]
                    ],
                    place=points[at],
                    measure=total - float(ledger),
                    unit="households",
                    community=f"{code} {name}",
                    total=total,
                    ledger=int(ledger),
                )
            told = total
