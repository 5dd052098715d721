"""Borders as arcs, lines that they follow, and the check after an edit."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.coverage import GridLevel, Grids, Watched, inspect
from geo.coverage.arcs import OUTSIDE, arcs, neighbours
from geo.coverage.following import NOTHING, Lines
from geo.coverage.width import inner_width


def squares() -> Grids:
    """Return three by two squares of 100 m, codes a to f, one level."""
    boxes = [
        shapely.segmentize(shapely.box(x, y, x + 100, y + 100), 25.0)
        for y in (0, 100)
        for x in (0, 100, 200)
    ]
    level = GridLevel.of(1, list("abcdef"), boxes)
    return Grids((level,), shapely.coverage_union_all(boxes))


def test_arcs_know_both_sides_and_how_long_they_are():
    grids = squares()
    found = arcs(grids.levels[0].geometry)
    shared = neighbours(found)
    assert shared[0, 1] == pytest.approx(100.0)
    assert shared[0, 3] == pytest.approx(100.0)
    assert (0, 4) not in shared  # they meet at a node alone
    assert shared[OUTSIDE, 0] == pytest.approx(200.0)
    assert sum(arc.length for arc in found) == pytest.approx(1700.0)


def test_an_enclave_has_one_arc_without_nodes():
    inner = shapely.box(40, 40, 60, 60)
    outer = shapely.box(0, 0, 100, 100).difference(inner)
    found = arcs(np.array([outer, inner], dtype=object))
    ring = [arc for arc in found if {arc.left, arc.right} == {0, 1}]
    assert [arc.length for arc in ring] == [pytest.approx(80.0)]


def border(*places: tuple[float, float]) -> np.ndarray:
    return np.array(places, dtype=float)


def followed(lines: Lines, places: np.ndarray, tolerance_m: float) -> dict[int, float]:
    """Return the length along each line, in the order in which one border follows them."""
    border = np.zeros(len(places) - 1, np.int64)
    pieces = lines.followed(places[:-1], places[1:], border, tolerance_m)
    found: dict[int, float] = {}
    for line, length in zip(pieces.line.tolist(), pieces.length.tolist(), strict=True):
        found[line] = found.get(line, 0.0) + length
    return found


def test_a_border_follows_a_road_and_then_leaves_it():
    road = shapely.LineString([(0, 3), (200, 3), (400, 200)])
    lines = Lines(np.array([road], dtype=object))
    found = followed(lines, border((0, 0), (200, 0), (400, 0)), 5.0)
    assert list(found) == [0, NOTHING]
    assert found[0] == pytest.approx(200.0, abs=15.0)


def test_of_parallel_roads_the_nearer_one_is_followed_all_along():
    near = shapely.LineString([(0, 2), (150, 2.5), (300, 2)])
    far = shapely.LineString([(0, 4), (150, 1.9), (300, 4)])
    lines = Lines(np.array([far, near], dtype=object))
    found = followed(lines, border((0, 0), (300, 0)), 5.0)
    assert list(found) == [1]


def test_a_road_that_only_crosses_is_not_followed():
    crossing = shapely.LineString([(150, -100), (150, 100)])
    lines = Lines(np.array([crossing], dtype=object))
    found = followed(lines, border((0, 0), (300, 0)), 5.0)
    assert list(found) == [NOTHING]


def test_a_curved_border_follows_its_river():
    angle = np.linspace(0.0, np.pi, 60)
    river = shapely.LineString(np.column_stack([np.cos(angle), np.sin(angle)]) * 203.0)
    lines = Lines(np.array([river], dtype=object))
    curve = np.column_stack([np.cos(angle[::3]), np.sin(angle[::3])]) * 200.0
    assert list(followed(lines, curve, 10.0)) == [0]


def test_a_town_without_lines_has_borders_that_follow_nothing():
    lines = Lines(np.empty(0, dtype=object))
    found = followed(lines, border((0, 0), (300, 0)), 5.0)
    assert list(found) == [NOTHING]


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        (shapely.box(0, 0, 3, 1), 1.0),
        (shapely.Polygon([(0, 0), (4, 0), (0, 3)]), 2.0),
        (shapely.box(500_000, 3_380_000, 500_060, 3_380_000.001), 0.001),
        (shapely.Point(0, 0).buffer(5.0), 10.0),
    ],
)
def test_width_is_that_of_the_largest_circle_inside(shape: shapely.Polygon, width: float):
    assert inner_width(shape) == pytest.approx(width, rel=0.02)


def told(faults: list) -> list:
    return [(fault.kind, fault.level, fault.codes, fault.area_m2) for fault in faults]


def test_an_edit_is_told_as_a_full_check_tells_it():
    watched = Watched(squares())
    random = np.random.default_rng(5)
    for _ in range(30):
        row = int(random.integers(6))
        shape = watched.grids.levels[0].geometry[row]
        xy = shapely.get_coordinates(shape)
        at = int(random.integers(1, len(xy) - 1))
        xy[at] += np.round(random.normal(0.0, 6.0, 2), 3)
        moved = shapely.Polygon(xy)
        before = told(watched.faults)
        assert told(watched.edited({(0, row): moved})) == told(inspect(watched.grids))
        if random.random() < 0.7:
            assert told(watched.edited({(0, row): shape})) == before


def test_a_border_moved_on_both_sides_stays_proved():
    grids = squares()
    left, right = (shapely.get_coordinates(grids.levels[0].geometry[row]) for row in (0, 1))
    for xy in (left, right):
        xy[(xy == [100.0, 50.0]).all(axis=1)] = [110.0, 52.0]
    watched = Watched(grids)
    one_side = watched.edited({(0, 0): shapely.Polygon(left)})
    assert "overlap" in {fault.family for fault in one_side}
    both_sides = watched.edited({(0, 1): shapely.Polygon(right)})
    assert {fault.kind for fault in both_sides} <= {"vertex.needless"}
