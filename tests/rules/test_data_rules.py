"""The data itself: R01, R02, R03."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.datum import Datum, from_wgs84

THIRD = "1411271000010020304"


def redrawn(change, rows=slice(None)):
    def changed(layer):
        shapes = layer.geometry.to_numpy().copy()
        shapes[rows] = shapely.transform(shapes[rows], change)
        return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))

    return changed


def test_r01_wants_a_declared_system(small):
    (finding,) = small.layer(
        "buildings", lambda layer: layer.set_crs(None, allow_override=True)
    ).found("R01")
    assert (finding.kind, finding.severity) == ("none", "E")
    assert "楼栋" in finding.message.text("zh")
    assert "buildings" in finding.message.text("en")


def test_r01_takes_wgs84_and_no_other(small):
    def declared(code):
        return small.layer("estates", lambda layer: layer.set_crs(code, allow_override=True))

    assert declared("EPSG:4326").found("R01") == []
    (finding,) = declared("EPSG:3857").found("R01")
    assert finding.kind == "other"


LAYERS = ["jurisdiction", "communities", "estates", "buildings", "barriers", "addresses"]


@pytest.mark.parametrize("layer", LAYERS)
def test_swapped_axes_are_one_finding_whatever_else_they_spoil(small, layer):
    swapped = small.layer(layer, redrawn(lambda xy: xy[:, ::-1]))
    report = swapped.check()
    assert [(f.rule, f.kind) for f in report.findings] == [("R02", "swapped")]
    assert set(report.unchecked.values()) <= {layer}
    assert not set(report.unchecked) & set(report.checked_rules)


def test_swapped_axes_of_the_grids_are_one_finding(small):
    report = small.grids(redrawn(lambda xy: xy[:, ::-1])).check()
    assert [(f.rule, f.kind) for f in report.findings] == [("R02", "swapped")]
    assert report.unchecked["C01"] == "grids"


@pytest.mark.parametrize("layer", ["communities", "estates", "buildings", "addresses"])
def test_one_feature_with_swapped_axes_is_told_and_stops_nothing(small, layer):
    swapped = small.layer(layer, redrawn(lambda xy: xy[:, ::-1], slice(0, 1)))
    report = swapped.check()
    assert ("R02", "E") in {(f.rule, f.severity) for f in report.findings}


def test_r02_finds_metres_taken_for_degrees(small):
    metres = small.layer("addresses", redrawn(lambda xy: xy * 40_000))
    assert [finding.kind for finding in metres.found("R02")] == ["metres"]


def test_r02_finds_a_wrong_zone(small):
    shifted = small.layer("addresses", redrawn(lambda xy: xy + np.array([3, 0])))
    assert [finding.kind for finding in shifted.found("R02")] == ["zone"]


def test_r02_counts_a_few_strays(small):
    stray = small.layer("addresses", redrawn(lambda xy: xy + np.array([0.5, 0]), slice(0, 2)))
    (finding,) = stray.found("R02")
    assert (finding.kind, finding.measure) == ("few", 2)
    near = small.layer("addresses", redrawn(lambda xy: xy - np.array([0.01, 0]), slice(0, 2)))
    assert near.found("R02") == []  # 0.9 km outside


def test_r02_names_the_grids(small):
    def away(grids):
        return redrawn(lambda xy: xy[:, ::-1], grids["code"].to_numpy() == THIRD)(grids)

    (finding,) = small.grids(away).found("R02")
    assert (finding.kind, finding.grids) == ("few_swapped", (THIRD,))


def test_r03_finds_a_layer_in_gcj02(small):
    def in_gcj02(xy):
        return np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02))

    shifted = small.layer("addresses", redrawn(in_gcj02))
    (finding,) = shifted.found()  # one cause, one finding
    assert (finding.kind, finding.severity) == ("shifted", "E")
    assert 300 < finding.measure < 700
    assert "GCJ-02" in finding.message.text("zh")
    assert "--datum gcj02" in finding.remedy.text("en")


def test_a_town_across_two_zones_is_measured_in_one(small):
    """The border of two 3-degree zones runs through the town: 112.5° E."""
    moved = small
    shift = redrawn(lambda xy: xy + np.array([112.5 - 111.67, 0]))
    for layer in ("jurisdiction", "communities", "estates", "buildings", "barriers", "addresses"):
        moved = moved.layer(layer, shift)
    assert [str(f.message) for f in moved.grids(shift).found()] == []
