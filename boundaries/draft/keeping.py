"""What a planner wants left as it is: locked grids, locked borders, buildings kept together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from boundaries.draft.arrangement import Shapes
from boundaries.draft.compiled import Flags, Integers
from boundaries.draft.graph import OPEN, UnitGraph
from boundaries.draft.locked_lines import LockedLines
from boundaries.draft.measure import numbered
from boundaries.draft.units import Units
from boundaries.plan import Plan
from boundaries.town import Town
from geo.problem import input_error

Codes = tuple[str, str]

_BESIDE_DEGREES = 1.5e-5
_LIST = "、"


@dataclass(frozen=True)
class Kept:
    """What a mended plan leaves as it is.

    Attributes
    ----------
    grids
        Codes of grids of any level that stay as they are, with all inside them.
    borders
        Pairs of grids of one level whose common border stays a border of that level.
    lines
        Lines in stored degrees (EPSG:4490) that no grid of any level crosses; None: no lines.
    together
        Buildings (by ID) that share their grid on every level; each group is connected.
    """

    grids: Collection[str] = ()
    borders: Sequence[Codes] = ()
    lines: Shapes | None = None
    together: Sequence[Collection[str]] = ()

    def locked_lines(self) -> LockedLines:
        """Return the lines, locked on every level."""
        return LockedLines() if self.lines is None else LockedLines.of(self.lines, 1)


def known_grids(plan: Plan, codes: Iterable[str], *, level: int | None = None) -> list[int]:
    """Return the rows of grids by code, of one level or of any.

    Raises
    ------
    InputError
        The plan has no such grids.
    """
    fits = np.ones(len(plan.grids), bool) if level is None else plan.grids["level"] == level
    rows = {code: row for row, code in enumerate(plan.grids["code"]) if fits[row]}
    unknown = sorted(set(codes) - set(rows))
    if unknown:
        key = "draft.no_such_grid" if level else "draft.no_such_grid_at_all"
        raise input_error(key, column="--lock", value=_LIST.join(unknown), plan=plan.name)
    return sorted(rows[code] for code in set(codes))


def known_borders(plan: Plan, borders: Sequence[Codes]) -> list[tuple[int, int, int]]:
    """Return both grids (rows) of every border and their level.

    Raises
    ------
    InputError
        The plan has no such grids, or they are of different levels, or the same.
    """
    rows = {code: row for row, code in enumerate(plan.grids["code"])}
    level = plan.grids["level"].to_numpy()
    found = []
    for pair in borders:
        value = ",".join(pair)
        unknown = [code for code in pair if code not in rows]
        if unknown:
            raise input_error(
                "draft.no_such_border_grid",
                column="--lock-border", value=_LIST.join(unknown), plan=plan.name,
            )  # fmt: skip
        one, other = (rows[code] for code in pair)
        if one == other or level[one] != level[other]:
            raise input_error("draft.not_one_level", column="--lock-border", value=value)
        found.append((one, other, int(level[one])))
    return found


def border_lines(plan: Plan, borders: Sequence[Codes]) -> LockedLines:
    """Return the common borders of pairs of grids, locked from their level on.

    Raises
    ------
    InputError
        As `known_borders`, or two grids do not meet.
    """
    lines = LockedLines()
    shapes = plan.grids.geometry.to_numpy()
    for (one, other, level), pair in zip(known_borders(plan, borders), borders, strict=True):
        rims = shapely.boundary(shapes[one]), shapely.boundary(shapes[other])
        shared = _lines_of(shapely.intersection(*rims))
        if not len(shared):
            shared = _lines_of(shapely.intersection(rims[0], rims[1].buffer(_BESIDE_DEGREES)))
        if not len(shared):
            raise input_error("draft.not_neighbours", column="--lock-border", value=",".join(pair))
        merged = shapely.line_merge(shapely.multilinestrings(list(shared)))
        lines = lines.joined(LockedLines.of(shapely.get_parts(merged), level))
    return lines


def _lines_of(shape: shapely.Geometry) -> Shapes:
    parts = shapely.get_parts(shape)
    found: Shapes = parts[(shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)]
    return found


def with_locked_borders(
    graph: UnitGraph, plan: Plan, old: Sequence[Integers], borders: Sequence[Codes]
) -> UnitGraph:
    """Return the graph with the common borders of today's grids locked from their level on.

    Parameters
    ----------
    graph
        Units, cut along today's grids.
    plan
        Today's.
    old
        Row of every unit's grid by level.
    borders
        Pairs of codes.

    Raises
    ------
    InputError
        As `known_borders`, or two grids do not meet.
    """
    locked = graph.locked.copy()
    for (one, other, level), pair in zip(known_borders(plan, borders), borders, strict=True):
        grid = old[level - 1]
        sides = np.stack([grid[graph.one], grid[graph.other]])
        meet = (np.sort(sides, axis=0) == np.sort([one, other])[:, None]).all(axis=0)
        if not meet.any():
            raise input_error("draft.not_neighbours", column="--lock-border", value=",".join(pair))
        locked[meet] = np.minimum(locked[meet], level)
    return replace(graph, locked=locked)


def with_locked_grids(
    graph: UnitGraph, plan: Plan, old: Sequence[Integers], codes: Collection[str]
) -> tuple[UnitGraph, Flags]:
    """Return the graph with locked grids' outlines locked, and which units are inside them.

    Raises
    ------
    InputError
        The plan has no such grids.
    """
    locked, inside = graph.locked.copy(), np.zeros(len(graph), bool)
    for row in known_grids(plan, codes):
        level = int(plan.grids["level"].iloc[row])
        members = old[level - 1] == row
        rim = members[graph.one] != members[graph.other]
        locked[rim] = np.minimum(locked[rim], level)
        inside |= members
    return replace(graph, locked=locked), inside


def groups_of(  # noqa: PLR0917
    town: Town,
    units: Units,
    graph: UnitGraph,
    general: Integers,
    together: Sequence[Collection[str]],
    high: int,
) -> Integers:
    """Return a number for every general unit; units of buildings kept together share theirs.

    Parameters
    ----------
    town, units
        The town and its units.
    graph
        All units; what is locked on the finest level is walled.
    general
        Units that are drawn.
    together
        IDs of buildings; groups that share a building are one.
    high
        The most households of a grid of the finest level.

    Raises
    ------
    InputError
        Buildings are not known, lie in a locked or special-purpose grid or in several
        communities, are not next to one another, or have more households than a grid.
    """
    group = np.arange(len(units.graph))
    for buildings in _united(together):
        members = _members(town, units, buildings)
        value = _LIST.join(sorted(buildings))
        fault = _fault(units, graph, general, members, high)
        if fault:
            raise input_error(
                f"draft.{fault}", column="--together", value=value, high=high,
                households=int(units.graph.households[members].sum()),
            )  # fmt: skip
        group[members] = members.min()
    return numbered(group[general])


def _fault(
    units: Units, graph: UnitGraph, general: Integers, members: Integers, high: int
) -> str | None:
    """Return why units cannot stay together."""
    part = graph.part(members)
    if not np.isin(members, general).all():
        return "group_taken"
    if len(np.unique(units.community[members])) > 1:
        return "group_communities"
    if part.components().any() or (part.locked < OPEN).any():
        return "not_together"
    return "group_too_large" if int(part.households.sum()) > high else None


def _united(together: Sequence[Collection[str]]) -> list[set[str]]:
    """Return the groups, those that share a building made one."""
    found: list[set[str]] = []
    for buildings in together:
        joined = set(buildings)
        apart = [each for each in found if not each & joined]
        for each in found:
            if each & joined:
                joined |= each
        found = [*apart, joined]
    return found


def _members(town: Town, units: Units, buildings: set[str]) -> Integers:
    """Return the units that buildings stand on or live in."""
    row = {building: at for at, building in enumerate(town.buildings["id"])}
    unknown = sorted(buildings - set(row))
    if unknown:
        raise input_error("draft.no_such_building", column="--together", value=_LIST.join(unknown))
    rows = {row[building] for building in buildings}
    standing = np.flatnonzero(np.isin(units.building, list(rows)))
    living = [tenant.unit for tenant in units.tenants if tenant.building in rows]
    return np.unique(np.concatenate([standing, np.array(living, np.int64)]))


def pulled_together(label: Sequence[Integers], group: Integers, households: Integers) -> None:
    """Put each group of units into the finest part that has most of its households, in place."""
    for number in np.flatnonzero(np.bincount(group) > 1).tolist():
        members = np.flatnonzero(group == number)
        finest = label[-1][members]
        names, at = np.unique(finest, return_inverse=True)
        held = np.bincount(at, weights=households[members] + 1e-3)
        first = members[int(np.argmax(finest == names[int(np.argmax(held))]))]
        for each in label:
            each[members] = each[first]


def is_constrained(graph: UnitGraph, group: Integers | None) -> bool:
    """Whether a border is locked or units are kept together."""
    grouped = group is not None and len(np.unique(group)) < len(group)
    return grouped or bool((graph.locked < OPEN).any())
