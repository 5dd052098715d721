"""Two estates in one text: where the caller is, was or is registered is not what is meant.

The record of a call has two fields for it, 报警人位置 and 事发地址, as that of a resident
has 户籍地址 and 现住址.
"""

from __future__ import annotations

import pytest

from geo.address import AddressIndex, Status

MEANT = [
    # where the caller is, and the thing elsewhere
    ("我在滨河小区呢，我妈住滨河苑3号楼2单元，她摔倒了", "滨河苑", "3号楼", "2"),
    ("我人在滨河小区上班，家里滨河苑3号楼2单元漏水", "滨河苑", "3号楼", "2"),
    ("我住滨河小区5号楼1单元，看见滨河苑3号楼2单元冒烟了", "滨河苑", "3号楼", "2"),
    ("我现在在滨河小区门口，着火的是滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
    ("报警人住址滨河小区5号楼1单元，事发地滨河苑3号楼2单元", None, None, None),
    ("离滨河小区不远，滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
    ("上回你们跑到滨河小区去了，我是滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
    ("刚路过滨河小区，滨河苑3号楼2单元楼上往下扔东西", "滨河苑", "3号楼", "2"),
    # where he was, and where he is only registered
    ("户口在滨河小区5号楼，人住在滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
    ("我从滨河小区5号楼搬到滨河苑3号楼2单元了", "滨河苑", "3号楼", "2"),
    ("滨河苑3号楼2单元，从滨河小区搬来的", "滨河苑", "3号楼", "2"),
    ("滨河苑3号楼2单元着火了，我是在滨河小区5号楼1单元往外看见的", "滨河苑", "3号楼", "2"),
    ("别去滨河小区5号楼1单元了，那是我单位登记的，实际在滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
    # what the second only explains
    ("是滨河苑，可不是滨河小区，3号楼2单元", "滨河苑", "3号楼", "2"),
    ("滨河苑（不是滨河小区）3号楼2单元", "滨河苑", "3号楼", "2"),
    # the road of the second stays with it
    ("我在滨河小区，人民大街20号滨河苑3号楼2单元冒烟了", "滨河苑", "3号楼", "2"),
    # one estate alone, beside what only looks like another
    ("滨河苑3号楼2单元，在滨河小区对面", "滨河苑", "3号楼", "2"),
    ("滨河苑，滨河苑3号楼2单元", "滨河苑", "3号楼", "2"),
]
EITHER = [
    "滨河苑3号楼2单元和滨河小区5号楼1单元都停水了",
    "滨河苑和滨河小区之间",
    "滨河苑3号楼1单元、滨河小区3号楼1单元",
    "滨河苑，滨河小区3号楼1单元",
]
LONGEST = "东方苑一期5号楼，不是不是新华新村"


@pytest.mark.parametrize(("text", "compound", "building", "stair"), MEANT)
def test_the_thing_is_meant_and_not_where_its_caller_is(
    town_index: AddressIndex,
    text: str,
    compound: str | None,
    building: str | None,
    stair: str | None,
) -> None:
    claim = town_index.match(text).claim
    if compound is None:
        assert claim is None or claim.compound == "滨河苑"
        return
    assert claim is not None
    assert (claim.compound, claim.building, claim.stair) == (compound, building, stair)


@pytest.mark.parametrize("text", EITHER)
def test_of_two_estates_that_may_both_be_meant_neither_is_claimed(
    town_index: AddressIndex, text: str
) -> None:
    match = town_index.match(text)
    assert match.status is Status.AMBIGUOUS
    assert {one.compound for one in match.candidates[:2]} == {"滨河苑", "滨河小区"}
    assert sum(one.p for one in match.candidates) + match.p_none == pytest.approx(1)


def test_a_name_at_the_very_end(town_index: AddressIndex) -> None:
    assert town_index.match(LONGEST).status is not Status.INVALID


def test_faults_of_the_second_place_point_into_the_text(town_index: AddressIndex) -> None:
    text = "滨河苑3号楼2单元和滨河小区55号楼1单元都停水了"
    faults = [
        fault
        for one in town_index.match(text).candidates
        for fault in one.faults
        if fault.element == "building"
    ]
    assert [(fault.given, fault.span) for fault in faults] == [("55号楼", (14, 18))]
    assert text[14:18] == "55号楼"
