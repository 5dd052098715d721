"""House numbers with what is behind them, ranges, posts along roads, other names of villages."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex


@pytest.fixture(scope="module")
def index(make_row) -> AddressIndex:
    town = {"town": "城关镇"}
    numbers = ("5", "5甲", "7附1", "7附2", "9-1", "9-3", *map(str, range(20, 28, 2)))
    rows = [
        *[make_row(number=number, road="北大街", **town) for number in numbers],
        *[make_row(number=str(number), village="王家沟村", **town) for number in range(1, 5)],
        make_row(number="1", road="209国道", **town),
    ]
    return AddressIndex.build(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("said", "number"),
    [
        # 甲 stands before or behind the number, before or behind 号
        ("北大街5甲号", "5甲"),
        ("北大街5号甲", "5甲"),
        ("北大街甲5号", "5甲"),
        ("北大街7号附1号", "7附1"),
        ("北大街7之1", "7附1"),
        # a pair of numbers behind a street is one number, without 号 too
        ("北大街9-3", "9-3"),
        ("北大街9号之3", "9-3"),
    ],
)
def test_what_is_behind_a_number_belongs_to_it(index: AddressIndex, said: str, number: str) -> None:
    claim = index.match(said).claim
    assert claim is not None
    assert claim.number == number


@pytest.mark.parametrize("said", ["北大街20-24号", "北大街20号至24号", "北大街20号到24号"])
def test_a_range_is_any_of_its_numbers(index: AddressIndex, said: str) -> None:
    match = index.match(said)
    assert match.claim is None
    assert {one.number for one in match.candidates} == {"20", "22", "24"}


@pytest.mark.parametrize(
    "said", ["209国道35公里处", "G209国道35公里", "国道209", "G209K35+200", "209国道"]
)
def test_a_numbered_road_has_other_names_and_posts(index: AddressIndex, said: str) -> None:
    claim = index.match(said).claim
    assert claim is not None
    assert claim.road == "209国道"


@pytest.mark.parametrize(
    "said", ["王家沟村民委员会", "王家沟大队", "城关镇王家沟", "王家沟行政村", "王家沟村"]
)
def test_a_village_has_other_names(index: AddressIndex, said: str) -> None:
    claim = index.match(said).claim
    assert claim is not None
    assert claim.text == "王家沟村"


@pytest.mark.parametrize("text", ["柳令村3号", "柳林存3号", "东村镇刘林村3号"])
def test_finds_a_house_of_a_village_that_is_misheard(make_row, text: str) -> None:
    # villages number their houses as roads do, and their names are spelled as they are heard
    rows = [make_row(town="东村镇", village="柳林村", number=str(one)) for one in range(1, 9)]
    match = AddressIndex.build(pd.DataFrame(rows)).match(text)
    assert match.claim is not None
    assert (match.claim.village, match.claim.number) == ("柳林村", "3")
    fault = match.claim.faults[0]
    assert fault.code == "village.spelled_differently"
    assert fault.given == text.removeprefix("东村镇").removesuffix("3号")


def test_a_lane_that_is_misspelled_leaves_its_road_in_doubt(make_row) -> None:
    rows = [make_row(town="东村镇", road="中山路", number=str(one)) for one in range(1, 9)]
    index = AddressIndex.build(pd.DataFrame(rows))
    assert index.match("中山路8号").claim.number == "8"
    assert index.match("中山路6响8号").claim is None


@pytest.mark.parametrize("text", ["柳泉村3号", "王家沟村3号", "南林村3号", "林村3号"])
def test_another_village_is_not_taken_for_one_of_the_register(make_row, text: str) -> None:
    rows = [make_row(town="东村镇", village="柳林村", number=str(one)) for one in range(1, 9)]
    assert AddressIndex.build(pd.DataFrame(rows)).match(text).claim is None
