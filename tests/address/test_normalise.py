"""Each case states a fact of how Chinese addresses are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.address.figures import without_figures
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


SPELLINGS = [
    # forms name the element first, spreadsheets with signs between
    ("楼号：28 单元：6 室：202", "28号楼6单元202室"),
    ("楼盘=吉祥嘉园&栋=129&单元=2&室=301", "楼盘,吉祥嘉园,129号楼,2单元,301室"),
    ("永安雅居，楼号是二十一，单元是一，房号五零幺", "永安雅居,21号楼,1单元,501室"),
    ("幢号1 单元2 房号602", "1号楼2单元602室"),
    ("18 号楼 1 单元 101 室", "18号楼1单元101室"),
    # spreadsheets take 12-1 for a day; a date behind an address is one
    ("滨河花园12月1日603", "滨河花园12-1-603"),
    ("东方华庭6月2日", "东方华庭6-2"),
    ("滨河花园12月1日停水", "滨河花园12月1日停水"),
    # codes of eight digits, zeros before numbers
    ("教育局宿舍67020301", "教育局宿舍67-2-301"),
    ("县委宿舍03-03-0501", "县委宿舍3-3-501"),
    ("紫荆家园北区059幢06单元", "紫荆家园北区59幢6单元"),
    ("紫荆嘉园A05栋4单元", "紫荆嘉园A5栋4单元"),
    # marks between the parts
    ("鸿运社区·3·1·202", "鸿运社区3-1-202"),
    ("吕梁·岚县·光明社区", "吕梁岚县光明社区"),
    ("富康社区一期:44:2:503", "富康社区1期44-2-503"),
    ("桥头小区，92，2，601", "桥头小区92-2-601"),
    ("锦绣小区西区.12号楼.6单元", "锦绣小区西区,12号楼,6单元"),
    # numerals of cheques, of the radio, the round zero; names keep theirs
    ("兴盛二小区壹号楼贰单元", "兴盛二小区1号楼2单元"),
    ("壹号公馆3号楼", "壹号公馆3号楼"),
    ("新华社区〇8号楼", "新华社区8号楼"),
    ("幺栋四单元户号五洞两", "1栋4单元502室"),
    ("桥头家园三拐号楼", "桥头家园37号楼"),
    # scanners and speech recognition behind a numeral
    ("河东苑10弓楼1单元", "河东苑10号楼1单元"),
    ("盛世新村15号楼3単元", "盛世新村15号楼3单元"),
    ("44号楼1单无201室", "44号楼1单元201室"),
    ("10憧2单元201", "10栋2单元201"),
    ("5号楼3单身公寓", "5号楼3单身公寓"),
    # rows of houses, a number said twice, a yard with a sign
    ("五排楼一单元", "5排楼1单元"),
    ("三，三号楼，一，一单元", "3号楼,1单元"),
    ("河西大街50#院31#楼", "河西大街50号院31#楼"),
    ("10栋一至二单元", "10栋1至2单元"),
    # teens before 楼 are no misheard 号楼; 坐, 做 and 床 sound like 座 and 幢
    ("鸿运家园十六楼二单元", "鸿运家园16楼2单元"),
    ("光明佳苑14做5单园", "光明佳苑14栋5单元"),
    # neighbours said in one breath are two; a bare pair of digits is no number elsewhere
    ("秀容花园47栋一二单元", "秀容花园47栋1,2单元"),
    # a house number by its name
    ("振兴街门牌213号，里面12号楼", "振兴街213号,里面12号楼"),
    # a name in letters right behind its number
    ("长江路260Changjiang Road", "长江路260 CHANGJIANG ROAD"),
    ("长江路260B号", "长江路260B号"),
    # English words in a Chinese address
    ("紫荆雅居 B71 U1 302", "紫荆雅居71号楼1单元302"),
    ("供销社家属楼Bldg.66,Unit 4,Rm.301", "供销社家属楼66号楼4单元301室"),
    # 号 behind a number before names that begin with 桥
    ("和平大道幺零八号桥头名邸", "和平大道108号桥头名邸"),
]


@pytest.mark.parametrize(("text", "form"), SPELLINGS)
def test_parts_of_a_chain_have_one_form(text: str, form: str) -> None:
    assert written_form(text) == form
    assert written_form(form) == form


FIGURES = [
    # dates, times, areas, plates and numbers of accounts are of no address
    ("备案合同 2024-02-22 农机站家属楼98号楼", "备案合同,农机站家属楼98号楼"),
    ("2024年2月22日滨河花园3号楼", "滨河花园3号楼"),
    ("20:30滨河花园3号楼", "滨河花园3号楼"),
    ("滨河花园3号楼，136.28平米", "滨河花园3号楼"),
    ("车牌晋J12345停在滨河花园3号楼", "车牌,停在滨河花园3号楼"),
    ("水表编号9323637932，滨河花园3号楼", "水表编号,滨河花园3号楼"),
    ("滨河花园<br>3号楼<br>2单元", "滨河花园,3号楼,2单元"),
    # codes of parcels and reports
    ("取件码3-2-5018 滨河花园3号楼", "滨河花园3号楼"),
    ("工单号A-12：滨河花园3号楼", "滨河花园3号楼"),
    ("合同号：HT-2-3 滨河花园3号楼", "滨河花园3号楼"),
    ("取餐码12，滨河花园3号楼", "滨河花园3号楼"),
    # the numbers of a chain are
    ("滨河花园楼号3单元号2", "滨河花园楼号3单元号2"),
    ("滨河花园2015-1-502", "滨河花园2015-1-502"),
    ("滨河花园44:2:503", "滨河花园44:2:503"),
]


@pytest.mark.parametrize(("text", "form"), FIGURES)
def test_figures_of_other_things_are_left_out(text: str, form: str) -> None:
    assert written_form(without_figures(text)) == written_form(form)
    assert len(without_figures(text)) == len(text)
