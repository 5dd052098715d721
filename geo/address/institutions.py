"""Schools, hospitals and offices, which people name without the county or the town they are of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_KIND = re.compile(
    r"(?:(?:中心|实验)?[小中]学|(?:中心)?幼儿园|托儿所|学校|学院|[高初]中|党校|人民医院|中医院|医院|(?:中心)?卫生[院室所]|保健院|诊所"
    r"|敬老院|养老院|福利院|(?:人民)?政府|委员会|办事处|派出所|[工财]?[商政税务]所|司法所|供电所|电管站|农机站|农技站|水管站|兽医站|粮站|林场"
    r"|人民法院|法院|法庭|人民检察院|检察院|公安局|[\u4e00-\u9fff]{2,6}局|信用社|供销社|邮局|邮政所|电影院|剧院|文化[站馆]|图书馆|体育[场馆]|汽车站|火车站"
    r"|消防[大中]?队|[交刑巡特]警[大中]?队|服务中心|活动中心|[支分]行|加油站)$"
)
_TOWN_WORD = re.compile(r"(?:街道办事处|街道|镇|乡)$")
_OWNERS = {"县": "县", "市": "市", "区": "区", "旗": "旗"}
_SHORTEST = 3


def institution_kind(name: str) -> str:
    """Return what kind of institution a name is of, empty where it is of none."""
    match = _KIND.search(name)
    return match.group(0) if match else ""


def implied_names(name: str, areas: Iterable[str], towns: Iterable[str]) -> Iterator[str]:
    """Yield what an institution is called by those who live in its county or town.

    岚县人民医院 is 人民医院 and 县人民医院 there; 东村镇中心小学 is 中心小学 and 东村中心小学.
    """
    if not institution_kind(name):
        return
    for area in areas:
        rest = name.removeprefix(area)
        if rest != name and len(rest) >= _SHORTEST:
            yield rest
            owner = _OWNERS.get(area[-1:])
            if owner is not None:
                yield owner + rest
    for town in towns:
        short = _TOWN_WORD.sub("", town)
        if not short or short == town:
            continue
        rest = name.removeprefix(town)
        if rest != name:
            yield short + rest
        elif name.startswith(short):
            rest = name.removeprefix(short)
            yield town + rest
        if rest != name and len(rest) >= _SHORTEST and institution_kind(rest):
            yield rest
