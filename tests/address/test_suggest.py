from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex


def offered(index: AddressIndex, typed: str, limit: int = 8) -> list[str]:
    return [one.text for one in index.suggest(typed, limit)]


@pytest.mark.parametrize(
    "typed", ["滨河花", "滨河花园", "濱河花", "binhehuayuan", "binhehu", "bhhy", "BHHY", "滨河hua"]
)
def test_offers_a_compound_by_characters_pinyin_or_initials(
    town_index: AddressIndex, typed: str
) -> None:
    assert offered(town_index, typed)[0] == "滨河花园"


@pytest.mark.parametrize("typed", ["北村", "beicun", "bc"])
def test_a_village_is_offered_and_goes_on_with_its_houses(
    town_index: AddressIndex, typed: str
) -> None:
    assert offered(town_index, typed)[0] == "北村"
    assert offered(town_index, f"{typed}3") == ["北村3号"]


def test_the_largest_place_comes_first(town_index: AddressIndex) -> None:
    assert offered(town_index, "bh")[:3] == ["滨河花园", "滨河小区", "滨河苑"]


def test_a_whole_alias_comes_before_names_that_it_begins(town_index: AddressIndex) -> None:
    assert offered(town_index, "滨河")[0] == "滨河小区"


def test_an_alias_offers_its_compound(town_index: AddressIndex) -> None:
    assert offered(town_index, "laoyinshua") == ["新华公寓（老印刷厂）"]
    assert offered(town_index, "老印刷") == ["新华公寓（老印刷厂）"]


def test_an_old_name_is_said_to_be_one(make_compound) -> None:
    rows = make_compound(
        range(1, 4),
        2,
        town="东村镇",
        road="秀容路",
        compound="兴盛花园",
        aliases="印刷厂[old];兴盛",
    )
    index = AddressIndex.build(pd.DataFrame(rows))
    assert offered(index, "印刷") == ["兴盛花园（原印刷厂）"]
    assert offered(index, "兴") == ["兴盛花园"]
    claim = index.match("兴盛花园（原印刷厂）2号楼1单元").claim
    assert claim is not None
    assert (claim.compound, claim.building, claim.stair) == ("兴盛花园", "2号楼", "1")


def test_digits_go_on_with_buildings(town_index: AddressIndex) -> None:
    assert offered(town_index, "滨河花园1") == [
        "滨河花园1号楼",
        "滨河花园10号楼",
        "滨河花园11号楼",
        "滨河花园12号楼",
    ]


def test_and_with_stairs(town_index: AddressIndex) -> None:
    (one,) = town_index.suggest("滨河花园3号楼2单元")
    assert one.text == "滨河花园3号楼2单元"
    assert len(one.rows) == 1


def test_digits_behind_a_road_are_house_numbers(town_index: AddressIndex) -> None:
    assert "秀容路103号" in offered(town_index, "秀容路10")


def test_a_middle_of_a_name_is_found_too(town_index: AddressIndex) -> None:
    assert offered(town_index, "农村局") == ["农业农村局家属院"]


@pytest.mark.parametrize("typed", ["", " ", "13812345678", "zzzz"])
def test_nothing_is_offered_for_nothing(town_index: AddressIndex, typed: str) -> None:
    assert offered(town_index, typed) == []
