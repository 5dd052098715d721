"""Repair brings lines back to where they were: no base of a spike, no lobe of a loop is left."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.coverage import GridLevel, Grids, inspect
from geo.repair import repair


def pair(left: shapely.Polygon, right: shapely.Polygon, ground: shapely.Polygon) -> Grids:
    return Grids((GridLevel.of(1, ["a", "b"], [left, right]),), ground)


LEFT = shapely.Polygon([(0, 0), (100, 0), (100.2, 50), (100, 100), (0, 100), (0, 40)])
RIGHT = shapely.Polygon([(100, 0), (200, 0), (200, 70), (200, 100), (100, 100), (100.2, 50)])
GROUND = shapely.coverage_union_all([LEFT, RIGHT])


def test_nothing_of_a_spike_is_left():
    spike = [(100.08, 20.0), (130.0, 20.0), (100.08, 20.05)]
    ring = shapely.get_coordinates(LEFT).tolist()
    pointed = shapely.Polygon([*ring[:2], *spike, *ring[2:]])
    done = repair(pair(pointed, RIGHT, GROUND), lattice=0.001)
    assert done.proved
    assert done.remaining == ()
    assert shapely.area(shapely.symmetric_difference(done.grids.levels[0].geometry[0], LEFT)) < 0.1


def test_ground_that_a_crossing_ring_covers_stays_with_its_neighbour():
    ring = [(0, 0), (100, 0), (100, 100), (150, 30), (0, 100), (0, 40)]
    broken = pair(shapely.Polygon(ring), RIGHT, GROUND)
    assert not broken.levels[0].geometry[0].is_valid
    done = repair(broken, lattice=0.001)
    after = done.grids.levels[0].geometry
    assert shapely.covers(after[1], shapely.Point(120, 60))
    assert shapely.area(shapely.intersection(*after)) == pytest.approx(0.0, abs=1e-6)


def test_a_natural_step_is_left_as_it_is():
    """Two vertices two centimetres apart across the line: none can go without moving a border."""
    left = shapely.Polygon([(0, 0), (100, 0), (100, 50), (100.02, 50), (100, 100), (0, 100)])
    right = shapely.Polygon(
        [(100, 0), (200, 0), (200, 70), (200, 100), (100, 100), (100.02, 50), (100, 50)]
    )
    grids = pair(left, right, shapely.coverage_union_all([left, right]))
    assert {fault.kind for fault in inspect(grids)} == {"micro.segment"}
    done = repair(grids, lattice=0.001)
    before = grids.levels[0].geometry
    assert np.all(shapely.equals_exact(done.grids.levels[0].geometry, before))
