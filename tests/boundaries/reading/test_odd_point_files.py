"""Files of points as offices send them: the right result, or an error that says what is wrong."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from boundaries.bulk import assign_file
from boundaries.readside import ReadSide
from geo.problem import InputError

X, Y = 111.614, 38.2005


@pytest.fixture
def side(published_home) -> ReadSide:
    return ReadSide(published_home)


def assigned(side: ReadSide, source: Path, **asked: object) -> list[dict[str, str]]:
    out = source.with_name("out.csv")
    assign_file(side.in_force(), source, out, **asked)
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def code(side, tmp_path) -> str:
    source = tmp_path / "plain.csv"
    source.write_text(f"lon,lat\n{X},{Y}\n", "utf-8")
    (row,) = assigned(side, source)
    (tmp_path / "out.csv").unlink()
    assert row["status"] == "match"
    return row["grid3_code"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"编号,经度,纬度\n甲,{X},{Y}\n", "utf-8-sig"),
        (f"编号,经度,纬度\n甲,{X},{Y}\n", "gb18030"),
        (f"编号\t经度\t纬度\n甲\t{X}\t{Y}\n", "utf-16"),
        ("编号;经度;纬度\n甲;111,614;38,2005\n", "utf-8"),
        ('编号,经度,纬度\n甲,"111,614","38,2005"\n', "utf-8"),
        ("编号,经度,纬度\n甲,１１１．６１４,38.2005°\n", "utf-8"),
        (f"编号, 经度 ,纬度\n甲, {X} , {Y}\n", "utf-8"),
        (f"编号,经度,纬度\n甲,{X},{Y},\n", "utf-8"),
        (f"sep=;\n编号;经度;纬度\n甲;{X};{Y}\n", "utf-8"),
        (f"编号,经度,纬度\n\n甲,{X},{Y}\n\n", "utf-8"),
        (f'编号,经度,纬度,备注\n甲,{X},{Y},"两\n行"\n', "utf-8"),
        (f"编号,经度,纬度,状态,状态,status\n甲,{X},{Y},1,2,3\n", "utf-8"),
    ],
)
def test_table_is_read_as_it_is_written(side, tmp_path, code, text, encoding):
    source = tmp_path / "points.csv"
    source.write_bytes(text.encode(encoding))
    (row,) = assigned(side, source)
    assert row["编号"] == "甲"
    assert row["grid3_code"] == code


def test_texts_late_in_a_long_file_may_be_in_the_old_encoding(side, tmp_path):
    source = tmp_path / "points.csv"
    rows = [f"{number},{X},{Y},{'.' * 90}" for number in range(12_000)]
    source.write_bytes("\n".join(["id,lon,lat,note", *rows, f"1,{X},{Y},甲"]).encode("gb18030"))
    assert assigned(side, source)[-1]["note"] == "甲"


@pytest.mark.parametrize(
    ("text", "key", "row"),
    [
        (f"lon,lat\n{Y},{X}\n{Y},{X}\n", "assign.swapped", None),
        ("x,y\n37558000.5,4237000.2\n", "assign.not_degrees", 2),
        (f"lon,lat\n{X},98.5\n", "assign.not_degrees", 2),
        ("lon,lat\n,\n111°36'50\"E,38°12'0\"N\n", "assign.not_a_number", 3),
        (f"lon,lat,lon\n{X},{Y},1\n", "assign.same_column", None),
        ("lon,lat\n" + f"{X},{Y}\n" * 200 + f"{X},{Y},1,2\n", "assign.unreadable", None),
    ],
)
def test_table_without_places_says_why(side, tmp_path, text, key, row):
    source = tmp_path / "points.csv"
    source.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        assigned(side, source)
    (problem,) = caught.value.problems
    assert (problem.message.key, problem.row) == (key, row)
    assert all(message.text("zh") for message in (problem.message, problem.remedy))


def test_rows_without_a_place_are_invalid_and_stay(side, tmp_path, code):
    source = tmp_path / "points.csv"
    source.write_text(f"id,lon,lat\n1,{X},{Y}\n2,,\n3,abc,{Y}\n4,{Y},{X}\n5,inf,{Y}\n", "utf-8")
    rows = assigned(side, source)
    assert [row["id"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["status"] for row in rows] == ["match"] + ["invalid"] * 4
    assert rows[0]["grid3_code"] == code


def test_cells_of_a_workbook_stay_what_they_are(side, tmp_path, code):
    source, out = tmp_path / "points.xlsx", tmp_path / "out.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "经度", "纬度", "日期", None, "名", "名"])
    sheet.append(["0012345678901234567", X, Y, date(2026, 1, 2), True, 1, "甲"])
    sheet.append([12345678901234, str(X), str(Y), "不详", None, 2.5, 3])
    sheet.append([None] * 7)
    sheet.append([3, X, Y, datetime(2026, 1, 2, 3, 4, 5), 1, None, None])  # noqa: DTZ001
    book.save(source)
    assign_file(side.in_force(), source, out, part_rows=2)
    rows = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert rows[0][:8] == ("编号", "经度", "纬度", "日期", "列5", "名", "名.1", "status")
    assert rows[1][:7] == ("0012345678901234567", X, Y, datetime(2026, 1, 2), True, 1, "甲")  # noqa: DTZ001
    assert rows[2][:7] == (12345678901234, str(X), str(Y), "不详", None, 2.5, 3)
    assert rows[4][3] == datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001
    assert [row[7] for row in rows[1:]] == ["match", "match", "invalid", "match"]
    assert {row[rows[0].index("grid3_code")] for row in rows[1:]} == {code, None}


@pytest.mark.parametrize("kind", ["csv", "parquet", "gpkg"])
def test_cells_of_several_kinds_become_texts_elsewhere(side, tmp_path, kind):
    source, out = tmp_path / "points.xlsx", tmp_path / f"out.{kind}"
    cells = {"编号": [1, "甲", 2, 3], "经度": [X] * 4, "纬度": [Y] * 4}
    pd.DataFrame(cells).to_excel(source, index=False)
    assign_file(side.in_force(), source, out, part_rows=2)
    if kind == "csv":
        table = pd.read_csv(out, dtype=str)
    else:
        table = gpd.read_parquet(out) if kind == "parquet" else gpd.read_file(out)
    assert table["编号"].tolist() == ["1", "甲", "2", "3"]


def test_layer_of_points_is_found_among_others(side, tmp_path, code):
    points = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[shapely.Point(X, Y), None], crs=4490)
    source = tmp_path / "layers.gpkg"
    points.set_geometry([shapely.MultiPoint([(X, Y)]), None]).to_file(source, layer="points")
    points.set_geometry([shapely.box(X, Y, X + 1, Y + 1)] * 2).to_file(source, layer="areas")
    assert [row["grid3_code"] for row in assigned(side, source)] == [code, ""]
    (tmp_path / "out.csv").unlink()
    points.to_file(source, layer="more points")
    with pytest.raises(InputError, match="more points"):
        assigned(side, source)


def test_areas_are_no_points(side, tmp_path):
    areas = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(X, Y, X + 1, Y + 1)], crs=4490)
    areas.to_file(tmp_path / "areas.gpkg")
    areas.to_parquet(tmp_path / "areas.parquet")
    for name in ("areas.gpkg", "areas.parquet"):
        with pytest.raises(InputError):
            assigned(side, tmp_path / name)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "gpkg"])
def test_file_without_rows_keeps_its_columns(side, tmp_path, kind):
    none = gpd.GeoDataFrame({"id": [1], "lon": [X], "lat": [Y]}, geometry=[None], crs=4490).iloc[:0]
    source, out = tmp_path / f"none.{kind}", tmp_path / f"out.{kind}"
    if kind == "parquet":
        none.to_parquet(source)
    elif kind == "gpkg":
        none.to_file(source)
    else:
        table = none.drop(columns="geometry")
        table.to_csv(source, index=False) if kind == "csv" else table.to_excel(source, index=False)
    assert assign_file(side.in_force(), source, out).rows == 0
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "parquet": gpd.read_parquet}
    columns = read.get(kind, gpd.read_file)(out).columns
    assert {"id", "status", "grid3_code"} <= set(columns)


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    """Write a workbook of some sheets, the last one visible."""
    book = openpyxl.Workbook()
    for number, lines in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for line in lines:
            sheet.append(line)
        sheet.sheet_state = "visible" if number == len(sheets) - 1 else "hidden"
    book.active = len(sheets) - 1
    book.save(path)
    return path


@pytest.mark.parametrize(
    "sheets",
    [
        ([["点位登记表"], [], ["编号", "经度", "纬度"], ["甲", X, Y]],),
        ([["经度", "纬度"], [1, 2]], [["编号", "经度", "纬度"], ["甲", str(X), Y]]),
    ],
)
def test_headings_are_found_below_titles_and_on_visible_sheets(side, tmp_path, code, sheets):
    (row,) = assigned(side, workbook(tmp_path / "points.xlsx", *sheets))
    assert (row["编号"], row["status"], row["grid3_code"]) == ("甲", "match", code)


def test_line_of_a_fault_is_that_of_the_sheet(side, tmp_path):
    lines = [["点位登记表"], ["经度", "纬度"], [None, None], ["东", "北"]]
    with pytest.raises(InputError) as refused:
        assigned(side, workbook(tmp_path / "points.xlsx", lines))
    assert refused.value.problems[0].row == 4


def test_formulas_without_results_are_said_so(side, tmp_path):
    lines = [["经度", "纬度"], ["=1+110", "=38+0.2"]]
    with pytest.raises(InputError) as refused:
        assigned(side, workbook(tmp_path / "points.xlsx", lines))
    assert refused.value.problems[0].message.key == "assign.no_results"


def test_features_without_a_place_are_invalid(side, tmp_path, code):
    shapes = [shapely.Point(X, Y), None, shapely.Point()]
    points = gpd.GeoDataFrame({"编号": ["甲", "乙", "丙"]}, geometry=shapes, crs=4490)
    points.to_file(tmp_path / "points.gpkg")
    rows = assigned(side, tmp_path / "points.gpkg")
    assert [row["status"] for row in rows] == ["match", "invalid", "invalid"]
    assert rows[0]["grid3_code"] == code


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize("crs", [4490, 4546])
def test_geoparquet_may_be_of_either_encoding(side, tmp_path, code, encoding, crs):
    shapes = [shapely.Point(X, Y), None]
    points = gpd.GeoDataFrame({"编号": ["甲", "乙"]}, geometry=shapes, crs=4490).to_crs(crs)
    points.to_parquet(tmp_path / "points.parquet", geometry_encoding=encoding)
    rows = assigned(side, tmp_path / "points.parquet")
    assert [row["status"] for row in rows] == ["match", "invalid"]
    assert rows[0]["grid3_code"] == code


@pytest.mark.parametrize("crs", [4214, 4610, 2437])
@pytest.mark.parametrize("name", ["points.gpkg", "points.parquet"])
def test_points_in_old_datums_are_refused(side, tmp_path, name, crs):
    """Beijing 54 and Xi'an 80 lie tens of metres off without local parameters."""
    points = gpd.GeoDataFrame({"编号": ["甲"]}, geometry=[shapely.Point(X, Y)], crs=4490)
    points = points.to_crs(crs)
    points.to_file(tmp_path / name) if name.endswith("gpkg") else points.to_parquet(tmp_path / name)
    with pytest.raises(InputError) as refused:
        assigned(side, tmp_path / name)
    (problem,) = refused.value.problems
    assert (problem.message.key, problem.value) == ("assign.coarse_crs", f"EPSG:{crs}")


@pytest.mark.parametrize(
    ("geo", "key"),
    [
        ('{"primary_column": "p", "columns": {"p": {"encoding": "WKB", "crs": null}}}', "no_crs"),
        ('{"primary_column": "p", "columns": {"p": {"encoding": "polygon"}}}', "no_points"),
        ('{"primary_column": "p", "columns": {"p": {"encoding": "WKB"}}}', "unreadable"),
        ('{"primary_column": "p", ', "unreadable"),
    ],
)
def test_geoparquet_that_says_no_place_is_refused(side, tmp_path, geo, key):
    table = pa.table({"p": [b"no WKB"]}).replace_schema_metadata({"geo": geo})
    pq.write_table(table, tmp_path / "points.parquet")
    with pytest.raises(InputError) as refused:
        assigned(side, tmp_path / "points.parquet")
    assert refused.value.problems[0].message.key == f"assign.{key}"
