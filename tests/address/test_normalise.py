"""Each case states a fact of how Chinese addresses are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.address.normalise import normalise, written_form

CASES = [
    # full width and half width are one (Unicode NFKC)
    ("３号楼２单元５０２室", "3号楼2单元502室"),
    ("ｂ座", "B座"),
    # enclosed and Roman numbers
    ("①号楼", "1号楼"),
    ("锦绣家园Ⅱ期", "锦绣家园2期"),
    ("锦绣家园II期", "锦绣家园2期"),
    # radicals that NFKC leaves, as PDF files have them
    ("⻄关⻓安街", "西关长安街"),
    # traditional characters have one simplified form each
    ("濱河花園3號樓", "滨河花园3号楼"),
    ("馬公市貿商街133號", "马公市贸商街133号"),
    # every dash is one dash
    ("3—2—501", "3-2-501"),
    ("3－2–501", "3-2-501"),
    ("1~10幢", "1-10幢"),
    # blanks stand anywhere in typed Chinese and mean nothing there
    ("滨 河 花 园 3 号 楼", "滨河花园3号楼"),
    ("滨河花园　3号楼\t2单元", "滨河花园3号楼2单元"),
    # between digits or Latin words a blank parts two things
    ("19 5 502", "19 5 502"),
    ("12 Main  Street", "12 MAIN STREET"),
    # numerals count before a classifier
    ("三号楼", "3号楼"),
    ("十二栋", "12栋"),
    ("二十三幢", "23幢"),
    ("廿三幢", "23幢"),
    ("一百零五室", "105室"),
    ("一百一十二号楼", "112号楼"),
    ("五零二室", "502室"),
    ("二〇一室", "201室"),
    ("三单元五零幺", "3单元501"),
    ("第四单元", "4单元"),
    ("第3栋", "3栋"),
    ("三组", "3组"),
    ("中山路二段", "中山路2段"),
    ("东方苑二期", "东方苑2期"),
    ("八鄰", "8邻"),
    # and stay in names
    ("五一路", "五一路"),
    ("第二小学", "第二小学"),
    ("三八村", "三八村"),
    ("八一巷", "八一巷"),
    ("三门峡路", "三门峡路"),
    ("三号路", "三号路"),
    ("红星二小区", "红星二小区"),
    # a numeral that ends a name does not join the number behind it
    ("文苑一二十三号楼", "文苑一23号楼"),
    # leading noughts of a building's number mean nothing, those of a room do
    ("03号楼0501室", "3号楼0501室"),
    # people read a dash aloud as 杠
    ("三杠二杠五零一", "3-2-501"),
    ("三栋二单元五零二漏水了", "3栋2单元502漏水了"),
    # two is 两 before 单元, inside a chain before 门 too
    ("三号楼两单元", "3号楼2单元"),
    ("三号楼俩单元", "3号楼2单元"),
    ("三号楼两门", "3号楼2门"),
    ("两门课", "两门课"),
    # digits are spelled out behind a road, with 幺 anywhere
    ("东大路六二号院", "东大路62号院"),
    ("幺二号楼", "12号楼"),
    ("五一号", "五1号"),
    # what speech recognition makes of 单元, 号楼 and 栋 behind a numeral
    ("六号楼二丹元", "6号楼2单元"),
    ("六号楼二单园", "6号楼2单元"),
    ("十二好楼", "12号楼"),
    ("三东二单元", "3栋2单元"),
    ("三东路", "三东路"),
    # forms put numbers between brackets or dots
    ("【7】号楼（1）单元", "7号楼1单元"),
    ("御景苑15.3.601", "御景苑15-3-601"),
    ("2023.5.12", "2023.5.12"),
    ("富康家园4#1#402", "富康家园4-1-402"),
    # forms name the element first
    ("楼号：28 单元：6 室：202", "28号楼6单元202室"),
    ("3单元，2个老人", "3单元,2个老人"),
    ("No.11 4单元", "11 4单元"),
    # punctuation parts clauses, whichever width it has
    ("滨河花园3号楼，下水道堵了", "滨河花园3号楼,下水道堵了"),
    # Latin letters are capitals without accents
    ("Hauptstraße 5", "HAUPTSTRASSE 5"),
    ("Café", "CAFE"),
]


@pytest.mark.parametrize(("text", "form"), CASES)
def test_has_one_written_form(text: str, form: str) -> None:
    assert written_form(text) == form


ADDRESS_CHARACTERS = st.sampled_from(
    list("滨河花园小区东西南北号楼栋幢座单元门层室路街巷弄期组第一二三十百〇零幺廿")
    + list("0123456789ABiIVX #-—，,（） ①Ⅱ號樓　～之附")
)


@given(st.text(ADDRESS_CHARACTERS, max_size=24))
@example("第第三三号楼")
@example("二十三十号楼")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = written_form(text)
    assert written_form(once) == once


@given(st.text(max_size=20))
def test_any_text_settles(text: str) -> None:
    once = written_form(text)
    assert written_form(once) == once


@given(st.text(ADDRESS_CHARACTERS, max_size=24))
def test_offsets_lead_back_into_the_text(text: str) -> None:
    written = normalise(text)
    assert len(written.offsets) == len(written.text) + 1
    assert list(written.offsets) == sorted(written.offsets)
    assert all(0 <= place <= len(text) for place in written.offsets)


@given(st.text(ADDRESS_CHARACTERS, max_size=24))
def test_each_character_comes_from_where_its_offset_says(text: str) -> None:
    written = normalise(text)
    for place, character in enumerate(written.text):
        source = text[written.offsets[place]]
        if "\u4e00" <= character <= "\u9fff" and character not in "单元号楼栋室":
            # 单元, 号楼 and 栋 may have been heard otherwise, 室 stood before its number
            assert written_form(source) == character


def test_a_span_gives_the_words_as_they_were_given() -> None:
    written = normalise("濱河花園 第二十三棟")
    assert written.text == "滨河花园23栋"
    assert written.given(0, 4) == "濱河花園"
    assert written.given(4, 7) == "第二十三棟"
