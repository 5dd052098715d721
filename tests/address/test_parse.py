"""Whole addresses taken apart by grammar alone."""

from __future__ import annotations

import pytest

from geo.address import parse

CASES = [
    (
        "浙江省杭州市余杭区五常街道文一西路969号西溪园区3号楼5层501",
        (
            "province=浙江省 city=杭州市 district=余杭区 town=五常街道 road=文一西路 number=969"
            " compound=西溪园区 building=3 floor=5 room=501"
        ),
    ),
    (
        "岚县东村镇光明街119号向阳花园A区12#楼3单元",
        (
            "district=岚县 town=东村镇 road=光明街 number=119 compound=向阳花园 zone=A"
            " building=12 stair=3"
        ),
    ),
    ("西湖区文一西路98号", "district=西湖区 road=文一西路 number=98"),
    (
        "上海市浦东新区世纪大道100号",
        "province=上海市 development=浦东新区 road=世纪大道 number=100",
    ),
    ("人民路农业局宿舍", "road=人民路 compound=农业局宿舍"),
    ("东村3组12号", "village=东村 group=3 number=12"),
    ("滨河社区3号楼2单元", "compound=滨河社区 building=3 stair=2"),
    ("滨河花园3号楼对面", "compound=滨河花园 building=3 relation=对面"),
]


@pytest.mark.parametrize(("text", "elements"), CASES)
def test_takes_an_address_apart(text: str, elements: str) -> None:
    found = parse(text).elements
    assert " ".join(f"{element.kind}={element.value}" for element in found) == elements


def test_nothing_is_invented() -> None:
    """A dispatcher's words name no province, city or district, so none is found."""
    for text in (
        "人民路农业局宿舍",
        "滨河花园3号楼",
        "秀容路57号",
        "北村12号",
        "东方苑西区2号楼",
        "华府新区一期3号楼",
        "翡翠湾（东区）1号楼，1单元",
    ):
        parsed = parse(text)
        assert not {"province", "city", "district"} & {one.kind for one in parsed.elements}


def test_elements_stand_where_they_say() -> None:
    text = "嵐縣 東村鎮 濱河花園 第十二棟３單元"
    for element in parse(text).elements:
        assert text[element.start : element.end] == element.text


def test_persons_are_in_no_element() -> None:
    text = "滨河花园3号楼2单元（王小明）13812345678"
    assert all("王" not in one.text and "138" not in one.text for one in parse(text).elements)
