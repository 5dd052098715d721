"""The chain below a compound or a house number: building, stair, floor, room.

Works on the written form of `geo.address.normalise`. What a token means depends on its
neighbours: ``3楼`` is a building before a stair and a floor behind a building; ``12号`` a house
number behind a road, a building behind a compound, a room behind a stair.
"""

from __future__ import annotations

import re

from geo.address.counting import is_counted, is_no_building
from geo.address.reading import Element, Reading
from geo.address.rereading import LONGEST_RANGE, other_readings
from geo.address.runs import (
    BIG_HOUSE,
    LETTERS,
    ROOM_DIGITS,
    STREET_END,
    is_house_number,
    is_one_room,
    kinds_of,
    parts_of,
)
from geo.address.tokens import Token, tokens_of

_ROAD_END = "路街道巷弄段衢径堤线"
_LISTED = re.compile(r",?(?:和|与|跟|及|以及|或[者是]?|还有|还是|到|至)")
_TO = re.compile("[-至到]")
# floor and door: 501, 1203; a building with such a number is rare
_DOOR_OF_FLOOR = re.compile(r"[A-Z]?(?:[1-9]|[1-4]\d)0[1-9]")
# ends of names behind which 12号 is a building: of compounds, not of villages
_COMPOUND_END = re.compile(
    r"(?:小区|社区|花园|花苑|家园|嘉园|公寓|新村|新区|广场|中心|市场|大厦|[苑园庭府邸城院墅区期])$"
)


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
        elif kind == "building" and word and not {"stair", "room"} & self.found.keys():
            # 17栋，sorry，43栋1单元: of two buildings without a word that joins them either
            self.found[kind] = before._replace(value=f"{before.value},{value}")

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
    if is_no_building(reader.text, token.start, token.end):
        return
    if token.word == "#" and reader.behind(place) in ("stair", "floor"):
        reader.put("room", token.value, token.start, token.end)  # 82#楼4#单元501#
        return
    following = reader.ahead(place)
    stands = following is not None and following.kind == "stair"
    if token.word[0] == "排" and reader.text[token.start - 1 : token.start] == "第" and not stands:
        return  # 第3排楼 is counted
    if token.word[0] in "栋幢座排" and is_counted(reader.text, token.start):
        return
    if token.word in ("栋楼", "幢楼") and reader.text[token.end : token.end + 1] in tuple("都全均"):
        return  # 3栋楼都停电
    reader.put("building", token.value, token.start, token.end, token.word)


def _several(reader: _Reader, _place: int, token: Token) -> None:
    first, *rest = re.findall(r"\d+", token.value)
    if reader.words_before(token).endswith(STREET_END) and token.value.startswith(f"{first}号"):
        # 秀容路57号，3号楼
        behind = token.start + len(first) + 1
        reader.put("number", first, token.start, behind)
        reader.put("building", ",".join(rest), behind + 1, token.end)
        return
    if len(first) >= ROOM_DIGITS > max(map(len, rest)) and token.value.startswith(f"{first},"):
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
    if token.word[:1] == "个" and reader.text[token.start - 1 : token.start] != "第":
        return  # 3个单元 are counted, 第3个单元 is one
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
    if reader.behind(place) in ("number", "stair") or BIG_HOUSE.search(words):
        return "floor"
    if following is not None and following.kind == "side" and following.value.endswith("户"):
        return "floor"  # 6楼西户
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
    if reader.text[token.end : token.end + 1] == "门" and not words.endswith(STREET_END):
        return  # 3号门口 is a gate, 人民路108号门口 a house
    if before in ("building", "stair", "floor"):
        reader.put("room", value, token.start, token.end)
    elif "number" in reader.found and _TO.fullmatch(reader.text, *_between(reader, token)):
        number = reader.found["number"]  # 20号至26号
        value = f"{number.value}-{value}"
        reader.found["number"] = number._replace(value=value, end=token.end)
    elif (
        before == "number" or words.endswith("号院") or (words.endswith("弄") and "巷" not in words)
    ):
        reader.put("building", value, token.start, token.end)
    elif "number" not in reader.found and not _COMPOUND_END.search(words):
        reader.put("number", value, token.start, token.end)
    elif "building" not in reader.found:
        reader.put("building", value, token.start, token.end)


def _between(reader: _Reader, token: Token) -> tuple[int, int]:
    return reader.found["number"].end, token.start


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
        and (reader.text.isascii() or reader.words_before(token)[-1:] in STREET_END)
    ):
        # 12 MAIN STREET, MAIN STREET 12A, 中山南路81
        reader.put("number", token.value, token.start, token.end)
    elif before is None and _is_house(reader, token, following):
        reader.put("building", token.value, token.start, token.end)


def _is_room(value: str) -> bool:
    """Return whether bare digits are a room's: three and more, or with a letter behind (12H)."""
    return len(value.strip(LETTERS)) >= ROOM_DIGITS or (len(value) > 1 and value[-1] in LETTERS)


def _is_room_of_house(reader: _Reader, token: Token) -> bool:
    """Return whether digits right behind a name are a room: 数娱大厦902, 滨河花园501."""
    words = reader.words_before(token)
    if not words or words[-1] <= "一" or words[-1] in STREET_END or not _is_room(token.value):
        return False
    return bool(BIG_HOUSE.search(words)) or bool(_DOOR_OF_FLOOR.fullmatch(token.value))


def _is_house(reader: _Reader, token: Token, following: Token | None) -> bool:
    """Bare digits right behind a name are its building: 秀容嘉园19, 秀容嘉园19 5 502."""
    words = reader.words_before(token).rstrip("-")
    if following is not None and following.kind == "stair":
        words = words.rstrip(", ")  # 滨河花园，46 1单元
    if "building" in reader.found or not words or not words[-1] > "一":
        return False
    if words.endswith(("带", "带个", "有个")):
        return False  # 楼号好像带个2
    if following is not None:
        return following.kind in ("bare", "stair", "run")
    return len(token.value) <= 3 and words[-1] not in _ROAD_END  # noqa: PLR2004


def _run(reader: _Reader, place: int, token: Token) -> None:
    parts = parts_of(token)
    word = token.word
    before = reader.tokens[place - 1] if place else token
    if before.kind == "run" and "," in reader.text[before.end : token.start]:
        return  # 3-1、5-2: another address
    words = reader.words_before(token)
    whole = "-".join(part.value for part in parts)
    if (word and word[-1] in "栋幢座#") or word[-1:] == "楼" != word:
        reader.put("building", whole, token.start, token.end)
    elif reader.behind(place) is None and is_house_number(word, words, parts):
        reader.put("number", whole, token.start, token.end)
    elif word in ("层", "楼"):
        reader.put("floor", whole, token.start, token.end)
    elif word in ("单元", "门") and reader.behind(place) == "building":
        value = ",".join(part.value for part in parts)  # 2号楼1-2单元
        reader.put("stair", value, token.start, token.end)
    elif word in ("单元", "门"):
        for kind, part in zip(("building", "stair"), parts[-2:], strict=False):
            reader.put(kind, part.value, part.start, part.end)
    elif is_one_room(parts, reader.behind(place), words):
        reader.put("room", token.value, token.start, token.end)
    else:
        for kind, part in zip(kinds_of(parts, reader.behind(place), words), parts, strict=False):
            reader.put(kind, part.value, part.start, part.end)


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
