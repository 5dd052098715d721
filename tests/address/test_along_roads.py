"""A road without a number is narrowed to what else is said of it."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex

ROWS = [
    ("馬公市", "中央里", "1", "中央街", "1"),
    ("馬公市", "中央里", "2", "中央街", "3"),
    ("馬公市", "東文里", "1", "中央街", "5"),
    ("湖西鄉", "湖東村", "1", "中央街", "7"),
]


@pytest.fixture(scope="module")
def index() -> AddressIndex:
    rows = [
        {
            "text": f"澎湖縣{town}{village}{group}鄰{road}{number}號",
            "town": town,
            "village": village,
            "road": road,
            "number": number,
        }
        for town, village, group, road, number in ROWS
    ]
    return AddressIndex.build(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("中央街", [0, 1, 2, 3]),
        ("馬公市中央街", [0, 1, 2]),
        ("馬公市中央里中央街", [0, 1]),
        ("馬公市中央里2鄰中央街", [1]),
        # what the register does not hold together narrows nothing
        ("馬公市中央里9鄰中央街", [0, 1]),
    ],
)
def test_a_road_is_narrowed_by_town_village_and_group(
    index: AddressIndex, text: str, rows: list[int]
) -> None:
    assert index.match(text).candidates[0].rows.tolist() == rows


def test_a_number_of_a_number_may_leave_its_word_out() -> None:
    numbers = ("12", "12之1", "1", "9之100")
    rows = [
        {"text": f"中山路{number}號", "road": "中山路", "number": f"{number}號"}
        for number in numbers
    ]
    found = AddressIndex.build(pd.DataFrame(rows))
    for row, number in enumerate(numbers):
        for text in (f"中山路{number}", f"中山路{number}號"):
            assert found.match(text).candidates[0].rows.tolist() == [row]
