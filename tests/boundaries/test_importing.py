"""A town's files in, a town and its plan out; or every problem, and nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box

from boundaries.importing import SourceFile, parse_source, read_files
from boundaries.plan import Plan
from boundaries.scheme import default_scheme, read_scheme
from boundaries.town import TOWN_LAYERS, Town
from examples.town import demo_town
from geo.datum import Datum, from_wgs84
from geo.layers import read_mapping, write_layer
from geo.problem import InputError, Problem

_MAPPINGS = Path(__file__).resolve().parents[2] / "examples" / "real"


@pytest.fixture(scope="module")
def demo() -> tuple[Town, Plan]:
    return demo_town(scale=0.1)


@pytest.fixture(scope="module")
def written(demo: tuple[Town, Plan], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo town's layers, each in a format of its own."""
    town, plan = demo
    folder = tmp_path_factory.mktemp("demo")
    suffixes = {
        "jurisdiction": "geojson",
        "communities": "gpkg",
        "estates": "fgb",
        "buildings": "parquet",
        "barriers": "gpkg",
        "addresses": "gpkg",
    }
    for layer in TOWN_LAYERS:
        write_layer(getattr(town, layer), folder / f"{layer}.{suffixes[layer]}", layer)
    write_layer(plan.grids, folder / "grids.gpkg", "grids")
    write_layer(plan.assignments, folder / "assignments.csv", "assignments")
    write_layer(plan.contacts, folder / "contacts.xlsx", "contacts")
    return folder


def _copied(folder: Path, to: Path, *without: str) -> Path:
    for path in folder.iterdir():
        if path.stem not in without:
            (to / path.name).write_bytes(path.read_bytes())
    return to


def _refused(read: Callable[[], object]) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read()
    return caught.value.problems


def _keys(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.message.key for problem in problems}


def _same(read: pd.DataFrame, expected: pd.DataFrame) -> None:
    expected = expected.reset_index(drop=True)
    if isinstance(expected, gpd.GeoDataFrame):
        shapes = (frame.geometry.to_numpy() for frame in (read, expected))
        assert np.array_equal(*(shapely.get_coordinates(each) for each in shapes))
        read, expected = (pd.DataFrame(f.drop(columns="geometry")) for f in (read, expected))
    pd.testing.assert_frame_equal(read, expected)


def test_what_is_written_is_imported_again(demo: tuple[Town, Plan], written: Path) -> None:
    town, plan = demo
    imported = read_files(written, "岚县", default_scheme(), plan_name="一版")
    assert imported.town.name == "岚县"
    for layer in TOWN_LAYERS:
        _same(getattr(imported.town, layer), getattr(town, layer))
    assert imported.plan is not None
    assert (imported.plan.name, imported.plan.town, imported.plan.id) == ("一版", "岚县", "")
    _same(imported.plan.grids, plan.grids)
    _same(imported.plan.assignments, plan.assignments)
    _same(imported.plan.contacts, plan.contacts)
    assert {each.layer for each in imported.layers} == {
        *TOWN_LAYERS,
        "grids",
        "assignments",
        "contacts",
    }


def test_progress_is_told(written: Path) -> None:
    told: list[tuple[str, int, int]] = []
    read_files(
        {"jurisdiction": written / "jurisdiction.geojson"},
        "甲",
        default_scheme(),
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    assert told == [("jurisdiction.geojson", 0, 1), ("", 1, 1)]


def test_ground_and_communities_are_derived(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path
) -> None:
    town, plan = demo
    folder = _copied(written, tmp_path, "jurisdiction", "communities")
    imported = read_files(folder, "甲", default_scheme())
    outline = imported.town.jurisdiction.geometry.iloc[0]
    assert outline.equals(town.jurisdiction.geometry.iloc[0])
    read = imported.town.communities.set_index("code").geometry
    expected = town.communities.set_index("code").geometry
    assert set(read.index) == set(expected.index)
    assert all(read[code].equals(expected[code]) for code in expected.index)
    assert imported.plan is not None
    assert imported.plan.grids["community"].tolist() == plan.grids["community"].tolist()


def test_levels_parents_and_communities_come_from_the_codes(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path
) -> None:
    _, plan = demo
    grids = plan.grids[["code", "geometry"]]
    path = write_layer(grids, tmp_path / "网格.gpkg", "网格")
    imported = read_files([path], "甲", default_scheme())
    assert imported.plan is not None
    for column in ("level", "parent", "community"):
        assert imported.plan.grids[column].tolist() == plan.grids[column].tolist()


def test_levels_from_layers_and_parents_from_places(
    demo: tuple[Town, Plan], tmp_path: Path
) -> None:
    _, plan = demo
    grids = plan.grids.assign(code=[f"G{n}" for n in range(len(plan.grids))])
    for level in (1, 2, 3):
        part = grids.loc[grids["level"] == level, ["code", "geometry"]]
        write_layer(part, tmp_path / "units.gpkg", f"l{level}")
    imported = read_files([tmp_path / "units.gpkg"], "甲", default_scheme())
    assert imported.plan is not None
    codes = dict(zip(grids["code"], plan.grids["code"], strict=True))
    read = imported.plan.grids
    assert read["level"].value_counts().to_dict() == plan.grids["level"].value_counts().to_dict()
    parents = {codes[c]: codes.get(p) for c, p in zip(read["code"], read["parent"], strict=True)}
    assert parents == dict(zip(plan.grids["code"], plan.grids["parent"], strict=True))


def test_all_problems_of_all_files_at_once(written: Path, tmp_path: Path) -> None:
    folder = _copied(written, tmp_path, "contacts", "estates", "assignments")
    (folder / "estates.fgb").write_bytes((written / "estates.fgb").read_bytes()[:200])
    (folder / "contacts.csv").write_text("网格编码,角色\n999,网格长\n998,队长\n", "utf-8")
    (folder / "assignments.csv").write_text(
        "楼栋编号,网格编码\nB000001,997\nB999999,996\n", "utf-8"
    )
    problems = _refused(lambda: read_files(folder, "甲", default_scheme()))
    files = {Path(problem.file or "").name for problem in problems}
    assert files == {"estates.fgb", "contacts.csv", "assignments.csv"}
    keys = {"layers.unreadable", "layers.unknown_value", "importing.dangling"}
    assert keys <= _keys(problems)


def test_duplicate_grid_codes_across_files(demo: tuple[Town, Plan], tmp_path: Path) -> None:
    _, plan = demo
    level_1 = plan.grids[plan.grids["level"] == 1]
    write_layer(level_1, tmp_path / "a.gpkg", "l1")
    write_layer(level_1.iloc[:1], tmp_path / "b.gpkg", "l1")
    sources = [parse_source(f"grids={tmp_path / name}:l1@1") for name in ("a.gpkg", "b.gpkg")]
    problems = _refused(lambda: read_files(sources, "甲", default_scheme()))
    assert [(Path(p.file or "").name, p.row, p.value) for p in problems] == [
        ("b.gpkg", 1, level_1["code"].iloc[0])
    ]


def test_a_level_that_the_scheme_does_not_have(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["A", "B"], "level": [1, 4]},
        geometry=[box(111, 38, 111.1, 38.1), box(111.1, 38, 111.2, 38.1)],
        crs=4490,
    )
    path = write_layer(frame, tmp_path / "grids.gpkg", "grids")
    problems = _refused(lambda: read_files([path], "甲", default_scheme()))
    assert [(p.message.key, p.row) for p in problems] == [("importing.no_such_level", 2)]


def test_a_column_may_be_kept_from_being_guessed(written: Path, tmp_path: Path) -> None:
    (tmp_path / "地址.csv").write_text(
        "地址,建筑编号,经度,纬度\n甲,none-such,111.67,38.28\n", "utf-8"
    )
    sources = {
        "addresses": tmp_path / "地址.csv",
        "buildings": written / "buildings.parquet",
    }
    problems = _refused(lambda: read_files(sources, "甲", default_scheme()))
    assert _keys(problems) == {"importing.dangling"}
    (tmp_path / "m.toml").write_text('[addresses.columns]\nbuilding_id = ""\n', "utf-8")
    mapping = read_mapping(tmp_path / "m.toml")
    imported = read_files(sources, "甲", default_scheme(), mapping=mapping)
    assert imported.town.addresses["building_id"].isna().all()


def test_contacts_without_grids(written: Path) -> None:
    sources = {"contacts": written / "contacts.xlsx"}
    problems = _refused(lambda: read_files(sources, "甲", default_scheme()))
    assert _keys(problems) == {"importing.layer_needed"}


def test_two_files_for_one_layer(demo: tuple[Town, Plan], written: Path, tmp_path: Path) -> None:
    folder = _copied(written, tmp_path)
    write_layer(demo[0].jurisdiction, folder / "辖区.gpkg", "辖区")
    imported = read_files(folder, "甲", default_scheme())
    assert any(note.key == "importing.same_as" for note in imported.notes)
    other = demo[0].jurisdiction.set_geometry([box(111.6, 38.2, 111.7, 38.3)], crs=4490)
    write_layer(other, folder / "辖区.gpkg", "辖区")
    problems = _refused(lambda: read_files(folder, "甲", default_scheme()))
    assert _keys(problems) == {"importing.given_twice"}


def test_nothing_to_import(tmp_path: Path) -> None:
    assert _keys(_refused(lambda: read_files([], "甲", default_scheme()))) == {"importing.nothing"}
    problems = _refused(lambda: read_files(tmp_path, "甲", default_scheme()))
    assert _keys(problems) == {"importing.empty_folder"}
    for name in ("one.gpkg", "two.csv"):
        write_layer(
            gpd.GeoDataFrame(geometry=[box(111, 38, 112, 39)], crs=4490), tmp_path / name, "x"
        )
    problems = _refused(lambda: read_files(tmp_path, "甲", default_scheme()))
    assert [(p.message.key, Path(p.file or "").name) for p in problems] == [
        ("importing.not_recognised", "one.gpkg"),
        ("importing.not_recognised", "two.csv"),
    ]
    problems = _refused(lambda: read_files(tmp_path / "none", "甲", default_scheme()))
    assert _keys(problems) == {"layers.no_file"}


@pytest.mark.parametrize(
    ("text", "layer", "name", "level"),
    [
        ("grids=units.gpkg:base@3", "grids", "base", 3),
        ("grids=units.gpkg:l2", "grids", "l2", 2),
        ("buildings=a/b.shp", "buildings", None, None),
        ("osm=a.osm.pbf", "osm", None, None),
    ],
)
def test_sources_are_named(text: str, layer: str, name: str | None, level: int | None) -> None:
    source = parse_source(text)
    assert (source.layer, source.source_layer) == (layer, name)
    assert source.mapping.constants.get("level") == level


@pytest.mark.parametrize("text", ["units.gpkg", "grids=", "gridz=units.gpkg"])
def test_sources_that_make_no_sense(text: str) -> None:
    assert _keys(_refused(lambda: parse_source(text))) <= {
        "importing.bad_source",
        "importing.no_such_layer",
    }


@pytest.mark.parametrize("layer", ["buildings", "grids", "addresses", "barriers"])
@pytest.mark.parametrize("datum", [Datum.GCJ02, pytest.param(Datum.BD09, marks=pytest.mark.long)])
def test_a_shifted_layer_is_refused_with_advice(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path, layer: str, datum: Datum
) -> None:
    town, plan = demo
    frame = plan.grids if layer == "grids" else getattr(town, layer)
    shifted = shapely.transform(
        frame.geometry.to_numpy(),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], datum)),
    )
    folder = _copied(written, tmp_path, layer)
    write_layer(frame.set_geometry(list(shifted), crs=4490), folder / f"{layer}.gpkg", layer)
    problems = _refused(lambda: read_files(folder, "甲", default_scheme()))
    assert _keys(problems) == {"importing.shifted_like"}
    assert [Path(problem.file or "").stem for problem in problems] == [layer]
    assert datum.value in problems[0].as_dict("en")["remedy"]


def test_a_layer_declared_as_shifted_is_taken(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path
) -> None:
    town, _ = demo
    shifted = shapely.transform(
        town.buildings.geometry.to_numpy(),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02)),
    )
    folder = _copied(written, tmp_path, "buildings")
    frame = town.buildings.set_geometry(list(shifted), crs=4490)
    write_layer(frame, folder / "buildings.gpkg", "buildings")
    (folder / "mapping.toml").write_text('[buildings]\ndatum = "gcj02"\n', "utf-8")
    mapping = read_mapping(folder / "mapping.toml")
    imported = read_files(folder, "甲", default_scheme(), mapping=mapping)
    _same(imported.town.buildings, town.buildings)


def test_a_layer_in_the_wrong_zone_is_refused(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path
) -> None:
    town, _ = demo
    folder = _copied(written, tmp_path, "buildings")
    wrong = town.buildings.to_crs(4546).set_crs(4547, allow_override=True)
    write_layer(wrong, folder / "buildings.gpkg", "buildings")
    problems = _refused(lambda: read_files(folder, "甲", default_scheme()))
    assert _keys(problems) == {"importing.elsewhere"}


def test_a_town_that_is_merely_rebuilt_is_not_called_shifted(
    demo: tuple[Town, Plan], written: Path, tmp_path: Path
) -> None:
    """Buildings moved at random by 40 m fit the roads badly, but no shift explains it."""
    town, _ = demo
    rng = np.random.default_rng(3)
    moved = [
        translate(shape, *rng.normal(0, 4e-4, 2)) for shape in town.buildings.geometry.to_numpy()
    ]
    folder = _copied(written, tmp_path, "buildings")
    frame = town.buildings.set_geometry(moved, crs=4490)
    write_layer(frame, folder / "buildings.gpkg", "buildings")
    read_files(folder, "甲", default_scheme())


def test_ground_is_derived_from_faulty_grids_too(tmp_path: Path) -> None:
    bow = Polygon([(111, 38), (111.1, 38.1), (111.1, 38), (111, 38.1)])
    hair = Polygon(
        [(111.1, 38), (111.2, 38), (111.3, 38), (111.2, 38), (111.2, 38.1), (111.1, 38.1)]
    )
    grids = gpd.GeoDataFrame({"code": ["A", "B"], "level": [1, 1]}, geometry=[bow, hair], crs=4490)
    path = write_layer(grids, tmp_path / "grids.gpkg", "grids")
    imported = read_files([path], "甲", default_scheme())
    assert imported.plan is not None
    assert not imported.plan.grids.geometry.is_valid.any()
    assert imported.town.jurisdiction.geometry.is_valid.all()
    assert set(imported.town.jurisdiction.geom_type) <= {"Polygon", "MultiPolygon"}


def test_mapped_codes_are_given_anew(tmp_path: Path) -> None:
    squares = [
        (
            f"K{row}{column}",
            1,
            box(111 + column / 100, 38 + row / 100, 111.01 + column / 100, 38.01 + row / 100),
        )
        for row in range(2)
        for column in range(3)
    ]
    grids = gpd.GeoDataFrame(squares, columns=["code", "level", "geometry"], crs=4490)
    write_layer(grids, tmp_path / "grids.gpkg", "grids")
    (tmp_path / "contacts.csv").write_text("网格编码,角色\nK10,网格长\n", "utf-8")
    (tmp_path / "mapping.toml").write_text(
        '[grids]\nrenumber = true\nconstants = { community = "141127100201" }\n', "utf-8"
    )
    mapping = read_mapping(tmp_path / "mapping.toml")
    imported = read_files(tmp_path, "甲", default_scheme(), mapping=mapping)
    assert imported.plan is not None
    codes = dict(zip(imported.plan.grids["name"], imported.plan.grids["code"], strict=True))
    assert codes["K10"] == "141127100201001"  # the western-most, and of these the northern-most
    assert codes["K02"] == "141127100201006"
    assert imported.plan.contacts["grid"].tolist() == ["141127100201001"]
    assert imported.town.communities["code"].tolist() == ["141127100201"]


def test_too_many_grids_to_number(tmp_path: Path) -> None:
    rows = [
        (f"K{n}", 1 if n == 0 else 2, box(111 + n / 1e4, 38, 111 + n / 1e4 + 1e-4, 38.1))
        for n in range(102)
    ]
    grids = gpd.GeoDataFrame(rows, columns=["code", "level", "geometry"], crs=4490)
    grids["parent"] = [None] + ["K0"] * 101
    write_layer(grids, tmp_path / "grids.gpkg", "grids")
    (tmp_path / "mapping.toml").write_text("[grids]\nrenumber = true\n", "utf-8")
    mapping = read_mapping(tmp_path / "mapping.toml")
    problems = _refused(lambda: read_files(tmp_path, "甲", default_scheme(), mapping=mapping))
    assert _keys(problems) == {"importing.too_many_to_number"}


def test_xinying_nested_layers_become_grids_of_three_levels(shared_data: Path) -> None:
    mapping = read_mapping(_MAPPINGS / "xinying.toml")
    folder = shared_data / "tw_tainan_xinying"
    imported = read_files(
        folder, "新營", read_scheme(_MAPPINGS / "official_units.toml"), mapping=mapping
    )
    assert imported.plan is not None
    grids = imported.plan.grids
    assert grids["level"].value_counts().to_dict() == {1: 28, 2: 267, 3: 441}
    assert grids.groupby("level")["households"].sum().tolist() == [28913] * 3
    assert grids["code"].is_unique
    lower = grids[grids["level"] > 1]
    assert all(c.startswith(p) for c, p in zip(lower["code"], lower["parent"], strict=True))
    names = dict(zip(grids["code"], grids["name"], strict=True))
    children = grids[grids["level"] == 2]
    assert all(
        names[code].startswith(names[parent])
        for code, parent in zip(children["code"], children["parent"], strict=True)
    )
    assert imported.town.communities["code"].tolist() == ["670000100001"]
    by_level = grids.groupby("level").geometry
    assert all(shapely.coverage_is_valid(shapes.to_numpy()) for _, shapes in by_level)
    outline = imported.town.jurisdiction.geometry.iloc[0]
    finest = grids[grids["level"] == 3].geometry.to_numpy()
    assert outline.equals(shapely.coverage_union_all(finest))


def test_magong_addresses_and_grids(shared_data: Path) -> None:
    mapping = read_mapping(_MAPPINGS / "magong.toml")
    folder = shared_data / "tw_penghu_magong"
    imported = read_files(
        folder, "馬公", read_scheme(_MAPPINGS / "official_units.toml"), mapping=mapping
    )
    assert imported.plan is not None
    addresses, grids = imported.town.addresses, imported.plan.grids
    assert len(addresses) == 12395
    assert addresses["village"].nunique() == 20
    assert addresses["text"].iloc[0] == "澎湖縣馬公市中央里8鄰中央街1號"
    assert grids["level"].value_counts().to_dict() == {1: 29, 2: 232, 3: 584}
    assert grids.groupby("level")["households"].sum().tolist() == [23982] * 3
    finest = grids[grids["level"] == 3].geometry.to_numpy()
    points = addresses.geometry.to_numpy()
    inside = np.unique(shapely.STRtree(finest).query(points, predicate="intersects")[0])
    assert len(inside) / len(points) > 0.9997


def test_nanjing_from_pbf_with_the_study_area(shared_data: Path) -> None:
    folder = shared_data / "cn_nanjing_osm"
    imported = read_files(
        [folder / "cn_nanjing_osm.osm.pbf", folder / "study_area.geojson"], "南京", default_scheme()
    )
    town = imported.town
    assert imported.plan is None
    assert len(town.buildings) == 1277 - 6  # six lie under the streets
    assert len(town.jurisdiction) == len(town.communities) == 1
    assert town.buildings["estimated"].all()
    assert 20_000 < town.buildings["households"].sum() < 45_000


def test_own_buildings_replace_those_of_openstreetmap(
    demo: tuple[Town, Plan], shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "cn_nanjing_osm"
    around = read_files([folder / "study_area.geojson"], "南京", default_scheme()).town
    middle = around.jurisdiction.geometry.iloc[0].representative_point()
    own = demo[0].buildings.iloc[:1].set_geometry([middle.buffer(1e-4)], crs=4490)
    sources = [
        SourceFile("buildings", write_layer(own, tmp_path / "own.gpkg", "own"), is_named=True),
        folder / "cn_nanjing_osm.osm.pbf",
        folder / "study_area.geojson",
    ]
    town = read_files(sources, "南京", default_scheme()).town
    assert len(town.buildings) == 1
    assert len(town.addresses) == 34
    assert town.addresses["building_id"].isna().all()


@pytest.mark.long
def test_nanjing_as_a_folder_takes_every_thing_once(shared_data: Path) -> None:
    imported = read_files(shared_data / "cn_nanjing_osm", "南京", default_scheme())
    assert len(imported.town.buildings) == 1277 - 6  # six lie under the streets
    assert imported.town.barriers["id"].is_unique


def test_nanjing_shifted_is_noticed(shared_data: Path, tmp_path: Path) -> None:
    """On real data: buildings of a map for sale among roads from a survey."""
    folder = shared_data / "cn_nanjing_osm"
    plain = read_files(folder, "南京", default_scheme()).town
    shifted = shapely.transform(
        plain.buildings.geometry.to_numpy(),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02)),
    )
    frame = plain.buildings.set_geometry(list(shifted), crs=4490)
    sources = [
        SourceFile("buildings", write_layer(frame, tmp_path / "b.gpkg", "b"), is_named=True),
        SourceFile("barriers", write_layer(plain.barriers, tmp_path / "r.gpkg", "r")),
        folder / "study_area.geojson",
    ]
    problems = _refused(lambda: read_files(sources, "南京", default_scheme()))
    assert _keys(problems) == {"importing.shifted_like"}


def test_layers_that_are_not_given_stay_as_the_town_has_them(
    demo: tuple[Town, Plan], written: Path
) -> None:
    town, plan = demo
    sources = {"grids": written / "grids.gpkg", "assignments": written / "assignments.csv"}
    imported = read_files(sources, town.name, town.scheme, base=town)
    for layer in TOWN_LAYERS:
        _same(getattr(imported.town, layer), getattr(town, layer))
    assert imported.plan is not None
    _same(imported.plan.assignments, plan.assignments)
    assert any(note.key == "importing.kept" for note in imported.notes)


def test_a_new_layer_is_laid_on_those_that_the_town_has(
    demo: tuple[Town, Plan], tmp_path: Path
) -> None:
    town, plan = demo
    shifted = shapely.transform(
        plan.grids.geometry.to_numpy(),
        lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], Datum.GCJ02)),
    )
    frame = plan.grids.set_geometry(list(shifted), crs=4490)
    sources = {"grids": write_layer(frame, tmp_path / "grids.gpkg", "grids")}
    problems = _refused(lambda: read_files(sources, town.name, town.scheme, base=town))
    assert _keys(problems) == {"importing.shifted_like"}
    far = frame.set_geometry([translate(shape, 1.0) for shape in shifted], crs=4490)
    sources = {"grids": write_layer(far, tmp_path / "grids.gpkg", "grids")}
    problems = _refused(lambda: read_files(sources, town.name, town.scheme, base=town))
    assert _keys(problems) == {"importing.elsewhere"}


def test_points_count_as_places(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"text": ["甲"]}, geometry=[Point(111.67, 38.28)], crs=4490)
    path = write_layer(frame, tmp_path / "addresses.gpkg", "addresses")
    imported = read_files([path], "甲", default_scheme())
    assert imported.town.addresses["id"].tolist() == ["A1"]
    assert not len(imported.town.jurisdiction)


@pytest.mark.long
def test_magong_addresses_shifted_against_its_units(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "tw_penghu_magong"
    table = pd.read_csv(folder / "magong_addresses.csv", dtype=str)
    east, north = from_wgs84(table["lon"].astype(float), table["lat"].astype(float), Datum.GCJ02)
    table.assign(lon=east, lat=north).drop(columns=["x", "y"]).to_csv(
        tmp_path / "magong_addresses.csv", index=False
    )
    mapping = read_mapping(_MAPPINGS / "magong.toml")
    sources = [tmp_path / "magong_addresses.csv", folder / "magong_nested.gpkg"]
    problems = _refused(lambda: read_files(sources, "馬公", default_scheme(), mapping=mapping))
    assert _keys(problems) == {"importing.shifted_like"}
    assert Path(problems[0].file or "").name == "magong_addresses.csv"
