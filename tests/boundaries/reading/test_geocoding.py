"""Answers in the form that other geocoders share."""

from __future__ import annotations

import json

import pytest
from geocodejson_form import assert_is_geocodejson

from boundaries.geocoding import geocoding_of
from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point
from boundaries.readside import ReadSide


@pytest.fixture
def side(published_home: Home) -> ReadSide:
    return ReadSide(published_home)


@pytest.mark.parametrize(
    "text", ["人民路8号", "滨河小区1号楼2单元", "滨河小区", "人民路8号对面", "碧桂园3号楼", "…", ""]
)
@pytest.mark.parametrize("view", ["public", "duty"])
def test_every_answer_is_geocodejson(side: ReadSide, text: str, view) -> None:
    answer = lookup_address(side, text, view=view)
    told = json.loads(json.dumps(geocoding_of(answer, "zh", view)))
    assert_is_geocodejson(told)
    assert len(told["features"]) == len(answer.candidates)
    assert told["answer"]["status"] == told["geocoding"]["status"] == answer.status
    assert "query" not in told["geocoding"]


def test_an_address_is_a_house_with_its_place_and_its_grids(side: ReadSide) -> None:
    told = geocoding_of(lookup_address(side, "人民路8号", view="duty"), "en", "duty")
    (house,) = told["features"]
    assert house["geometry"] == {"type": "Point", "coordinates": [111.622, 38.23]}
    geocoding = house["properties"]["geocoding"]
    assert (geocoding["type"], geocoding["street"], geocoding["housenumber"]) == (
        "house",
        "人民路",
        "8",
    )
    assert [grid["level"] for grid in house["properties"]["grids"]] == [1, 2, 3]
    assert [level["code"] for level in told["answer"]["levels"]] == [
        grid["code"] for grid in house["properties"]["grids"]
    ]


def test_the_public_is_not_told_where_a_home_lies(side: ReadSide) -> None:
    told = geocoding_of(lookup_address(side, "人民路8号"), "zh", "public")
    assert told["features"][0]["geometry"] is None
    assert "accuracy" not in told["features"][0]["properties"]["geocoding"]
    assert told["answer"]["point"] is None


def test_a_point_has_its_finest_grid_as_feature(side: ReadSide) -> None:
    answer = lookup_point(side, 111.6061, 38.2021, view="duty")
    told = geocoding_of(answer, "zh", "duty")
    assert_is_geocodejson(told)
    (feature,) = told["features"]
    assert feature["properties"]["grids"][-1]["code"] == answer.levels[-1].code
    assert feature["geometry"]["coordinates"] == [111.6061, 38.2021]
    outside = geocoding_of(lookup_point(side, 0.0, 0.0), "zh", "public")
    assert_is_geocodejson(outside)
    assert outside["features"] == []
