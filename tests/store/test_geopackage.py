"""The embedded store is a GeoPackage that other programs read and edit."""

import sqlite3
import struct
import subprocess

import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.home import Home
from boundaries.lifecycle import publish
from boundaries.store import geopackage, open_store
from boundaries.town import TOWN_LAYERS


@pytest.fixture
def file(gpkg_url, tmp_path, mini_town, mini_plan):
    with open_store(gpkg_url) as store:
        store.save_import(mini_town, mini_plan, actor="ann")
    return tmp_path / "store.gpkg"


def test_gdal_reads_the_grids_with_reference_system_and_chinese_names(file, mini_plan):
    assert pyogrio.read_info(file, layer="grids")["crs"] == "EPSG:4490"
    found = pyogrio.read_dataframe(file, layer="grids")
    assert found.crs == "EPSG:4490"
    assert list(found["name"]) == list(mini_plan.grids["name"])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in found["name"].iloc[0])
    assert (found.geometry.to_wkb() == mini_plan.grids.geometry.to_wkb()).all()


def test_gdal_reads_every_layer_of_the_town(file, mini_town):
    listed = {name for name, kind in pyogrio.list_layers(file) if kind is not None}
    assert listed == {*TOWN_LAYERS, "grids", "grids_in_force", "accepted_findings"}
    for layer in TOWN_LAYERS:
        ours = getattr(mini_town, layer)
        theirs = pyogrio.read_dataframe(file, layer=layer)
        assert (theirs.geometry.to_wkb() == ours.geometry.to_wkb()).all()
        for column in ours.columns.drop("geometry"):
            assert known(theirs[column]) == known(ours[column])


def known(values):
    return [None if pd.isna(value) else value for value in values]


def test_ogrinfo_finds_nothing_to_complain_of(file):
    done = subprocess.run(
        ["ogrinfo", "-al", "-so", str(file)], capture_output=True, text=True, check=True
    )
    assert "Warning" not in done.stderr
    assert "ERROR" not in done.stderr
    assert 'ID["EPSG",4490]' in done.stdout
    assert "网格 grids" in done.stdout


def test_gdal_finds_the_grids_in_force_as_a_layer_of_their_own(file, gpkg_url, tmp_path):
    assert len(pyogrio.read_dataframe(file, layer="grids_in_force")) == 0
    with open_store(gpkg_url) as store:
        (record,) = store.plans()
        publish(store, Home(tmp_path / "home"), record.id, reasons={"*": "x"}, actor="ann")
        grids = store.load_plan(record.id).grids
    found = pyogrio.read_dataframe(file, layer="grids_in_force")
    assert found.crs == "EPSG:4490"
    assert sorted(found["code"]) == sorted(grids["code"])
    assert set(found["plan"]) == {record.name}


def test_secrets_and_history_are_not_shown_as_layers(file):
    shown = {name for name, _ in pyogrio.list_layers(file)}
    assert not shown & {"api_keys", "events", "alembic_version"}


def test_the_file_is_marked_as_the_standard_says(file):
    head = file.read_bytes()[:100]
    assert head[68:72] == b"GPKG"
    assert struct.unpack(">i", head[60:64]) == (geopackage.USER_VERSION,)


def test_the_index_finds_what_lies_in_a_window(file, mini_town):
    window = tuple(mini_town.buildings.geometry.iloc[5].buffer(1e-4).bounds)
    found = pyogrio.read_dataframe(file, layer="buildings", bbox=window)
    box = shapely.box(*window)
    expected = mini_town.buildings[
        shapely.intersects(shapely.box(*mini_town.buildings.bounds.to_numpy().T), box)
    ]
    assert set(found["id"]) == set(expected["id"])


def test_what_gdal_adds_to_a_draft_is_read_back(file, gpkg_url, mini_plan):
    with open_store(gpkg_url) as store:
        (record,) = store.plans()
    # Without the count that may be missing: pyogrio, appending, takes another column's for it.
    first = mini_plan.grids.iloc[:1].drop(columns="households")
    added = first.assign(name="新加的网格", plan_id=record.id)
    place = shapely.box(111, 38, 111.001, 38.001)
    added = added.set_geometry([place], crs=4490)
    pyogrio.write_dataframe(added, file, layer="grids", append=True)
    with open_store(gpkg_url) as store:
        grid = store.load_plan(record.id).grids.iloc[-1]
    assert grid["name"] == "新加的网格"
    assert grid.geometry.equals(place)
    assert len(pyogrio.read_dataframe(file, layer="grids", bbox=place.bounds)) == 1


def test_the_index_forgets_what_is_gone(file, gpkg_url, mini_town):
    with open_store(gpkg_url) as store:
        read = store.load_town(mini_town.name)
        store.save_town(read.with_layers(buildings=read.buildings.iloc[:3]), actor="ann")
    with sqlite3.connect(file) as raw:
        (indexed,) = raw.execute("SELECT count(*) FROM rtree_buildings_geometry").fetchone()
    raw.close()
    assert indexed == 3


_NUMBERS = st.floats(-180, 180, allow_nan=False).map(lambda number: round(number, 7))
_POINTS = st.tuples(_NUMBERS, _NUMBERS).map(shapely.Point)
_SHAPES = st.one_of(
    _POINTS,
    st.lists(_POINTS, min_size=2, max_size=9).map(shapely.LineString),
    st.lists(_POINTS, min_size=3, max_size=9).map(shapely.Polygon),
    st.lists(_POINTS, max_size=4).map(shapely.MultiPoint),
    st.just(shapely.Polygon()),
)


@given(shape=_SHAPES)
def test_a_blob_gives_back_its_geometry_to_the_bit(shape):
    blob = geopackage.encode(shape)
    assert geopackage.decode(blob).wkb == shape.wkb
    if not shape.is_empty:
        west, east, south, north = geopackage._envelope(blob)
        assert (west, south, east, north) == shape.bounds


@given(shape=_POINTS, envelope=st.integers(0, 4))
def test_a_blob_of_another_program_is_read_whatever_its_envelope(shape, envelope):
    doubles = (0, 4, 6, 6, 8)[envelope]
    x, y = shape.x, shape.y
    blob = (
        struct.pack(">2sBBi", b"GP", 0, envelope << 1, 4490)
        + struct.pack(f">{doubles}d", *(x, x, y, y, 0, 0, 0, 0)[:doubles])
        + shapely.to_wkb(shape, byte_order=0)
    )
    assert geopackage.decode(blob).equals(shape)
    assert geopackage._envelope(blob) == (x, x, y, y)


def test_what_is_no_blob_is_refused():
    with pytest.raises(ValueError, match="GeoPackage"):
        geopackage.decode(shapely.Point(1, 2).wkb)
