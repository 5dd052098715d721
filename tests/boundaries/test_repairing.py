"""Repair of a plan on the stored lattice, and bounds put into words."""

from __future__ import annotations

from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest
import shapely

from boundaries.bounds import SIDES, bounds_of
from boundaries.repairing import repair_plan
from boundaries.rules.case import Case
from boundaries.rules.coverage import faults
from examples.town import demo_town


@pytest.fixture(scope="module")
def demo():
    return demo_town(seed=3, scale=0.1)


def with_moved_vertices(plan, count: int):
    """Return the plan with a vertex of some finest grids moved some metres."""
    random = np.random.default_rng(4)
    grids = plan.grids
    shapes = grids.geometry.to_numpy().copy()
    finest = np.flatnonzero(grids["level"] == grids["level"].max())
    for row in random.choice(finest, count, replace=False):
        xy = shapely.get_coordinates(shapes[row])
        at = int(random.integers(1, len(xy) - 1))
        xy[at] = np.round(xy[at] + random.normal(0.0, 3e-5, 2), 7)
        moved = shapely.Polygon(xy)
        if moved.is_valid and not shapes[row].interiors:
            shapes[row] = moved
    geometry = gpd.GeoSeries(shapes, index=grids.index, crs=grids.crs)
    return plan.with_changes(grids=grids.set_geometry(geometry))


def test_nothing_is_done_to_a_seamless_plan(demo):
    done = repair_plan(*demo)
    assert done.proved
    assert not done.changes_anything
    assert done.plan.grids.geometry.geom_equals(demo[1].grids.geometry).all()


def test_moved_vertices_are_mended_on_the_lattice(demo):
    town, plan = demo
    broken = with_moved_vertices(plan, 6)
    assert faults(Case(town, broken, datetime.now(UTC)))
    done = repair_plan(town, broken)
    assert done.proved
    assert done.changes_anything
    assert faults(Case(done.town, done.plan, datetime.now(UTC))) == ()
    xy = shapely.get_coordinates(done.plan.grids.geometry.to_numpy())
    assert np.abs(xy * 1e7 - np.round(xy * 1e7)).max() < 1e-5
    assert done.plan.grids["code"].tolist() == plan.grids["code"].tolist()
    assert not repair_plan(done.town, done.plan).changes_anything


def test_communities_and_jurisdiction_do_not_move(demo):
    town, plan = demo
    done = repair_plan(town, with_moved_vertices(plan, 6))
    for before, after in (
        (town.communities, done.town.communities),
        (town.jurisdiction, done.town.jurisdiction),
    ):
        moved = shapely.symmetric_difference(before.geometry.to_numpy(), after.geometry.to_numpy())
        assert shapely.area(moved).sum() < 1e-12  # square degrees: a vertex on a line


def test_bounds_name_what_lies_on_every_side(demo):
    town, plan = demo
    level = int(plan.grids["level"].min())
    found = bounds_of(town, plan, level)
    assert [bounds.code for bounds in found] == plan.grids["code"][
        plan.grids["level"] == level
    ].tolist()
    named = set(town.barriers["name"].dropna())
    assert any(named & set(bounds.sides[side]) for bounds in found for side in SIDES)
    assert found[0].message.text("zh").startswith("东至")
    assert "west to" in found[0].message.text("en")
