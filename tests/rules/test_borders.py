"""What a border follows: the same lines for the rule on barriers (B02) and the bounds text (四至).

Two grids lie side by side, the one west and the other east of a border of 300 m that each test
draws; so do the barriers.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from compliant import Small, at_metres

from boundaries.bounds import bounds_of

WEST, EAST = "141127100001001", "141127100001002"
STRAIGHT = [(300.0, 0.0), (300.0, 300.0)]
Barrier = tuple[str, str | None, shapely.Geometry]


def beside(small: Small, border: list[tuple[float, float]], *barriers: Barrier) -> Small:
    """Return the two grids with a border from north to south, and just these barriers."""
    shapes = {
        code: shapely.Polygon([*border, (side, 300.0), (side, 0.0)])
        for code, side in ((WEST, 0.0), (EAST, 600.0))
    }

    def two(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        chosen = grids[grids["code"].isin(shapes)].copy()
        return chosen.set_geometry(
            gpd.GeoSeries(
                [at_metres(shapes[code]) for code in chosen["code"]],
                index=chosen.index,
                crs=chosen.crs,
            )
        )

    def these(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        chosen = layer.iloc[[0] * len(barriers)].reset_index(drop=True)
        kinds, names, lines = zip(*barriers, strict=True)
        chosen = chosen.assign(
            id=[str(number) for number in range(len(barriers))], kind=kinds, name=names
        )
        return chosen.set_geometry(
            gpd.GeoSeries([at_metres(line) for line in lines], crs=layer.crs), crs=layer.crs
        )

    bare = small.layer("estates", lambda layer: layer.iloc[:0]).scheme(border_levels=[1])
    return bare.grids(two).layer("barriers", these)


def east_side(town: Small) -> str:
    """Return what the western grid's bounds text names in the east."""
    (first, _) = bounds_of(town.town, town.plan, 1)
    assert first.code == WEST
    return first.message.text("zh").partition("，")[0]


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(places)


def test_of_parallel_roads_the_one_is_followed_that_fits_all_along(small: Small):
    inner = line((302, 0), (301, 100), (303, 200), (302, 300))
    outer = line((297, 0), (296, 100), (297.5, 200), (297, 300))
    town = beside(small, STRAIGHT, ("road", "内街", inner), ("road", "外街", outer))
    assert town.found("B02") == []
    assert east_side(town) == "东至内街"


def test_a_parallel_road_that_comes_nearer_for_a_moment_is_not_followed(small: Small):
    steady = line((303, 0), (303, 300))
    swerving = line((290, 0), (290, 130), (300, 145), (300, 155), (290, 170), (290, 300))
    town = beside(small, STRAIGHT, ("road", "直街", steady), ("road", "弯街", swerving))
    assert east_side(town) == "东至直街"


def test_a_curved_border_with_rounded_vertices_follows_its_road(small: Small):
    turn = np.linspace(0.0, np.pi, 400)
    curve = np.column_stack([300 + 80 * np.sin(turn), 300 * turn / np.pi])
    road = shapely.LineString(curve[::20] + np.array([1.5, 0.0]))
    town = beside(small, [(x, y) for x, y in curve.tolist()], ("road", "环路", road))
    assert town.found("B02") == []
    assert east_side(town) == "东至环路"


def test_a_border_that_leaves_its_road_strays_from_there_on(small: Small):
    road = line((300, 0), (300, 180), (450, 240))
    town = beside(small, STRAIGHT, ("road", "斜街", road))
    (finding,) = town.found("B02")
    assert finding.grids == (WEST, EAST)
    assert finding.measure == pytest.approx(120, abs=8)
    assert finding.geometry.hausdorff_distance(at_metres(line((300, 180), (300, 300)))) < 1e-4
    assert east_side(town) == f"东至斜街、{town.plan.grids['name'].iloc[1]}"


def test_roads_that_only_cross_are_not_followed(small: Small):
    """However many there are: a border is near one nearly everywhere."""
    crossing = [
        ("road", f"横街{number}", line((250, 8.0 * number), (350, 8.0 * number)))
        for number in range(1, 37)
    ]
    (finding,) = beside(small, STRAIGHT, *crossing).found("B02")
    assert finding.measure > 280


def test_a_border_may_end_at_a_road(small: Small):
    """Its last metres are near the road that it ends at, and count as following that."""
    along = line((300, 0), (300, 300))
    across = [("road", None, line((0, y), (600, y))) for y in (0.0, 300.0)]
    assert beside(small, STRAIGHT, ("wall", None, along), *across).found("B02") == []


@pytest.mark.parametrize(("kind", "findings"), [("river", 0), ("parcel", 1)])
def test_within_a_river_its_surface_is_followed_and_within_a_parcel_nothing(
    small: Small, kind: str, findings: int
):
    surface = shapely.box(270, -20, 330, 320)
    found = beside(small, STRAIGHT, (kind, "大川", surface)).found("B02")
    assert len(found) == findings
