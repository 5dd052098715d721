"""Rounding to the lattice keeps polygons valid and shared borders shared (rule R05)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from geo.layers import LATTICE_DEGREES, on_lattice, rounded_degrees

_STEP = LATTICE_DEGREES


def _array(*shapes: object) -> np.ndarray:
    return np.array(shapes, dtype=object)


def _is_on_lattice(shapes: np.ndarray) -> bool:
    xy = shapely.get_coordinates(shapes)
    return bool((xy == np.round(xy * 1e7) / 1e7).all())


def test_is_the_double_that_decimal_text_gives() -> None:
    assert rounded_degrees(np.array([111.67123449999])).tolist() == [111.6712345]


def test_points_lines_and_nothing() -> None:
    rounded = on_lattice(
        _array(Point(111.123456789, 38.0), None, LineString([(1 / 3, 0), (2 / 3, 1)]))
    )
    assert rounded[0] == Point(111.1234568, 38.0)
    assert rounded[1] is None
    assert rounded[2].coords[0] == (0.3333333, 0.0)


def test_what_was_invalid_stays_so() -> None:
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert on_lattice(_array(bow))[0].equals_exact(bow)


def test_repeated_vertices_that_rounding_makes_are_dropped_and_others_kept() -> None:
    near = Polygon([(0, 0), (1, 0), (1, 1e-9), (1, 1), (0, 1)])
    twice = Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 1)])
    assert len(on_lattice(_array(near))[0].exterior.coords) == 5
    assert len(on_lattice(_array(twice))[0].exterior.coords) == 6


def test_a_hair_is_taken_off_and_a_speck_is_gone() -> None:
    hair = Polygon([(0, 0), (2, 0), (2, 1e-9), (1, 2e-9), (1, 1), (0, 1)])
    speck = box(0, 0, 1e-9, 1e-9)
    rounded = on_lattice(_array(hair, speck))
    assert rounded[0].is_valid
    assert rounded[0].equals(box(0, 0, 1, 1))
    assert rounded[1].is_empty


def test_an_edge_that_would_cross_a_vertex_is_led_through_it_on_both_sides() -> None:
    # the notch's tip lies a hair below the long edge, and above it once both are rounded
    tip = (0.50000005, 0.49999996)
    first, last = (0.0, 0.0), (1.00000004, 1.00000004)
    below = Polygon([first, tip, (1.0, 0.0), last, (0.2, 0.20000003), first])
    above = Polygon([first, (0.2, 0.20000003), last, (0.0, 1.0)])
    rounded = on_lattice(_array(below, above))
    assert shapely.is_valid(rounded[1])
    assert _is_on_lattice(rounded)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=6, max_size=24, unique=True
    ),
    st.floats(1e-9, 0.99e-7),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_coverage_finer_than_the_lattice_stays_valid_and_shared(
    places: list[tuple[int, int]], step: float
) -> None:
    points = shapely.MultiPoint(np.array(places) * step * 1.7 + (111.0, 38.0))
    triangles = shapely.get_parts(shapely.delaunay_triangles(points))
    triangles = triangles[shapely.is_valid(triangles) & (shapely.area(triangles) > 0)]
    if not len(triangles):
        return
    rounded = on_lattice(triangles)
    assert shapely.is_valid(rounded).all()
    assert _is_on_lattice(rounded)
    kept = rounded[~shapely.is_empty(rounded)]
    vertices = {tuple(xy) for xy in shapely.get_coordinates(kept).tolist()}
    expected = {tuple(xy) for xy in rounded_degrees(shapely.get_coordinates(triangles)).tolist()}
    assert vertices <= expected


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_shared_borders_of_a_town_stay_identical(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seeds = shapely.MultiPoint(rng.uniform((111.6, 38.2), (111.62, 38.22), (60, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    cells = shapely.intersection(cells, box(111.6, 38.2, 111.62, 38.22), grid_size=1e-12)
    rounded = on_lattice(cells)
    assert shapely.is_valid(rounded).all()
    assert _is_on_lattice(rounded)
    if shapely.coverage_is_valid(cells):
        assert shapely.coverage_is_valid(rounded)


def test_a_thousand_grids_are_quick_and_exact() -> None:
    boxes = [
        box(111 + x / 997, 38 + y / 991, 111 + (x + 1) / 997, 38 + (y + 1) / 991)
        for x in range(40)
        for y in range(25)
    ]
    rounded = on_lattice(np.array(boxes, dtype=object))
    assert shapely.coverage_is_valid(rounded)
    assert gpd.GeoSeries(list(rounded)).is_valid.all()
