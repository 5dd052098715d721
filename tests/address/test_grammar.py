"""The chain of building, stair, floor and room: one case a fact."""

from __future__ import annotations

import pytest

from geo.address import parse

# text, building, stair, floor, room
CASES = [
    # 号楼 = 栋 = 幢 = 座 = #楼 = #
    ("滨河花园3号楼2单元501室", "3", "2", None, "501"),
    ("滨河花园3栋2单元501", "3", "2", None, "501"),
    ("滨河花园3幢2单元501", "3", "2", None, "501"),
    ("滨河花园3#楼2单元501", "3", "2", None, "501"),
    ("滨河花园3#2单元501", "3", "2", None, "501"),
    ("滨河花园A座1203", "A", None, None, "1203"),
    ("滨河花园第三栋楼", "3", None, None, None),
    # 门 and 单 are 单元 in the north
    ("滨河花园3号楼2门501", "3", "2", None, "501"),
    ("滨河花园3号楼2单501", "3", "2", None, "501"),
    # 洞 and U are stairs too, and a stair stands behind a dash as it does without
    ("滨河花园3号楼2洞501", "3", "2", None, "501"),
    ("滨河花园C座三洞五层", "C", "3", "5", None),
    ("滨河花园3号-2单元501", "3", "2", None, "501"),
    ("滨河花园3座2号单元501房", "3", "2", None, "501"),
    ("滨河花园8栋4U三层", "8", "4", "3", None),
    ("滨河花园第九十六栋两单元502", "96", "2", None, "502"),
    # separators said twice, two of them, or of another kind
    ("滨河花园-3--1--102", "3", "1", None, "102"),
    ("滨河花园12#.2.501", "12", "2", None, "501"),
    ("滨河花园-34 1 302", "34", "1", None, "302"),
    ("滨河花园11 01 302", "11", "1", None, "302"),
    ("滨河花园（南区）11、3、502", "11", "3", None, "502"),
    # from the finest on; lists of buildings ascend
    ("401@27幢3单元@滨河花园", "27", "3", None, "401"),
    # what is in the estate is not counted
    ("滨河花园里头11座4门", "11", "4", None, None),
    # stairs named by letter, stem or side
    ("滨河花园3号楼B单元501", "3", "B", None, "501"),
    ("滨河花园3号楼甲单元", "3", "甲", None, None),
    ("滨河花园3号楼东单元", "3", "东", None, None),
    # runs: building, stair, room; two parts are building and room if the second is long
    ("滨河花园3-2-501", "3", "2", None, "501"),
    ("滨河花园3/2/501", "3", "2", None, "501"),
    ("滨河花园3#2-501", "3", "2", None, "501"),
    ("滨河花园3#501", "3", None, None, "501"),
    ("滨河花园3-501", "3", None, None, "501"),
    ("滨河花园19-5", "19", "5", None, None),
    ("滨河花园3-2单元501", "3", "2", None, "501"),
    ("滨河花园19 5 502", "19", "5", None, "502"),
    # N楼 is a building before a stair, a floor behind a building, a number or in a big house
    ("滨河花园6楼4单元201", "6", "4", None, "201"),
    ("滨河花园3号楼5楼501", "3", None, "5", "501"),
    ("人民大街12号3楼", None, None, "3", None),
    ("国贸大厦18楼1801室", None, None, "18", "1801"),
    # floors below ground, roof and letters
    ("国贸大厦负一层", None, None, "-1", None),
    ("国贸大厦B座5F", "B", None, "5", None),
    # 楼 before 前, 后, 道 is no classifier
    ("滨河花园1-1-301楼前", "1", "1", None, "301"),
    # a counted building has no number of its own, a named one has wherever it stands
    ("滨河花园倒数第二栋", None, None, None, None),
    ("滨河花园进门右手3号楼", "3", None, None, None),
    # a name may end in 进 or 门
    ("前进53座三单元", "53", "3", None, None),
    ("东门3栋2单元", "3", "2", None, None),
    # 号 is a building behind a compound or a lane (弄), a room behind a stair
    ("滨河花园12号501室", "12", None, None, "501"),
    ("中山路123弄5号201室", "5", None, None, "201"),
    ("滨河花园3号楼2单元5号", "3", "2", None, "5"),
    ("滨河花园3号楼401号", "3", None, None, "401"),
    # doors of a landing are named by side
    ("滨河花园3号楼2单元2楼西户", "3", "2", "2", "西户"),
    # a room that a name follows at once, where people begin with the building
    ("3号楼2单元501滨河花园", "3", "2", None, "501"),
    # a gate is no stair
    ("滨河花园东门", None, None, None, None),
    # a big house has floors and rooms rather than buildings
    ("数娱大厦902", None, None, None, "902"),
    ("国贸大厦A1201", None, None, None, "A1201"),
    ("国贸大厦A楼15层", "A", None, "15", None),
    ("恒鑫大厦主楼3层301室", "主", None, "3", "301"),
    ("华强广场B座12H", "B", None, None, "12H"),
    # floor and door are a room's digits: 501 behind a name is no building
    ("滨河花园501", None, None, None, "501"),
    # one room is written as floor and door in Chongqing, as a range in offices, in parts in shops
    ("金开大道68号3幢22-1", "3", None, None, "22-1"),
    ("人民南路82号C座1801-1805室", "C", None, None, "1801-1805"),
    ("6幢202-1", "6", None, None, "202-1"),
    ("银丰大厦605、606室", None, None, None, "605,606"),
    # plants and stores are counted as buildings are
    ("钱门大道888号1号厂房", "1", None, None, None),
    # dashes may part what has its words too
    ("6幢-1单元-202", "6", "1", None, "202"),
    # the door of a landing is called 东门 as 东户; behind a building 东门 is a gate
    ("滨河花园3号楼2单元5层东门", "3", "2", "5", "东门"),
    ("滨河花园3号楼东门", "3", None, None, None),
    # U is a unit, B a building: what property systems print
    ("滨河花园1u104", None, "1", None, "104"),
    ("滨河花园3号楼2U", "3", "2", None, None),
    ("滨河花园3B2U501", "3", "2", None, "501"),
    # numerals between dashes
    ("滨河花园三-二-501", "3", "2", None, "501"),
    # four parts whose third is not the room's floor begin with a stage or a zone
    ("滨河花园2-12-1-301", "12", "1", None, "301"),
    ("滨河花园2-12-3-301", "2", "12", "3", "301"),
    # stairs are called 门洞 and 楼门 in the north, houses 排 and 号房
    ("河东嘉园十九楼第一个门洞三楼", "19", "1", "3", None),
    ("华府华庭一号楼四楼门五楼西户", "1", "4", "5", "西户"),
    ("城东苑五排楼一单元", "5", "1", None, None),
    ("滨河花园32号房1单元102", "32", "1", None, "102"),
    # one of several stairs or buildings
    ("桥头苑10栋一至二单元", "10", "1,2", None, None),
    ("城南花园6号楼1-2单元", "6", "1,2", None, None),
    ("滨河花园9，9号楼，3，3单元", "9", "3", None, None),
    # 个 and 栋 are measure words: without 第 they count
    ("河西新村2号楼三个单元都没水", "2", None, None, None),
    ("河西新村2号楼第三个单元", "2", "3", None, None),
    ("河西佳苑3栋楼都停电", None, None, None, None),
    ("河西佳苑一共18栋楼", None, None, None, None),
    ("河西佳苑3栋楼2单元", "3", "2", None, None),
    # 头 is 里头 in the southwest, the first only before 一 to 三
    ("吉祥华庭头11栋1单元", "11", "1", None, None),
    ("吉祥华庭头一栋", None, None, None, None),
    # two buildings and no word that says which: neither with the stair of the other alone
    ("丽景社区17栋，噢，43栋1单元", "17,43", "1", None, None),
    # signs behind each number
    ("滨河商住楼82#楼4#单元501#", "82", "4", None, "501"),
    # names that begin with 桥, 店 … may stand behind a number
    ("长安街300号桥头小区36号楼", "36", None, None, None),
]


@pytest.mark.parametrize(("text", "building", "stair", "floor", "room"), CASES)
def test_reads_the_chain(
    text: str, building: str | None, stair: str | None, floor: str | None, room: str | None
) -> None:
    assert parse(text).chain == (building, stair, floor, room)


NUMBERS = [
    ("人民大街12号", "12"),
    ("人民大街12号之3", "12-3"),
    ("人民大街12之3号", "12-3"),
    ("人民大街12号附3号", "12-3"),
    ("人民大街12-3号", "12-3"),
    ("人民大街12甲号", "12甲"),
    ("北村12号", "12"),
    ("中央里9鄰中央街1巷3號", "3"),
    ("五福路138巷76弄2號", "2"),
    ("中山南路81", "81"),
    # Beijing counts 甲5号 beside 5号, Guangzhou 228号之一
    ("学院路甲5号", "甲5"),
    ("天河路228号之一", "228-1"),
    ("天河路228号之一1201房", "228-1"),
    ("12 Main Street", "12"),
    ("Main Street 12a", "12A"),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_reads_the_house_number(text: str, number: str) -> None:
    assert parse(text).get("number") == number


def test_names_of_roads_with_numbers_are_no_house_numbers() -> None:
    for text in ("三号路滨河花园", "1号线滨河花园站", "2号桥", "19号大街"):
        assert parse(text).get("number") is None
