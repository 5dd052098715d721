"""Street and number in Latin script go through the same register."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex, Precision

STREETS = [
    ("12", "Main Street"),
    ("14", "Main Street"),
    ("3a", "Station Road"),
    ("7", "Rue de la Paix"),
    ("5", "Hauptstraße"),
]


@pytest.fixture(scope="module")
def streets() -> AddressIndex:
    frame = pd.DataFrame(STREETS, columns=["number", "road"])
    frame["text"] = frame["number"] + " " + frame["road"]
    for name in ("town", "village", "compound", "zone", "building", "stair", "aliases"):
        frame[name] = None
    return AddressIndex.build(frame)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("12 Main Street", 0),
        ("Main Street 12", 0),
        ("14, main street", 1),
        ("station road 3A", 2),
        ("7 rue de la paix", 3),
        ("Hauptstraße 5", 4),
        ("Hauptstrasse 5", 4),
        ("12 Maine Street", 0),
    ],
)
def test_finds_street_and_number(streets: AddressIndex, text: str, row: int) -> None:
    assert streets.match(text).candidates[0].rows.tolist() == [row]


def test_a_street_alone_is_coarse(streets: AddressIndex) -> None:
    assert streets.match("Main Street").candidates[0].precision is Precision.ROAD
