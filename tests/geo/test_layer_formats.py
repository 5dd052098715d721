"""Every format in and out: what GDAL or pandas wrote is read, and what we write GDAL reads."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from geo.layers import LayerMapping, conform, read_layer, write_layer
from geo.problem import InputError

_WEST, _SOUTH = 111.6700000, 38.2800000


def _buildings() -> gpd.GeoDataFrame:
    """Return three buildings with Chinese text and a missing count."""
    frame = gpd.GeoDataFrame(
        {
            "id": ["b1", "b2", "b3"],
            "name": ["1号楼", "二号楼", None],
            "residential": [True, True, False],
            "households": [24, None, 0],
            "stairs": [2, 1, None],
            "floors": [6, 18, 1],
        },
        geometry=[
            shapely.set_precision(box(west, _SOUTH, west + 0.0003, _SOUTH + 0.0002), 1e-7)
            for west in (_WEST, _WEST + 0.001, _WEST + 0.002)
        ],
        crs="EPSG:4490",
    )
    return gpd.GeoDataFrame(conform("buildings", frame))


def _addresses() -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {"id": ["a1", "a2"], "text": ["滨河街1号", "滨河街2号，东门"], "road": ["滨河街"] * 2},
        geometry=[Point(_WEST, _SOUTH), Point(_WEST + 0.0012345, _SOUTH + 0.0054321)],
        crs="EPSG:4490",
    )
    return gpd.GeoDataFrame(conform("addresses", frame))


def _same(read: pd.DataFrame, written: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        pd.DataFrame(read.drop(columns="geometry")), pd.DataFrame(written.drop(columns="geometry"))
    )
    assert read.crs == "EPSG:4490"
    apart = shapely.hausdorff_distance(read.geometry.to_numpy(), written.geometry.to_numpy())
    assert apart.max() < 1e-9
    assert shapely.equals(read.geometry.to_numpy(), written.geometry.to_numpy()).all()


@pytest.mark.parametrize(
    "suffix", [".gpkg", ".geojson", ".fgb", ".parquet", ".geoparquet", ".shp", ".csv", ".xlsx"]
)
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    buildings = _buildings()
    path = write_layer(buildings, tmp_path / f"楼栋{suffix}", "buildings")
    _same(read_layer(path, "buildings"), buildings)


def test_kml_keeps_names_and_places(tmp_path: Path) -> None:
    path = write_layer(_addresses(), tmp_path / "地址.kml", "addresses")
    read = read_layer(path, "addresses")
    assert read["text"].tolist() == ["滨河街1号", "滨河街2号，东门"]
    assert shapely.equals(read.geometry.to_numpy(), _addresses().geometry.to_numpy()).all()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".shp"])
def test_gdal_reads_what_we_write(tmp_path: Path, suffix: str) -> None:
    buildings = _buildings()
    path = write_layer(buildings, tmp_path / f"buildings{suffix}", "buildings")
    seen = pyogrio.read_dataframe(path)
    assert seen["name"].tolist()[:2] == ["1号楼", "二号楼"]
    assert seen.crs.to_epsg() in (4490, 4326)
    assert shapely.equals(seen.geometry.to_numpy(), buildings.geometry.to_numpy()).all()


@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="GDAL's own program is not installed")
@pytest.mark.parametrize(
    ("driver", "suffix"), [("GPKG", ".gpkg"), ("FlatGeobuf", ".fgb"), ("ESRI Shapefile", ".shp")]
)
def test_what_ogr2ogr_projects_comes_back(tmp_path: Path, driver: str, suffix: str) -> None:
    source = write_layer(_addresses(), tmp_path / "from.gpkg", "addresses")
    path = tmp_path / f"addresses{suffix}"
    subprocess.run(
        ["ogr2ogr", "-f", driver, "-t_srs", "EPSG:4546", "-lco", "ENCODING=UTF-8", path, source]
        if suffix == ".shp"
        else ["ogr2ogr", "-f", driver, "-t_srs", "EPSG:4546", path, source],
        check=True,
        capture_output=True,
    )
    read = read_layer(path, "addresses").sort_values("id", ignore_index=True)  # FGB reorders
    apart = shapely.distance(read.geometry.to_numpy(), _addresses().geometry.to_numpy())
    assert apart.max() <= 1.01e-7
    assert read["text"].tolist() == _addresses()["text"].tolist()


def test_shapefile_in_gbk_without_cpg(tmp_path: Path) -> None:
    path = tmp_path / "社区.shp"
    communities = gpd.GeoDataFrame(
        {"代码": ["141127100201", "141127100202"], "社区名称": ["滨河社区", "北关社区"]},
        geometry=[box(111.6, 38.2, 111.7, 38.3), box(111.7, 38.2, 111.8, 38.3)],
        crs="EPSG:4490",
    )
    pyogrio.write_dataframe(communities, path, encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    read = read_layer(path, "communities")
    assert read["name"].tolist() == ["滨河社区", "北关社区"]
    assert read["code"].tolist() == ["141127100201", "141127100202"]


def test_utf8_shapefile_without_cpg_is_not_taken_for_gbk(tmp_path: Path) -> None:
    path = write_layer(_buildings(), tmp_path / "buildings.shp", "buildings")
    path.with_suffix(".cpg").unlink()
    assert read_layer(path, "buildings")["name"].tolist()[:2] == ["1号楼", "二号楼"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_coordinates(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "地址.csv"
    lines = [["地址", "经度", "纬度"], ["滨河街1号", "111.67", "38.28"], ["滨河街2号", "", ""]]
    path.write_text("\n".join(delimiter.join(line) for line in lines), encoding=encoding)
    read = read_layer(path, "addresses")
    assert read["text"].tolist() == ["滨河街1号", "滨河街2号"]
    assert read.geometry[0] == Point(111.67, 38.28)
    assert read.geometry[1] is None
    assert read["id"].tolist() == ["A1", "A2"]


def test_degrees_minutes_and_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地址,经度,纬度\n甲,111°40′12″,38度16分48秒\n乙,111°40.2',38.28\n", "utf-8")
    xy = shapely.get_coordinates(read_layer(path, "addresses").geometry.to_numpy())
    assert xy.tolist() == [[111.67, 38.28], [111.67, 38.28]]


def test_unicode_text_of_a_spreadsheet_and_counts_with_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "社区代码\t社区名称\t户数\twkt\n1\t甲\t１，２０户\t"
        "POLYGON ((111 38, 111.1 38, 111.1 38.1, 111 38))\n",
        "utf-16",
    )
    assert read_layer(path, "communities", crs="4490")["households"].tolist() == [120]


def test_kmz_is_read(tmp_path: Path) -> None:
    path = write_layer(_addresses(), tmp_path / "addresses.kml", "addresses")
    with zipfile.ZipFile(tmp_path / "addresses.kmz", "w") as archive:
        archive.write(path, "doc.kml")
    read = read_layer(tmp_path / "addresses.kmz", "addresses")
    assert read["text"].tolist() == _addresses()["text"].tolist()


def test_geopackage_in_wal_mode(tmp_path: Path) -> None:
    path = write_layer(_addresses(), tmp_path / "addresses.gpkg", "addresses")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    assert len(read_layer(path, "addresses")) == 2


def test_csv_in_a_zone_with_northing_called_x(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text("地址,x,y\n滨河街1号,4238645.5,558672.25\n", encoding="utf-8")
    read = read_layer(path, "addresses", crs="EPSG:4546")
    expected = gpd.GeoSeries([Point(558672.25, 4238645.5)], crs="EPSG:4546").to_crs("EPSG:4490")
    assert read.geometry[0].distance(expected[0]) <= 1e-7


def test_xlsx_with_numbers_dates_and_words(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "网格员"
    sheet.append(["网格编码", "角色", "姓名", "值班电话", "任职日期", "是否B角"])
    sheet.append(["141127100201001", "网格长", "甲", 3500000, pd.Timestamp("2026-01-02"), "否"])
    sheet.append(["141127100201001", "专职网格员", "乙", "0358-0000000", "2026年3月1日", "是"])
    book.save(tmp_path / "contacts.xlsx")
    read = read_layer(tmp_path / "contacts.xlsx", "contacts")
    assert read["role"].tolist() == ["grid_leader", "full_time"]
    assert read["since"].tolist() == [pd.Timestamp("2026-01-02"), pd.Timestamp("2026-03-01")]
    assert read["duty_phone"].tolist() == ["3500000", "0358-0000000"]
    assert read["stand_in"].tolist() == [False, True]


def test_a_day_that_never_comes_is_no_day(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("网格编码,角色,任期至\n1,网格长,9999-12-31\n", "utf-8")
    assert read_layer(path, "contacts")["until"].isna().all()


def test_title_above_the_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["岚县网格员名册"])
    sheet.merge_cells("A1:C1")
    sheet.append([None])
    sheet.append(["网格编码", "角色", "姓名"])
    sheet.append(["141127100201001", "网格长", "甲"])
    book.save(tmp_path / "a.xlsx")
    assert read_layer(tmp_path / "a.xlsx", "contacts")["name"].tolist() == ["甲"]
    text = "岚县网格员名册,,\n网格编码,角色,姓名\n141127100201001,网格长,甲\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert read_layer(tmp_path / "a.csv", "contacts")["name"].tolist() == ["甲"]


def test_shapefile_names_cut_at_ten_bytes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"统计用区划代码": ["141127100201"], "社区名称": ["滨河社区"]},
        geometry=[box(111.6, 38.2, 111.7, 38.3)],
        crs="EPSG:4490",
    )
    for name in ("utf8", "gbk"):
        path = write_layer(frame, tmp_path / f"{name}.shp", "communities")
        if name == "gbk":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pyogrio.write_dataframe(frame, path, encoding="GB18030")
            path.with_suffix(".cpg").unlink()
        read = read_layer(path, "communities")
        assert read["code"].tolist() == ["141127100201"]
        assert read["name"].tolist() == ["滨河社区"]


def test_heights_are_left_out(tmp_path: Path) -> None:
    high = _buildings()
    high = high.set_geometry(gpd.GeoSeries(shapely.force_3d(high.geometry, 7.0), crs=high.crs))
    path = tmp_path / "buildings.gpkg"
    pyogrio.write_dataframe(high, path)
    assert not read_layer(path, "buildings").geometry.has_z.any()


def test_guesses_chinese_headings(tmp_path: Path) -> None:
    frame = _buildings().rename(
        columns={"id": "楼栋编号", "name": "楼栋名称", "households": "户数(户)", "floors": "层 数"}
    )
    frame["stairs"] = ["2", "1", ""]
    frame = frame.rename(columns={"stairs": "单元数"})
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg")
    read = read_layer(tmp_path / "a.gpkg", "buildings")
    assert read["id"].tolist() == ["b1", "b2", "b3"]
    assert read["households"].tolist() == [24, pd.NA, 0]
    assert read["stairs"].tolist() == [2, 1, pd.NA]
    assert read["floors"].tolist() == [6, 18, 1]


def test_mapping_file_says_which_column_is_which(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        """
        [barriers]
        columns = { id = "NO", kind = "LX" }
        values.kind = { "J" = "road", "H" = "river" }
        templates = { name = "{QM}{HM}" }
        constants = { rank = 2 }
        """,
        encoding="utf-8",
    )
    lines = gpd.GeoDataFrame(
        {"NO": [7, 8], "LX": ["J", "H"], "QM": ["滨河", "岚"], "HM": ["路", "河"]},
        geometry=[
            LineString([(111.6, 38.2), (111.7, 38.2)]),
            LineString([(111.6, 38.3), (111.7, 38.3)]),
        ],
        crs="EPSG:4490",
    )
    pyogrio.write_dataframe(lines, tmp_path / "b.gpkg")
    read = read_layer(tmp_path / "b.gpkg", "barriers", mapping=mapping)
    assert read["id"].tolist() == ["7", "8"]
    assert read["kind"].tolist() == ["road", "river"]
    assert read["name"].tolist() == ["滨河路", "岚河"]
    assert read["rank"].tolist() == [2, 2]


def test_mapping_file_with_unknown_keys_names_all(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[gridz]\n[grids]\ncolums = {}\ndatum = "gcj"\n[grids.columns]\nkode = "A"\n', "utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_layer(tmp_path / "none.gpkg", "grids", mapping=mapping)
    assert [problem.value for problem in caught.value.problems] == [
        "gridz",
        "colums",
        "kode",
        "gcj",
    ]


def test_address_text_is_put_together_from_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "addresses.csv"
    path.write_text(
        "鄉鎮市區,里,鄰,路,巷,弄,號,樓,經度,緯度\n"
        "馬公市,中央里,8,中央街,1,2,3號之1,,119.5644,23.5642\n"
        "馬公市,中央里,9,中央街,,,12,3,119.5645,23.5645\n",
        encoding="utf-8",
    )
    read = read_layer(path, "addresses")
    assert read["text"].tolist() == [
        "馬公市中央里8鄰中央街1巷2弄3號之1",
        "馬公市中央里9鄰中央街12號3樓",
    ]
    assert read["road"].tolist() == ["中央街1巷2弄", "中央街"]
    assert read["village"].tolist() == ["中央里", "中央里"]


def test_tables_with_kept_layers(tmp_path: Path) -> None:
    path = write_layer(_buildings(), tmp_path / "town.gpkg", "buildings")
    write_layer(_addresses(), path, "addresses")
    assert np.array_equal(sorted(pyogrio.list_layers(path)[:, 0]), ["addresses", "buildings"])
    assert len(read_layer(path, "addresses", source_layer="addresses")) == 2
    with pytest.raises(InputError, match="多个图层"):
        read_layer(path, "addresses")


def test_formats_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_layer(_buildings(), tmp_path / "a.dwg", "buildings")
    with pytest.raises(InputError):
        write_layer(pd.DataFrame({"a": [1]}), tmp_path / "a.fgb", "contacts")


def test_a_drawing_gives_barriers_by_its_layers_and_areas_by_its_rings(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    ring = LineString([(558000, 4238000), (558300, 4238000), (558300, 4238300), (558000, 4238000)])
    drawn = gpd.GeoDataFrame(
        {"Layer": ["road", "DLSS", "wall", "JMD"]},
        geometry=[
            LineString([(558000, 4238000), (558100, 4238050)]),
            LineString([(558000, 4238100), (558100, 4238150)]),
            LineString([(558000, 4238200), (558100, 4238250)]),
            ring,
        ],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a drawing has no CRS
        pyogrio.write_dataframe(drawn, path, driver="DXF")
    assert read_layer(path, "barriers", crs="EPSG:4546")["kind"].tolist() == ["road", "wall"]
    mapping = LayerMapping(words={"kind": {"DLSS": "road"}})
    read = read_layer(path, "barriers", crs="EPSG:4546", mapping=mapping)
    assert read["kind"].tolist() == ["road", "road", "wall"]
    mapping = LayerMapping(only={"Layer": ["JMD"]})
    areas = read_layer(path, "estates", crs="EPSG:4546", mapping=mapping)
    assert areas.geom_type.tolist() == ["Polygon"]
    with pytest.raises(InputError, match="坐标系"):
        read_layer(path, "barriers")


def test_only_some_rows_are_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("乡镇,地址,经度,纬度\n东村镇,甲,111.67,38.28\n普明镇,,不详,\n", "utf-8")
    mapping = LayerMapping(only={"乡镇": ["东村镇"]})
    assert read_layer(path, "addresses", mapping=mapping)["text"].tolist() == ["甲"]
    for only, key in (
        ({"镇": ["东村镇"]}, "mapped_column_missing"),
        ({"乡镇": ["无"]}, "none_chosen"),
    ):
        with pytest.raises(InputError) as caught:
            read_layer(path, "addresses", mapping=LayerMapping(only=only))
        assert f"layers.{key}" in {problem.message.key for problem in caught.value.problems}
