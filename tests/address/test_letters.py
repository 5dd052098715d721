"""Chinese addresses typed in letters are matched, not only suggested."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.address import AddressIndex, Status
from geo.address.letters import by_letters, soft


@pytest.mark.parametrize(
    "text",
    [
        "binhe huayuan 3 hao lou 2 danyuan",
        "BinHe HuaYuan 3haolou2danyuan501",
        "binhehuayuan 3-2-501",
        "binhe huayuan san hao lou er danyuan",
        "binhe huayuan 3 dong 2 men",
        # g and ng are one to many
        "binghe huayuan 3 hao lou 2 danyuan",
        "xiurong lu 57 hao binhe huayuan 3 hao lou 2 danyuan",
        "dongcun zhen xiurong lu binhe huayuan 3#2 danyuan",
    ],
)
def test_pinyin_finds_the_stair(town_index: AddressIndex, text: str) -> None:
    match = town_index.match(text)
    assert match.status is Status.MATCH
    assert match.grade == "B" or "lu 57" in text
    claim = match.claim
    assert claim is not None
    assert (claim.compound, claim.building, claim.stair) == ("滨河花园", "3号楼", "2")


def test_initials_find_the_compound_but_are_less_sure(town_index: AddressIndex) -> None:
    assert town_index.match("binhe huayuan 3号楼2单元").claim.stair == "2"
    first = town_index.match("bhhy 3-2-501").candidates[0]
    assert (first.compound, first.building, first.stair) == ("滨河花园", "3号楼", "2")
    assert first.p < town_index.match("binhe huayuan 3-2-501").candidates[0].p


def test_zones_stages_and_roads_are_typed_too(town_index: AddressIndex) -> None:
    first = town_index.match("jinxiu huating A qu 3 hao lou 2 danyuan").candidates[0]
    assert (first.compound, first.zone, first.stair) == ("锦绣华庭", "A区", "2")
    assert town_index.match("dongfangyuan erqi 3 hao lou").candidates[0].compound == "东方苑二期"
    door = town_index.match("xiurong lu 103 hao").candidates[0]
    assert (door.road, door.number) == ("秀容路", "103")


def test_a_stem_that_several_share_asks(town_index: AddressIndex) -> None:
    match = town_index.match("binhe 3 hao lou 2 danyuan")
    assert {one.compound for one in match.candidates} >= {"滨河花园", "滨河小区", "滨河苑"}
    assert match.ask is not None


@pytest.mark.parametrize("text", ["biguiyuan 3 hao lou 2 danyuan", "hello world 12", "lou 3"])
def test_letters_that_say_nothing_of_the_register_find_nothing(
    town_index: AddressIndex, text: str
) -> None:
    assert town_index.match(text).claim is None


def test_the_words_typed_are_told_with_their_place(town_index: AddressIndex) -> None:
    text = "JinXiu HuaTing A qu 3 hao lou"
    (fault,) = town_index.match(text).candidates[0].faults
    assert fault.given == text[slice(*fault.span)]
    assert fault.given is not None
    assert fault.given.startswith("JinXiu HuaTing")
    assert fault.matched == "锦绣华庭"


def test_names_that_sound_alike_are_all_candidates() -> None:
    names = ["富民小区", "福民小区", "阜民小区"]
    frame = pd.DataFrame({"text": [f"{name}3号楼" for name in names], "compound": names})
    frame["building"] = "3号楼"
    match = AddressIndex.build(frame).match("Fumin Xiaoqu 3 hao lou")
    assert {one.compound for one in match.candidates} == set(names)
    assert match.status is Status.AMBIGUOUS


def test_what_may_be_typed_for_a_name() -> None:
    forms = by_letters(["中兴花园"])
    assert {"ZHONGXINGHUAYUAN", "ZONGXINHUAYUAN", "ZXHY"} <= set(forms)
    assert soft("LVDI") == soft("LYUDI") == "LUDI"
