"""Runs of numbers such as 3-2-501: what each part is, given what stands before it."""

from __future__ import annotations

import re

from geo.address.reading import Element
from geo.address.tokens import Token

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ROOM_DIGITS = 3
_MOST_STAIRS = 12
STREET_END = tuple("路街巷弄道")
_NUMBERED = tuple("路街道巷弄段衢径堤线村组队庄营屯社寨沟湾坪堡岭邻里")
BIG_HOUSE = re.compile(
    r"(?:大厦|大楼|广场|中心|商场|商厦|酒店|宾馆|饭店|[商车]城|(?:家具|建材|汽配|轻纺|服装|电脑|数码|美食)城"
    r"|(?:商务|门诊|办公|综合|教学|科技|实验|行政|住院|写字|科研|商业|培训)楼|市场|超市|医院|学校|大学"
    r"|[中小]学|银行|公司|店|厅|馆|国际|世界|天地|厂|百货|[所局行室])$"
)
# what the parts of 2-501 and 2-5-501 are behind a building or a stair, of 12-3-501 on a street
_BEHIND: dict[str, dict[int, tuple[str, ...]]] = {
    "number": {2: ("building", "room"), 3: ("building", "stair", "room")},
    "building": {2: ("stair", "room"), 3: ("stair", "floor", "room")},
    "stair": {2: ("floor", "room")},
}
_PAIR = 2
_PARTS = {3: ("building", "stair", "room"), 4: ("building", "stair", "floor", "room")}
# 1-12-2-501: what stands before is a stage or a zone when 501 is not on floor 2
_IN_ZONE = ("zone", "building", "stair", "room")
_ON_STREET = {3: ("number", "stair", "room"), 4: ("number", "building", "stair", "room")}


def kinds_of(parts: list[Element], before: str | None, words: str) -> tuple[str, ...]:
    """Return what the parts of a run such as 3-2-501 are, given what stands before it."""
    count = len(parts)
    if before is not None and before in _BEHIND:
        return _BEHIND[before].get(count, ())
    if words.endswith(STREET_END) and count in _ON_STREET:
        return _ON_STREET[count]
    if count == _PAIR:
        is_room = len(parts[1].value.rstrip(LETTERS)) >= ROOM_DIGITS
        return ("building", "room") if is_room else ("building", "stair")
    if count == len(_IN_ZONE) and (
        parts[0].value.isalpha()
        or not _is_on_floor(parts[-1].value, parts[-2].value)
        or int(parts[1].value.strip(LETTERS) or 0) > _MOST_STAIRS
    ):
        return _IN_ZONE
    return _PARTS[count]


def _is_on_floor(room: str, floor: str) -> bool:
    """Return whether a room's number begins with its floor: 501 is on 5, 1203 on 12."""
    digits = room.rstrip(LETTERS)
    return len(digits) < ROOM_DIGITS or digits[:-2] == floor


def is_house_number(word: str, words: str, parts: list[Element]) -> bool:
    """Return whether a run is one house number: 北大街9-3, 北沟村9-3号; 北大街9-301 is a door."""
    if word:
        return word == "号" and words.endswith(_NUMBERED)
    short = len(parts[-1].value.rstrip(LETTERS)) < ROOM_DIGITS
    return len(parts) == _PAIR and short and words.endswith(STREET_END)


def is_one_room(parts: list[Element], before: str | None, words: str) -> bool:
    """Return whether a run is one room: in a big house, or behind what rooms stand behind."""
    if len(parts) != _PAIR:
        return False
    if before is None:
        return parts[0].value[0].isdigit() and bool(BIG_HOUSE.search(words))
    return before in ("building", "stair", "floor") and _is_door(parts)


def _is_door(parts: list[Element]) -> bool:
    """Return whether a run is one room: 1801-1805 a range, 202-1 a part, 22-1 floor and door."""
    first, second = (part.value.strip(LETTERS) for part in parts)
    if len(first) >= ROOM_DIGITS:
        return True
    return len(second) < ROOM_DIGITS and first.isdigit() and int(first) > _MOST_STAIRS


def parts_of(token: Token) -> list[Element]:
    """Return the parts of a run as elements whose kind is still open."""
    parts = []
    start = token.start
    for value in re.split("[-/]", token.value):
        parts.append(Element("part", value, start, start + len(value)))
        start += len(value) + 1
    parts[-1] = parts[-1]._replace(end=token.end)
    return parts
