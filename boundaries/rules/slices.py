"""Slices of buildings: whole (V01), by stair before floor (V02), over one footprint (V03)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import (
    assigned,
    building_points,
    position_of_code,
    share_footprint,
    stacked,
)
from boundaries.rules.case import Case, listed
from boundaries.rules.counts import building_households
from boundaries.rules.registry import rule
from boundaries.runs import parse_runs, write_runs


@dataclass(frozen=True)
class Slice:
    """A grid's share of a building, as the table of assignments has it."""

    grid: str
    stairs: str | None
    floors: str | None
    households: float


@dataclass(frozen=True)
class Divided:
    """A building and its slices."""

    position: int
    building: str
    stairs: int
    floors: int
    households: float
    slices: tuple[Slice, ...]


def divided(case: Case) -> tuple[Divided, ...]:
    """Return every sliced building that the town has."""
    table = case.once(assigned)
    rows = table[~table["whole"] & (table["building_at"] >= 0)]
    counts = rows["households"].to_numpy(dtype=np.float64, na_value=np.nan).tolist()
    slices: dict[int, list[Slice]] = defaultdict(list)
    for at, grid, stairs, floors, count in zip(
        rows["building_at"].tolist(),
        rows["grid"].tolist(),
        rows["stairs"].tolist(),
        rows["floors"].tolist(),
        counts,
        strict=True,
    ):
        slices[at].append(Slice(grid, stairs, floors, count))
    ids, total = case.buildings["id"].tolist(), building_households(case).tolist()
    across, up = (
        case.buildings[column].fillna(1).astype(int).tolist() for column in ("stairs", "floors")
    )
    return tuple(
        Divided(at, ids[at], across[at], up[at], total[at], tuple(parts))
        for at, parts in sorted(slices.items())
    )


@cache
def _numbers(text: str | None, whole: int) -> tuple[int, ...]:
    """Return the stairs or floors of a slice: all where it names none, none if unreadable."""
    if text is None:
        return tuple(range(1, whole + 1))
    try:
        return parse_runs(text)
    except ValueError:
        return ()


def _floors(building: Divided) -> tuple[int, ...]:
    """Return a building's floors; basements count where a slice names them."""
    named = [floor for part in building.slices for floor in _numbers(part.floors, 0)]
    below = sorted({floor for floor in named if floor <= 0})
    return (*below, *range(1, building.floors + 1))


@rule("V01", severity="E")
def slices_make_the_building(case: Case) -> Iterator[Finding]:
    """A building's slices hold each of its stairs and floors once, and all its households.

    Stairs × floors are counted as cells: none may be missing, held twice, or outside the
    building. Basements are asked for where one slice names them. Where the slices carry
    households, they add up to the building's.
    """
    for building in case.once(divided):
        wrong = _wrong_cells(building)
        unreadable = [
            text
            for part in building.slices
            for text in (part.stairs, part.floors)
            if text is not None and not _numbers(text, 0)
        ]
        difference = sum(part.households for part in building.slices) - building.households
        if unreadable:
            yield _of(
                case, building, "V01.unreadable", len(unreadable), examples=listed(unreadable)
            )
        elif wrong:
            for kind, cells in wrong.items():
                yield _of(
                    case,
                    building,
                    f"V01.{kind}",
                    len(cells),
                    stairs=write_runs(stair for stair, _ in cells),
                    floors=write_runs(floor for _, floor in cells),
                )
        elif difference and not np.isnan(difference):
            yield _of(
                case,
                building,
                "V01.households",
                difference,
                unit="households",
                total=building.households,
            )


def _wrong_cells(building: Divided) -> dict[str, set[tuple[int, int]]]:
    wanted = set(product(range(1, building.stairs + 1), _floors(building)))
    held: Counter[tuple[int, int]] = Counter()
    for part in building.slices:
        up = _floors(building) if part.floors is None else _numbers(part.floors, 0)
        held.update(product(_numbers(part.stairs, building.stairs), up))
    cells = {
        "gap": wanted - set(held),
        "overlap": {cell for cell, times in held.items() if times > 1},
        "beyond": set(held) - wanted,
    }
    return {kind: wrong for kind, wrong in cells.items() if wrong}


def _of(
    case: Case, building: Divided, key: str, measure: float, *, unit: str = "1", **said: Any
) -> Finding:
    return case.finding(
        key,
        Severity.ERROR,
        level=case.levels[-1],
        grids=[part.grid for part in building.slices],
        place=case.once(building_points)[building.position],
        measure=measure,
        unit=unit,
        building=building.building,
        **said,
    )


@rule("V02", severity="W")
def stairs_before_floors(case: Case) -> Iterator[Finding]:
    """A building is split by stair before it is split by floor; a slice has one run of floors.

    A slice that has only some floors of several stairs makes people of one stair answer to
    different grids where a stair each would do; floors with others between are hard to remember.
    """
    for building in case.once(divided):
        floors = _floors(building)
        for part in building.slices:
            across = _numbers(part.stairs, building.stairs)
            up = floors if part.floors is None else _numbers(part.floors, 0)
            if not across or not up:
                continue
            scattered = [floor for floor in floors if up[0] <= floor <= up[-1]] != list(up)
            several = len(across) > 1 and set(up) < set(floors)
            if scattered or several:
                yield case.finding(
                    "V02.scattered" if scattered else "V02.stairs",
                    Severity.WARNING,
                    level=case.levels[-1],
                    grids=(part.grid,),
                    place=case.once(building_points)[building.position],
                    measure=len(up) if scattered else len(across),
                    unit="1",
                    building=building.building,
                    grid=part.grid,
                    stairs=write_runs(across),
                    floors=write_runs(up),
                )


@rule("V03", severity="E")
def shared_footprints_are_slices(case: Case) -> Iterator[Finding]:
    """Grids that lie on the very same ground hold slices of a same building.

    Buildings with one footprint count as one. The grids are then one slice group, and the overlap
    rule excuses them. Two grids of one level with the same footprint and no slice between them
    are told here, and not as an overlap.
    """
    positions = case.once(position_of_code)
    for codes in case.once(stacked):
        if share_footprint(case, *codes):
            continue
        first, second = sorted(positions[code] for code in codes)
        shape = case.sound_grids[first]
        yield case.finding(
            "V03.unlinked",
            Severity.ERROR,
            level=int(case.grids["level"].iloc[first]),
            grids=codes,
            place=shape,
            measure=shapely.area(shape),
            unit="m²",
            one=case.label(first),
            other=case.label(second),
        )
