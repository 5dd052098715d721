"""Compare two plans of a town."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import pandas as pd

from boundaries.check import Report, check
from boundaries.comparing.ground import area_of, ground_moved
from boundaries.comparing.matching import FindingsChange, matched
from boundaries.comparing.measuring import LevelMeasure, measured, verdicts
from boundaries.comparing.people import (
    ContactChange,
    GridChange,
    contact_changes,
    grid_changes,
    shares_of,
)
from boundaries.finding import Finding
from boundaries.history import History
from boundaries.moving import buildings_moved, levels_of, lineage, moves
from boundaries.plan import Plan
from boundaries.rules.case import Case
from boundaries.town import Town
from geo.layers import STORED_CRS
from geo.problem import input_error
from messages import Language


@dataclass(frozen=True)
class LevelChange:
    """What becomes of one level.

    Attributes
    ----------
    level
        Its number.
    old, new
        What it is like under each plan.
    verdicts
        ``better``, ``worse`` or ``equal`` by measure.
    kept, added, retired
        Codes, sorted.
    households_moved
        Households whose grid of this level has another code.
    area_moved_m2
        Ground whose grid of this level has another code.
    """

    level: int
    old: LevelMeasure
    new: LevelMeasure
    verdicts: dict[str, str]
    kept: tuple[str, ...]
    added: tuple[str, ...]
    retired: tuple[str, ...]
    households_moved: int
    area_moved_m2: float


@dataclass(frozen=True)
class Comparison:
    """Two plans side by side.

    Attributes
    ----------
    old, new
        The plans.
    reports
        What all rules say of the old one and of the new one.
    levels
        Coarsest first.
    findings
        What is gone, new and staying.
    grids
        Grids that change.
    contacts
        Contacts who answer for other households than before, or no longer.
    lineage
        Table ``level, from, to, households``.
    buildings
        Table ``building, stairs, floors, from, to, households``: whose finest grid changes.
    ground
        Layer ``level, from, to, area_m2``: ground whose grid changes, EPSG:4490.
    """

    old: Plan
    new: Plan
    reports: tuple[Report, Report]
    levels: tuple[LevelChange, ...]
    findings: FindingsChange
    grids: tuple[GridChange, ...]
    contacts: tuple[ContactChange, ...]
    lineage: pd.DataFrame
    buildings: pd.DataFrame
    ground: gpd.GeoDataFrame

    def as_dict(self, language: Language | None = None) -> dict[str, Any]:
        """Return the comparison as plain values; places stay in the findings alone."""
        moved = self.lineage[self.lineage["from"] != self.lineage["to"]]
        old_counts, new_counts = (report.counts() for report in self.reports)
        return {
            "town": self.new.town,
            "old": {"id": self.old.id, "name": self.old.name, "counts": old_counts},
            "new": {"id": self.new.id, "name": self.new.name, "counts": new_counts},
            "levels": [asdict(level) for level in self.levels],
            "findings": {
                "gone": _told(self.findings.gone, language),
                "new": _told(self.findings.new, language),
                "staying": [
                    {**_told([new], language)[0], "measure_old": old.measure}
                    for old, new in self.findings.staying
                ],
            },
            "grids": [asdict(change) for change in self.grids],
            "contacts": [asdict(change) for change in self.contacts],
            "lineage": moved.to_dict("records"),
            "buildings": self.buildings.to_dict("records"),
        }


def _told(findings: Sequence[Finding], language: Language | None) -> list[dict[str, Any]]:
    features = [finding.feature(language) for finding in findings]
    return [{**feature["properties"], "geometry": feature["geometry"]} for feature in features]


def compare(
    town: Town,
    old: Plan,
    new: Plan,
    *,
    at: datetime | None = None,
    histories: tuple[History, History] | None = None,
    reports: tuple[Report, Report] | None = None,
) -> Comparison:
    """Compare two plans of a town, with today's buildings and households for both.

    Parameters
    ----------
    town
        The town that both divide.
    old, new
        What is, and what might be.
    at
        Aware moment at which contacts must be current; now, or when the new plan takes effect if
        that is later.
    histories
        What other publications leave to the old and to the new plan.
    reports
        Checks of both, where they are there already.

    Raises
    ------
    InputError
        The plans are of two towns.
    """
    if old.town != new.town:
        raise input_error("compare.two_towns", value=old.town, other=new.town)
    starts = [moment for moment in (new.effective_from, datetime.now(UTC)) if moment is not None]
    moment = at or max(starts)
    if reports is None:
        before, after = histories or (History(), History())
        reports = (
            check(town, old, at=moment, history=before),
            check(town, new, at=moment, history=after),
        )
    cases = Case(town, old, moment), Case(town, new, moment)
    moved = moves(old, new, old_shares=shares_of(cases[0]), new_shares=shares_of(cases[1]))
    numbers = sorted({*cases[0].levels, *cases[1].levels})
    ground = [ground_moved(*cases, number) for number in numbers]
    everything = gpd.GeoDataFrame(pd.concat(ground, ignore_index=True), crs=cases[1].crs)
    changes = grid_changes(*cases, moved, everything)
    return Comparison(
        old,
        new,
        reports,
        tuple(
            _level(*cases, number, moved, pieces)
            for number, pieces in zip(numbers, ground, strict=True)
        ),
        matched(reports[0].findings, reports[1].findings),
        changes,
        contact_changes(old, new, changes),
        lineage(moved),
        buildings_moved(moved),
        everything.set_geometry(
            gpd.GeoSeries(
                [cases[1].to_stored(shape) for shape in everything.geometry], crs=STORED_CRS
            )
        ),
    )


def _level(
    old: Case, new: Case, number: int, moved: pd.DataFrame, ground: gpd.GeoDataFrame
) -> LevelChange:
    before, after = (set(case.level(number)["code"]) for case in (old, new))
    households = 0
    if number in levels_of(moved):
        changed = moved[f"from{number}"] != moved[f"to{number}"]
        households = int(moved["households"][changed].sum())
    measures = measured(old, number), measured(new, number)
    return LevelChange(
        number,
        *measures,
        verdicts(*measures),
        tuple(sorted(before & after)),
        tuple(sorted(after - before)),
        tuple(sorted(before - after)),
        households,
        round(area_of(ground), 1),
    )
