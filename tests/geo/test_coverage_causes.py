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


@pytest.mark.parametrize("inset_m", [0.004, 0.3])
def test_a_grid_drawn_inside_its_border_leaves_one_ring_and_has_not_moved(inset_m: float):
    grids = town(origin=(500_000.0, 3_380_000.0))
    cell = shape_of(grids, 1, "14")
    # drawn a little farther in on one side, so that its middle is not where it was
    smaller = shapely.box(*np.add(cell.bounds, np.array([1.5, 1.0, -1.0, -1.0]) * inset_m))
    fault = the_one(changed(grids, 1, "14", smaller))
    assert fault.family == "gap"
    assert "14" in fault.codes
    assert fault.area_m2 == pytest.approx(cell.area - smaller.area, rel=1e-3)


@pytest.mark.parametrize("code", ["3", "2"])
def test_a_grid_without_children_over_its_border_is_told_at_its_level_alone(code: str):
    grids = town(special=True)
    reaching = shapely.union(shape_of(grids, 0, "3"), shapely.box(395, 40, 400, 60))
    fault = the_one(changed(grids, 0, "3", reaching))
    assert (fault.kind, fault.level) == ("overlap.partial", 1)
    assert code in fault.codes
    assert fault.area_m2 == pytest.approx(100.0)


def test_a_middle_level_off_as_a_whole_is_one_fault_beside_grids_without_children():
    """The first level has a grid that the second has not: their middles differ."""
    grids = town(origin=(500_000.0, 3_380_000.0), special=True)
    quarters, codes, parents = [], [], []
    for code, shape in zip(grids.levels[1].codes, grids.levels[1].geometry, strict=True):
        west, south, east, north = shape.bounds
        middle = (west + east) / 2
        for number, box in enumerate(((west, middle), (middle, east))):
            quarters.append(shapely.segmentize(shapely.box(box[0], south, box[1], north), 25.0))
            codes.append(f"{code}{number}")
            parents.append(code)
    first, second = grids.levels
    moved = [affinity.translate(shape, 0.3, 0.1) for shape in second.geometry]
    third = GridLevel.of(3, codes, quarters, parents)
    off = Grids((first, second.with_geometry(np.array(moved)), third), grids.jurisdiction)
    fault = the_one(off)
    assert (fault.kind, fault.level) == ("shift.layer", 2)
    assert fault.width_m == pytest.approx(np.hypot(0.3, 0.1), abs=1e-6)


def test_a_grid_on_two_islands_under_a_wrong_parent_is_one_fault():
    west, east = shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)
    halves = [shapely.box(0, 0, 100, 50), shapely.box(200, 0, 300, 50)]
    south = shapely.MultiPolygon(halves)
    north = shapely.MultiPolygon([west - halves[0], east - halves[1]])
    over = [south, north]
    ground = shapely.MultiPolygon([west, east])
    first = GridLevel.of(1, ["1", "2"], over)
    fault = the_one(Grids((first, GridLevel.of(2, ["11", "21"], over, ["2", "2"])), ground))
    assert (fault.kind, fault.codes) == ("parent.wrong", ("11",))
    assert fault.area_m2 == pytest.approx(10_000.0)


def test_where_grids_are_long_and_thin_so_is_one_that_is_missing():
    def strip(row: int) -> shapely.Polygon:
        return shapely.segmentize(shapely.box(0, row * 6, 1500, row * 6 + 6), 300.0)

    codes = [f"1{row}" for row in range(9)]
    whole = shapely.coverage_union_all([strip(row) for row in range(9)])
    kept = [row for row in range(9) if row != 4]
    level = GridLevel.of(
        2, [codes[row] for row in kept], [strip(row) for row in kept], ["1"] * len(kept)
    )
    fault = the_one(Grids((GridLevel.of(1, ["1"], [whole]), level), whole))
    assert (fault.kind, fault.parents) == ("missing.child", ("1",))
    assert fault.area_m2 == pytest.approx(9000.0)


def test_a_node_moved_along_a_straight_border_is_one_fault():
    """Three cells meet where one border ends at another that runs straight on."""
    cells = [
        shapely.Polygon([(0, 0), (50, 0), (100, 0), (100, 50), (0, 50)]),
        shapely.Polygon([(0, 0), (0, -50), (50, -50), (50, 0)]),
        shapely.Polygon([(50, 0), (50, -50), (100, -50), (100, 0)]),
    ]
    ground = shapely.coverage_union_all(cells)
    moved = with_vertex(cells[1], (50.0, 0.0), (52.0, 3.0))
    shapes = [cells[0], moved, cells[2]]
    fault = the_one(Grids((GridLevel.of(1, ["a", "b", "c"], shapes),), ground))
    assert (fault.kind, fault.codes) == ("overlap.node", ("a", "b", "c"))
    assert fault.area_m2 == pytest.approx(moved.area - cells[1].area, rel=1e-3)


def renamed(grids: Grids, pattern: str) -> Grids:
    """Number the cells through, whatever their parents are called."""
    first, cells = grids.levels
    codes = [pattern.format(number) for number in range(1, len(cells) + 1)]
    return Grids((first, GridLevel.of(2, codes, cells.geometry, cells.parents)), grids.jurisdiction)


def test_the_only_number_missing_is_the_lost_grids():
    grids = renamed(town(), "A{:03d}-00")
    cells = grids.levels[1]
    lost = Grids((grids.levels[0], cells.taken(cells.codes != "A006-00")), grids.jurisdiction)
    fault = the_one(lost)
    assert (fault.kind, fault.codes) == ("missing.child", ("2", "A006-00"))
    many = Grids(
        (grids.levels[0], cells.taken(~np.isin(cells.codes, ["A003-00", "A006-00"]))),
        grids.jurisdiction,
    )
    assert {fault.codes for fault in inspect(many)} == {("1",), ("2",)}


def test_a_piece_with_fewer_children_is_the_far_one_and_names_who_surrounds_it():
    grids = renamed(town(), "A{:03d}-00")
    cells = grids.levels[1]
    codes = cells.codes.tolist()
    parents = [
        "1" if code == "A011-00" else parent
        for code, parent in zip(codes, cells.parents, strict=True)
    ]
    cells = GridLevel.of(2, codes, cells.geometry, parents)
    shapes = [shapely.coverage_union_all(cells.geometry[cells.parents == code]) for code in "123"]
    first = GridLevel.of(1, ["1", "2", "3"], shapes)
    fault = the_one(Grids((first, cells), grids.jurisdiction))
    assert (fault.kind, fault.codes) == ("parent.pieces", ("1", "3", "A011-00"))
    assert fault.area_m2 == pytest.approx(10_000.0)
