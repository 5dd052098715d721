"""Whole registers: the confusable one with its queries, a real one, one of OpenStreetMap."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pytest

from geo.address import AddressIndex, Precision

# The folder is on the path for these two alone: another script in it has the name of a package.
sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
from addresses import quality, register_frame
from addresses_real import real_sets

sys.path.pop()

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> dict[str, Any]:
    folder = shared_data / "addresses"
    compounds = json.loads((folder / "compounds.json").read_text("utf-8"))
    index = AddressIndex.build(register_frame(folder / "register.csv.gz", compounds))
    lines = (folder / "queries_dev.jsonl").read_text("utf-8").splitlines()
    queries = [json.loads(line) for line in lines]
    numbers = {compound["name"]: compound["id"] for compound in compounds}
    return quality(queries, [index.match(query["q"]) for query in queries], numbers)


def test_the_right_unit_comes_first(figures: dict[str, Any]) -> None:
    assert figures["first"] >= 0.99


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("typo", 0.95),
        ("mixed", 0.95),
        ("homophone", 0.99),
        ("fuzzy_pinyin", 0.99),
        ("alias", 0.99),
        ("numeral", 0.99),
        ("hyphen", 0.99),
        ("traditional", 0.99),
        ("order", 0.99),
        ("spoken", 0.99),
        ("relative", 0.99),
    ],
)
def test_every_kind_of_query_is_understood(
    figures: dict[str, Any], kind: str, least: float
) -> None:
    assert figures["first_by_kind"][kind] >= least


def test_absent_things_are_not_taken_for_real(figures: dict[str, Any]) -> None:
    accepted = figures["absent_accepted"]
    assert accepted["ghost_poi"] <= 0.01
    assert accepted["ghost_building"] <= 0.002
    assert accepted["ghost_zone"] <= 0.002


def test_claims_are_right_and_many(figures: dict[str, Any]) -> None:
    assert figures["claim_precision"] >= 0.995
    assert figures["claim_coverage"] >= 0.92


def test_probabilities_are_what_they_say(figures: dict[str, Any]) -> None:
    assert figures["calibration_error"] <= 0.01


def test_real_addresses_are_found_and_their_sets_are_true(shared_data: Path) -> None:
    figures = real_sets(shared_data / "tw_penghu_magong" / "magong_addresses.csv")
    assert figures["full_finds_itself"] == 1
    assert figures["full_finds_own_neighbourhood"] == 1
    assert figures["short_set_equal"] >= 0.98
    assert figures["short_set_holds_truth"] == 1


def osm_register(path: Path) -> pd.DataFrame:
    table = pyogrio.read_dataframe(path, layer="addresses")
    frame = pd.DataFrame(
        {
            "road": table["addr_street"],
            "number": table["addr_housenumber"],
            "compound": table["name"],
        }
    )
    parts = frame.fillna("")
    frame["text"] = parts["road"] + parts["number"] + " " + parts["compound"]
    for name in ("town", "village", "zone", "building", "stair", "aliases"):
        frame[name] = None
    return frame.assign(geometry=table.geometry)


def test_osm_addresses_are_found_by_their_own_text(shared_data: Path) -> None:
    path = shared_data / "cn_nanjing_osm" / "cn_nanjing_osm.gpkg"
    frame = osm_register(path)
    index = AddressIndex.build(frame, roads=pyogrio.read_dataframe(path, layer="roads"))
    found = [
        any(row in one.rows for one in index.match(text).candidates)
        for row, text in enumerate(frame["text"])
    ]
    assert np.mean(found) == 1
    crossing = index.match("中山路与中山东路交叉口").candidates[0]
    assert crossing.precision is Precision.INTERSECTION
    assert crossing.point == pytest.approx((118.779, 32.043), abs=0.01)
