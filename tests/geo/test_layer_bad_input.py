"""Bad files: each is refused with its place and a remedy, and nothing ends the process."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.layers import Limits, conform, read_layer, read_osm, write_layer
from geo.problem import InputError, Problem
from messages import LANGUAGES

_BOX = box(111.67, 38.28, 111.68, 38.29)


def _problems(read: Callable[[], object]) -> tuple[Problem, ...]:
    """Return the problems that reading raises, each told in both languages."""
    with pytest.raises(InputError) as caught:
        read()
    for problem in caught.value.problems:
        for language in LANGUAGES:
            told = problem.as_dict(language)
            assert told["message"]
            assert told["remedy"]
    return caught.value.problems


def _keys(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.message.key.removeprefix("layers.") for problem in problems]


def _communities(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    codes = [f"1411271002{number:02d}" for number in range(1, len(shapes) + 1)]
    table = {"code": codes, "name": [f"社区{code[-2:]}" for code in codes], **columns}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4490")


def _written(tmp_path: Path, frame: gpd.GeoDataFrame) -> Path:
    path = tmp_path / "communities.gpkg"
    pyogrio.write_dataframe(frame, path)
    return path


def _many(rows: int) -> gpd.GeoDataFrame:
    boxes = [box(111 + n * 1e-3, 38, 111 + n * 1e-3 + 1e-3, 38.1) for n in range(rows)]
    frame = gpd.GeoDataFrame(
        {"id": [f"b{n}" for n in range(rows)], "name": ["楼" * 20] * rows},
        geometry=boxes,
        crs="EPSG:4490",
    )
    return gpd.GeoDataFrame(conform("buildings", frame))


@pytest.mark.parametrize(
    "suffix", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp", ".xlsx", ".kml"]
)
@pytest.mark.parametrize("share", [0.97, 0.5, 0.02])
def test_truncated_file(tmp_path: Path, suffix: str, share: float) -> None:
    path = write_layer(_many(160), tmp_path / f"buildings{suffix}", "buildings")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    crs = "EPSG:4490" if suffix == ".xlsx" else None
    keys = _keys(_problems(lambda: read_layer(path, "buildings", crs=crs)))
    assert set(keys) <= {"unreadable", "no_layer", "which_layer", "broken_geometry", "no_geometry"}


@pytest.mark.parametrize("share", [0.97, 0.5, 0.02])
def test_truncated_attribute_table_of_a_shapefile(tmp_path: Path, share: float) -> None:
    path = write_layer(_many(160), tmp_path / "buildings.shp", "buildings")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[: int(table.stat().st_size * share)])
    assert "unreadable" in _keys(_problems(lambda: read_layer(path, "buildings")))


def test_csv_cut_in_the_middle_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,地址,经度,纬度\n1,滨河街1号,111.67,38.28\n2,滨河", "utf-8")
    problems = _problems(lambda: read_layer(path, "addresses"))
    assert _keys(problems) == ["ragged_row"]
    assert problems[0].row == 2


def test_csv_with_an_open_quote(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,地址,经度,纬度\n1,"滨河街1号,111.67,38.28\n', "utf-8")
    assert _keys(_problems(lambda: read_layer(path, "addresses"))) == ["unreadable"]


@pytest.mark.parametrize("share", [0.9, 0.3, 0.05])
def test_truncated_osm(tmp_path: Path, shared_data: Path, share: float) -> None:
    data = (shared_data / "cn_haimen_jiafang_osm" / "cn_haimen_jiafang_osm.osm.pbf").read_bytes()
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(data[: int(len(data) * share)])
    assert _keys(_problems(lambda: read_osm(path))) == ["unreadable"]


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.csv", "a.xlsx", "a.osm.pbf"])
def test_missing_empty_and_foreign_files(tmp_path: Path, name: str) -> None:
    read = read_osm if name.endswith(".pbf") else lambda path: read_layer(path, "buildings")
    path = tmp_path / name
    assert _keys(_problems(lambda: read(path))) == ["no_file"]
    path.write_bytes(b"")
    assert _keys(_problems(lambda: read(path))) == ["empty_file"]
    path.write_bytes(bytes(range(256)) * 40)
    assert _keys(_problems(lambda: read(path))) in (["unreadable"], ["no_headings"], ["no_rows"])


def test_unknown_format(tmp_path: Path) -> None:
    path = tmp_path / "plan.dwg"
    path.write_bytes(b"AC1032")
    assert _keys(_problems(lambda: read_layer(path, "grids"))) == ["unknown_format"]


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    path = _written(tmp_path, _communities([_BOX]).rename(columns={"code": "AA", "name": "BB"}))
    problems = _problems(lambda: read_layer(path, "communities"))
    assert _keys(problems) == ["missing_column", "missing_column"]
    assert {problem.column for problem in problems} == {"code", "name"}
    assert "AA" in problems[0].as_dict("en")["remedy"]


def test_every_bad_value_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(
        "网格编码,角色,任职日期,是否B角,公开依据\n"
        "141127100201001,网格长,2026-13-01,否,\n"
        ",队长,2026-01-01,也许,同意\n"
        "1.41127E+14,网格长,昨天,是,没有\n",
        "utf-8",
    )
    problems = _problems(lambda: read_layer(path, "contacts"))
    told = {(problem.row, problem.column, problem.message.key) for problem in problems}
    assert told == {
        (1, "任职日期", "layers.not_a_date"),
        (2, "网格编码", "layers.no_value"),
        (2, "角色", "layers.unknown_value"),
        (2, "是否B角", "layers.not_a_flag"),
        (3, "网格编码", "layers.lost_digits"),
        (3, "任职日期", "layers.not_a_date"),
        (3, "公开依据", "layers.unknown_value"),
    }


@pytest.mark.parametrize(
    ("value", "key"),
    [("-3", "too_small"), ("12.5", "not_a_count"), ("多", "not_a_count"), ("1e30", "not_a_count")],
)
def test_household_counts_that_are_none(tmp_path: Path, value: str, key: str) -> None:
    path = _written(tmp_path, _communities([_BOX], households=[value]))
    problems = _problems(lambda: read_layer(path, "communities"))
    assert _keys(problems) == [key]
    assert problems[0].value == (value if key != "too_small" else "-3")


def test_code_that_a_spreadsheet_took_for_a_number(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["网格编码", "角色"])
    sheet.append([1411271002010010101, "网格长"])
    sheet.append([float(1411271002010010101), "网格长"])
    book.save(tmp_path / "contacts.xlsx")
    problems = _problems(lambda: read_layer(tmp_path / "contacts.xlsx", "contacts"))
    assert set(_keys(problems)) == {"lost_digits"}


def _workbook(path: Path, *rows: list[object], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for span in merged:
        sheet.merge_cells(span)
    book.save(path)
    return path


def test_merged_cells_hold_for_all_their_rows(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "contacts.xlsx",
        ["东村镇网格员名册", None, None],
        ["网格信息", None, "人员"],
        ["网格编码", "角色", "姓名"],
        ["141127100201001", "网格长", "甲"],
        [None, "网格员", "乙"],
        [],
        ["141127100201002", "网格长", "丙"],
        merged=("A1:C1", "A2:B2", "A4:A5"),
    )
    read = read_layer(path, "contacts")
    assert read["grid"].tolist() == ["141127100201001"] * 2 + ["141127100201002"]
    assert read["name"].tolist() == ["甲", "乙", "丙"]


def test_a_count_over_merged_cells_is_counted_once(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "buildings.xlsx",
        ["楼栋编号", "户数", "wkt"],
        ["b1", 120, _BOX.wkt],
        ["b2", None, _BOX.wkt],
        merged=("B2:B3",),
    )
    read = read_layer(path, "buildings", crs="EPSG:4490")
    assert read["households"].fillna(-1).tolist() == [120, -1]


def test_a_bad_row_is_told_with_its_line_in_the_sheet(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "contacts.xlsx",
        ["东村镇网格员名册", None],
        ["网格编码", "角色"],
        ["141127100201001", "网格长"],
        [],
        ["141127100201002", "队长"],
        merged=("A1:B1",),
    )
    problems = _problems(lambda: read_layer(path, "contacts"))
    assert [(p.row, p.line) for p in problems] == [(2, 5)]
    table = tmp_path / "contacts.csv"
    table.write_text("网格编码,角色\n\n141127100201001,队长\n1,网格长,3\n", "utf-8")
    problems = _problems(lambda: read_layer(table, "contacts"))
    assert [(p.message.key, p.row, p.line) for p in problems] == [("layers.ragged_row", 2, 4)]


def test_duplicate_codes(tmp_path: Path) -> None:
    frame = _communities([_BOX] * 3)
    frame["code"] = ["141127100201", "141127100202", "141127100201"]
    problems = _problems(lambda: read_layer(_written(tmp_path, frame), "communities"))
    assert [(p.row, p.value) for p in problems] == [(3, "141127100201")]
    assert _keys(problems) == ["repeated_value"]


def test_empty_inner_ring_never_reaches_a_predicate(tmp_path: Path, shared_data: Path) -> None:
    cases = json.loads((shared_data / "coverage" / "edge_cases.json").read_text("utf-8"))["cases"]
    geometry = next(case["geojson"] for case in cases if case["id"] == "empty_ring_geojson")
    geometry["coordinates"] = [
        [[111 + x / 1000, 38 + y / 1000] for x, y in ring] for ring in geometry["coordinates"]
    ]
    properties = {"code": "141127100201", "name": "甲"}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert _keys(_problems(lambda: read_layer(path, "communities"))) == ["empty_ring"]


def _with_empty_ring() -> bytes:
    """Return the WKB of a polygon whose second ring has no points."""
    ring = shapely.to_wkb(_BOX)
    return ring[:5] + (2).to_bytes(4, "little") + ring[9:] + (0).to_bytes(4, "little")


@pytest.mark.parametrize("part_of_many", [False, True])
def test_empty_inner_ring_in_binary(tmp_path: Path, part_of_many: bool) -> None:  # noqa: FBT001
    polygon = shapely.from_wkb(_with_empty_ring())
    shape = MultiPolygon([box(111.5, 38.2, 111.6, 38.3), polygon]) if part_of_many else polygon
    path = tmp_path / "a.parquet"
    _communities([_BOX, shape]).to_parquet(path)
    problems = _problems(lambda: read_layer(path, "communities"))
    assert _keys(problems) == ["empty_ring"]
    assert problems[0].row == 2


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_coordinates_that_are_no_numbers(tmp_path: Path, bad: float) -> None:
    with np.errstate(invalid="ignore"):
        shape = Polygon([(111.6, 38.2), (111.7, 38.2), (bad, 38.3), (111.6, 38.2)])
    path = tmp_path / "a.parquet"
    _communities([_BOX, shape]).to_parquet(path)
    problems = _problems(lambda: read_layer(path, "communities"))
    assert _keys(problems) == ["not_finite"]
    assert problems[0].row == 2


@pytest.mark.parametrize("text", ["NaN", "inf", "北纬", "-Infinity"])
def test_coordinates_in_a_table_that_are_no_numbers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"地址,经度,纬度\n滨河街1号,111.67,{text}\n", "utf-8")
    problems = _problems(lambda: read_layer(path, "addresses"))
    assert _keys(problems) == ["not_a_number"]
    assert (problems[0].row, problems[0].column, problems[0].value) == (1, "纬度", text)


def test_half_a_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地址,经度,纬度\n甲,111.67,38.28\n乙,111.67,\n", "utf-8")
    problems = _problems(lambda: read_layer(path, "addresses"))
    assert [(p.message.key, p.row) for p in problems] == [("layers.half_a_place", 2)]


def test_no_geometry_and_wrong_types(tmp_path: Path) -> None:
    shapes = [_BOX, None, Point(111.6, 38.2), LineString([(111.6, 38.2), (111.7, 38.2)]), Polygon()]
    path = tmp_path / "a.parquet"
    _communities(shapes).to_parquet(path)
    problems = _problems(lambda: read_layer(path, "communities"))
    assert [(p.row, k) for p, k in zip(problems, _keys(problems), strict=True)] == [
        (2, "no_geometry"),
        (3, "wrong_type"),
        (4, "wrong_type"),
        (5, "no_geometry"),
    ]


def test_ring_that_is_not_closed(tmp_path: Path) -> None:
    wkb = bytearray(shapely.to_wkb(_BOX))
    wkb[-16:-8] = np.float64(111.7).tobytes()
    frame = pd.DataFrame({"code": ["1"], "name": ["甲"], "geometry": [bytes(wkb)]})
    path = tmp_path / "a.parquet"
    _communities([_BOX]).to_parquet(path)
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    meta = pq.read_schema(path).metadata
    pq.write_table(pa.Table.from_pandas(frame).replace_schema_metadata(meta), path)
    assert _keys(_problems(lambda: read_layer(path, "communities"))) == ["broken_geometry"]


def test_invalid_community_is_refused_and_invalid_grid_kept(tmp_path: Path) -> None:
    bow = Polygon([(111.6, 38.2), (111.7, 38.3), (111.7, 38.2), (111.6, 38.3)])
    path = _written(tmp_path, _communities([bow]))
    problems = _problems(lambda: read_layer(path, "communities"))
    assert _keys(problems) == ["invalid_area"]
    grids = _communities([bow]).assign(code="141127100201001", level=1)
    path = tmp_path / "grids.gpkg"
    pyogrio.write_dataframe(grids, path)
    assert not read_layer(path, "grids").geometry.is_valid.any()


def test_no_rows(tmp_path: Path) -> None:
    path = _written(tmp_path, _communities([_BOX]).iloc[:0])
    assert _keys(_problems(lambda: read_layer(path, "communities"))) == ["no_rows"]
    path = tmp_path / "a.csv"
    path.write_text("地址,经度,纬度\n", "utf-8")
    assert _keys(_problems(lambda: read_layer(path, "addresses"))) == ["no_rows"]


def test_too_large_a_file_is_not_opened(tmp_path: Path) -> None:
    path = write_layer(_many(160), tmp_path / "buildings.gpkg", "buildings")
    limits = Limits(megabytes=path.stat().st_size / 1e6 / 10)
    assert _keys(_problems(lambda: read_layer(path, "buildings", limits=limits))) == ["too_large"]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv", ".xlsx", ".parquet"])
def test_too_many_rows(tmp_path: Path, suffix: str) -> None:
    path = write_layer(_many(160), tmp_path / f"buildings{suffix}", "buildings")
    read = lambda: read_layer(path, "buildings", limits=Limits(rows=16))  # noqa: E731
    assert _keys(_problems(read)) == ["too_many_rows"]


def test_workbook_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = write_layer(_many(160), tmp_path / "buildings.xlsx", "buildings")
    limits = Limits(megabytes=path.stat().st_size / 1e6 * 1.5)
    assert _keys(_problems(lambda: read_layer(path, "buildings", limits=limits))) == ["too_large"]


def test_repeated_heading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地址,经度,纬度,地址\n甲,111.6,38.2,乙\n", "utf-8")
    assert _keys(_problems(lambda: read_layer(path, "addresses"))) == ["repeated_heading"]


def test_no_coordinates_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("地址,电话\n甲,1\n", "utf-8")
    assert _keys(_problems(lambda: read_layer(path, "addresses"))) == ["no_coordinates"]


@pytest.mark.parametrize(
    "suffix", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp", ".xlsx", ".csv", ".kml"]
)
def test_damaged_bytes_are_refused_or_harmless(tmp_path: Path, suffix: str) -> None:
    path = write_layer(_many(20), tmp_path / f"buildings{suffix}", "buildings")
    whole = path.read_bytes()
    rng = np.random.default_rng(11)
    for _ in range(10):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(damaged), 4):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            read_layer(path, "buildings", crs="EPSG:4490")
        except InputError as error:
            assert error.problems  # noqa: PT017 - either way is right, any other error is not


def test_a_flood_of_problems_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("网格编码,角色\n" + "1,队长\n" * 10_005, "utf-8")
    problems = _problems(lambda: read_layer(path, "contacts"))
    assert len(problems) == 10_001
    assert _keys(problems).count("and_more") == 1


def test_curves_and_collections_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "code,name,wkt\n"
        '1,甲,"CURVEPOLYGON(CIRCULARSTRING(111 38,111.1 38.1,111.2 38,111.1 37.9,111 38))"\n'
        '2,乙,"GEOMETRYCOLLECTION(POLYGON((111 38,112 38,112 39,111 38),EMPTY))"\n'
        '3,丙,"POLYGON((111 38,112 38,112 39,111 38))"\n',
        "utf-8",
    )
    problems = _problems(lambda: read_layer(path, "communities", crs="EPSG:4490"))
    assert [(p.row, k) for p, k in zip(problems, _keys(problems), strict=True)] == [
        (1, "broken_geometry"),
        (2, "empty_ring"),
    ]
