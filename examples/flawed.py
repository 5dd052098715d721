"""The demo town with one planted fault of every rule, and the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from boundaries.history import History, Period
from boundaries.plan import Plan
from boundaries.scheme import Scheme, parse_scheme
from boundaries.town import Town
from examples.faults_in_records import IN_RECORDS
from examples.faults_on_ground import ON_GROUND
from examples.planting import Ground, Planted
from examples.town import demo_town
from geo.datum import Datum, from_wgs84
from geo.layers import STORED_CRS


@dataclass(frozen=True)
class Flawed:
    """A town with planted faults, and the truth beside it.

    Attributes
    ----------
    town, plan, history
        What to check.
    truth
        Everything that the rules must find, besides what they say of the sound demo town already:
        one entry for each rule, a few for rules with two grids to name.
    """

    town: Town
    plan: Plan
    history: History
    truth: tuple[Planted, ...]


def flawed_town(seed: int = 7, *, today: date | None = None) -> Flawed:
    """Make the demo town with one planted fault of every rule but R03.

    A layer laid out in another datum (R03) would hide the faults planted in it: that is
    `shifted_town`.

    Parameters
    ----------
    seed
        The same seed gives the same town and the same faults.
    today
        Day on which the contacts were last verified (today by default).
    """
    town, plan = demo_town(seed, today=today)
    ground = Ground(town, plan)
    truth = [planted for plant in (*ON_GROUND, *IN_RECORDS) for planted in plant(ground)]
    start = datetime(2027, 1, 1, tzinfo=UTC)
    community = str(town.communities["code"].iloc[0])
    before = Period(community, "2026", start.replace(year=2026), datetime(2026, 12, 31, tzinfo=UTC))
    return Flawed(
        town=replace(town, scheme=_scheme(ground), **ground.layers),
        plan=plan.with_changes(
            grids=ground.grids,
            assignments=ground.assignments,
            contacts=ground.contacts,
            effective_from=start,
        ),
        history=History(periods=(before,)),
        truth=(*truth, Planted("C11", "gap")),
    )


def shifted_town(seed: int = 7, *, today: date | None = None) -> Flawed:
    """Make the demo town with its estates drawn in GCJ-02, as on a web map (R03).

    Parameters
    ----------
    seed, today
        As of `flawed_town`.
    """
    town, plan = demo_town(seed, today=today)

    def in_gcj02(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(from_wgs84(places[:, 0], places[:, 1], Datum.GCJ02))

    drawn = shapely.transform(town.estates.geometry.to_numpy(), in_gcj02)
    estates = town.estates.set_geometry(gpd.GeoSeries(drawn, crs=STORED_CRS))
    truth = (Planted("R03", "shifted"),)
    return Flawed(replace(town, estates=estates), plan, History(), truth)


def _scheme(ground: Ground) -> Scheme:
    """Return the deployment's own scheme: the shipped one but for the thresholds planted."""
    own = {
        name: value
        for name, value in ground.thresholds.items()
        if value != ground.town.scheme.thresholds[name]
    }
    lines = [f"{name} = {value}" for name, value in sorted(own.items())]
    return parse_scheme("\n".join(["[thresholds]", *lines, ""]))
