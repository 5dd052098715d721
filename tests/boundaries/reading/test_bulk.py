"""Whole files of points: every format, resumed after a stop, the same bytes with Dask."""

from __future__ import annotations

import atexit
import time

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from boundaries.bulk import _client, assign_file
from boundaries.lookup import lookup_point
from boundaries.point_files import read_parts
from boundaries.readside import ReadSide
from geo.datum import Datum, from_wgs84
from geo.problem import InputError


@pytest.fixture
def side(published_home) -> ReadSide:
    return ReadSide(published_home)


@pytest.fixture
def points() -> pd.DataFrame:
    x, y = np.random.default_rng(4).uniform(-0.002, 0.034, (2, 240))
    frame = pd.DataFrame(
        {"编号": [f"0{n}" for n in range(240)], "经度": 111.6 + x, "纬度": 38.2 + y}
    )
    return frame.astype({"经度": object, "纬度": object})


def written(points: pd.DataFrame, path):
    if path.suffix == ".csv":
        points.to_csv(path, index=False, encoding="gb18030")
    elif path.suffix == ".xlsx":
        points.to_excel(path, index=False)
    else:
        layer = gpd.GeoDataFrame(
            points[["编号"]],
            geometry=shapely.points(points["经度"].astype(float), points["纬度"].astype(float)),
            crs="EPSG:4490",
        )
        layer.to_parquet(path) if path.suffix == ".parquet" else layer.to_file(path)
    return path


def read(path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False)
    read_file = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    table = pd.DataFrame(read_file(path).drop(columns="geometry")).astype(object)
    return table.where(table.notna(), "").astype(str)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "gpkg"])
def test_every_row_of_every_format_gets_what_a_lookup_says(side, points, tmp_path, kind):
    source = written(points, tmp_path / f"points.{kind}")
    out = tmp_path / f"grids.{kind}"
    done = assign_file(side.in_force(), source, out, part_rows=100)
    table = read(out)
    assert done.rows == len(table) == 240
    assert table["编号"].tolist() == points["编号"].tolist()
    assert list(table.columns)[-10:] == [
        "status", "grid1_code", "grid1_name", "grid2_code", "grid2_name", "grid3_code",
        "grid3_name", "border_distance_m", "neighbour_code", "overlay_codes",
    ]  # fmt: skip
    for row in table.sample(60, random_state=1).index:
        answer = lookup_point(side, float(points["经度"][row]), float(points["纬度"][row]))
        said = table.loc[row]
        assert said["status"] == answer.status
        for level in answer.levels:
            assert said[f"grid{level.level}_code"] == (level.code or "")
            assert said[f"grid{level.level}_name"] == (level.name or "")
        if answer.levels:
            assert float(said["border_distance_m"]) == pytest.approx(
                answer.border_distance_m, abs=1e-3
            )
    assert not (tmp_path / f"grids.{kind}.parts").exists()


def test_rows_without_a_point_are_invalid_and_values_stay_as_they_were(side, tmp_path):
    source = tmp_path / "points.csv"
    source.write_text(
        "no,lon,lat,note\n007,111.614,38.2005,NA\n008,,38.2,\n009,x,999,a b\n", "utf-8"
    )
    assign_file(side.in_force(), source, tmp_path / "out.csv")
    table = read(tmp_path / "out.csv")
    assert table["status"].tolist() == ["match", "invalid", "invalid"]
    assert table["note"].tolist() == ["NA", "", "a b"]
    assert table["no"].tolist() == ["007", "008", "009"]


def test_a_shifted_datum_is_taken_as_declared(side, tmp_path):
    east, north = from_wgs84(111.614, 38.2005, Datum.GCJ02)
    source = tmp_path / "points.csv"
    source.write_text(f"lon,lat\n{float(east)!r},{float(north)!r}\n", "utf-8")
    assign_file(side.in_force(), source, tmp_path / "out.csv", datum=Datum.GCJ02)
    assert read(tmp_path / "out.csv")["grid3_code"][0].endswith("0010202")


def test_an_interrupted_run_goes_on_where_it_stopped(side, points, tmp_path):
    source = written(points, tmp_path / "points.csv")
    whole = tmp_path / "whole.csv"
    assign_file(side.in_force(), source, whole, part_rows=50)

    def stop(rows: int) -> None:
        if rows >= 150:
            raise KeyboardInterrupt

    out = tmp_path / "out.csv"
    with pytest.raises(KeyboardInterrupt):
        assign_file(side.in_force(), source, out, part_rows=50, progress=stop)
    assert not out.exists()
    done = assign_file(side.in_force(), source, out, part_rows=50)
    assert (done.rows, done.resumed) == (240, 150)
    assert out.read_bytes() == whole.read_bytes()


def test_a_changed_file_is_begun_anew(side, points, tmp_path):
    source = written(points, tmp_path / "points.csv")

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assign_file(side.in_force(), source, tmp_path / "out.csv", part_rows=50, progress=stop)
    written(points.iloc[:100], source)
    done = assign_file(side.in_force(), source, tmp_path / "out.csv", part_rows=50)
    assert (done.rows, done.resumed) == (100, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "gpkg"])
def test_the_same_input_gives_the_same_bytes(side, points, tmp_path, kind):
    source = written(points, tmp_path / "points.csv")
    for name in ("one", "other"):
        assign_file(side.in_force(), source, tmp_path / f"{name}.{kind}", part_rows=100)
    assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"other.{kind}").read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_dask_writes_the_same_bytes(side, points, tmp_path, kind):
    source = written(points, tmp_path / "points.csv")
    plain, shared = tmp_path / f"plain.{kind}", tmp_path / f"shared.{kind}"
    assign_file(side.in_force(), source, plain, part_rows=50)
    assign_file(side.in_force(), source, shared, part_rows=50, dask="local:2")
    assert plain.read_bytes() == shared.read_bytes()


def end_slowly() -> None:
    """Let a worker take longer to end than a cluster waits of itself."""
    atexit.register(time.sleep, 6)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_worker_that_ends_slowly_is_not_killed(caplog):
    with caplog.at_level("WARNING", logger="distributed"), _client("local:1") as client:
        client.run(end_slowly)
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("points.csv", b"a,b\n1,2\n"),
        ("points.txt", b"lon,lat\n1,2\n"),
        ("points.xlsx", b"PK\x03\x04 not an archive"),
        ("points.parquet", b"PAR1 nor a table"),
        ("points.gpkg", b"SQLite format 3\x00 but cut"),
        ("points.csv", b""),
    ],
)
def test_files_that_cannot_be_read_are_said_so(side, tmp_path, name, content):
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(InputError):
        assign_file(side.in_force(), source, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_files_are_never_overwritten(side, points, tmp_path):
    source = written(points, tmp_path / "points.csv")
    (tmp_path / "out.csv").write_text("mine", "utf-8")
    with pytest.raises(InputError):
        assign_file(side.in_force(), source, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text("utf-8") == "mine"


def test_projected_points_are_taken_to_degrees(tmp_path):
    layer = gpd.GeoDataFrame(geometry=[shapely.Point(111.6, 38.2)], crs="EPSG:4490").to_crs(4546)
    layer.to_file(tmp_path / "points.gpkg")
    part = next(read_parts(tmp_path / "points.gpkg", 10, x=None, y=None))
    assert part.longitude[0] == pytest.approx(111.6, abs=1e-9)
    assert part.latitude[0] == pytest.approx(38.2, abs=1e-9)


def test_written_spreadsheets_open_in_other_programs(side, points, tmp_path):
    source = written(points, tmp_path / "points.xlsx")
    assign_file(side.in_force(), source, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet.max_row == 241
    assert sheet["A2"].value == "00"
