"""One cause, one finding: with all grids that take part, whatever comes along with it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from geo.coverage import Fault, GridLevel, Grids, inspect


def town(*, origin: tuple[float, float] = (0.0, 0.0), special: bool = False) -> Grids:
    """Return six by two cells of 100 m under parents of two by two, sides of 25 m.

    With ``special`` the last parent stands alone and has no cells.
    """
    codes, shapes, parents = [], [], []
    for column in range(6):
        for row in range(2):
            west, south = origin[0] + column * 100, origin[1] + row * 100
            box = shapely.box(west, south, west + 100, south + 100)
            shapes.append(shapely.segmentize(box, 25.0))
            parents.append(f"{column // 2 + 1}")
            codes.append(f"{parents[-1]}{column % 2 * 2 + row + 1}")
    above = ["1", "2", "3"]
    joined = [
        shapely.coverage_union_all(
            [shape for shape, parent in zip(shapes, parents, strict=True) if parent == code]
        )
        for code in above
    ]
    ground = shapely.coverage_union_all(shapes)
    if special:
        codes, shapes, parents = codes[:8], shapes[:8], parents[:8]
    alone = [special and code == "3" for code in above]
    first = GridLevel.of(1, above, joined, stands_alone=alone)
    return Grids((first, GridLevel.of(2, codes, shapes, parents)), ground)


def changed(grids: Grids, depth: int, code: str, shape: BaseGeometry) -> Grids:
    row = grids.levels[depth].codes.tolist().index(code)
    return grids.edited({(depth, row): shape})


def shape_of(grids: Grids, depth: int, code: str) -> BaseGeometry:
    level = grids.levels[depth]
    return level.geometry[level.codes.tolist().index(code)]


def with_vertex(shape: BaseGeometry, old: tuple[float, float], new: tuple[float, float]):
    return shapely.transform(
        shape, lambda xy: np.where((xy == old).all(axis=1)[:, None], np.array(new), xy)
    )


def the_one(grids: Grids) -> Fault:
    faults = inspect(grids)
    assert len(faults) == 1, [(fault.kind, fault.codes) for fault in faults]
    return faults[0]


def test_a_gap_beside_a_grid_without_children_names_it():
    grids = town(special=True)
    cell = shape_of(grids, 1, "23")
    fault = the_one(changed(grids, 1, "23", with_vertex(cell, (400.0, 50.0), (395.0, 50.0))))
    assert (fault.family, fault.codes) == ("gap", ("23", "3"))
    assert fault.kind != "gap.hole"
    assert fault.area_m2 == pytest.approx(125.0)


def test_an_overlap_with_a_grid_without_children_names_it():
    grids = town(special=True)
    cell = shape_of(grids, 1, "23")
    fault = the_one(changed(grids, 1, "23", with_vertex(cell, (400.0, 50.0), (405.0, 50.0))))
    assert (fault.family, fault.codes) == ("overlap", ("23", "3"))


def test_a_parents_line_over_a_grid_without_children_is_one_fault():
    grids = town(special=True)
    moved = affinity.translate(shape_of(grids, 0, "2"), 0.3, 0.4)
    fault = the_one(changed(grids, 0, "2", moved))
    assert (fault.kind, fault.codes) == ("parent.line", ("2",))


def test_a_parent_that_lacks_vertices_is_one_fault():
    grids = town()
    fault = the_one(changed(grids, 0, "2", shapely.simplify(shape_of(grids, 0, "2"), 0.0)))
    assert (fault.kind, fault.codes) == ("vertex.parent", ("2",))


def test_a_vertex_that_a_cell_alone_has_is_the_cells():
    grids = town()
    cell = shapely.segmentize(shape_of(grids, 1, "23"), 13.0)
    kinds = {fault.kind for fault in inspect(changed(grids, 1, "23", cell))}
    assert kinds == {"vertex.unmatched"}


def test_a_line_off_by_hardly_more_than_rounding_is_told():
    """At eastings with a zone's prefix a micrometre is about as much as rounding."""
    grids = town(origin=(38_500_000.0, 4_200_000.0))
    place = (38_500_300.0, 4_200_050.0)
    cell = with_vertex(shape_of(grids, 1, "21"), place, (place[0] - 1e-6, place[1]))
    fault = the_one(changed(grids, 1, "21", cell))
    assert (fault.kind, fault.codes) == ("vertex.unmatched", ("21", "23"))


def test_the_ground_that_a_figure_of_eight_leaves_is_no_missing_grid():
    grids = town()
    wrong = shapely.Polygon([(200, 0), (300, 100), (300, 0), (200, 100)])
    fault = the_one(changed(grids, 1, "21", wrong))
    assert (fault.kind, fault.codes) == ("invalid.bow_tie", ("21",))


def test_a_hole_drawn_outside_over_neighbours_is_one_fault():
    grids = town()
    outside = shapely.box(340, 60, 360, 140)
    broken = shapely.Polygon(shape_of(grids, 1, "21").exterior, [outside.exterior])
    fault = the_one(changed(grids, 1, "21", broken))
    assert (fault.kind, fault.codes) == ("invalid.hole_outside", ("21",))


def test_eastings_that_lack_the_others_prefix_are_told():
    grids = town(origin=(38_500_000.0, 4_200_000.0))
    bare = affinity.translate(shape_of(grids, 1, "21"), -38_000_000.0)
    fault = the_one(changed(grids, 1, "21", bare))
    assert (fault.kind, fault.codes) == ("shift.zone_prefix", ("21",))


def test_the_part_with_the_parents_own_children_is_the_main_one():
    grids = town()
    level = grids.levels[1]
    parents = level.parents.copy()
    parents[[level.codes.tolist().index(code) for code in ("31", "32", "33")]] = "1"
    joined = [
        shapely.coverage_union_all(level.geometry[parents == code]) for code in ("1", "2", "3")
    ]
    levels = (
        grids.levels[0].with_geometry(np.array(joined, dtype=object)),
        GridLevel.of(2, level.codes, level.geometry, parents),
    )
    fault = the_one(Grids(levels, grids.jurisdiction))
    assert fault.kind == "parent.pieces"
    assert set(fault.codes) == {"1", "3", "31", "32", "33"}


def test_a_short_segment_is_drawn_where_it_is():
    grids = town()
    left = shapely.Polygon([(200, 0), (300, 0), (300.03, 49.96), (300, 50), (300, 100), (200, 100)])
    right = shapely.difference(shapely.box(200, 0, 400, 100), left)
    grids = changed(changed(grids, 1, "21", left), 1, "23", right)
    short = [fault for fault in inspect(grids) if fault.kind == "micro.segment"]
    lines = [shapely.normalize(fault.geometry).wkt for fault in short]
    assert lines == ["MULTILINESTRING ((300 50, 300.03 49.96))"]
