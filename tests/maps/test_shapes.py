"""Geometry becomes whole numbers and comes back within half a step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from maps.shapes import Frame, lines, points, polygons


def decoded(path: list[int], frame: Frame) -> np.ndarray[Any, Any]:
    """Return the coordinates that a page's script would read."""
    steps = np.array(path, dtype=np.float64).reshape(-1, 2)
    return steps.cumsum(axis=0) * frame.step + (frame.west, frame.south)


def shapes_of(rings: list[list[list[int]]], frame: Frame) -> MultiPolygon:
    return MultiPolygon(
        [
            (decoded(shell, frame), [decoded(hole, frame) for hole in holes])
            for shell, *holes in rings
        ]
    )


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20_000), st.integers(0, 20_000), st.integers(3, 900), st.integers(3, 900)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_polygons_come_back(squares: list[tuple[int, int, int, int]]) -> None:
    given_shapes = np.array(
        [box(111 + x / 1e6, 38 + y / 1e6, 111 + (x + w) / 1e6, 38 + (y + h) / 1e6)
         for x, y, w, h in squares]
    )  # fmt: skip
    frame = Frame.around(given_shapes)
    for shape, rings in zip(given_shapes, polygons(given_shapes, frame), strict=True):
        assert shapely.hausdorff_distance(shape, shapes_of(rings, frame)) < frame.step


def test_holes_and_parts_are_kept() -> None:
    shape = MultiPolygon([box(0, 0, 3e-3, 3e-3).difference(box(1e-3, 1e-3, 2e-3, 2e-3)),
                          box(5e-3, 0, 6e-3, 1e-3)])  # fmt: skip
    frame = Frame(0.0, 0.0)
    (rings,) = polygons(np.array([shape]), frame)
    assert [len(part) for part in rings] == [2, 1]
    assert shapes_of(rings, frame).equals(shape)


def test_shared_borders_stay_shared() -> None:
    left = Polygon([(0, 0), (1.00000049e-3, 0), (1.00000049e-3, 1e-3), (0, 1e-3)])
    right = Polygon([(1.00000049e-3, 0), (2e-3, 0), (2e-3, 1e-3), (1.00000049e-3, 1e-3)])
    frame = Frame(0.0, 0.0)
    a, b = (shapes_of(rings, frame) for rings in polygons(np.array([left, right]), frame))
    assert a.intersection(b).area == pytest.approx(0, abs=1e-15)
    assert a.union(b).geom_type == "Polygon"


def test_what_is_too_small_or_no_polygon_is_left_out() -> None:
    tiny = box(0, 0, 1e-8, 1e-8)
    assert polygons(np.array([tiny, Point(0, 0), Polygon()]), Frame(0.0, 0.0)) == [[], [], []]


def test_lines_take_shells_as_paths() -> None:
    frame = Frame(0.0, 0.0)
    assert lines(np.array([shapely.LineString([(0, 0), (1e-5, 0)])]), frame) == [[0, 0, 10, 0]]
    assert len(lines(np.array([box(0, 0, 1e-5, 1e-5)]), frame)[0]) == 10


def test_points_lie_inside() -> None:
    frame = Frame(0.0, 0.0)
    ring = box(0, 0, 3e-3, 3e-3).difference(box(1e-3, 1e-3, 2e-3, 2e-3))
    ((x, y),) = points(np.array([ring]), frame)
    assert ring.contains(Point(x * frame.step, y * frame.step))


def test_nothing_at_all_is_framed() -> None:
    assert Frame.around(np.array([])) == Frame(0.0, 0.0)
