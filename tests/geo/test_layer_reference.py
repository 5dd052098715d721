"""Reference systems: declared and known, axes in order, each misreading refused with advice."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from shapely.geometry import Point, box

from geo.datum import Datum, from_wgs84
from geo.layers import LayerMapping, conform, read_layer, read_source, write_layer
from geo.problem import InputError, Problem

_PLACE = Point(111.6712345, 38.2854321)


def _addresses(crs: str = "EPSG:4490") -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame({"id": ["a"], "text": ["滨河街1号"]}, geometry=[_PLACE], crs=4490)
    return gpd.GeoDataFrame(conform("addresses", frame)).to_crs(crs)


def _refused(path: Path, layer: str = "addresses", **options: object) -> Problem:
    with pytest.raises(InputError) as caught:
        read_layer(path, layer, **options)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def _csv(tmp_path: Path, x: float, y: float, headings: str = "x,y") -> Path:
    path = tmp_path / "addresses.csv"
    path.write_text(f"地址,{headings}\n滨河街1号,{x!r},{y!r}\n", "utf-8")
    return path


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4490",
        "EPSG:4326",
        "EPSG:4546",  # 3°, central meridian 111°
        "EPSG:4525",  # 3°, zone 37 before the easting
        "EPSG:4508",  # 6°, central meridian 111°
        "EPSG:4497",  # 6°, zone 19 before the easting
        "EPSG:4547",  # the neighbouring zone
        "EPSG:32649",
        "EPSG:3857",
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_declared_systems_come_to_the_same_place(tmp_path: Path, crs: str, suffix: str) -> None:
    path = write_layer(_addresses(crs), tmp_path / f"a{suffix}", "addresses")
    assert read_layer(path, "addresses").geometry[0] == _PLACE


@pytest.mark.parametrize("crs", ["EPSG:3825", "EPSG:3826"])
def test_taiwan_is_transformed_as_gdal_does(tmp_path: Path, crs: str) -> None:
    place = gpd.GeoSeries([Point(120.3, 23.3)], crs="EPSG:4326")
    frame = _addresses().set_geometry(gpd.GeoSeries([Point(120.3, 23.3)], crs=4490))
    projected = frame.set_geometry(place.to_crs(crs))
    path = write_layer(projected, tmp_path / "a.gpkg", "addresses")
    assert read_layer(path, "addresses").geometry[0] == Point(120.3, 23.3)


def test_esri_names_of_the_zones_are_known(tmp_path: Path) -> None:
    path = write_layer(_addresses("EPSG:4546"), tmp_path / "a.shp", "addresses")
    projection = path.with_suffix(".prj").read_text("utf-8")
    assert "CGCS2000" in projection
    assert read_layer(path, "addresses").geometry[0] == _PLACE


@pytest.mark.parametrize("text", ["EPSG:4546", "4546", "epsg:4546"])
def test_undeclared_is_refused_until_it_is_said(tmp_path: Path, text: str) -> None:
    path = write_layer(_addresses("EPSG:4546"), tmp_path / "a.shp", "addresses")
    path.with_suffix(".prj").unlink()
    problem = _refused(path)
    assert problem.message.key == "layers.no_crs"
    assert read_layer(path, "addresses", crs=text).geometry[0] == _PLACE


def test_what_the_file_declares_holds_unless_the_mapping_says_otherwise(tmp_path: Path) -> None:
    path = write_layer(_addresses("EPSG:4546"), tmp_path / "a.gpkg", "addresses")
    assert read_layer(path, "addresses", crs="EPSG:4326").geometry[0] == _PLACE
    wrong = _addresses("EPSG:4546").set_crs("EPSG:4547", allow_override=True)
    path = write_layer(wrong, tmp_path / "b.gpkg", "addresses")
    assert read_layer(path, "addresses").geometry[0] != _PLACE
    mapping = LayerMapping(crs="EPSG:4546")
    assert read_layer(path, "addresses", mapping=mapping).geometry[0] == _PLACE


@pytest.mark.parametrize("crs", ["EPSG:999999", "nonsense", "EPSG:5773"])
def test_unknown_systems(tmp_path: Path, crs: str) -> None:
    problem = _refused(_csv(tmp_path, 558672.0, 4238645.0), crs=crs)
    assert problem.message.key == "layers.unknown_crs"
    assert problem.value is not None


@pytest.mark.parametrize("crs", ["EPSG:2436", "EPSG:4610"])
def test_old_datums_are_left_to_the_surveyor(tmp_path: Path, crs: str) -> None:
    problem = _refused(_csv(tmp_path, *_PLACE.coords[0]), crs=crs)
    assert problem.message.key == "layers.coarse_crs"


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shifted_datums_are_taken_off_when_declared(tmp_path: Path, datum: Datum) -> None:
    east, north = from_wgs84(_PLACE.x, _PLACE.y, datum)
    path = _csv(tmp_path, float(east), float(north), "经度,纬度")
    assert read_layer(path, "addresses", datum=datum).geometry[0] == _PLACE
    shifted = _addresses().set_geometry(gpd.GeoSeries([Point(east, north)], crs=4326))
    path = write_layer(shifted, tmp_path / "a.geojson", "addresses")
    mapping = LayerMapping(datum=datum)
    assert read_layer(path, "addresses", mapping=mapping).geometry[0] == _PLACE


def test_surveyed_zones_are_not_shifted_unless_the_mapping_says_so(tmp_path: Path) -> None:
    path = write_layer(_addresses("EPSG:4546"), tmp_path / "a.gpkg", "addresses")
    assert read_layer(path, "addresses", datum=Datum.GCJ02).geometry[0] == _PLACE
    mapping = LayerMapping(datum=Datum.GCJ02)
    assert read_layer(path, "addresses", mapping=mapping).geometry[0] != _PLACE


def test_published_accuracy_is_told(tmp_path: Path) -> None:
    place = gpd.GeoSeries([Point(120.3, 23.3)], crs="EPSG:4326").to_crs("EPSG:3826")
    path = write_layer(_addresses().set_geometry(place), tmp_path / "a.gpkg", "addresses")
    reading = read_source(path, "addresses", mapping=LayerMapping())
    note = next(each for each in reading.notes if each.key == "layers.transformed_within")
    assert note.values["accuracy_m"] == "1"


def test_web_mercator_of_a_shifted_map(tmp_path: Path) -> None:
    east, north = from_wgs84(_PLACE.x, _PLACE.y, Datum.GCJ02)
    shifted = _addresses().set_geometry(gpd.GeoSeries([Point(east, north)], crs=4326))
    path = write_layer(shifted.to_crs(3857), tmp_path / "a.gpkg", "addresses")
    read = read_layer(path, "addresses", datum=Datum.GCJ02)
    assert read.geometry[0].distance(_PLACE) <= 1.01e-7


@pytest.mark.parametrize("headings", ["经度,纬度", "x,y"])
def test_swapped_degrees(tmp_path: Path, headings: str) -> None:
    problem = _refused(_csv(tmp_path, _PLACE.y, _PLACE.x, headings), crs="EPSG:4490")
    assert problem.message.key == "layers.swapped_axes"


def test_swapped_axes_in_a_zone(tmp_path: Path) -> None:
    frame = _addresses("EPSG:4546")
    swapped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path = write_layer(frame.set_geometry(list(swapped), crs=4546), tmp_path / "a.gpkg", "a")
    assert _refused(path).message.key == "layers.swapped_axes"


def test_degrees_taken_for_metres(tmp_path: Path) -> None:
    frame = _addresses().set_crs("EPSG:4546", allow_override=True)
    path = write_layer(frame, tmp_path / "a.gpkg", "addresses")
    assert _refused(path).message.key == "layers.degrees_for_metres"


@pytest.mark.parametrize(("crs", "advised"), [("EPSG:4525", "4525"), ("EPSG:4497", "4497")])
def test_metres_taken_for_degrees(tmp_path: Path, crs: str, advised: str) -> None:
    frame = _addresses(crs).set_crs("EPSG:4490", allow_override=True)
    path = write_layer(frame, tmp_path / "a.gpkg", "addresses")
    problem = _refused(path)
    assert problem.message.key == "layers.metres_for_degrees"
    assert advised in problem.as_dict("en")["remedy"]


@pytest.mark.parametrize(
    ("is_in", "declared", "advised"),
    [("EPSG:4546", "EPSG:4525", "4546"), ("EPSG:4525", "EPSG:4546", "4525")],
)
def test_zone_prefix_that_does_not_fit(
    tmp_path: Path, is_in: str, declared: str, advised: str
) -> None:
    frame = _addresses(is_in).set_crs(declared, allow_override=True)
    problem = _refused(write_layer(frame, tmp_path / "a.gpkg", "addresses"))
    assert problem.message.key == "layers.zone_prefix"
    assert advised in problem.as_dict("zh")["remedy"]


def test_far_from_every_town(tmp_path: Path) -> None:
    problem = _refused(_csv(tmp_path, 2.35, 48.85, "经度,纬度"))
    assert problem.message.key == "layers.out_of_area"


def test_a_few_stray_rows_are_told_one_by_one(tmp_path: Path) -> None:
    places = [Point(111.67 + n / 1e4, 38.28) for n in range(8)]
    places[2], places[5] = Point(38.28, 111.67), Point(558672.0, 4238645.0)
    frame = gpd.GeoDataFrame(
        {"id": [str(n) for n in range(8)], "text": ["甲"] * 8}, geometry=places, crs=4490
    )
    path = write_layer(frame, tmp_path / "a.gpkg", "addresses")
    with pytest.raises(InputError) as caught:
        read_layer(path, "addresses")
    told = [(problem.row, problem.message.key) for problem in caught.value.problems]
    assert told == [(3, "layers.swapped_axes"), (6, "layers.metres_for_degrees")]


def test_the_transformation_is_told_with_its_residual(tmp_path: Path) -> None:
    frame = _addresses("EPSG:4546")
    path = write_layer(frame, tmp_path / "a.gpkg", "addresses")
    reading = read_source(path, "addresses", mapping=LayerMapping())
    note = next(each for each in reading.notes if each.key == "layers.transformed")
    assert float(str(note.values["residual_mm"])) < 0.1
    assert reading.reference == "EPSG:4546"


def test_agrees_with_proj_on_a_whole_zone(tmp_path: Path) -> None:
    xy = np.random.default_rng(1).uniform((440_000, 4_100_000), (560_000, 4_400_000), (200, 2))
    ids = [str(n) for n in range(200)]
    points = gpd.GeoDataFrame(
        {"id": ids, "text": ids}, geometry=list(shapely.points(xy)), crs="EPSG:4546"
    )
    path = write_layer(points, tmp_path / "a.gpkg", "addresses")
    east, north = pyproj.Transformer.from_crs(4546, 4490, always_xy=True).transform(*xy.T)
    read = shapely.get_coordinates(read_layer(path, "addresses").geometry.to_numpy())
    assert np.abs(read - np.column_stack([east, north])).max() <= 0.5000001e-7


def test_gml_axis_order_is_gdals_business(tmp_path: Path) -> None:
    square = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[box(111.6, 38.2, 111.7, 38.3)], crs=4490)
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(square, path)
    read = read_layer(path, "jurisdiction")
    assert read.total_bounds.tolist() == [111.6, 38.2, 111.7, 38.3]
