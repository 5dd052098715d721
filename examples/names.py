"""Invented names for a county town: communities, streets, compounds, people, telephones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product

import numpy as np

TOWN = "东村镇"
COUNTY = "岚县"
TOWN_CODE = "141127100"

_COMMUNITIES = (
    "滨河", "东城", "西苑", "南关", "北坡", "新华", "向阳", "文昌", "龙泉", "凤凰", "兴隆", "安康",
)  # fmt: skip
_STREETS = (
    "人民", "建设", "文化", "新建", "解放", "迎宾", "岚河", "龙山", "秀水", "和平", "光明", "胜利",
    "团结", "永安", "振兴", "青年", "友谊", "育才", "健康", "工农", "富民", "民生", "朝阳", "学府",
)  # fmt: skip
_SIDES = ("", "东", "西", "南", "北", "中")
_STREET_KINDS = {1: ("大道", "路"), 2: ("街", "路"), 3: ("巷", "里")}
_COMPOUNDS = (
    "锦绣", "阳光", "御景", "翠湖", "金桂", "紫荆", "丽景", "书香", "祥和", "福临", "瑞丰", "鼎盛",
    "春晖", "碧水", "青松", "银杏", "海棠", "玉兰", "梧桐", "云顶", "星河", "天润", "百合", "景秀",
)  # fmt: skip
_COMPOUND_KINDS = ("小区", "花园", "家园", "苑", "佳苑", "公寓", "名城")
_OFFICES = (
    "农业局", "水利局", "交通局", "教育局", "粮食局", "供销社", "物资局", "邮电局", "林业局",
    "电力公司",
)  # fmt: skip
_OLD_KINDS = ("家属院", "宿舍", "职工楼")
_VILLAGES = ("上庄", "下庄", "河口", "坡头", "寨子", "石桥", "柳林", "枣园", "南湾", "后沟")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
_GIVEN = (
    "晓岚", "志远", "秀英", "建国", "文静", "海燕", "永强", "丽娟", "国栋", "春梅", "俊峰", "慧敏",
    "立新", "玉兰", "宏伟", "雪莲", "德胜", "巧云", "振华", "爱萍",
)  # fmt: skip

_QUARTERS = ("城东", "城西", "城南", "城北", "新区")

SPECIAL_NAMES = {
    "school": ("第一中学", "实验小学", "职业中学", "第二小学", "中心幼儿园", "育英幼儿园"),
    "hospital": ("人民医院", "中医院", "妇幼保健院", "社区卫生服务站"),
    "market": ("农贸市场", "建材市场", "便民市场"),
    "government": ("政务服务中心", "税务局", "法院", "派出所"),
    "park": ("人民公园", "体育公园", "街心游园"),
    "transport": ("汽车客运站", "公交总站"),
    "business_building": ("商务大厦", "金融大厦"),
    "enterprise": ("面粉厂", "供热公司", "食品厂"),
}
SPECIAL_DEPARTMENTS = {
    "school": "教育局",
    "hospital": "卫生健康局",
    "market": "市场监管局",
    "government": "机关事务中心",
    "park": "城市管理局",
    "transport": "交通运输局",
    "business_building": "商务局",
    "enterprise": "工业和信息化局",
}
SPECIAL_BUILDINGS = {
    "school": ("教学楼", "办公楼", "宿舍楼"),
    "hospital": ("门诊楼", "住院楼"),
    "market": ("交易大厅",),
    "government": ("办公楼",),
    "park": ("管理房",),
    "transport": ("候车厅",),
    "business_building": ("主楼", "裙楼"),
    "enterprise": ("厂房", "办公楼"),
}


def community_names() -> Iterator[str]:
    """Yield names of communities, without end."""
    yield from (f"{name}社区" for name in _COMMUNITIES)
    for number in count(2):
        yield from (f"{name}第{number}社区" for name in _COMMUNITIES)


def street_names(rank: int) -> Iterator[str]:
    """Yield names of streets of a rank, 1 to 3, without end."""
    kinds = _STREET_KINDS[rank]
    yield from (f"{name}{side}{kind}" for side, kind, name in product(_SIDES, kinds, _STREETS))
    for number in count(1):
        yield from (f"{name}{number}{kinds[-1]}" for name in _STREETS)


def compound_names() -> Iterator[str]:
    """Yield names of housing compounds, easily confused as real ones are, without end."""
    turns = len(_COMPOUND_KINDS)
    for number in count():
        turn, place = divmod(number, len(_COMPOUNDS))
        phase = f"{turn // turns + 1}期" if turn >= turns else ""
        yield f"{_COMPOUNDS[place]}{_COMPOUND_KINDS[(turn + place) % turns]}{phase}"


def resettlement_names() -> Iterator[str]:
    """Yield names of resettlement estates, without end."""
    yield from (f"{name}安置小区" for name in _STREETS)
    for number in count(2):
        yield from (f"{name}安置小区{number}期" for name in _STREETS)


def village_names() -> Iterator[str]:
    """Yield names of villages, without end."""
    yield from (f"{name}村" for name in _VILLAGES)
    for number in count(2):
        yield from (f"{name}{number}村" for name in _VILLAGES)


def old_names() -> Iterator[str]:
    """Yield what long-time residents call a compound: the dormitory it once was."""
    yield from (f"{office}{kind}" for kind, office in product(_OLD_KINDS, _OFFICES))
    for number in count(2):
        yield from (f"{office}{number}号院" for office in _OFFICES)


def special_names(special_type: str) -> Iterator[str]:
    """Yield names of special-purpose compounds of a type, without end."""
    yield from (f"{COUNTY}{name}" for name in SPECIAL_NAMES[special_type])
    for number in count(1):
        for quarter in _QUARTERS:
            numbered = quarter if number == 1 else f"{quarter}{number}区"
            yield from (f"{numbered}{name}" for name in SPECIAL_NAMES[special_type])


def people(generator: np.random.Generator, number: int) -> list[str]:
    """Return invented names of people; two may share one, as in life."""
    surnames = generator.integers(len(_SURNAMES), size=number)
    given = generator.integers(len(_GIVEN), size=number)
    return [
        f"{_SURNAMES[first]}{_GIVEN[second]}" for first, second in zip(surnames, given, strict=True)
    ]


def duty_phone(number: int) -> str:
    """Return a number that cannot be rung: no subscriber's number begins with 0."""
    return f"0358-0{number % 1_000_000:06d}"


def mobile_phone(number: int) -> str:
    """Return a number that cannot be rung: mobile numbers begin with 13 to 19."""
    return f"10{number % 1_000_000_000:09d}"
