"""Repair a plan: mend its grids in metres, and bring them back to the stored lattice exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from boundaries.plan import Plan
from boundaries.rules.case import Case
from boundaries.rules.coverage import (
    COMMUNITIES,
    acceptance_of,
    coverage_of,
    faults,
    limits_of,
    rows_of_levels,
)
from boundaries.town import Town
from geo.coverage import Fault, is_proved
from geo.coverage.gate import admit
from geo.layers import STORED_CRS
from geo.repair import Repair, repair

_DIGITS = 7
_REACH_M = 0.01

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlanRepair:
    """What a repair makes of a plan.

    Attributes
    ----------
    town
        The town; its communities and jurisdiction may have got vertices, none of them moved.
    plan
        The plan as mended, same ID.
    repair
        What moved, what changed, and what it could not mend; metres of the town's zone.
    remaining
        What is left for a planner: what could not be mended and was not accepted with the plan.
    accepted
        What was accepted with the plan and therefore left as it is.
    proved
        Whether all levels are certified on the stored lattice.
    crs
        The zone.
    """

    town: Town
    plan: Plan
    repair: Repair
    remaining: tuple[Fault, ...]
    accepted: tuple[Fault, ...]
    proved: bool
    crs: pyproj.CRS

    @property
    def changes_anything(self) -> bool:
        """Whether any shape or vertex of the plan or the town changed."""
        return any(self.repair.changed.values()) or self.repair.ground_changed


def repair_plan(town: Town, plan: Plan, *, gap_m: float = 25.0) -> PlanRepair:
    """Mend a plan's grids where that needs no new information.

    Communities and the jurisdiction stay where they are; a vertex may be added to their lines.
    What was accepted with the plan, such as an allowed gap, is left as it is.

    Parameters
    ----------
    town, plan
        What is mended.
    gap_m
        Gaps as wide as this are left for a planner.
    """
    case = Case(town, plan, datetime.now(UTC))
    grids = coverage_of(case)
    accepted = [
        fault for fault in (faults(case) if plan.accepted else ()) if acceptance_of(case, fault)
    ]
    done = repair(
        grids,
        gap_m=gap_m,
        reach_m=_REACH_M,
        fixed=(COMMUNITIES,),
        limits=limits_of(case),
        crs=case.crs,
        kept=[fault.geometry for fault in accepted if fault.geometry is not None],
    )
    lattice = _Lattice(case)
    mended_plan, mended_town = plan, town
    for depth, level in enumerate(done.grids.levels):
        rows = rows_of_levels(case)[depth]
        shapes = lattice.stored(level.geometry, grids.levels[depth].geometry)
        if level.level == COMMUNITIES:
            mended_town = mended_town.with_layers(
                communities=_with_shapes(town.communities, rows, shapes)
            )
        else:
            mended_plan = mended_plan.with_changes(
                grids=_with_shapes(mended_plan.grids, rows, shapes)
            )
    if done.ground_changed and len(town.jurisdiction) == 1:
        ground = np.array([done.grids.jurisdiction], dtype=object)
        shapes = lattice.stored(ground, np.array([grids.jurisdiction], dtype=object))
        mended_town = mended_town.with_layers(
            jurisdiction=_with_shapes(town.jurisdiction, np.array([0]), shapes)
        )
    after = Case(mended_town, mended_plan, case.at)
    return PlanRepair(
        mended_town,
        mended_plan,
        done,
        tuple(fault for fault in done.remaining if acceptance_of(after, fault) is None),
        tuple(accepted),
        is_proved(admit(coverage_of(after)).grids),
        case.crs,
    )


class _Lattice:
    """Brings vertices back to longitude and latitude: known ones exactly, new ones rounded."""

    def __init__(self, case: Case) -> None:
        layers = [case.plan.grids, case.town.communities, case.town.jurisdiction]
        projected = [case.grids, case.communities, case.jurisdiction]
        stored = _coordinates(layers)
        metres = _coordinates(projected)
        self._known = dict(
            zip(map(tuple, metres.tolist()), map(tuple, stored.tolist()), strict=True)
        )
        self._inverse = pyproj.Transformer.from_crs(case.crs, STORED_CRS, always_xy=True)

    def stored(
        self, shapes: npt.NDArray[np.object_], before: npt.NDArray[np.object_]
    ) -> list[shapely.Geometry | None]:
        """Return the changed shapes on the stored lattice; None where a shape did not change."""
        return [
            None
            if new is old or (new is not None and shapely.equals_exact(new, old))
            else self._moved(new)
            for new, old in zip(shapes.tolist(), before.tolist(), strict=True)
        ]

    def _moved(self, shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shape, self._back)

    def _back(self, xy: Floats) -> Floats:
        places = [self._known.get((x, y)) for x, y in xy.tolist()]
        unknown = [number for number, place in enumerate(places) if place is None]
        made = np.array([place or (0.0, 0.0) for place in places]).reshape(-1, 2)
        if unknown:
            longitude, latitude = self._inverse.transform(xy[unknown, 0], xy[unknown, 1])
            made[unknown] = np.round(np.column_stack([longitude, latitude]), _DIGITS)
        return made


def _coordinates(layers: list[gpd.GeoDataFrame]) -> Floats:
    return np.concatenate([shapely.get_coordinates(layer.geometry.to_numpy()) for layer in layers])


def _with_shapes(
    frame: gpd.GeoDataFrame, rows: npt.NDArray[np.int64], shapes: list[shapely.Geometry | None]
) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy().copy()
    for row, shape in zip(rows.tolist(), shapes, strict=True):
        if shape is not None:
            geometry[row] = shape
    return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))
