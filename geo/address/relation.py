"""Words that place something beside an address rather than at it: 对面, 东门口, 南100米."""

from __future__ import annotations

import re
from typing import NamedTuple

from geo.address.numerals import value_of

_SIDE = r"(?:东南|东北|西南|西北|正?[东西南北]|左|右|前|后)"
_RELATION = re.compile(
    r"(?P<opposite>斜?正?对(?:面|过|门|马路|着))"
    r"|(?P<crossing>(?:十字|丁字|三岔)?(?:交叉|交汇|相交)?(?:路)?口|交[叉汇会界][处口点]?|相交处?|十字|丁字)"
    rf"|(?P<distance>(?:往|向|以)?{_SIDE}(?:走|侧|边|面|方向|约)?(?:约|大概)?(?:\d+|[一二两三四五六七八九十百几]+)(?:公里|里地|里|米|M|步)左?右?(?:处|的地方|远)?)"
    rf"|(?P<gate>(?:{_SIDE}|正|侧|\d+号)(?:大门|院门|门)(?:口|外|前|岗|卫|房)?处?|(?:大|小|院)?门(?:口|外|前|岗)处?|[大院]门)"
    rf"|(?P<side>(?:楼|院|墙)?{_SIDE}(?:侧|边|面|头|角|方向?(?=$|,))|(?:楼|院|墙)(?:前|后|下|外|旁边?|东|西|南|北)"
    r"|(?:后|前|下|外|旁|侧|周)(?:面|边|侧)|路(?:东|西|南|北)|之间|中间|(?<=[楼栋幢])间)"
    r"|(?P<near>旁边?|附近|隔壁|周边|周围|一带|邻近|左右|边上|跟前|不远处?|靠近)"
)
_TRAIL = re.compile(r"^(?:的|处|这里|那里|这边|那边|地方|位置|空地|马路|路边|停车场)*")


_METRES = {"opposite": 60.0, "crossing": 60.0, "gate": 40.0, "side": 30.0, "near": 80.0}
_LENGTH = re.compile(r"(\d+|[一二两三四五六七八九十百]+)(公里|里地|里|米|M|步)")
_UNITS = {"公里": 1000.0, "里地": 500.0, "里": 500.0, "步": 0.7}
_WORDS = frozenset(
    "面过门马着口叉汇会界交处点相字里米M步侧边头角方前后下上顶外旁东西南北间近隔周带邻左不靠"
)
_BEGINNINGS = frozenset(
    "斜正对十丁三交相往向以东西南北左右前后大小侧院门楼墙下外旁周路之间中附隔一邻边跟不靠0123456789"
)


# at the door of a stair one is at it; what is beside a room or a floor is in the same stair
_AT_STAIR = re.compile(r"(?:楼[上下前道]|门[口前外洞]|对门|[大小]门口)处?的?$")


class Relation(NamedTuple):
    """How a text is related to the address in it, and where it says so in the written form."""

    kind: str
    words: str
    start: int
    end: int

    @property
    def accuracy_m(self) -> float:
        """Return how far away what is meant may lie, metres: as far as said, or within sight."""
        length = _LENGTH.search(self.words)
        if length is not None:
            count = float(length[1]) if length[1].isdigit() else value_of(length[1]) or 0.0
            return max(count * _UNITS.get(length[2], 1.0), _METRES["side"])
        return _METRES.get(self.kind, _METRES["near"])


def relation_at(text: str, start: int = 0) -> Relation | None:
    """Return the relation that begins at a place of a written form, if there is one."""
    place = start
    while place < len(text) and text[place] in "的之, (":
        place += 1
    if place >= len(text) or text[place] not in _BEGINNINGS:
        return None
    match = _RELATION.match(text, place)
    if match is None:
        return None
    return Relation(match.lastgroup or "near", match.group(0), match.start(), match.end())


def stays_at(relation: Relation, kind: str) -> bool:
    """Return whether what stands so beside an element of the chain is still at its stair.

    3单元门口 and 3单元楼下 are at the stair, 502对门 is in it; 3单元对面 is not.

    Parameters
    ----------
    relation
        What is said right behind the element.
    kind
        Kind of the element: stair, floor, room …
    """
    if kind in ("room", "floor"):
        return relation.kind in ("opposite", "side", "gate") or relation.words == "隔壁"
    return kind == "stair" and bool(_AT_STAIR.match(relation.words))


def relation_end(text: str) -> Relation | None:
    """Return the relation that ends a written form, if one does (滨河小区东门口)."""
    if _WORDS.isdisjoint(text):
        return None
    for match in _RELATION.finditer(text):
        tail = _TRAIL.sub("", text[match.end() :])
        if not tail and match.start() >= 2:  # noqa: PLR2004
            return Relation(match.lastgroup or "near", match.group(0), match.start(), len(text))
    return None
