"""What a caller takes back says nothing of where he is."""

from __future__ import annotations

import pytest

from geo.address.correction import without_corrections

CASES = [
    # the first is denied
    ("华府新区36号楼不是1单元是3单元", "华府新区36号楼 3单元"),
    ("和谐名邸不是64号楼，是15号楼3单元", "和谐名邸 15号楼3单元"),
    ("不是东方苑，是北村新村16号楼", "北村新村16号楼"),
    # the last is denied
    ("文苑小区16号楼1单元，不是3号楼", "文苑小区16号楼1单元"),
    ("北村新村16号楼1单元，不是东方苑", "北村新村16号楼1单元，"),
    # the first is taken back
    ("城南花园A区11号楼，不对，5号楼2单元", "城南花园A区 5号楼2单元"),
    ("光明社区2号楼……哦不是，8号楼，1单元", "光明社区 8号楼，1单元"),
    ("龙凤小区，哦不，北村新村16号楼1单元", "北村新村16号楼1单元"),
    ("东方社区六号楼不对不对五号楼一单元", "东方社区 五号楼一单元"),
    ("刚才报的南关家园23号楼2单元有误，实际为8号楼2单元", "刚才报的南关家园 8号楼2单元"),
    ("北村社区4-1，写错了，是28-1", "北村社区 28-1"),
    ("不是11号楼啊，是滨河花园2号楼4单元", "滨河花园2号楼4单元"),
    # only what is said again is taken back
    ("桥头小区31号楼2单元，说错了，是42号楼", "桥头小区 2单元 42号楼"),
    ("桥头小区三号楼二单元不对是三单元", "桥头小区三号楼 三单元"),
]


@pytest.mark.parametrize(("text", "left"), CASES)
def test_what_is_taken_back_is_blank(text: str, left: str) -> None:
    found = without_corrections(text)
    assert " ".join(found.split()) == left
    assert len(found) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "是不是3号楼",
        "滨河花园3号楼1单元，没有3单元",
        "我家水龙头不对，文苑小区3号楼",
        "你好不是我报的，5号楼2单元",
        "滨河花园3号楼不通暖气",
        "滨河花园3号楼和5号楼",
    ],
)
def test_other_denials_take_nothing_back(text: str) -> None:
    assert without_corrections(text) == text
