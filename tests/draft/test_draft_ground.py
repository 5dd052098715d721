"""Lines and cells: one border where two lines run side by side, no tiny edges, no building cut."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from small_towns import small_town

from boundaries.check import check
from boundaries.draft import Wishes, draft_plan
from boundaries.draft.parallels import APART_M, one_of_parallels
from boundaries.draft.stacks import shared_out
from boundaries.draft.tidying import LEAST_M, Pins, noded, tidied
from boundaries.scheme import default_scheme
from boundaries.town import Town
from geo.layers import LATTICE_DEGREES, STORED_CRS, conform, on_lattice

WEST, SOUTH = 111.6, 38.2
EAST_M, NORTH_M = 1 / 87_500, 1 / 111_000  # degrees a metre there


def at(x, y):
    """Return stored degrees of metres east and north of a corner."""
    return round(WEST + x * EAST_M, 7), round(SOUTH + y * NORTH_M, 7)


def rectangle(west, south, east, north):
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


def lengths_m(lines):
    ends = shapely.get_coordinates(shapely.get_parts(lines)).reshape(-1, 2, 2)
    return np.hypot(*((ends[:, 1] - ends[:, 0]) / [EAST_M, NORTH_M]).T)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_edge_is_left_too_short_and_pinned_lines_stay(seed):
    random = np.random.default_rng(seed)
    rim = shapely.boundary(rectangle(0, 0, 60, 60))
    places = random.uniform(-5, 65, (12, 1, 2)) + random.choice([0.05, 30.0], (12, 2, 1))
    places[:, 1] += random.uniform(-1, 1, (12, 2)) * 20
    lines = shapely.linestrings([[at(*place) for place in line] for line in places])
    network = tidied(noded(np.append(lines, rim)), Pins(np.array([rim])))
    assert lengths_m(network).min() > 0.9 * LEAST_M
    step = 1.5 * LATTICE_DEGREES
    assert shapely.covers(shapely.buffer(network, step), rim)
    again = noded(np.array([network]))
    assert shapely.length(again) == pytest.approx(shapely.length(network))


def test_of_lines_side_by_side_the_greater_is_kept_and_the_other_ends_on_it():
    road = shapely.LineString([(0, 0), (200, 0)])
    wall = shapely.LineString([(-0.0, 40), (40, 1.5), (160, 1.5), (200, 40)])
    crossing = shapely.LineString([(100, -50), (100, 50)])
    lines, classes = one_of_parallels(
        np.array([], dtype=object), np.array([road, wall, crossing]), np.array([3, 1, 2])
    )
    kept = dict(zip(classes.tolist(), lines.tolist(), strict=True))
    assert kept[3].equals(road)
    assert kept[2].equals(crossing)
    beside = shapely.intersection(kept[1], shapely.buffer(road, APART_M - 0.01))
    assert shapely.length(beside) < 4 * APART_M
    faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union_all(lines))]))
    assert len(faces) == 0
    joined = shapely.union_all([road, *shapely.get_parts(kept[1])])
    assert shapely.distance(road, kept[1]) == 0
    assert shapely.length(joined) < 200 + 2 * 60 + 10


@pytest.mark.parametrize(
    ("tenants", "finest"),
    [
        ([(0, 12, 6), (1, 8, 6)], [12 + 8]),
        ([(0, 13, 6), (1, 13, 6), (2, 14, 6)], [13, 13, 14]),
        ([(0, 6, 6), (1, 6, 6), (2, 6, 6), (3, 6, 6)], [12, 12]),
        ([(0, 54, 6)], [18, 18, 18]),
    ],
)
def test_tenants_of_one_ground_are_shared_out_within_the_band(tenants, finest):
    shares = shared_out(tenants, default_scheme(), 3)
    held = {}
    for share in shares:
        grid = share.at.get(3, 0)
        held[grid] = held.get(grid, 0) + share.households
    assert sorted(held.values()) == sorted(finest)


def test_a_stack_above_the_second_band_has_several_parents():
    shares = shared_out([(0, 240, 24)], default_scheme(), 3)
    parents = {}
    for share in shares:
        parents.setdefault(share.at[2], []).append(share.households)  # noqa: PD008
    assert all(50 <= sum(held) <= 100 for held in parents.values())
    assert all(10 <= each <= 20 for held in parents.values() for each in held)


def crowded_town():
    """A tower on its podium, two houses with a common wall, one drawn twice; lines side by side."""
    shapes = [
        rectangle(10, 10, 70, 50),  # podium
        shapely.Polygon([at(30, 5), at(52, 30), at(30, 55), at(22, 30)]),  # tower over its rim
        rectangle(90, 10, 104, 40),
        rectangle(103.93, 10, 118, 40),  # a wall in common, drawn a little over it
        rectangle(130, 10, 150, 40),
        rectangle(130.4, 10.2, 150, 39.7),  # the same house again
        *(rectangle(10 + 24 * column, 65, 26 + 24 * column, 80) for column in range(6)),
    ]
    households = [40, 33, 13, 14, 9, 8, 14, 12, 15, 11, 13, 12]
    count = len(shapes)

    def layer(name, geometry, /, **columns):
        frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=STORED_CRS)
        return gpd.GeoDataFrame(conform(name, frame))

    outline = rectangle(0, 0, 160, 90)
    return Town.empty("试验镇", default_scheme()).with_layers(
        jurisdiction=layer("jurisdiction", [outline], code=["141127100"], name=["试验镇"]),
        communities=layer("communities", [outline], code=["141127100001"], name=["东社区"]),
        estates=layer("estates", [rectangle(1, 1, 80, 58.5)], id=["E1"], name=["小区"],
                      kind=["estate"]),
        buildings=layer(
            "buildings",
            shapes,
            id=[f"B{number}" for number in range(count)],
            residential=[True] * count,
            households=pd.array(households, dtype="Int64"),
            stairs=pd.array([4, 3] + [1] * (count - 2), dtype="Int64"),
            floors=pd.array([6] * count, dtype="Int64"),
            estimated=[False] * count,
        ),
        barriers=layer(
            "barriers",
            [
                shapely.LineString([at(0, 60), at(160, 60)]),
                shapely.LineString([at(80, 0), at(81, 90)]),
            ],
            id=["R1", "R2"], kind=["road", "road"], rank=pd.array([2, 3], dtype="Int64"),
        ),
    )  # fmt: skip


def test_buildings_over_one_another_are_cut_so_that_everyone_lives_in_his_grid():
    drafted = draft_plan(crowded_town(), "草案")
    report = check(drafted.town, drafted.plan)
    faults = {finding.rule for finding in report.findings if finding.severity.value == "E"}
    assert faults == {"O01"}
    assert not [finding for finding in report.findings if finding.rule == "B07"]
    assert drafted.plan.assignments["households"].sum() == 194


def test_buildings_of_one_footprint_may_be_grids_on_the_same_ground():
    town, _ = small_town(0)
    buildings = town.buildings.copy()
    shapes = buildings.geometry.to_numpy().copy()
    shapes[1] = shapes[2] = shapes[0]
    buildings = buildings.set_geometry(gpd.GeoSeries(list(shapes), crs=STORED_CRS))
    buildings.loc[buildings.index[:3], "households"] = [13, 14, 12]
    buildings.loc[buildings.index[:3], "stairs"] = 1
    drafted = draft_plan(town.with_layers(buildings=buildings), "草案")
    errors = {
        each.rule
        for each in check(drafted.town, drafted.plan).findings
        if each.severity.value == "E"
    }
    assert errors <= {"O01", "S01"}
    table = drafted.plan.assignments.set_index("building")["grid"]
    assert table[["B0", "B1", "B2"]].nunique() == 3


def test_a_plan_in_force_shows_no_fault_for_vertices_that_a_new_draft_put_on_the_outer_line():
    town, _ = small_town(0)
    turned = {}
    for name in ("jurisdiction", "communities", "buildings", "barriers"):
        frame = getattr(town, name)
        shapes = [
            shapely.affinity.rotate(each, 17, origin=(WEST, SOUTH)) for each in frame.geometry
        ]
        shapes = on_lattice(np.array(shapes, dtype=object))
        turned[name] = frame.set_geometry(gpd.GeoSeries(list(shapes), crs=STORED_CRS))
    first = draft_plan(town.with_layers(**turned), "现行", Wishes(seed=1))
    second = draft_plan(first.town, "另一稿", Wishes(seed=5))
    assert not first.town.jurisdiction.geometry.iloc[0].equals(
        second.town.jurisdiction.geometry.iloc[0]
    )
    found = {finding.rule for finding in check(second.town, first.plan).findings}
    assert not found & {"C01", "C03", "B01", "C06", "B08"}
