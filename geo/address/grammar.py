"""The chain below a compound or a house number: building, stair, floor, room.

Works on the written form of `geo.address.normalise`. What a token means depends on its
neighbours: ``3楼`` is a building before a stair and a floor behind a building; ``12号`` a house
number behind a road, a building behind a compound, a room behind a stair.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from geo.address.rereading import LONGEST_RANGE, other_readings
from geo.address.tokens import Token, tokens_of

_ROAD_END = "路街道巷弄段衢径堤线"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROOM_DIGITS = 3
_MOST_STAIRS = 12
# what the parts of 2-501 and 2-5-501 are behind a building or a stair, of 12-3-501 on a street
_BEHIND: dict[str, dict[int, tuple[str, ...]]] = {
    "number": {2: ("building", "room"), 3: ("building", "stair", "room")},
    "building": {2: ("stair", "room"), 3: ("stair", "floor", "room")},
    "stair": {2: ("floor", "room")},
}
# 除了5号楼, 挨着5号楼那栋 mean any other building
_EXCLUDED = re.compile(r"(?:除了?|除开|挨着|紧挨|靠着|紧邻|(?<!是)不是|不在)$")
# words of counting: 倒数第二栋, 从东往西数第三栋, 进门右手第一栋 have no number of their own
_COUNTED = re.compile(
    r"(?:[倒往]?数|进去|进门|大门口?|门口|往[东西南北左右前后里]走?|从[东西南北]边?|[左右](?:手边?|边|侧|转)"
    r"|路边|拐角|最后|最[里前后东西南北][面边头]?|(?<![里外前后上下])头一?)的?第?$"
)
# 5号楼前面第二栋, 5号楼后面那栋 are other buildings than 5号楼, and have no number
_FROM_BUILDING = (
    r"的?(?:[前后旁](?:面|边|头)|[东西南北左右](?:面|边|侧|头)|对面|对过|隔壁|跟前|紧?挨着)的?第?"
)
_FROM_HERE = re.compile(
    rf"{_FROM_BUILDING}(?:(?:\d{{1,2}}|[那这]|下?一|几)[个几]?[栋幢座排楼]|楼(?![上下前后道梯]))"
)
_COUNTED_FROM = re.compile(rf"(?:\d(?:号楼|楼)|[栋幢座#]楼?){_FROM_BUILDING}$")
_LISTED = re.compile(r",?(?:和|与|跟|及|以及|或[者是]?|还有|还是|到|至)")
_PAIR = 2
_PARTS = {3: ("building", "stair", "room"), 4: ("building", "stair", "floor", "room")}
# 1-12-2-501: what stands before is a stage or a zone when 501 is not on floor 2
_IN_ZONE = ("zone", "building", "stair", "room")
_ON_STREET = {3: ("number", "stair", "room"), 4: ("number", "building", "stair", "room")}
# floor and door: 501, 1203; a building with such a number is rare
_DOOR_OF_FLOOR = re.compile(r"[A-Z]?(?:[1-9]|[1-4]\d)0[1-9]")
_STREET_END = tuple("路街巷弄道")
_NUMBERED = tuple("路街道巷弄段衢径堤线村组队庄营屯社寨沟湾坪堡岭邻里")
_BIG_HOUSE = re.compile(
    r"(?:大厦|大楼|广场|中心|商场|商厦|酒店|宾馆|饭店|[商车]城|(?:家具|建材|汽配|轻纺|服装|电脑|数码|美食)城"
    r"|(?:商务|门诊|办公|综合|教学|科技|实验|行政|住院|写字|科研|商业|培训)楼|市场|超市|医院|学校|大学"
    r"|[中小]学|银行|公司|店|厅|馆|国际|世界|天地|厂|百货|[所局行室])$"
)
# ends of names behind which 12号 is a building: of compounds, not of villages
_COMPOUND_END = re.compile(
    r"(?:小区|社区|花园|花苑|家园|嘉园|公寓|新村|新区|广场|中心|市场|大厦|[苑园庭府邸城院墅区期])$"
)


class Element(NamedTuple):
    """One element of the chain: its kind, its identity, where it stands in the written form."""

    kind: str
    value: str
    start: int
    end: int


class Reading(NamedTuple):
    """One way to read the chain of a text; None where an element is not said."""

    number: Element | None = None
    building: Element | None = None
    stair: Element | None = None
    floor: Element | None = None
    room: Element | None = None
    zone: Element | None = None

    @property
    def elements(self) -> tuple[Element, ...]:
        """Return the elements that are said, in the order of the text."""
        return tuple(sorted((item for item in self if item is not None), key=_start))


def _start(element: Element) -> int:
    return element.start


def chains(text: str, protected: tuple[tuple[int, int], ...] = ()) -> tuple[Reading, ...]:
    """Return the readings of the chain in a written form, the likeliest first.

    Parameters
    ----------
    text
        A text of `geo.address.normalise`.
    protected
        Spans that belong to names of the register and hold no token (360大厦).
    """
    tokens = [token for token in tokens_of(text) if not _within(token.start, token.end, protected)]
    first = _Reader(text, tokens).read()
    return (first, *other_readings(text, first))


def _within(start: int, end: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(start < last and end > first for first, last in spans)


class _Reader:
    """Reads tokens from left to right; each finds its meaning among those read before it."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.found: dict[str, Element] = {}

    def read(self) -> Reading:
        """Return the likeliest reading."""
        for place, token in enumerate(self.tokens):
            _READ[token.kind](self, place, token)
        return Reading(**self.found)

    def put(self, kind: str, value: str, start: int, end: int, word: str = "") -> None:
        """Take an element; a second building joins the first when it stands right behind."""
        before = self.found.get(kind)
        if before is None:
            self.found[kind] = Element(kind, value, start, end)
        elif before.value == value and kind != "room":
            return  # said twice
        elif kind in ("building", "stair") and self._is_listed(before, start):
            # 3号楼和5号楼, 2单元或3单元: either may be meant
            self.found[kind] = before._replace(value=f"{before.value},{value}", end=end)
        elif kind == "building" and word and self.text[before.end - 1] == "号":
            # 16号8幢: what was taken for a building is the house number
            self.found.setdefault("number", before._replace(kind="number"))
            self.found[kind] = Element(kind, value, start, end)
        elif kind == "building" and self._joins(before.end, start):
            listed = "," in self.text[before.end : start] and value.isdigit()
            if listed and before.value.isdigit():  # 30号楼、34号楼
                self.found[kind] = before._replace(value=f"{before.value},{value}", end=end)
                return
            self.found[kind] = Element(kind, f"{before.value}-{value}", before.start, end)
        elif kind == "building" and word and self.text[before.end - 1] not in "楼栋幢座#":
            # a house number was taken for it: 3号滨河花园5号楼
            self.found[kind] = Element(kind, value, start, end)

    def behind(self, place: int) -> str | None:
        """Return the kind of the element that ends right before a token."""
        start = self.tokens[place].start
        for kind in ("room", "floor", "stair", "building", "number"):
            element = self.found.get(kind)
            if element is not None and self._joins(element.end, start):
                return kind
        return None

    def ahead(self, place: int) -> Token | None:
        """Return the token that begins right behind this one."""
        if place + 1 < len(self.tokens):
            token = self.tokens[place + 1]
            if self._joins(self.tokens[place].end, token.start):
                return token
        return None

    def _joins(self, end: int, start: int) -> bool:
        between = self.text[end:start]
        return start >= end and (not between or not between.strip("-/, 的#(之"))

    def _is_listed(self, before: Element, start: int) -> bool:
        """Return whether an element is one of a list or a range with the one before it."""
        return start > before.end and bool(_LISTED.fullmatch(self.text, before.end, start))

    def words_before(self, token: Token) -> str:
        """Return the words between the last element and a token."""
        last = max((item.end for item in self.found.values() if item.end <= token.start), default=0)
        return self.text[last : token.start]


def _building(reader: _Reader, place: int, token: Token) -> None:
    if _EXCLUDED.search(reader.text, 0, token.start):
        return
    if _FROM_HERE.match(reader.text, token.end):
        return
    if token.word == "#" and reader.behind(place) in ("stair", "floor"):
        reader.put("room", token.value, token.start, token.end)  # 82#楼4#单元501#
        return
    following = reader.ahead(place)
    stands = following is not None and following.kind == "stair"
    if token.word[0] == "排" and reader.text[token.start - 1 : token.start] == "第" and not stands:
        return  # 第3排楼 is counted
    if token.word[0] in "栋幢座排" and (
        _COUNTED.search(reader.text, 0, token.start)
        or _COUNTED_FROM.search(reader.text, 0, token.start)
    ):
        return
    reader.put("building", token.value, token.start, token.end, token.word)


def _several(reader: _Reader, _place: int, token: Token) -> None:
    first, *rest = re.findall(r"\d+", token.value)
    if reader.words_before(token).endswith(_STREET_END) and token.value.startswith(f"{first}号"):
        # 秀容路57号，3号楼
        behind = token.start + len(first) + 1
        reader.put("number", first, token.start, behind)
        reader.put("building", ",".join(rest), behind + 1, token.end)
        return
    if len(first) >= _ROOM_DIGITS > max(map(len, rest)) and token.value.startswith(f"{first},"):
        # 401，27幢 from the finest on: lists of buildings ascend
        behind = token.start + len(first)
        reader.put("room", first, token.start, behind)
        reader.put("building", ",".join(rest), behind + 1, token.end)
        return
    last = rest[-1]
    if re.search("[到至]", token.value) and int(first) < int(last) <= int(first) + LONGEST_RANGE:
        rest = [str(number) for number in range(int(first) + 1, int(last) + 1)]  # 3到7号楼
    value = ",".join(dict.fromkeys((first, *rest)))  # 9，9号楼 is said twice
    reader.put("building", value, token.start, token.end)


def _stair(reader: _Reader, place: int, token: Token) -> None:
    if token.word == "号门" and reader.behind(place) != "building":
        return
    reader.put("stair", token.value, token.start, token.end)


def _stairs(reader: _Reader, _place: int, token: Token) -> None:
    """Read 2、3单元 behind a building, 3,2单元 as building and stair."""
    several = dict.fromkeys(re.findall(r"\d+", token.value))
    if len(several) == 1:
        reader.put("stair", next(iter(several)), token.start, token.end)  # 3，3单元 is said twice
        return
    building, _, stair = ",".join(several).partition(",")
    if "building" in reader.found or "," in stair:
        reader.put("stair", ",".join(several), token.start, token.end)
    else:
        reader.put("building", building, token.start, token.start + len(building))
        reader.put("stair", stair, token.start + len(building) + 1, token.end)


def _floor(reader: _Reader, place: int, token: Token) -> None:
    kind = "floor"
    if token.word == "楼" and token.value.isdigit() and "building" not in reader.found:
        kind = _floor_or_building(reader, place, token)
    value = token.value.replace("负", "-")
    reader.put(kind, value, token.start, token.end)


def _floor_or_building(reader: _Reader, place: int, token: Token) -> str:
    following = reader.ahead(place)
    if following is not None and following.kind == "stair":
        return "building"
    words = reader.words_before(token)
    if reader.behind(place) in ("number", "stair") or _BIG_HOUSE.search(words):
        return "floor"
    if following is not None and following.kind == "run":
        return "building"
    return "building" if words else "floor"


def _side(reader: _Reader, place: int, token: Token) -> None:
    """Read 西户; 西门 is a door of a landing too behind a stair or a floor, elsewhere a gate."""
    behind = reader.behind(place) in ("stair", "floor")
    if behind or (token.value[-1] == "户" and {"building", "stair", "floor"} & reader.found.keys()):
        reader.put("room", token.value, token.start, token.end)


def _rooms(reader: _Reader, place: int, token: Token) -> None:
    """Read 605、606室; without a word only behind a building, floor or number."""
    if token.word or reader.behind(place) is not None:
        reader.put("room", token.value, token.start, token.end)


def _room(reader: _Reader, place: int, token: Token) -> None:
    if token.word == "户" and reader.behind(place) is None:
        return
    following = reader.ahead(place)
    if token.word == "号房" and following is not None and following.kind == "stair":
        reader.put("building", token.value, token.start, token.end)  # 32号房1单元
        return
    reader.put("room", token.value, token.start, token.end)


def _number(reader: _Reader, place: int, token: Token) -> None:
    before = reader.behind(place)
    value = token.value.removeprefix("附") + token.word.removesuffix("号")
    value = value.replace("之", "-").replace("附", "-").replace("--", "-")
    words = reader.words_before(token)
    if reader.text[token.end : token.end + 1] == "门" and not words.endswith(_STREET_END):
        return  # 3号门口 is a gate, 人民路108号门口 a house
    if before in ("building", "stair", "floor"):
        reader.put("room", value, token.start, token.end)
    elif (
        before == "number" or words.endswith("号院") or (words.endswith("弄") and "巷" not in words)
    ):
        reader.put("building", value, token.start, token.end)
    elif "number" not in reader.found and not _COMPOUND_END.search(words):
        reader.put("number", value, token.start, token.end)
    elif "building" not in reader.found:
        reader.put("building", value, token.start, token.end)


def _bare(reader: _Reader, place: int, token: Token) -> None:
    before = reader.behind(place)
    following = reader.ahead(place)
    if (
        before in ("stair", "floor")
        or (_is_room(token.value) and before in ("building", "number"))
        or (before is None and _is_room_of_house(reader, token))
    ):
        reader.put("room", token.value, token.start, token.end)
    elif before == "building" and following is not None and following.kind in ("bare", "room"):
        reader.put("stair", token.value, token.start, token.end)
    elif (
        before is None
        and "number" not in reader.found
        and (reader.text.isascii() or reader.words_before(token)[-1:] in _STREET_END)
    ):
        # 12 MAIN STREET, MAIN STREET 12A, 中山南路81
        reader.put("number", token.value, token.start, token.end)
    elif before is None and _is_house(reader, token, following):
        reader.put("building", token.value, token.start, token.end)


def _is_room(value: str) -> bool:
    """Return whether bare digits are a room's: three and more, or with a letter behind (12H)."""
    return len(value.strip(_LETTERS)) >= _ROOM_DIGITS or (len(value) > 1 and value[-1] in _LETTERS)


def _is_room_of_house(reader: _Reader, token: Token) -> bool:
    """Return whether digits right behind a name are a room: 数娱大厦902, 滨河花园501."""
    words = reader.words_before(token)
    if not words or words[-1] <= "一" or words[-1] in _STREET_END or not _is_room(token.value):
        return False
    return bool(_BIG_HOUSE.search(words)) or bool(_DOOR_OF_FLOOR.fullmatch(token.value))


def _is_house(reader: _Reader, token: Token, following: Token | None) -> bool:
    """Bare digits right behind a name are its building: 秀容嘉园19, 秀容嘉园19 5 502."""
    words = reader.words_before(token).rstrip("-")
    if following is not None and following.kind == "stair":
        words = words.rstrip(", ")  # 滨河花园，46 1单元
    if "building" in reader.found or not words or not words[-1] > "一":
        return False
    if following is not None:
        return following.kind in ("bare", "stair", "run")
    return len(token.value) <= 3 and words[-1] not in _ROAD_END  # noqa: PLR2004


def _run(reader: _Reader, place: int, token: Token) -> None:
    parts = _parts(token)
    word = token.word
    before = reader.tokens[place - 1] if place else token
    if before.kind == "run" and "," in reader.text[before.end : token.start]:
        return  # 3-1、5-2: another address
    words = reader.words_before(token)
    whole = "-".join(part.value for part in parts)
    if (word and word[-1] in "栋幢座#") or word[-1:] == "楼" != word:
        reader.put("building", whole, token.start, token.end)
    elif word == "号" and words.endswith(_NUMBERED) and reader.behind(place) is None:
        reader.put("number", whole, token.start, token.end)
    elif word in ("层", "楼"):
        reader.put("floor", whole, token.start, token.end)
    elif word in ("单元", "门") and reader.behind(place) == "building":
        value = ",".join(part.value for part in parts)  # 2号楼1-2单元
        reader.put("stair", value, token.start, token.end)
    elif word in ("单元", "门"):
        for kind, part in zip(("building", "stair"), parts[-2:], strict=False):
            reader.put(kind, part.value, part.start, part.end)
    elif _is_one_room(parts, reader.behind(place), words):
        reader.put("room", token.value, token.start, token.end)
    else:
        for kind, part in zip(_kinds(parts, reader.behind(place), words), parts, strict=False):
            reader.put(kind, part.value, part.start, part.end)


def _kinds(parts: list[Element], before: str | None, words: str) -> tuple[str, ...]:
    """Return what the parts of a run such as 3-2-501 are, given what stands before it."""
    count = len(parts)
    if before is not None and before in _BEHIND:
        return _BEHIND[before].get(count, ())
    if words.endswith(_STREET_END) and count in _ON_STREET:
        return _ON_STREET[count]
    if count == _PAIR:
        is_room = len(parts[1].value.rstrip(_LETTERS)) >= _ROOM_DIGITS
        return ("building", "room") if is_room else ("building", "stair")
    if count == len(_IN_ZONE) and (
        parts[0].value.isalpha()
        or not _is_on_floor(parts[-1].value, parts[-2].value)
        or int(parts[1].value.strip(_LETTERS) or 0) > _MOST_STAIRS
    ):
        return _IN_ZONE
    return _PARTS[count]


def _is_on_floor(room: str, floor: str) -> bool:
    """Return whether a room's number begins with its floor: 501 is on 5, 1203 on 12."""
    digits = room.rstrip(_LETTERS)
    return len(digits) < _ROOM_DIGITS or digits[:-2] == floor


def _is_one_room(parts: list[Element], before: str | None, words: str) -> bool:
    """Return whether a run is one room: in a big house, or behind what rooms stand behind."""
    if len(parts) != _PAIR:
        return False
    if before is None:
        return parts[0].value[0].isdigit() and bool(_BIG_HOUSE.search(words))
    return before in ("building", "stair", "floor") and _is_door(parts)


def _is_door(parts: list[Element]) -> bool:
    """Return whether a run is one room: 1801-1805 a range, 202-1 a part, 22-1 floor and door."""
    first, second = (part.value.strip(_LETTERS) for part in parts)
    if len(first) >= _ROOM_DIGITS:
        return True
    return len(second) < _ROOM_DIGITS and first.isdigit() and int(first) > _MOST_STAIRS


def _parts(token: Token) -> list[Element]:
    parts = []
    start = token.start
    for value in re.split("[-/]", token.value):
        parts.append(Element("part", value, start, start + len(value)))
        start += len(value) + 1
    parts[-1] = parts[-1]._replace(end=token.end)
    return parts


_READ = {
    "building": _building,
    "several": _several,
    "stair": _stair,
    "stairs": _stairs,
    "floor": _floor,
    "room": _room,
    "rooms": _rooms,
    "room_behind": _room,
    "side": _side,
    "number": _number,
    "bare": _bare,
    "run": _run,
}
