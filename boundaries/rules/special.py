"""Special-purpose grids: their type (X01), mode (X03) and residents (X04)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import building_points
from boundaries.rules.case import Case
from boundaries.rules.counts import building_households
from boundaries.rules.registry import rule
from geo.layers.schema import SPECIAL_TYPES


def _lacking(case: Case, key: str, column: str, known: tuple[str, ...]) -> Iterator[Finding]:
    wrong = (case.grids["kind"] == "special") & ~case.grids[column].isin(known)
    for position in np.flatnonzero(wrong):
        yield case.finding(
            key,
            Severity.ERROR,
            level=int(case.grids["level"].iloc[position]),
            grids=(case.grids["code"].iloc[position],),
            place=case.inner_points[position],
            grid=case.label(position),
            known=", ".join(known),
        )


@rule("X01", severity="E")
def special_grid_has_a_type(case: Case) -> Iterator[Finding]:
    """A special-purpose grid says of what type it is.

    Government, park, enterprise, market, business building, school, hospital, scenic area,
    transport, construction site, or other.
    """
    yield from _lacking(case, "X01.none", "special_type", SPECIAL_TYPES)


@rule("X03", severity="E")
def special_grid_has_a_mode(case: Case) -> Iterator[Finding]:
    """A special-purpose grid says how it lies to the general grids.

    Exclusive: cut out of them; overlay: on top of them.
    """
    yield from _lacking(case, "X03.none", "mode", ("exclusive", "overlay"))


@rule("X04", severity="W")
def residents_of_special_grids_count(case: Case) -> Iterator[Finding]:
    """Residents inside an exclusive special-purpose grid are counted and served there.

    The size rules are off for such a grid; a residential building inside it must all the same
    show in the grid's households. Told at the coarsest level.
    """
    exclusive = (case.grids["kind"] == "special") & (case.grids["mode"] == "exclusive")
    positions = np.flatnonzero(exclusive)
    positions = positions[np.argsort(case.grids["level"].iloc[positions], kind="stable")]
    points = case.once(building_points)
    grid, building = shapely.STRtree(points).query(
        case.sound_grids[positions], predicate="contains_properly"
    )
    weight = np.nan_to_num(building_households(case)[building])
    living = np.bincount(grid, weights=weight, minlength=len(positions))
    told: set[str] = set()
    for at in np.flatnonzero(living > 0):
        position = int(positions[at])
        code, parent = case.grids["code"].iloc[position], case.grids["parent"].iloc[position]
        counted = case.grids["households"].iloc[position]
        counted = 0 if pd.isna(counted) else int(counted)
        if counted < living[at]:
            told.add(code)
        if counted < living[at] and parent not in told:
            homes = building[(grid == at) & (weight > 0)]
            yield case.finding(
                "X04.uncounted",
                Severity.WARNING,
                level=int(case.grids["level"].iloc[position]),
                grids=(code,),
                place=points[homes],
                measure=living[at] - counted,
                unit="households",
                grid=case.label(position),
                living=living[at],
                counted=counted,
            )
