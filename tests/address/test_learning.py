from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.address import AddressIndex, geocodejson, propose_alias, with_alias


def test_a_confirmed_choice_becomes_a_proposal_and_nothing_else(
    town_index: AddressIndex, town_frame: pd.DataFrame
) -> None:
    text = "大钟楼院3号楼2单元 13812345678"
    assert town_index.match(text).claim is None
    row = int(town_index.match("滨河花园3号楼2单元").candidates[0].rows[0])
    proposal = propose_alias(town_index, text, row)
    assert proposal is not None
    assert (proposal.alias, proposal.compound, len(proposal.rows)) == ("大钟楼院", "滨河花园", 36)
    assert town_index.match(text).claim is None
    taught = AddressIndex.build(with_alias(town_frame, proposal))
    claim = taught.match(text).claim
    assert claim is not None
    assert (claim.compound, claim.building, claim.stair) == ("滨河花园", "3号楼", "2")


def test_a_known_name_teaches_nothing(town_index: AddressIndex) -> None:
    assert propose_alias(town_index, "滨河3号楼", 0) is None
    assert propose_alias(town_index, "3号楼", 0) is None
    assert propose_alias(town_index, "", 0) is None


def test_an_alias_is_added_to_those_there_are(town_frame: pd.DataFrame) -> None:
    index = AddressIndex.build(town_frame)
    row = int(index.match("滨河小区3号楼2单元").candidates[0].rows[0])
    proposal = propose_alias(index, "大钟楼院3号楼", row)
    assert proposal is not None
    assert with_alias(town_frame, proposal)["aliases"].iloc[row] == "滨河;大钟楼院"


def test_answers_are_geocodejson_too(town_frame: pd.DataFrame) -> None:
    points = [shapely.Point(111.6 + row * 1e-5, 38.2) for row in range(len(town_frame))]
    placed = gpd.GeoDataFrame(town_frame, geometry=points, crs="EPSG:4490")
    index = AddressIndex.build(placed)
    match = index.match("滨河花园3号楼")
    told = json.loads(json.dumps(geocodejson(index, match), ensure_ascii=False))
    assert told["type"] == "FeatureCollection"
    assert told["geocoding"]["version"] == "0.1.0"
    feature = told["features"][0]
    rows = match.candidates[0].rows
    assert feature["geometry"]["coordinates"][0] == pytest.approx(111.6 + rows.mean() * 1e-5)
    assert feature["properties"]["geocoding"]["type"] == "house"
    assert feature["properties"]["geocoding"]["label"] == "东村镇秀容路57号滨河花园3号楼"
    assert feature["properties"]["geocoding"]["accuracy"] == 1


def test_a_candidate_without_a_place_has_no_geometry(town_index: AddressIndex) -> None:
    told = geocodejson(town_index, town_index.match("滨河花园3号楼"))
    assert told["features"][0]["geometry"] is None
