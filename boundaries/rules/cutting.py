"""What a border must not cut: buildings (B03) and compounds (B04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import base_grids, own_ground, sliced_buildings
from boundaries.rules.borders import share_along_barriers
from boundaries.rules.case import Case, sound
from boundaries.rules.counts import building_households
from boundaries.rules.registry import rule

_HOMES = ("estate", "resettlement", "village")
_ON_ANOTHER = 0.99
"""Share of a footprint from which on it lies on another."""


@dataclass(frozen=True)
class Cut:
    """A shape that lies in two grids.

    Attributes
    ----------
    at
        Position of the shape.
    grids
        Positions of the two grids that have most of it.
    smaller_m2
        Area of the smaller of both parts.
    line
        The border inside the shape, metres.
    """

    at: int
    grids: tuple[int, int]
    smaller_m2: float
    line: BaseGeometry


def cuts(
    case: Case, level: int, shapes: npt.NDArray[np.object_], least_m2: npt.NDArray[np.float64]
) -> Iterator[Cut]:
    """Yield the shapes of which two grids of a level have more than some area each.

    A shape that one grid has whole, while another lies over a part of it, is not cut: that is an
    overlap.
    """
    at_level = (case.grids["level"] == level).to_numpy() & case.once(base_grids)
    positions = np.flatnonzero(at_level)
    grids = case.sound_grids[positions]
    shape, grid = shapely.STRtree(grids).query(shapes, predicate="intersects")
    several = np.bincount(shape, minlength=len(shapes))[shape] > 1
    shape, grid = shape[several], grid[several]
    part = shapely.area(shapely.intersection(shapes[shape], grids[grid]))
    whole = shapely.area(shapes)[shape]
    proper = (part > least_m2[shape]) & (whole - part > least_m2[shape])
    shape, grid, part = shape[proper], grid[proper], part[proper]
    for at in np.flatnonzero(np.bincount(shape, minlength=1) > 1):
        members = np.flatnonzero(shape == at)
        largest = members[np.argsort(-part[members], kind="stable")][:2]
        first, second = grid[largest].tolist()
        line = _line_inside(grids[first], grids[second], shapes[at])
        codes = (int(positions[first]), int(positions[second]))
        yield Cut(int(at), codes, float(part[largest[1]]), line)


def _line_inside(one: BaseGeometry, other: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    """Return the border between two grids inside a shape; one's own where they do not touch."""
    shared = one.boundary.intersection(other.boundary).intersection(shape)
    return shared if shared.length else one.boundary.intersection(shape)


@rule("B03", severity="E", thresholds=("cut_area_m2", "cut_share"))
def no_building_is_cut(case: Case) -> Iterator[Finding]:
    """No border runs through a building.

    A building is cut where two grids of a level have more than 1 m² and more than 1 % of its
    footprint each, unless the table of assignments divides it by stairs or floors. Told at the
    coarsest level that cuts it. A building that stands on another, as a tower on its podium, is
    not told beside the other; the ground under it is its own.
    """
    shapes = case.once(own_ground)
    least = np.maximum(
        case.threshold("cut_area_m2"), case.threshold("cut_share") * shapely.area(shapes)
    )
    told = _standing_on_another(sound(case.buildings.geometry.to_numpy()))
    sliced, ids = case.once(sliced_buildings), case.buildings["id"].to_numpy()
    for number in case.levels:
        for cut in cuts(case, number, shapes, least):
            if cut.at in told or ids[cut.at] in sliced:
                continue
            told.add(cut.at)
            yield case.finding(
                "B03.cut",
                Severity.ERROR,
                level=number,
                grids=case.grids["code"].iloc[list(cut.grids)],
                place=cut.line,
                measure=cut.smaller_m2,
                unit="m²",
                building=ids[cut.at],
                between=" | ".join(case.label(position) for position in cut.grids),
            )


def _standing_on_another(shapes: npt.NDArray[np.object_]) -> set[int]:
    """Return the positions of footprints that lie on a larger one."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    area = shapely.area(shapes)
    smaller = (area[one] < area[other]) | ((area[one] == area[other]) & (one > other))
    one, other = one[smaller], other[smaller]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    return set(one[shared >= _ON_ANOTHER * area[one]].tolist())


@rule("B04", severity="W", thresholds=("compound_share", "border_share", "border_tolerance_m"))
def no_compound_is_cut(case: Case) -> Iterator[Finding]:
    """No border of the first level runs through an estate, and none at all through a compound.

    Compounds are schools, hospitals and the like. An estate with more households than the first
    level's band allows may be cut along inner roads. A shape is cut where two grids have more
    than 5 % of it each; told at the coarsest level that cuts it.
    """
    estates = case.estates.reset_index(drop=True)
    shapes = sound(estates.geometry.to_numpy())
    homes = estates["kind"].isin(_HOMES).to_numpy()
    least = case.threshold("compound_share") * shapely.area(shapes)
    large = _households(case) > case.scheme.levels[0].high
    told: set[int] = set()
    for number in case.levels:
        for cut in cuts(case, number, shapes, least):
            excused = homes[cut.at] and (
                number != case.levels[0] or (large[cut.at] and _along_road(case, cut.line))
            )
            if cut.at in told or excused:
                continue
            told.add(cut.at)
            yield case.finding(
                "B04.cut",
                Severity.WARNING,
                level=number,
                grids=case.grids["code"].iloc[list(cut.grids)],
                place=cut.line,
                measure=shapely.length(cut.line),
                unit="m",
                estate=estates["name"].iloc[cut.at] or estates["id"].iloc[cut.at],
                between=" | ".join(case.label(position) for position in cut.grids),
            )


def _households(case: Case) -> npt.NDArray[np.float64]:
    """Return the households of every estate, by its buildings."""
    known = np.nan_to_num(building_households(case))
    sums = case.town.buildings.assign(known=known).groupby("estate")["known"].sum()
    return case.estates["id"].map(sums).fillna(0).to_numpy(dtype=np.float64)


def _along_road(case: Case, line: BaseGeometry) -> bool:
    """Return whether most of a line has something to follow."""
    return share_along_barriers(case, line) >= float(case.threshold("border_share"))
