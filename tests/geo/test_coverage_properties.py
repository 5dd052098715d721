"""Laws of the coverage engine, on random planar partitions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from geo.coverage import GridLevel, Grids, inspect, is_proved
from geo.repair import repair, simplified
from geo.repair.simplify import dissolved

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def partition(seed: int, *, points: int = 40, grids: int = 8) -> Grids:
    """Return triangles dissolved at random into grids, and those into parents."""
    random = np.random.default_rng(seed)
    places = np.unique(np.round(random.uniform(0.0, 1000.0, (points, 2)), 3), axis=0)
    triangles = shapely.polygons(places[Delaunay(places).simplices])
    triangles = triangles[shapely.area(triangles) > 1e-3]
    label = random.integers(0, grids, len(triangles))
    _, label = np.unique(label, return_inverse=True)
    count = int(label.max()) + 1
    finest = dissolved(triangles, label, np.arange(count))
    above = random.integers(0, max(1, count // 3), count)
    _, above = np.unique(above, return_inverse=True)
    parents = dissolved(finest, above, np.arange(int(above.max()) + 1))
    ground = dissolved(finest, np.zeros(count, np.int64), np.array([0]))[0]
    return Grids(
        (
            GridLevel.of(1, [f"{row:02}" for row in range(len(parents))], parents),
            GridLevel.of(
                2,
                [f"{parent:02}{row:02}" for row, parent in enumerate(above)],
                finest,
                [f"{parent:02}" for parent in above],
            ),
        ),
        ground,
    )


def with_moved_vertex(grids: Grids, seed: int) -> Grids | None:
    """Return the grids with one vertex of one grid moved; None where that makes it invalid."""
    random = np.random.default_rng(seed)
    level = grids.levels[1]
    row = int(random.integers(len(level)))
    xy = shapely.get_coordinates(level.geometry[row])
    chosen = xy[int(random.integers(len(xy)))]
    step = np.round(random.normal(0.0, 5.0, 2), 3)
    moved = shapely.transform(
        level.geometry[row],
        lambda at: np.where((at == chosen).all(axis=1)[:, None], at + step, at),
    )
    if not moved.is_valid or not step.any():
        return None
    shapes = level.geometry.copy()
    shapes[row] = moved
    return Grids((grids.levels[0], level.with_geometry(shapes)), grids.jurisdiction)


@few
@given(seeds)
def test_a_planar_partition_is_proved(seed: int):
    assert is_proved(partition(seed))


@few
@given(seeds, seeds)
def test_a_vertex_moved_on_one_side_alone_is_never_proved(seed: int, other: int):
    moved = with_moved_vertex(partition(seed), other)
    if moved is not None:
        assert not is_proved(moved)
        assert inspect(moved) != []


@few
@given(seeds, seeds)
def test_a_second_repair_changes_nothing(seed: int, other: int):
    moved = with_moved_vertex(partition(seed), other)
    if moved is None:
        return
    first = repair(moved, lattice=0.001)
    second = repair(first.grids, lattice=0.001)
    assert not any(second.changed.values())
    assert second.moves == ()
    for before, after in zip(first.grids.levels, second.grids.levels, strict=True):
        assert shapely.equals_exact(before.geometry, after.geometry).all()


@few
@given(seeds, seeds)
def test_repair_loses_no_grid_and_moves_nothing_else(seed: int, other: int):
    clean = partition(seed)
    moved = with_moved_vertex(clean, other)
    if moved is None:
        return
    mended = repair(moved, lattice=0.001).grids
    before, after = moved.levels[1].geometry, mended.levels[1].geometry
    assert not shapely.is_empty(after).any()
    planted = shapely.symmetric_difference(clean.levels[1].geometry, before)
    changed = shapely.symmetric_difference(before, after)
    zone = shapely.buffer(shapely.union_all(planted), 0.01)
    outside = shapely.area(shapely.difference(changed, zone)).sum()
    rounding = 0.001 * shapely.length(before).max()  # a new vertex on a long border, on the lattice
    assert outside == pytest.approx(0.0, abs=rounding)


@few
@given(seeds, st.sampled_from([0.0, 1.0, 30.0, 300.0]))
def test_simplifying_keeps_the_proof(seed: int, tolerance: float):
    simpler = simplified(partition(seed, points=80), tolerance)
    assert is_proved(simpler)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=16),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=2),
)
def test_the_certificate_agrees_with_areas(cells: list[tuple[int, int]], more: list):
    """Unit squares, some missing and some twice: proved just when the areas say so."""
    chosen = [*cells, *more] if more else [(x, y) for x in range(4) for y in range(3)]
    shapes = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in chosen], dtype=object)
    ground = shapely.segmentize(shapely.box(0, 0, 4, 3), 1.0)
    level = GridLevel.of(1, [str(row) for row in range(len(shapes))], shapes)
    common = sum(
        shapely.intersection(one, other).area
        for number, one in enumerate(shapes)
        for other in shapes[number + 1 :]
    )
    tiles = shapely.union_all(shapes).area == ground.area and common == 0.0
    assert is_proved(Grids((level,), ground)) == tiles
