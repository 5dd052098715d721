"""What the engine makes of texts over a small register; each case states why."""

from __future__ import annotations

import pytest

from geo.address import AddressIndex, Match, Precision, Status


def unit(match: Match) -> tuple[str | None, ...]:
    claim = match.claim
    assert claim is not None, match
    return claim.compound, claim.zone, claim.building, claim.stair


@pytest.mark.parametrize(
    "text",
    [
        "岚县东村镇秀容路57号滨河花园3号楼2单元",
        "滨河花园3号楼2单元501室",
        "滨河花园第三栋二门",
        "滨河花园3-2-501",
        "濱河花園3號樓2單元",
        # the order of the parts is free in speech
        "3号楼2单元 滨河花园",
        "3号楼2单元501 滨河花园 秀容路57号",
        # speech before, complaints behind
        "你好我住在滨河花园3号楼2单元，下水道堵了",
        "滨河花园3号楼2单元漏水",
        "我这里是滨河花园的3号楼2单元 垃圾没人清理",
        "喂您好我想反映一下滨河花园三号楼二单元楼道没灯",
        "师傅麻烦来一趟滨河花园的3号楼2单元",
        "滨河花园三杠二杠五零一",
        # any estate is called 小区
        "滨河花园小区3号楼2单元",
        # homophones and the confusions of dialects: 宾/滨, 冰/滨 (in/ing), 和/河
        "宾河花园3号楼2单元",
        "冰河花园3号楼2单元",
        # road and number name a compound that they belong to alone
        "秀容路57号3号楼2单元",
    ],
)
def test_finds_the_stair(town_index: AddressIndex, text: str) -> None:
    match = town_index.match(text)
    assert unit(match) == ("滨河花园", None, "3号楼", "2")
    assert match.status is Status.MATCH


def test_an_exact_address_has_grade_a_and_no_faults(town_index: AddressIndex) -> None:
    match = town_index.match("滨河花园3号楼2单元")
    assert match.grade == "A"
    assert match.candidates[0].faults == ()
    assert match.candidates[0].precision is Precision.STAIR


def test_a_slip_has_grade_b_and_is_named(town_index: AddressIndex) -> None:
    match = town_index.match("宾河花园3号楼2单元")
    assert match.grade == "B"
    (fault,) = match.candidates[0].faults
    assert (fault.code, fault.given, fault.matched) == (
        "name.spelled_differently",
        "宾河花园",
        "滨河花园",
    )
    assert fault.span == (0, 4)


@pytest.mark.parametrize(
    ("text", "compound"),
    [
        # an alias of the register
        ("滨河3号楼2单元", "滨河小区"),
        # an office keeps its housing through reforms and under short names
        ("农业局宿舍3号楼2单元", "农业农村局家属院"),
        ("农委家属院3号楼2单元", "农业农村局家属院"),
        ("一中宿舍3号楼2单元", "第一中学宿舍"),
        ("县一中宿舍3号楼2单元", "第一中学宿舍"),
        # stages are counted in numerals or digits
        ("东方苑1期3号楼2单元", "东方苑一期"),
        ("东方苑一期3号楼2单元", "东方苑一期"),
        # 期 is left out behind its numeral; parts of a run may begin with the stage
        ("东方苑二 3号楼2单元", "东方苑二期"),
        ("东方苑2-3-2-501", "东方苑二期"),
        ("东方苑2-3-2", "东方苑二期"),
        # digits that belong to a name are no building
        ("360大厦2号楼1单元", "360大厦"),
    ],
)
def test_knows_other_names(town_index: AddressIndex, text: str, compound: str) -> None:
    claim = town_index.match(text).claim
    assert claim is not None
    assert claim.compound == compound


@pytest.mark.parametrize(
    "text",
    [
        # another generic end is another compound
        "滨河家园3号楼2单元",
        "锦绣花园3号楼2单元",
        # a name of which the register knows nothing
        "碧桂园3号楼2单元",
        # a stage that does not exist is not one that does
        "东方苑三期3号楼2单元",
        "东方苑三期A区3号楼2单元",
        # the name counts, not the door it is said to be at
        "秀容路57号碧桂园3号楼2单元",
    ],
)
def test_claims_no_absent_compound(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).claim is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("滨河花园99号楼2单元", "building.not_in_register"),
        ("滨河花园C区3号楼2单元", "zone.not_in_register"),
        ("滨河花园三区3号楼2单元", "zone.not_in_register"),
        # 东南区 is a zone of its own, neither 东区 nor 南区
        ("滨河花园东南区3号楼2单元", "zone.not_in_register"),
    ],
)
def test_claims_no_more_than_the_compound_of_an_absent_building(
    town_index: AddressIndex, text: str, fault: str
) -> None:
    match = town_index.match(text)
    assert match.status is Status.PARTIAL
    assert unit(match) == ("滨河花园", None, None, None)
    assert fault in {one.code for one in match.candidates[0].faults}
    assert match.ask is not None


def test_an_absent_stair_leaves_the_building(town_index: AddressIndex) -> None:
    match = town_index.match("滨河花园3号楼9单元")
    assert unit(match) == ("滨河花园", None, "3号楼", None)
    assert match.status is Status.PARTIAL


def test_asks_for_the_zone_that_is_left_out(town_index: AddressIndex) -> None:
    match = town_index.match("锦绣华庭3号楼2单元")
    assert unit(match) == ("锦绣华庭", None, None, None)
    assert match.ask is not None
    assert match.ask.key == "address.ask_zone"
    assert match.ask.text("zh") == "是哪个区：A区、B区？"


def test_a_zone_may_leave_its_word_out(town_index: AddressIndex) -> None:
    assert unit(town_index.match("锦绣华庭A3号楼2单元"))[:2] == ("锦绣华庭", "A区")


@pytest.mark.parametrize("text", ["桂花园南苑3号楼2单元", "人民大街98号南苑3号楼2单元"])
def test_zones_may_have_names_of_their_own(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ("桂花园", "南苑", "3号楼", "2")


def test_buildings_may_have_names(town_index: AddressIndex) -> None:
    for text in ("实验小学教学楼", "人民大街99号实验小学教学楼"):
        assert unit(town_index.match(text)) == ("实验小学", None, "教学楼", None)


def test_a_district_is_said_with_its_city(town_index: AddressIndex) -> None:
    """区 at the end of a name makes no foreign place of it."""
    assert town_index.match("锦绣华庭三区的3号楼").status is not Status.OUT_OF_AREA
    assert town_index.match("滨河区3号楼").status is not Status.OUT_OF_AREA


def test_an_alias_of_two_compounds_is_asked_about(town_index: AddressIndex) -> None:
    match = town_index.match("新华3号楼2单元")
    assert match.status is Status.AMBIGUOUS
    assert {one.compound for one in match.candidates} == {"新华公寓", "新华新村"}
    assert match.ask is not None
    assert match.ask.key == "address.ask_compound"


def test_an_alias_of_two_compounds_is_split_by_the_road(town_index: AddressIndex) -> None:
    assert unit(town_index.match("人民大街94号新华3号楼2单元"))[0] == "新华新村"


def test_two_buildings_are_not_one(town_index: AddressIndex) -> None:
    assert unit(town_index.match("滨河花园3、4号楼")) == ("滨河花园", None, None, None)


@pytest.mark.parametrize(
    "words", ["对面", "斜对面", "旁边", "附近", "东门口", "北侧", "往南100米", "楼后"]
)
def test_a_relation_widens_to_the_building_at_most(town_index: AddressIndex, words: str) -> None:
    match = town_index.match(f"滨河花园3号楼2单元{words}")
    assert unit(match) == ("滨河花园", None, "3号楼", None)
    assert match.candidates[0].precision is Precision.RELATIVE
    assert any(fault.element == "relation" for fault in match.candidates[0].faults)


@pytest.mark.parametrize(
    "text", ["太原市小店区滨河花园3号楼", "方山县滨河花园3号楼", "北京市海淀区中关村大街1号"]
)
def test_a_foreign_place_is_out_of_area(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).status is Status.OUT_OF_AREA


def test_what_stands_above_the_county_is_not_foreign(town_index: AddressIndex) -> None:
    assert unit(town_index.match("山西省吕梁市岚县滨河花园3号楼"))[0] == "滨河花园"


@pytest.mark.parametrize("text", ["", "  ", "？？！", "，"])
def test_a_text_that_says_nothing_is_invalid(town_index: AddressIndex, text: str) -> None:
    assert town_index.match(text).status is Status.INVALID


def test_another_town_is_not_sure(town_index: AddressIndex) -> None:
    match = town_index.match("普明镇滨河花园3号楼2单元")
    assert match.claim is None


class TestDoors:
    def test_a_house_number(self, town_index: AddressIndex) -> None:
        match = town_index.match("秀容路103号")
        assert match.claim is not None
        assert match.claim.precision is Precision.ROAD_NUMBER
        assert match.claim.text == "东村镇秀容路103号"

    def test_a_village_before_the_road_need_not_be_known(self, town_index: AddressIndex) -> None:
        claim = town_index.match("重光里4鄰秀容路103號").claim
        assert claim is not None
        assert claim.text == "东村镇秀容路103号"

    def test_a_number_in_a_village(self, town_index: AddressIndex) -> None:
        match = town_index.match("北村3号")
        assert match.claim is not None
        assert match.claim.text == "东村镇北村3号"

    def test_a_number_of_its_own_behind_another(self, town_index: AddressIndex) -> None:
        match = town_index.match("秀容路101号之2")
        assert match.claim is not None
        assert match.claim.number == "101之2"

    def test_a_number_between_two_stands_on_their_side_of_the_road(
        self, town_index: AddressIndex
    ) -> None:
        # odd numbers stand on one side: 118 lies on the side that has none
        assert town_index.match("秀容路118号").candidates[0].precision is Precision.ROAD
        between = town_index.match("秀容路58号")
        assert between.candidates[0].precision is not Precision.ROAD_NUMBER

    def test_a_register_may_give_numbers_as_list_or_range(self, town_index: AddressIndex) -> None:
        # a range runs along one side of the road
        for number in ("201", "203", "205"):
            claim = town_index.match(f"秀容路{number}号").claim
            assert claim is not None
            assert claim.number == "201-205"
        assert town_index.match("秀容路202号").candidates[0].number != "201-205"
        claim = town_index.match("秀容路214号").claim
        assert claim is not None
        assert claim.number == "212、214"

    def test_two_numbers_said_are_two_doors(self, town_index: AddressIndex) -> None:
        match = town_index.match("秀容路103、105号")
        assert {one.number for one in match.candidates} == {"103", "105"}
        assert match.claim is None

    def test_a_road_alone(self, town_index: AddressIndex) -> None:
        match = town_index.match("秀容路")
        assert match.status is Status.PARTIAL
        assert match.candidates[0].precision is Precision.ROAD
        assert match.ask is not None

    def test_a_village_alone(self, town_index: AddressIndex) -> None:
        match = town_index.match("东村镇北村")
        assert match.candidates[0].precision is Precision.VILLAGE
        assert len(match.candidates[0].rows) == 8


def test_rows_are_the_units_meant(town_index: AddressIndex) -> None:
    assert len(town_index.match("滨河花园3号楼2单元").candidates[0].rows) == 1
    assert len(town_index.match("滨河花园3号楼").candidates[0].rows) == 3
    assert len(town_index.match("滨河花园").candidates[0].rows) == 36


def test_phone_numbers_and_names_are_in_no_answer(town_index: AddressIndex) -> None:
    match = town_index.match("我叫王小明，电话13812345678，宾河花园3号楼2单元（李女士）")
    assert unit(match)[0] == "滨河花园"
    told = str(match.as_dict())
    assert "138" not in told
    assert "王小明" not in told
    assert "李女士" not in told


@pytest.mark.parametrize("text", ["锦绣华庭A-3-2-501", "锦绣华庭A-3-2", "锦绣华庭 A 3 2 501"])
def test_a_run_may_begin_with_the_zone(town_index: AddressIndex, text: str) -> None:
    assert unit(town_index.match(text)) == ("锦绣华庭", "A区", "3号楼", "2")


def test_a_numeral_and_a_digit_are_a_stage_or_one_number(town_index: AddressIndex) -> None:
    """东方苑二3号楼 may be 3 of the second stage or 23 of 东方苑."""
    first = town_index.match("东方苑二3号楼2单元").candidates[0]
    assert (first.compound, first.building) == ("东方苑二期", "3号楼")
