"""Repair brings lines back to where they were: no base of a spike, no lobe of a loop is left."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import affinity

from geo.coverage import GridLevel, Grids, inspect
from geo.repair import repair


def pair(left: shapely.Polygon, right: shapely.Polygon, ground: shapely.Polygon) -> Grids:
    return Grids((GridLevel.of(1, ["a", "b"], [left, right]),), ground)


LEFT = shapely.Polygon([(0, 0), (100, 0), (100.2, 50), (100, 100), (0, 100), (0, 40)])
RIGHT = shapely.Polygon([(100, 0), (200, 0), (200, 70), (200, 100), (100, 100), (100.2, 50)])
GROUND = shapely.coverage_union_all([LEFT, RIGHT])


@pytest.mark.parametrize(("begin", "end"), [(100.08, 100.08), (100.0807, 100.0795)])
def test_nothing_of_a_spike_is_left(begin: float, end: float):
    """Neither where rounding put the ends of its base on both sides of the line."""
    spike = [(begin, 20.0), (130.0, 20.0), (end, 20.05)]
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


def beside(
    border: list[tuple[float, float]], other: list[tuple[float, float]], *, west: float = 0.0
) -> Grids:
    """Return two grids whose borders run from north to south each as it says, 100 m west of it."""
    ends = [(west, 100.0), (west, 0.0)]
    far = [(west + 200.0, 0.0), (west + 200.0, 100.0)]
    ground = shapely.box(west, 0, west + 200, 100)
    corners = [(west + 100.0, 0.0), (west + 100.0, 100.0)]
    outer = shapely.Polygon([*ends, corners[0], *far, corners[1]])
    assert outer.equals(ground)
    left = shapely.Polygon([*ends, corners[0], *border, corners[1]])
    right = shapely.Polygon([*far, corners[1], *other[::-1], corners[0]])
    return pair(left, right, outer)


@pytest.mark.parametrize("west", [0.0, 500_000.0, 39_500_000.0])
@pytest.mark.parametrize("off_m", [2e-8, 1e-7, 1e-6, 1e-5, 1e-3])
def test_borders_that_hardly_differ_become_one(west: float, off_m: float):
    """At a zone's prefix numbers lie 7e-9 m apart, and faces of a micrometre are none any more."""
    place = west + 103.0
    grids = beside([(place, 50.0)], [(place + off_m, 50.0)], west=west)
    assert inspect(grids)
    done = repair(grids)
    assert done.proved
    assert done.remaining == ()
    moved = shapely.symmetric_difference(done.grids.levels[0].geometry, grids.levels[0].geometry)
    assert shapely.area(moved).sum() <= 100.0 * off_m
    assert not any(repair(done.grids).changed.values())


def test_an_overlap_right_across_a_grid_does_not_cut_it_in_two():
    """The middle one of three strips is six metres wide; another one reaches right across it."""
    left = shapely.box(0, 0, 100, 300)
    middle = shapely.box(100, 0, 106, 300)
    right = shapely.box(106, 0, 200, 300)
    ground = shapely.box(0, 0, 200, 300)
    reach = [(100, 100), (100, 200)]
    wide = shapely.Polygon([(106, 0), (200, 0), (200, 300), (106, 300), *reach[::-1]])
    middle = shapely.Polygon([(100, 0), (106, 0), (106, 300), (100, 300), *reach[::-1]])
    left = shapely.Polygon([(0, 0), (100, 0), *reach, (100, 300), (0, 300)])
    grids = Grids((GridLevel.of(1, ["a", "b", "c"], [left, middle, wide]),), ground)
    done = repair(grids)
    after = done.grids.levels[0].geometry
    assert right.area < wide.area
    assert [shape.geom_type for shape in after] == ["Polygon"] * 3
    assert after[1].equals(middle)


def test_a_zigzag_goes_with_both_its_ends():
    line = [(100.0, 0.0), (100.0, 100.0)]
    zigzag = [(100.0 + 0.01 * (step % 2), 50.0 + 0.01 * step) for step in range(8)]
    grids = beside(zigzag, zigzag)
    assert {fault.kind for fault in inspect(grids)} == {"micro.zigzag"}
    done = repair(grids, lattice=0.001)
    assert done.proved
    assert done.remaining == ()
    straight = shapely.Polygon([(0, 100), (0, 0), *line])
    assert shapely.symmetric_difference(done.grids.levels[0].geometry[0], straight).area < 0.01


def test_a_gap_around_a_grid_without_children_is_closed_on_all_levels():
    cells = [shapely.box(x, y, x + 100, y + 100) for x in (0, 100) for y in (0, 100)]
    ground = shapely.box(0, 0, 200, 200)
    around = shapely.coverage_union_all(cells[:3])
    for alone in (
        shapely.box(100.5, 100.5, 200, 200),
        cells[3].union(shapely.box(99, 120, 100, 140)),
    ):
        first = GridLevel.of(1, ["1", "9"], [around, alone], stands_alone=[False, True])
        second = GridLevel.of(2, ["11", "12", "13"], cells[:3], ["1"] * 3)
        done = repair(Grids((first, second), ground))
        assert done.proved
        assert shapely.symmetric_difference(done.grids.levels[0].geometry[1], cells[3]).area < 1e-6


def test_a_grid_that_cannot_be_looked_at_does_not_count_as_changed():
    with np.errstate(invalid="ignore"):
        not_finite = shapely.Polygon([(0, 0), (1, np.nan), (1, 1)])
    for unusable in (None, not_finite):
        level = GridLevel.of(1, ["a", "b"], [LEFT, unusable])
        done = repair(Grids((level,), GROUND), lattice=0.001)
        assert done.changed == {1: ()}
        assert done.grids.levels[0].geometry[1] is unusable


def test_a_grid_without_children_stays_where_a_neighbour_was_moved_over_it():
    """The neighbour's children say where its line was."""
    cells = GridLevel.of(2, ["b1"], [RIGHT], ["b"])
    shifted = affinity.translate(RIGHT, -0.4, 0.3)
    level = GridLevel.of(1, ["a", "b"], [LEFT, shifted], stands_alone=[True, False])
    done = repair(Grids((level, cells), GROUND), lattice=0.001)
    assert done.proved
    first, second = done.grids.levels
    assert shapely.equals_exact(first.geometry[0], LEFT, normalize=True)
    assert shapely.equals_exact(first.geometry[1], RIGHT, normalize=True)
    assert second.geometry[0] is RIGHT


def test_ground_of_an_overlap_moves_to_who_keeps_it():
    ring = shapely.get_coordinates(LEFT).tolist()
    over = shapely.Polygon([*ring[:2], [105.0, 20.0], *ring[2:]])
    done = repair(pair(over, RIGHT, GROUND), lattice=0.001)
    (move,) = done.moves
    assert {*move.losing, move.gaining} == {"a", "b"}


@pytest.mark.parametrize("aside", [-0.02, 0.02, -2.0, 2.0])
def test_a_strip_cut_along_a_straight_border_goes_back(aside: float):
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    ring = [(100, 0), (100, 30), (100 + aside, 30), (100 + aside, 70), (100, 70), (100, 100)]
    cut = shapely.Polygon([(0, 0), *ring, (0, 100)])
    done = repair(pair(cut, right, shapely.union(left, right)), lattice=0.001)
    assert done.proved
    assert done.remaining == ()
    assert shapely.equals(done.grids.levels[0].geometry[0], left)
