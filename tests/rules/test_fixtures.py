"""Cases that every implementation must get right: one cause gives one finding, under all rules."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from compliant import COMMUNITY_NAMES, at_metres

SECOND = "14112710000100203"  # five grids from x = 300 to 600 m, y = 120 to 180 m
LEFT, RIGHT = f"{SECOND}03", f"{SECOND}04"  # with the border at x = 480 m
BELOW = "1411271000010020404"


def metres(*box):
    return at_metres(shapely.box(*box))


def metres_of(*places):
    return at_metres(shapely.Polygon(places))


def told(small):
    return [(f.rule, f.severity, f.level, f.grids) for f in small.found()]


def test_a_sliver_of_30_centimetres(small):
    narrower = metres_of((420, 120), (480, 120), (479.7, 130), (479.7, 170), (480, 180), (420, 180))
    spoilt = small.grid(LEFT, geometry=narrower)
    (finding,) = spoilt.found()
    assert (finding.rule, finding.severity, finding.grids) == ("C01", "E", (LEFT, RIGHT))
    assert finding.measure == pytest.approx(15, rel=0.05)
    assert finding.geometry.within(metres(479, 119, 481, 181))


def test_an_overlap_of_a_fifth_of_a_square_metre(small):
    wider = metres_of(
        (420, 120), (480, 120), (480, 149), (480.2, 150), (480, 151), (480, 180), (420, 180)
    )
    (finding,) = small.grid(LEFT, geometry=wider).found()
    assert (finding.rule, finding.severity, finding.grids) == ("C02", "E", (LEFT, RIGHT))
    assert finding.measure == pytest.approx(0.2, rel=0.1)


def test_a_grid_that_nearly_doubles_another(small):
    def doubled(grids):
        row = grids[grids["code"] == LEFT]
        moved = row.geometry.translate(2e-7, 0.0)
        row = row.assign(code=f"{SECOND}09", name="重画的网格", geometry=moved)
        return pd.concat([grids, row], ignore_index=True)

    found = [f for f in small.grids(doubled).found("C02") if f.kind == "overlap.near_duplicate"]
    assert [f.grids for f in found] == [(LEFT, f"{SECOND}09")]
    assert "vertices 0.0175 m apart" in found[0].message.text("en")


def test_a_school_as_an_enclave(small):
    """A special-purpose grid in the middle of another is no hole and no gap."""
    school = metres(425, 125, 435, 135)
    code = f"{SECOND}91"

    def with_school(grids):
        rest = shapely.orient_polygons(grids.set_index("code").geometry[LEFT].difference(school))
        grids.loc[grids["code"] == LEFT, "geometry"] = rest
        row = grids[grids["code"] == LEFT].assign(
            code=code,
            name="实验小学网格",
            kind="special",
            mode="exclusive",
            special_type="school",
            households=0,
            geometry=[school],
        )
        return gpd.GeoDataFrame(gpd.pd.concat([grids, row], ignore_index=True), crs=grids.crs)

    def with_teacher(contacts):
        row = contacts[contacts["grid"] == LEFT].assign(grid=code, id="T1")
        return gpd.pd.concat([contacts, row], ignore_index=True)

    enclave = small.grids(with_school).contacts(with_teacher)
    assert told(enclave) == []
    bare = enclave.grids(lambda grids: grids[grids["code"] != code]).contacts(
        lambda contacts: contacts[contacts["grid"] != code]
    )
    assert [(rule, severity) for rule, severity, *_ in told(bare)] == [("B06", "E")]


def test_a_river_village_with_an_exclave(small):
    """Its community has the exclave too, so the grids may have it."""
    beyond = metres(60, 500, 120, 560)
    third = "1411271000010010501"

    def joined(layer, codes, column="code"):
        shapes = [
            shapely.union(shape, beyond) if code in codes else shape
            for code, shape in zip(layer[column], layer.geometry, strict=True)
        ]
        turned = shapely.orient_polygons(shapes)
        return layer.set_geometry(gpd.GeoSeries(turned, index=layer.index, crs=layer.crs))

    community = next(iter(COMMUNITY_NAMES))
    village = (
        small.layer("jurisdiction", lambda layer: joined(layer, set(layer["code"])))
        .layer("communities", lambda layer: joined(layer, {community}))
        .grids(lambda grids: joined(grids, {third[:15], third[:17], third}))
    )
    assert told(village) == []
    without = small.grids(lambda grids: joined(grids, {third}))
    assert {rule for rule, *_ in told(without)} & {"B05", "C03", "C06"}


def test_a_child_across_two_parents(small):
    over = metres_of((480, 120), (540, 120), (540, 180), (525, 184), (495, 184), (480, 180))
    rest = shapely.orient_polygons(metres(480, 180, 540, 240).difference(over))
    crossing = small.grid(RIGHT, geometry=over).grid(BELOW, geometry=rest)
    assert {rule for rule, *_ in told(crossing)} == {"C06"}


def test_a_repeated_code_is_told_once_with_what_is_left_without_one(small):
    repeated = small.grid(RIGHT, code=LEFT)
    assert [rule for rule, *_ in told(repeated) if rule == "H02"] == ["H02"]
