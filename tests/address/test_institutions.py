"""Institutions named without the county or the town that they are of."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex
from geo.address.institutions import implied_names

WEST = {"town": "城关镇", "road": "人民街"}


@pytest.fixture(scope="module")
def index(make_row, make_compound) -> AddressIndex:
    rows = [
        *make_compound(range(1, 7), 2, number="10", compound="康乐园", **WEST),
        *make_compound(range(1, 3), 2, number="12", compound="东村嘉园", **WEST),
        make_row(compound="城关镇中心幼儿园", number="20", **WEST),
        make_row(compound="岚县人民医院", building="1号楼", number="21", **WEST),
        make_row(compound="岚县公安局", number="22", **WEST),
        make_row(compound="岚县第一小学", number="23", **WEST),
        make_row(compound="东村卫生院", number="24", town="东村镇", road="东街"),
        *[make_row(town="城关镇", village="北沟村", number=str(number)) for number in range(1, 9)],
    ]
    for row in rows[-8:]:
        row["text"] = f"岚县城关镇北沟村{1 + int(row['number']) % 3}组{row['number']}号"
    return AddressIndex.build(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("人民医院", "岚县人民医院"),
        ("县人民医院1号楼", "岚县人民医院"),
        ("县公安局", "岚县公安局"),
        ("公安局门口", "岚县公安局"),
        ("中心幼儿园", "城关镇中心幼儿园"),
        ("城关中心幼儿园", "城关镇中心幼儿园"),
        ("东村镇卫生院", "东村卫生院"),
    ],
)
def test_an_institution_is_named_without_its_county_or_town(
    index: AddressIndex, said: str, name: str
) -> None:
    claim = index.match(said).claim
    assert claim is not None
    assert claim.compound == name


@pytest.mark.parametrize(("said", "name"), [("县医院", "岚县人民医院"), ("一小", "岚县第一小学")])
def test_a_short_name_of_an_institution_comes_first(
    index: AddressIndex, said: str, name: str
) -> None:
    first = index.match(said).candidates[0]
    assert first.compound == name
    assert first.p > 0.9


def test_an_estate_keeps_the_town_in_its_name() -> None:
    assert list(implied_names("东村嘉园", ["岚县"], ["东村镇"])) == []
    assert "医院" not in list(implied_names("岚县医院", ["岚县"], []))


@pytest.mark.parametrize(
    "said",
    [
        # groups are called 组, 社 or 队; a village is said without 村, as 自然村, as 行政村
        "北沟村2组",
        "北沟村二社",
        "北沟村二队",
        "北沟村第二村民小组",
        "北沟2组",
        "北沟自然村2组",
        "北沟行政村二组",
    ],
)
def test_a_group_of_a_village_has_other_names(index: AddressIndex, said: str) -> None:
    match = index.match(said)
    assert match.claim is not None
    assert match.claim.text == "北沟村2组"
    assert len(match.claim.rows) == 3


def test_a_house_in_a_village_said_without_its_word(index: AddressIndex) -> None:
    claim = index.match("北沟5号").claim
    assert claim is not None
    assert (claim.village, claim.number) == ("北沟村", "5")
