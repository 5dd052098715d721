"""Clear boundaries: B01, B02, B03, B04, B11."""

from __future__ import annotations

import pytest
import shapely
from compliant import BESIDE, at_metres

FIRST = "141127100001003"  # borders the other community
OTHER = "141127100002001"
SECOND = f"{FIRST}01"
THIRD = f"{SECOND}05"
CORNER = "1411271000010010101"


def metres(*box: float):
    return at_metres(shapely.box(*box))


def test_b01_measures_what_is_outside_the_community(small):
    (finding,) = small.grid(THIRD, geometry=metres(840, 0, 910, 60)).found("B01")
    assert (finding.level, finding.grids) == (3, (THIRD,))
    assert finding.measure == pytest.approx(600, rel=0.01)
    assert finding.geometry.equals_exact(metres(900, 0, 910, 60).normalize(), 1e-6) or (
        finding.geometry.symmetric_difference(metres(900, 0, 910, 60)).area < 1e-11
    )


def test_b01_tells_the_parent_alone(small):
    larger = small
    for code, box in (
        (FIRST, (600, 0, 910, 300)),
        (SECOND, (600, 0, 910, 60)),
        (THIRD, (840, 0, 910, 60)),
    ):
        larger = larger.grid(code, geometry=metres(*box))
    assert [finding.grids for finding in larger.found("B01")] == [(FIRST,)]


def test_b01_takes_a_square_metre(small):
    assert small.grid(THIRD, geometry=metres(840, 0, 900.01, 60)).found("B01") == []


def test_b01_finds_a_grid_that_names_another_community(small):
    (finding,) = small.grid(THIRD, community="141127100002").found("B01")
    assert finding.measure == pytest.approx(3600, rel=0.01)


def test_b02_draws_the_stretch_that_follows_nothing(small):
    """The wall between two first-level grids is gone, but for its ends."""
    gone = at_metres(shapely.LineString([(300, 65), (300, 295)]))
    (finding, *others) = without_walls_near(small, gone).found("B02")
    assert (finding.kind, finding.level) == ("astray", 1)
    assert finding.grids == ("141127100001001", "141127100001002")
    assert finding.measure == pytest.approx(230, abs=15)
    assert finding.geometry.geom_type == "LineString"
    assert finding.geometry.hausdorff_distance(gone) < 12 / 87_400
    assert others == []


def test_b02_tells_one_cause_once(small):
    nothing = small.layer("barriers", lambda layer: layer.iloc[:0]).layer(
        "estates", lambda layer: layer.iloc[:0]
    )
    assert [finding.kind for finding in nothing.found("B02")] == ["no_barriers"]
    bare = small.layer("barriers", lambda layer: layer.iloc[:0])
    assert [(f.kind, f.level) for f in bare.found("B02")] == [("most", 1), ("most", 2), ("most", 3)]
    first, second, third = (finding.geometry for finding in bare.found("B02"))
    assert first.intersection(second).length == 0  # each line once, at the coarsest level
    assert second.intersection(third).length == 0


def without_walls_near(small, place, metres=6):
    near = place.buffer(metres / 87_400, cap_style="flat")
    return small.layer(
        "barriers", lambda layer: layer.set_geometry(layer.geometry.difference(near))
    )


def test_b02_takes_what_is_near_and_four_fifths(small):
    moved = small.layer(
        "barriers",
        lambda layer: layer.set_geometry(layer.geometry.translate(4 / 87_400, 0), crs=layer.crs),
    )
    assert moved.found("B02") == []
    farther = small.layer(
        "barriers",
        lambda layer: layer.set_geometry(
            layer.geometry.translate(12 / 87_400, 12 / 111_000), crs=layer.crs
        ),
    )
    assert farther.found("B02")[0].kind == "most"
    assert farther.scheme(border_tolerance_m=[15.0, 15.0]).found("B02") == []


def test_b02_can_leave_the_finest_level_out(small):
    bare = small.layer("barriers", lambda layer: layer.iloc[:0]).scheme(border_levels=[1])
    assert {finding.level for finding in bare.found("B02")} == {1}


def test_b02_takes_community_lines_and_estate_lines(small):
    gone = at_metres(shapely.LineString([(900, -9), (900, 309)]))
    assert without_walls_near(small, gone).found("B02") == []
    estate = at_metres(shapely.LineString([(3, 60), (297, 60)]))
    assert without_walls_near(small, estate).found("B02") == []


def test_b03_finds_a_cut_building(small):
    cut = small.layer(
        "buildings",
        lambda layer: layer.set_geometry(
            layer.geometry.where(layer["id"] != f"b{THIRD}", metres(830, 20, 860, 40))
        ),
    )
    (finding,) = cut.found("B03")
    assert finding.level == 3
    assert finding.grids == (f"{SECOND}04", THIRD)
    assert finding.measure == pytest.approx(200, rel=0.01)
    assert finding.geometry.length == pytest.approx(20 / 111_000, rel=0.01)


def test_b03_tells_a_tower_on_its_podium_once(small):
    def stacked(layer):
        podium, tower = layer["id"] == f"b{THIRD}", layer["id"] == layer["id"].iloc[0]
        on_border = layer.geometry.where(~podium, metres(820, 10, 870, 50))
        return layer.set_geometry(on_border.where(~tower, metres(830, 20, 860, 40)))

    (finding,) = small.layer("buildings", stacked).found("B03")
    assert THIRD in str(finding.message.values)


def test_b03_tells_the_coarsest_level(small):
    cut = small.layer(
        "buildings",
        lambda layer: layer.set_geometry(
            layer.geometry.where(layer["id"] != f"b{THIRD}", metres(890, 20, 910, 40))
        ),
    )
    assert [(finding.level, finding.grids) for finding in cut.found("B03")] == [(1, (FIRST, OTHER))]


def test_b03_excuses_a_building_divided_by_stairs(small):
    cut = small.layer(
        "buildings",
        lambda layer: layer.set_geometry(
            layer.geometry.where(layer["id"] != f"b{CORNER}", metres(40, 20, 80, 40))
        ),
    )
    assert cut.found("B03") == []


def test_b03_does_not_excuse_a_building_whose_stairs_all_go_to_one_grid(small):
    cut = small.layer(
        "buildings",
        lambda layer: layer.set_geometry(
            layer.geometry.where(layer["id"] != f"b{CORNER}", metres(40, 20, 80, 40))
        ),
    ).assignments(lambda table: table.assign(grid=table["grid"].replace(BESIDE, CORNER)))
    assert [finding.level for finding in cut.found("B03")] == [3]


def with_estate(small, box, *, kind="estate"):
    def change(layer):
        layer.loc[layer["id"] == "e1", "kind"] = kind
        return layer.set_geometry(layer.geometry.where(layer["id"] != "e1", metres(*box)))

    return small.layer("estates", change)


def test_b04_finds_an_estate_cut_at_the_first_level(small):
    (finding,) = with_estate(small, (250, 0, 350, 60)).found("B04")
    assert (finding.level, finding.grids) == (1, ("141127100001001", "141127100001002"))
    assert finding.measure == pytest.approx(60, rel=0.01)
    assert "花园小区" in finding.message.text("zh")


def test_b04_lets_finer_levels_cut_an_estate_but_no_school(small):
    assert with_estate(small, (0, 30, 120, 90)).found("B04") == []
    school = with_estate(small, (0, 30, 120, 90), kind="school").found("B04")
    assert [finding.level for finding in school] == [2]


def test_b04_lets_a_large_estate_be_cut_along_a_road(small):
    large = with_estate(small, (250, 0, 350, 60)).layer(
        "buildings",
        lambda layer: layer.assign(
            estate="e1", households=layer["households"].where(layer.index > 0, 600)
        ),
    )
    assert large.found("B04") == []
    off_road = large.layer("barriers", lambda layer: layer.iloc[:0])
    assert [finding.level for finding in off_road.found("B04")] == [1]


def test_b11_tells_two_grids_of_one_name(small):
    name = small.plan.grids.set_index("code").loc[f"{SECOND}04", "name"]
    found = small.grid(THIRD, name=name).found("B11")
    assert [(f.severity, f.kind, f.grids) for f in found] == [
        ("E", "repeated", (f"{SECOND}04", THIRD))
    ]


def test_b11_lets_two_communities_have_the_same_names(small):
    same = small.grids(lambda grids: grids.assign(name=grids["name"].str.replace("西城", "东城")))
    assert {finding.kind for finding in same.found("B11")} == {"pattern"}


@pytest.mark.parametrize("name", ["幸福里", None, "东城社区第A网格"])
def test_b11_tells_names_off_the_pattern_once_a_level(small, name):
    (finding,) = small.grid(FIRST, name=name).grid(OTHER, name="别名").found("B11")[:1]
    assert (finding.severity, finding.kind, finding.level, finding.measure) == (
        "I",
        "pattern",
        1,
        2,
    )


def test_b11_lets_special_grids_be_called_as_they_like(small):
    assert small.grid(THIRD, name="县医院网格", kind="special").found("B11") == []


def test_b07_takes_no_segment_for_short_that_rounding_may_have_shortened(small):
    """Sides of 60 m, each end rounded to 1e-7°."""
    assert small.scheme(short_segment_m=60.01).found("B07") == []
    assert small.scheme(short_segment_m=60.1).found("B07") != []
