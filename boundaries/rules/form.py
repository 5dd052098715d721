"""The form of a grid: compact (S06) and within reach (S07)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import building_points, grids_at
from boundaries.rules.case import Case
from boundaries.rules.registry import rule

_RURAL = ("natural_village", "linear_village", "island")


@rule("S06", severity="I/W", thresholds=("compactness_information", "compactness_warning"))
def compact(case: Case) -> Iterator[Finding]:
    """A grid is compact: 4π × area ÷ perimeter² (Polsby–Popper) is not small.

    A circle has 1, a square 0.79, a strip twenty times as long as wide 0.14. Linear villages with
    that reason recorded and special-purpose grids are excused.
    """
    shapes = case.sound_grids
    perimeter = shapely.length(shapes)
    with np.errstate(divide="ignore", invalid="ignore"):
        measure = 4 * np.pi * shapely.area(shapes) / perimeter**2
    excused = (case.grids["reason"] == "linear_village") | (case.grids["kind"] == "special")
    least = case.threshold("compactness_warning")
    for position in np.flatnonzero(
        (measure < case.threshold("compactness_information")) & ~excused.to_numpy()
    ):
        yield case.finding(
            "S06.thin",
            Severity.WARNING if measure[position] < least else Severity.INFORMATION,
            level=int(case.grids["level"].iloc[position]),
            grids=(case.grids["code"].iloc[position],),
            place=shapes[position],
            measure=measure[position],
            unit="1",
            grid=case.label(position),
        )


@rule("S07", severity="I", thresholds=("reach_m",))
def within_reach(case: Case) -> Iterator[Finding]:
    """Every building of a grid can be reached from its middle.

    Measured in a straight line from the building nearest to the middle of the grid's buildings to
    the farthest one. Off in the country: grids with the reason natural village, linear village or
    island are excused, as are special-purpose grids.
    """
    limits = dict(enumerate(case.threshold("reach_m"), start=1))
    points = case.once(building_points)
    places = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    excused = (case.grids["reason"].isin(_RURAL) | (case.grids["kind"] == "special")).to_numpy()
    for number in (level for level in case.levels if level in limits):
        building, grid = grids_at(case, number, points)
        if not len(grid):
            continue
        order = np.argsort(grid, kind="stable")
        building, grid = building[order], grid[order]
        starts = np.flatnonzero(np.diff(grid, prepend=-1))
        for position, members in zip(grid[starts], np.split(building, starts[1:]), strict=True):
            reach_m, middle, farthest = _reach(places[members])
            if reach_m <= limits[number] or excused[position]:
                continue
            yield case.finding(
                "S07.far",
                Severity.INFORMATION,
                level=number,
                grids=(case.grids["code"].iloc[position],),
                place=shapely.linestrings(places[members[[middle, farthest]]]),
                measure=reach_m,
                unit="m",
                grid=case.label(position),
                limit=limits[number],
            )


def _reach(places: npt.NDArray[np.float64]) -> tuple[float, int, int]:
    """Return the longest distance from the middle building, and both buildings' positions."""
    middle = int(np.argmin(np.hypot(*(places - places.mean(axis=0)).T)))
    distance = np.hypot(*(places - places[middle]).T)
    farthest = int(np.argmax(distance))
    return float(distance[farthest]), middle, farthest
