"""A plan as it is handed out: other programs open it, and nothing private is in it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from compliant import Small, compliant

from boundaries.exporting import chosen_crs, exported, write_export
from boundaries.importing import Edited, read_files
from geo.layers import SCHEMAS
from geo.problem import InputError

THIRD, SECRET = "1411271000010020304", "13900000000"


@pytest.fixture(scope="module")
def small() -> Small:
    def with_numbers(contacts: pd.DataFrame) -> pd.DataFrame:
        basis = ["consent" if row else "office_contact" for row in range(len(contacts))]
        phones = [f"1380000{row:04d}" if row else SECRET for row in range(len(contacts))]
        return contacts.assign(phone=phones, basis=basis)

    return compliant().grid(THIRD, households=1).contacts(with_numbers)


@pytest.fixture(scope="module")
def layers(small: Small) -> dict[str, pd.DataFrame]:
    return exported(small.town, small.plan, small.check())


def test_a_geopackage_opens_with_chinese_names_in_the_towns_zone(
    small: Small, layers: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = write_export(layers, tmp_path / "网格.gpkg", crs=chosen_crs(small.town, "working"))
    assert set(pyogrio.list_layers(file)[:, 0]) == set(layers)
    grids = gpd.read_file(file, layer="grids").set_index("code")
    assert grids.crs == small.town.crs
    assert grids["name"][THIRD] == "东城社区第2网格-3-4"
    assert grids["parent_name"][THIRD] == "东城社区第2网格-3"
    assert grids["community_name"][THIRD] == "东城社区"
    assert (grids["band_low"][THIRD], grids["band_high"][THIRD]) == (10, 20)
    assert (grids["in_band"][THIRD], grids["errors"][THIRD]) == (False, 1)
    assert "S01" in grids["findings"][THIRD].split()
    assert grids["in_band"].drop(THIRD).all()


def test_nothing_private_is_handed_out(layers: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    contacts = layers["contacts"]
    assert set(contacts.columns) == {
        "grid", "role", "stand_in", "name", "title", "phone", "duty_phone", "duties", "since",
    }  # fmt: skip
    assert contacts["phone"].notna().sum() == len(contacts) - 1
    file = write_export(layers, tmp_path / "grids.gpkg")
    assert SECRET.encode() not in file.read_bytes()


def test_a_spreadsheet_has_a_sheet_each_and_no_shapes(
    layers: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = write_export(layers, tmp_path / "网格.xlsx")
    sheets = pd.read_excel(file, sheet_name=None, dtype=str)
    assert list(sheets) == ["网格", "归属", "联系人", "核查问题"]
    assert {"网格编码", "网格名称", "户数", "在档"} <= set(sheets["网格"].columns)
    assert THIRD in set(sheets["网格"]["网格编码"])


def test_a_spreadsheet_is_read_by_its_headings_and_comes_back(
    small: Small, layers: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = write_export(layers, tmp_path / "网格.xlsx")
    sheets = pd.read_excel(file, sheet_name=None, dtype=str)
    assert {"姓名", "网格编码"} <= set(sheets["联系人"].columns)
    assert {"问题", "改法"} <= set(sheets["核查问题"].columns)
    town, edited = small.town, Edited(small.plan)
    done = read_files([file], town.name, town.scheme, base=town, edited=edited)
    assert done.plan is not None
    pd.testing.assert_frame_equal(done.plan.grids, small.plan.grids)
    assert done.plan.assignments.equals(small.plan.assignments)
    assert done.plan.contacts.equals(small.plan.contacts)
    (read,) = (layer for layer in done.layers if layer.layer == "grids")
    assert set(SCHEMAS["grids"].columns) == set(read.columns)


def test_a_layer_without_rows_is_left_out(small: Small, tmp_path: Path) -> None:
    bare = small.plan.with_changes(
        assignments=small.plan.assignments.iloc[:0], contacts=small.plan.contacts.iloc[:0]
    )
    file = write_export(exported(small.town, bare, small.check("S01")), tmp_path / "grids.gpkg")
    assert set(pyogrio.list_layers(file)[:, 0]) == {"grids", "findings"}


def test_a_file_that_is_there_is_replaced_as_a_whole(
    layers: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = tmp_path / "grids.geojson"
    file.write_text("something else", encoding="utf-8")
    write_export(layers, file)
    assert len(gpd.read_file(file)) == len(layers["grids"])
    assert [path.name for path in tmp_path.iterdir()] == ["grids.geojson"]


def test_bad_wishes_are_refused(
    small: Small, layers: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    for file in (tmp_path / "grids.shp", tmp_path / "nowhere" / "grids.gpkg"):
        with pytest.raises(InputError):
            write_export(layers, file)
    with pytest.raises(InputError):
        chosen_crs(small.town, "EPSG:0")
    assert not list(tmp_path.iterdir())
