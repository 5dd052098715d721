"""Street and number in Latin script go through the same register."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex, Precision, Status
from geo.address.latin import street_key

STREETS = [
    ("12", "Main Street"),
    ("14", "Main Street"),
    ("3a", "Station Road"),
    ("7", "Rue de la Paix"),
    ("5", "Hauptstraße"),
    ("12", "St Mary's Road"),
    ("1", "5th Avenue"),
    ("5", "Calle Mayor"),
    ("8", "Avenida de América"),
    ("21", "Kerkstraat"),
    ("9", "Østergade"),
    ("33", "Łódzka"),
    ("16", "Nguyễn Trãi"),
    ("34", "East 42nd Street"),
    ("12", "Main Road"),
]
OTHERS = ("town", "village", "compound", "zone", "building", "stair", "aliases")


@pytest.fixture(scope="module")
def streets() -> AddressIndex:
    frame = pd.DataFrame(STREETS, columns=["number", "road"])
    frame["text"] = frame["number"] + " " + frame["road"]
    frame[list(OTHERS)] = None
    return AddressIndex.build(frame)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("12 Main Street", 0),
        ("Main Street 12", 0),
        ("14, main street", 1),
        ("station road 3A", 2),
        ("station road 3 a", 2),
        ("7 rue de la paix", 3),
        ("Hauptstraße 5", 4),
        ("Hauptstrasse 5", 4),
        ("12 Maine Street", 0),
        # abbreviations, with a stop or without
        ("12 Main St.", 0),
        ("12 MAIN STR", 0),
        ("12 Main Rd", 14),
        ("7 r. de la Paix", 3),
        ("Hauptstr. 5", 4),
        ("12 Saint Marys Rd", 5),
        ("1 Fifth Ave", 6),
        ("C/ Mayor, 5", 7),
        ("Cl. Mayor 5", 7),
        ("Avda. de América, 8", 8),
        ("Av. America 8", 8),
        ("Kerkstr 21", 9),
        # letters without their marks
        ("Ostergade 9", 10),
        ("33 lodzka", 11),
        ("16 Nguyen Trai", 12),
        # numbers in the name of the street
        ("34 E 42nd St", 13),
        ("34 East 42 Street", 13),
        # what stands around street and number
        ("Flat 3, 14 Main St", 1),
        ("3/14 Main St", 1),
        ("14 Main St #3", 1),
        ("14 Main Street Apt. 3B", 1),
        ("No. 14 Main Street", 1),
        ("14 Main St, Springfield, IL 62704", 1),
        ("62704 Springfield, 14 Main St", 1),
        # a wrong letter
        ("14 Maim St", 1),
    ],
)
def test_finds_street_and_number(streets: AddressIndex, text: str, row: int) -> None:
    match = streets.match(text)
    assert match.candidates[0].rows.tolist() == [row]
    assert match.status is Status.MATCH


def test_a_street_alone_is_coarse(streets: AddressIndex) -> None:
    assert streets.match("Main Street").candidates[0].precision is Precision.ROAD


@pytest.mark.parametrize("text", ["12 Elm St", "12 Main Lane", "5 Elk St"])
def test_another_street_is_not_taken_for_one_of_the_register(
    streets: AddressIndex, text: str
) -> None:
    assert streets.match(text).claim is None


def test_a_number_that_is_not_there_leaves_the_street(streets: AddressIndex) -> None:
    match = streets.match("99 Main St")
    assert match.status is Status.PARTIAL
    assert match.candidates[0].rows.tolist() == [0, 1]
    assert match.candidates[0].faults[0].code == "number.not_in_register"


def test_what_is_across_the_street_is_near(streets: AddressIndex) -> None:
    first = streets.match("opposite 12 Main St").candidates[0]
    assert first.precision is Precision.RELATIVE
    assert first.accuracy_m is not None


def test_two_streets_meet(streets: AddressIndex) -> None:
    assert streets.match("Main St & 5th Ave").candidates[0].text == "Main Street & 5th Avenue"


def test_an_address_is_shown_as_it_is_written(streets: AddressIndex) -> None:
    assert streets.match("hauptstr 5").candidates[0].text == "5 Hauptstraße"


def test_a_flat_is_told_from_its_neighbours() -> None:
    frame = pd.DataFrame({"text": [f"14 Main Street, Apt {flat}" for flat in (1, 2, 3)]})
    index = AddressIndex.build(frame)
    assert index.match("Apt 2, 14 Main St.").candidates[0].rows.tolist() == [1]
    assert index.match("14 Main St").candidates[0].rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Main Street", "MAIN ST."),
        ("Schönhauser Allee", "Schoenhauser Allee"),
        ("5th Avenue", "Fifth Ave"),
        ("St Mary's Rd", "Saint Marys Road"),
        ("Rue du Bac", "r. Bac"),
        ("West Elm Boulevard", "W Elm Blvd"),
    ],
)
def test_spellings_of_one_street_have_one_key(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)
    assert street_key(street_key(one)) == street_key(one)


def test_names_in_latin_script_of_a_chinese_register_stay_names() -> None:
    frame = pd.DataFrame(
        {
            "text": ["人民路1号SOHO3号楼", "人民路2号MOMA3号楼", "Station Road 7"],
            "road": ["人民路", "人民路", "Station Road"],
            "number": ["1", "2", "7"],
            "compound": ["SOHO", "MOMA", None],
            "building": ["3号楼", "3号楼", None],
        }
    )
    index = AddressIndex.build(frame)
    assert index.match("soho 3").candidates[0].rows.tolist() == [0]
    assert index.match("7 station rd").candidates[0].rows.tolist() == [2]
