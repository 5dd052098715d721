"""Plans and towns that lack much: every rule answers, none raises."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from compliant import AT, compliant

from boundaries.check import check
from boundaries.rules import catalogue
from boundaries.town import TOWN_LAYERS
from geo.layers import empty_layer

THIRD = "1411271000010020304"


@pytest.mark.parametrize("layer", TOWN_LAYERS)
def test_a_town_without_a_layer(small, layer):
    report = small.layer(layer, lambda _: empty_layer(layer)).check()
    assert len(report.checked_rules) == len(catalogue())


def test_a_town_with_a_jurisdiction_alone(small):
    bare = small
    for layer in TOWN_LAYERS[1:]:
        bare = bare.layer(layer, lambda _, layer=layer: empty_layer(layer))
    bare.assignments(lambda table: table.iloc[:0]).contacts(lambda table: table.iloc[:0]).check()


def test_a_plan_without_grids(small):
    empty = small.grids(lambda _: empty_layer("grids"))
    assert empty.check().has_errors


def test_a_plan_of_one_level(small):
    one = (
        small.grids(lambda grids: grids[grids["level"] == 1])
        .assignments(lambda table: table.assign(grid=table["grid"].str[:15]))
        .contacts(lambda table: table[table["grid"].str.len() == 15])
    )
    assert {finding.rule for finding in one.found()} <= {
        "B07",
        "O06",
    }  # the finer level's vertices and roles


def test_a_plan_of_levels_that_the_scheme_lacks(small):
    deep = small.grids(lambda grids: grids.assign(level=grids["level"] + 1))
    assert "H01.level" in deep.kinds()


def test_repeated_rows(small):
    twice = small.grids(lambda grids: pd.concat([grids, grids.iloc[:3]], ignore_index=True))
    assert {"H02.repeated"} <= twice.kinds()


def test_any_order_of_rows_and_any_index_tell_the_same(small):
    spoilt = small.grid(THIRD, households=1, parent=None)
    mixed = spoilt.grids(lambda grids: grids.sample(frac=1, random_state=1))
    assert mixed.kinds() == spoilt.kinds()


@pytest.mark.parametrize(
    "shape",
    [
        "POLYGON ((111.66 38.27, 111.67 38.28, 111.67 38.27, 111.66 38.28, 111.66 38.27))",
        "POLYGON EMPTY",
        "MULTIPOLYGON EMPTY",
    ],
)
def test_broken_shapes(small, shape):
    small.grid(THIRD, geometry=shapely.from_wkt(shape)).check()


def test_no_shape_at_all(small):
    small.grid(THIRD, geometry=None).check()


def test_columns_that_hold_nothing(small):
    nothing = small.grids(
        lambda grids: grids.assign(
            parent=None,
            community=None,
            name=None,
            party=None,
            households=pd.array([pd.NA] * len(grids), dtype="Int64"),
        )
    )
    assert {"H05.none", "O02.all", "B11.pattern"} <= nothing.kinds()


def test_wgs84_is_taken_as_it_is():
    small = compliant()
    town = replace(
        small.town,
        **{
            layer: getattr(small.town, layer).set_crs("EPSG:4326", allow_override=True)
            for layer in TOWN_LAYERS
        },
    )
    assert check(town, small.plan, at=AT).findings == ()


def test_the_town_itself_is_left_as_it_was(small):
    before = gpd.GeoDataFrame(small.plan.grids.copy())
    small.check()
    pd.testing.assert_frame_equal(before, small.plan.grids)


@pytest.mark.parametrize("layer", ["jurisdiction", "communities", "estates", "buildings"])
@pytest.mark.parametrize("shape", [None, shapely.Polygon(), shapely.box(38.2, 111.6, 38.3, 111.7)])
def test_a_feature_without_a_usable_shape(small, layer, shape):
    def change(frame):
        shapes = frame.geometry.to_numpy().copy()
        shapes[0] = shape
        return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))

    small.layer(layer, change).check("S07", "B01", "B03", "B04", "C03", "C04", "C07", "R02")
