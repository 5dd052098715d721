"""Layers out of OpenStreetMap, against GDAL's own reading of the same data."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.layers import GEOMETRY_TYPES, OSM_LAYERS, SCHEMAS, read_layer, read_osm
from geo.layers.osm import address_of, barrier_of, building_of, estate_of


@pytest.fixture(scope="module")
def nanjing(shared_data: Path) -> dict[str, gpd.GeoDataFrame]:
    return read_osm(shared_data / "cn_nanjing_osm" / "cn_nanjing_osm.osm.pbf")


def test_every_layer_fits_its_schema(nanjing: dict[str, gpd.GeoDataFrame]) -> None:
    assert tuple(nanjing) == OSM_LAYERS
    for layer, frame in nanjing.items():
        SCHEMAS[layer].validate(pd.DataFrame(frame.drop(columns="geometry")))
        assert frame.crs == "EPSG:4490"
        assert set(frame.geom_type) <= set(GEOMETRY_TYPES[layer] or ())
        assert frame.geometry.is_valid.all()


def test_counts_are_those_of_the_data_set(nanjing: dict[str, gpd.GeoDataFrame]) -> None:
    assert len(nanjing["buildings"]) == 1277 - 6  # six are stations under the streets
    assert nanjing["buildings"]["floors"].notna().sum() == 131
    assert 800 < nanjing["buildings"]["residential"].sum() < 1200


def test_buildings_are_the_ones_that_gdal_sees(
    nanjing: dict[str, gpd.GeoDataFrame], shared_data: Path
) -> None:
    path = shared_data / "cn_nanjing_osm" / "cn_nanjing_osm.gpkg"
    seen = pyogrio.read_dataframe(path, layer="buildings").set_index("osm_id")
    ours = nanjing["buildings"].set_index("id")
    assert set(ours.index) == set(seen.index[~seen["layer"].astype(str).str.startswith("-")])
    apart = shapely.hausdorff_distance(
        ours.geometry.to_numpy(), seen.geometry.reindex(ours.index).to_numpy()
    )
    assert apart.max() < 1e-7
    assert ours["name"].dropna().equals(seen["name"].reindex(ours.index).dropna().astype(object))


def test_tags_in_columns_give_the_same_as_the_file(
    nanjing: dict[str, gpd.GeoDataFrame], shared_data: Path
) -> None:
    path = shared_data / "cn_nanjing_osm" / "cn_nanjing_osm.gpkg"
    roads = read_layer(path, "barriers", source_layer="roads")
    ours = nanjing["barriers"][nanjing["barriers"]["kind"] == "road"]
    columns = ["id", "kind", "rank", "name"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(roads[columns]).sort_values("id", ignore_index=True),
        pd.DataFrame(ours[columns]).sort_values("id", ignore_index=True),
    )


def test_addresses_of_buildings_name_them(nanjing: dict[str, gpd.GeoDataFrame]) -> None:
    named = nanjing["addresses"].dropna(subset="building_id")
    assert 10 < len(named) < len(nanjing["addresses"])
    shapes = nanjing["buildings"].set_index("id").geometry
    inside = shapes.reindex(named["building_id"]).reset_index(drop=True)
    assert inside.covers(named.geometry.reset_index(drop=True)).all()


def test_small_file(shared_data: Path) -> None:
    found = read_osm(shared_data / "cn_haimen_jiafang_osm" / "cn_haimen_jiafang_osm.osm.pbf")
    assert {layer: len(frame) for layer, frame in found.items()} == {
        "buildings": 89,
        "barriers": 30,
        "estates": 2,
        "addresses": 0,
    }


def test_xml_with_a_multipolygon_and_a_missing_node(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (0, 4), 3: (4, 4), 4: (4, 0), 5: (1, 1), 6: (1, 2), 7: (2, 2), 8: (2, 1)}
    lines = [
        f'<node id="{n}" version="1" lat="{38 + y / 1000}" lon="{111 + x / 1000}"/>'
        for n, (x, y) in nodes.items()
    ]
    for way, members in (
        (1, (1, 2, 3, 4, 1)),
        (2, (5, 6, 7, 8, 5)),
    ):
        refs = "".join(f'<nd ref="{n}"/>' for n in members)
        lines.append(f'<way id="{way}" version="1">{refs}</way>')
    lines.append(
        '<way id="3" version="1"><nd ref="1"/><nd ref="99"/>'
        '<tag k="highway" v="primary"/></way>'
        '<relation id="9" version="1"><member type="way" ref="1" role="outer"/>'
        '<member type="way" ref="2" role="inner"/><tag k="type" v="multipolygon"/>'
        '<tag k="building" v="apartments"/></relation>'
    )
    path = tmp_path / "a.osm"
    path.write_text(f'<osm version="0.6">{"".join(lines)}</osm>', "utf-8")
    found = read_osm(path)
    assert found["buildings"]["id"].tolist() == ["r9"]
    assert shapely.get_num_interior_rings(found["buildings"].geometry[0]) == 1
    assert len(found["barriers"]) == 0


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "primary", "name": "中山路"}, ("road", 1)),
        ({"highway": "residential"}, ("road", 3)),
        ({"highway": "footway"}, ("road", 5)),
        ({"highway": "primary", "tunnel": "yes"}, None),
        ({"highway": "construction"}, None),
        ({"railway": "subway", "layer": "-1"}, None),
        ({"railway": "rail"}, ("railway", None)),
        ({"waterway": "river"}, ("river", None)),
        ({"waterway": "drain", "tunnel": "culvert"}, None),
        ({"natural": "water"}, ("river", None)),
        ({"barrier": "city_wall"}, ("wall", None)),
        ({"barrier": "fence"}, ("fence", None)),
        ({"barrier": "gate"}, None),
    ],
)
def test_what_makes_a_border(tags: dict[str, str], expected: tuple[str, int] | None) -> None:
    found = barrier_of(tags)
    assert (None if found is None else (found["kind"], found["rank"])) == expected


def test_what_is_known_of_buildings_estates_and_addresses() -> None:
    assert building_of({"building": "yes", "building:levels": "6;7"}) == {
        "name": None,
        "residential": True,
        "floors": 6,
    }
    assert building_of({"building": "yes", "amenity": "bank"})["residential"] is False  # type: ignore[index]
    assert building_of({"building": "apartments", "shop": "yes"})["residential"] is True  # type: ignore[index]
    assert building_of({"building": "yes", "building:levels": "0"})["floors"] is None  # type: ignore[index]
    assert building_of({"building": "no"}) is None
    assert estate_of({"amenity": "school", "landuse": "residential"}) == {
        "kind": "school",
        "name": None,
    }
    assert estate_of({"landuse": "grass"}) is None
    assert address_of({"addr:street": "长江路", "addr:housenumber": "333"}) == {
        "text": "长江路333号",
        "road": "长江路",
        "number": "333号",
        "aliases": None,
    }
    assert address_of({"addr:street": "长江路"}) is None


def test_names_of_an_address_are_kept_by_kind() -> None:
    named = {"name": "总统府", "alt_name": "煦园;总督府", "old_name": "天王府", "loc_name": "老府"}
    found = address_of({"addr:street": "长江路", "addr:housenumber": "292", **named})
    assert found is not None
    assert found["aliases"] == "总统府;煦园;总督府;天王府[old];老府[colloquial]"
