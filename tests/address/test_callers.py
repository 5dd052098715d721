"""How callers, messages and forms say addresses, on a small register; each case a way to say it."""

from __future__ import annotations

import pytest

from geo.address import AddressIndex, Match, Precision, Status

ROOT = ("滨河花园", None, "3号楼", "2")


def unit(match: Match) -> tuple[str | None, ...]:
    claim = match.claim
    assert claim is not None, match
    return claim.compound, claim.zone, claim.building, claim.stair


@pytest.mark.parametrize(
    "text",
    [
        # speech stands before the name, between name and building, and by itself
        "在3号楼2单元，就是滨河花园",
        "老王家，就滨河花园3号楼2单元那家，红白事问一下",
        "地址：滨河花园3号楼2单元；事由：噪音",
        "【12345】滨河花园3号楼2单元垃圾无人清运，已反映3次",
        # what stands above the county, with its words or without, in one piece or in many
        "山西岚县滨河花园3号楼2单元",
        "吕梁岚县滨河花园3号楼2单元",
        "山西省/吕梁市/岚县/东村镇/滨河花园3号楼2单元",
        "山西省，吕梁市，岚县，滨河花园，3号楼2单元",
        # a road and what stands on it
        "秀容路的滨河花园3号楼2单元",
        "秀容路上那个滨河花园3号楼2单元",
        "秀容路57号院内3号楼2单元",
        # what is taken back is not where he is
        "滨河花园5号楼，不对，3号楼2单元",
        "不是滨河苑，是滨河花园3号楼2单元",
        # what it stands beside is said before it or behind it
        "新华公寓对面的滨河花园3号楼2单元",
        "汽车站旁边那个滨河花园3号楼2单元",
        "滨河花园3号楼2单元，就在新华公寓对面",
        "秀容路东段滨河花园3号楼2单元",
        "秀容路和人民大街交叉口的滨河花园3号楼2单元",
        # a town without its word, any estate called 小区, particles of speech
        "东村滨河花园3号楼2单元",
        "滨河花园那个小区3号楼2单元",
        "哎呀就那个滨河花园嘛3号楼2单元你快点来吧",
        # a person right before the number
        "王秀容 13500002222 滨河花园3号楼2单元",
        # forms name the element first
        "小区：滨河花园 楼号：3 单元：2 室：501",
        # records of those who go round
        "排查滨河花园3号楼2单元出租房1间",
        "事发滨河花园3号楼2单元",
        # told by the characters' words
        "滨河花苑，花园的园，3号楼2单元",
        # heard and written otherwise
        "滨河花园三好楼二丹元",
        "滨河花园三号楼两单元",
        "滨河花园【3】号楼【2】单元",
        "滨河花园3.2.501",
        "报修：滨河花园-3号楼-2单元-202，卫生间漏水",
        # a number without its 号, a mark of a list, a part of the town
        "秀容路57 滨河花园3号楼2单元",
        "1.滨河花园3号楼2单元",
        "东村镇秀容路社区滨河花园3号楼2单元",
    ],
)
def test_finds_the_stair(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ROOT


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # a zone or a stage may stand before the name, in brackets, or behind 的
        ("A区锦绣华庭3号楼2单元", ("锦绣华庭", "A区", "3号楼", "2")),
        ("锦绣华庭的A区3号楼2单元", ("锦绣华庭", "A区", "3号楼", "2")),
        ("人民大街30号院A区3号楼2单元", ("锦绣华庭", "A区", "3号楼", "2")),
        ("二期东方苑3号楼2单元", ("东方苑二期", None, "3号楼", "2")),
        ("东方苑（二期）3号楼2单元", ("东方苑二期", None, "3号楼", "2")),
        ("东方苑的二期3号楼2单元", ("东方苑二期", None, "3号楼", "2")),
        ("锦绣华庭里面A区3号楼2单元", ("锦绣华庭", "A区", "3号楼", "2")),
        ("报修：锦绣华庭A区-3号楼-2单元-202", ("锦绣华庭", "A区", "3号楼", "2")),
        ("滨河花园3号楼2号门501", ("滨河花园", None, "3号楼", "2")),
        ("滨河花园3号楼第2个单元", ("滨河花园", None, "3号楼", "2")),
        ("滨河花园3#2#501", ("滨河花园", None, "3号楼", "2")),
        # 大街 is said as 街
        ("人民街30号A区3号楼2单元", ("锦绣华庭", "A区", "3号楼", "2")),
        # one word for an employer's housing is said for another
        ("一中家属楼3号楼2单元", ("第一中学宿舍", None, "3号楼", "2")),
    ],
)
def test_finds_zones_stages_and_housing(
    town_index: AddressIndex, text: str, meant: tuple[str | None, ...]
) -> None:
    match = town_index.match(text)
    first = match.candidates[0]
    assert (first.compound, first.zone, first.building, first.stair) == meant


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("从滨河花园3号楼2单元到滨河苑5号楼1单元", {"滨河花园", "滨河苑"}),
        ("滨河花园3号楼2单元和滨河苑5号楼1单元都停水了", {"滨河花园", "滨河苑"}),
        ("滨河花园3号楼2单元送到锦绣华庭A区5号楼1单元", {"滨河花园", "锦绣华庭"}),
    ],
)
def test_two_addresses_are_asked_about(
    town_index: AddressIndex, text: str, places: set[str]
) -> None:
    match = town_index.match(text)
    assert match.status is Status.AMBIGUOUS
    assert {one.compound for one in match.candidates[:2]} == places


@pytest.mark.parametrize(
    "words",
    [
        "除了3号楼都停电了",
        "挨着3号楼那栋",
        "倒数第二栋",
        "从东往西数第三栋",
        "南门进去第二栋",
        "进门右手第一栋楼",
        "最后一栋楼2单元",
        "3号楼前面第二栋",
        "3号楼后面那栋",
        "3号楼前一排",
        "3号楼西侧相邻楼，车堵住出不去",
        "，楼号好像带个3，记不准",
        "3楼西户",
    ],
)
def test_a_building_that_is_counted_has_no_number(town_index: AddressIndex, words: str) -> None:
    claim = town_index.match(f"滨河花园{words}").claim
    assert claim is None or (claim.compound, claim.building) == ("滨河花园", None)


@pytest.mark.parametrize(
    "words",
    [
        "3栋楼都停电",
        "一共18栋楼",
        "两栋楼的人都下来了",
        "最里面那栋楼",
        "进门右手第二栋楼",
        "大概中间那几栋",
        "门口的超市",
        "后面那栋",
        "的楼道灯坏了一个多月了",
        "3号楼前面第二栋",
    ],
)
def test_words_that_say_where_in_a_compound_leave_its_name_sure(
    town_index: AddressIndex, words: str
) -> None:
    for name in ("滨河花园", "东方苑二期"):
        first = town_index.match(f"{name}{words}").candidates[0]
        assert (first.compound, first.building) == (name, None)
        assert first.p >= 0.99


@pytest.mark.parametrize("words", ["和苑", "东苑", "大院"])
def test_words_that_make_another_name_do_not(town_index: AddressIndex, words: str) -> None:
    assert town_index.match(f"滨河花园{words}3号楼2单元").claim is None


@pytest.mark.parametrize("joint", ["和", "或者", "到", "、"])
def test_one_of_two_buildings_leaves_the_compound(town_index: AddressIndex, joint: str) -> None:
    for text in (f"滨河花园3号楼{joint}5号楼", f"滨河花园3{joint}5号楼全停电"):
        assert unit(town_index.match(text)) == ("滨河花园", None, None, None)


@pytest.mark.parametrize("stairs", ["1单元和2单元", "1、2单元", "1单元还是2单元"])
def test_one_of_two_stairs_leaves_the_building(town_index: AddressIndex, stairs: str) -> None:
    assert unit(town_index.match(f"滨河花园3号楼{stairs}")) == ("滨河花园", None, "3号楼", None)


@pytest.mark.parametrize("words", ["对面", "南300米", "往东两百米", "东门", "附近"])
def test_what_lies_beside_a_compound_is_not_at_it(town_index: AddressIndex, words: str) -> None:
    match = town_index.match(f"滨河花园{words}")
    assert unit(match) == ("滨河花园", None, None, None)
    assert match.candidates[0].precision is Precision.RELATIVE


def test_what_is_beside_a_compound_is_so_before_a_complaint(town_index: AddressIndex) -> None:
    text = "滨河花园对面，垃圾没人拉"
    first = town_index.match(text).candidates[0]
    assert (first.compound, first.precision) == ("滨河花园", Precision.RELATIVE)
    assert [(fault.code, fault.span) for fault in first.faults] == [("relation.opposite", (4, 6))]
    behind = town_index.match("医院对面，滨河花园").candidates[0]
    assert (behind.compound, behind.precision) == ("滨河花园", Precision.COMPOUND)


def test_an_address_said_twice_is_one(town_index: AddressIndex) -> None:
    assert unit(town_index.match("滨河花园3号楼，对，滨河花园3号楼2单元"))[:3] == ROOT[:3]


@pytest.mark.parametrize(
    "text",
    [
        # a sentence around it makes no absent name likelier
        "您好，我这边是滨湖花园3号楼2单元，家里停水了",
        "收件人：王丽 地址：滨湖花园3号楼2单元 电话13800001111",
        "喂，碧桂园3号楼2单元漏水了",
        # words that names are made of are names, not slips
        "百花苑3号楼2单元",
        # an alias with a generic end behind it is another name
        "你好，滨河新区3号楼2单元漏水了",
        # an office is not its housing, and another office not this one
        "第一中学",
        "农机局宿舍3号楼2单元",
        # a name of the register in another place
        "忻州滨河花园3号楼2单元",
        "北京的滨河花园3号楼2单元",
        "文水县滨河花园3号楼2单元",
        "我在文水县，滨河花园3号楼2单元",
        "我在北京市昌平区，滨河花园3号楼2单元",
        "离石区滨河花园3号楼2单元",
        "忻州东方苑二期3号楼2单元",
    ],
)
def test_claims_nothing(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).claim is None


@pytest.mark.parametrize("area", ["方山", "汾阳", "北京的", "陕西榆林", "离石区"])
@pytest.mark.parametrize("name", ["滨河花园", "锦绣华庭A区", "东方苑二期"])
def test_a_name_behind_another_areas_is_likelier_none(
    town_index: AddressIndex, area: str, name: str
) -> None:
    match = town_index.match(f"{area}{name}3号楼2单元")
    assert match.status is Status.OUT_OF_AREA or match.p_none >= 0.5


def test_a_town_of_the_register_in_front_speaks_against_another_area(
    town_index: AddressIndex,
) -> None:
    elsewhere = town_index.match("方山滨河花园3号楼2单元")
    here = town_index.match("东村镇方山滨河花园3号楼2单元")
    assert here.p_none < elsewhere.p_none / 2


def test_a_short_name_on_another_road_is_of_another_place(town_index: AddressIndex) -> None:
    """滨河 is called 滨河小区 first; on 人民大街 only 滨河苑 begins so."""
    assert unit(town_index.match("滨河3号楼2单元"))[0] == "滨河小区"
    match = town_index.match("人民大街的滨河3号楼2单元")
    assert match.candidates[0].compound == "滨河苑"


@pytest.mark.parametrize(
    "text",
    [
        # labels and speech before a name, times before a name with a slip
        "联系人李师傅13500002222地点滨河花园3号楼2单元",
        "小区名称 滨河花园 楼栋号 3 单元号 2 门牌 201",
        "昨天半夜冰河花园3号楼2单元那边暖气管子爆了",
        # what one begins to say is no other place; what is said twice is one
        "滨河，滨河……滨河花园，三号楼，三号楼二单元",
        "那个那个滨河花园，嗯，3，3号楼，2，2单元，302",
        # a road that is only nearly the one
        "秀荣路的滨河花园，3号楼2单元",
        # what happens and what one cannot recall are no names
        "小区名想不起来，门口蓝牌子秀容路57号，3号楼2单元",
        "门牌是秀容路五十七号，三栋二单元三楼",
        "说慢点，滨河花园对吧？对。3号楼？对。2单元101？对",
        # at the door of a stair one is at it, in the flat across in it
        "滨河花园3号楼2单元楼下，车牌尾号7K3，挡住加油站的门",
        "滨河花园3号楼2单元502对门楼道灯不亮",
        "滨河花园3号楼2单元601（南侧）",
        # what something else stands beside
        "滨河花园3号楼2单元，交警队对面",
        "滨河花园3号楼2单元，楼后头是卫生院",
        # 俺 and 嘞 are 我 and 的 in Henan and Shandong
        "俺是滨河花园嘞，三号楼二单元",
        # a yard by its road's number
        "秀容路57号大院里头3号楼2单元",
        "秀容路门牌57号，里面3号楼2单元",
        # what stands on an estate
        "滨河花园住宅楼3号楼2单元",
    ],
)
def test_finds_the_stair_among_other_words(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ROOT


@pytest.mark.parametrize(
    "text", ["锦绣华庭（A）3号楼2单元", "锦绣华庭A区#3-2-501", "锦绣华庭A-3-2-501"]
)
def test_zones_as_forms_write_them(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ("锦绣华庭", "A区", "3号楼", "2")


@pytest.mark.parametrize(
    "words",
    ["3号楼旁边的一栋", "3号楼隔壁楼", "3号楼跟前那个楼", "3号楼后头那栋楼", "第三排楼从南往北"],
)
def test_another_building_than_the_one_named(town_index: AddressIndex, words: str) -> None:
    assert unit(town_index.match(f"滨河花园{words}")) == ("滨河花园", None, None, None)


@pytest.mark.parametrize("text", ["我不住滨河花园3号楼2单元，别再打了", "没有在滨河花园住过"])
def test_where_one_does_not_live(town_index: AddressIndex, text: str) -> None:
    match = town_index.match(text)
    assert match.claim is None
    assert match.p_none >= 0.5


def test_buildings_in_a_list_are_no_range(town_index: AddressIndex) -> None:
    match = town_index.match("滨河花园3号楼、6号楼，暖气不热")
    assert {one.building for one in match.candidates} == {"3号楼", "6号楼"}
    ranged = town_index.match("滨河花园3-6号楼")
    assert {one.building for one in ranged.candidates} - {None} == {
        "3号楼",
        "4号楼",
        "5号楼",
        "6号楼",
    }


@pytest.mark.parametrize(
    "text",
    [
        "滨河花园3号楼1单元（来电人改口：2单元）",
        "那个滨河苑……哎呀嘴瓢了，滨河花园3号楼2单元6楼",
        # where one came from is not where one is
        "从内蒙古包头市搬来的，住滨河花园三号楼二单元",
        # the name behind what happened
        "是3栋二单元出的事，滨河花园那儿的3栋",
        # a number without its word before a stair
        "滨河花园，No.3 2单元 401",
    ],
)
def test_finds_the_stair_in_a_story(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ROOT


def test_a_zone_said_last(town_index: AddressIndex) -> None:
    assert unit(town_index.match("3号楼2单元，锦绣华庭，是a区")) == (
        "锦绣华庭",
        "A区",
        "3号楼",
        "2",
    )


@pytest.mark.parametrize(
    "text",
    [
        # another county, wherever it is said
        "文水县城滨河花园3号楼2单元",
        "户籍地静乐县城关镇滨河花园3号楼2单元",
        "家在山西省忻州市静乐县滨河花园3号楼2单元",
        "滨河花园3号楼2单元，孝义市",
        # another estate, named by one of the register
        "滨河花园对面的那个院子3号楼2单元",
        # a shop named after an estate
        "新华棋牌室门口电梯困住人了",
    ],
)
def test_claims_nothing_elsewhere(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).claim is None


@pytest.mark.parametrize("text", ["滨河花园4楼有人吵架", "滨河花园四楼401"])
def test_a_floor_or_a_building(town_index: AddressIndex, text: str) -> None:
    """4楼 behind an estate may be building 4 or floor 4 of one of them."""
    assert unit(town_index.match(text)) == ("滨河花园", None, None, None)


@pytest.mark.parametrize(
    "text",
    ["滨河花园3号楼1单元和5号楼2单元", "滨河花园3-1、5-2", "不是滨河花园3号楼就是5号楼，着火了"],
)
def test_one_of_two_buildings_of_one_estate(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ("滨河花园", None, None, None)


def test_a_house_and_its_gate(town_index: AddressIndex) -> None:
    assert unit(town_index.match("秀容路57号门口电动车着火了"))[0] == "滨河花园"
    assert town_index.match("滨河花园3号门口").claim.building is None


def test_a_complaint_behind_a_road_is_no_name(town_index: AddressIndex) -> None:
    match = town_index.match("秀容路，急得很")
    assert match.claim is not None
    assert match.claim.precision is Precision.ROAD


@pytest.mark.parametrize(
    "text",
    ["滨河花园后墙外头的河滩", "滨河花园对面的超市", "滨河花园隔壁那个工地", "去滨河花园的那座桥"],
)
def test_what_lies_beyond_an_estate_is_not_of_it(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).claim is None


def test_a_number_and_a_name_that_contradict_each_other_are_not_claimed(
    town_index: AddressIndex,
) -> None:
    """秀容路57号 is 滨河花园; the name said is that of another estate."""
    match = town_index.match("秀容路57号院，说是滨河苑")
    assert match.claim is None
    assert {one.compound for one in match.candidates[:2]} == {"滨河花园", "滨河苑"}
