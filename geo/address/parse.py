"""Any Chinese address taken apart by its grammar alone, without a register.

From the front the areas (省 市 区县 镇 村 组), the road and its number, the compound; from the back
the chain of building, stair, floor and room. Nothing is invented: what is not said is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from geo.address.correction import as_meant
from geo.address.grammar import chains
from geo.address.normalise import Normalised, normalise
from geo.address.reading import Reading
from geo.address.relation import Relation, relation_at, relation_end
from geo.address.speech import opening_length

PROVINCES = (
    "黑龙江|河北|山西|辽宁|吉林|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南"
    "|四川|贵州|云南|陕西|甘肃|青海"
)
PROVINCE = re.compile(
    r"(?:中国|中华人民共和国)?(?:[^0-9A-Z,]{2,3}省|内蒙古(?:自治区)?|广西(?:壮族)?(?:自治区)?|西藏(?:自治区)?"
    r"|宁夏(?:回族)?(?:自治区)?|新疆(?:维吾尔)?(?:自治区)?(?=[^路街])|(?:北京|上海|天津|重庆)市?(?=.{2,4}[区县])(?!.{0,2}路)"
    rf"|(?:{PROVINCES})(?=.{{2,4}}市))"
)
CITY = re.compile(
    r"[^0-9A-Z,路街道号]{1,4}?(?<!超|菜|城|夜|门|花|集)(?:市(?!场|政|民|委|府|医|一|二|公)|自治州|地区|盟)"
)
DISTRICT = re.compile(
    r"[^0-9A-Z,路街道号]{1,4}?(?<!小|社|新|园|校|厂|库|片|发|住|活|属|矿|景|[A-Z一二三四五六七八九十])(?<!工业)"
    r"(?:县城(?=[\u4e00-\u9fff]{3})(?!关)|区(?!域|间|块)|县(?!城(?![东西南北中关])|委|政府|医|一|二|道)|旗(?!舰|袍)|自治县)"
)
_DEVELOPMENT = re.compile(
    r"[^0-9A-Z,路街号]{1,8}?(?:开发区|高新区|工业园区|保税区|经开区|新区(?=.))"
)
_TOWN = re.compile(
    r"[^0-9A-Z,号]{1,6}?(?:街道(?:办事处|办)?|镇(?!政府|海|江)|乡(?!里|政府)|苏木|林场|农场)"
)
_VILLAGE = re.compile(
    r"[^0-9A-Z,路街号]{1,8}?(?:社区(?:居委会)?|居委会|村委会|行政村|自然村|(?<!新)(?<!度假)(?<!城中)村(?!委|民|口)|(?<=..)里(?=\d+邻))"
)
GROUP = re.compile(r"(\d{1,3})(?:村民)?(?:小组|组(?!团)|社(?!区)|邻|生产队|大?队(?=$|[,() \d]))")
ROAD = re.compile(
    r"(?:\d{1,3}号|[^0-9,号()](?:[^,号()#]{0,8}?))(?:路|大街|街(?!道|坊)|大道|(?<!街|通|频|管)道(?=\d)|胡同|公路|国道|省道|县道|高速|环线"
    r"|(?<!小|深)巷|弄|里(?=\d))(?:[东西南北中](?:段|路|街)|\d段|[一二三四五六七八九十](?:路|巷|街))?"
    r"(?:\d{1,4}(?:巷|弄|胡同|条))*"
)
_LANE = re.compile(r"(?:\d{1,4}(?:巷|弄|胡同|条))+")
ZONE = re.compile(
    r"(?:[A-Z]\d?|[东西][南北]|[东西南北中]|[甲乙丙丁]|\d{1,2}|[一二三四五六七八九十])区$|\d{1,2}期(?:[A-Z东西南北中]区)?$|[东西南北中]院$|(?<=..)[A-Z\d]+组团$"
)
_MEANT = re.compile(r"[A-Z\u4e00-\u9fff](?<![院之])|[院之].")
_SIDE_ZONE = re.compile(r"(?:^|..)(?:[东西][南北]|[东西南北中])区$")
_MOST_CHARACTERS = 300
_STOP = re.compile(r"[,() ]+")
_CHAIN_KINDS = ("number", "building", "stair", "floor", "room")


class Span(NamedTuple):
    """One element of an address.

    ``value`` identifies it (3号楼 is 3), ``text`` are its words as given, which stand at
    ``start``..``end`` of the text as given.
    """

    kind: str
    value: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Parsed:
    """An address taken apart.

    Attributes
    ----------
    elements
        Its elements in the order of the text. Kinds: province, city, district, development,
        town, village, group, road, number, compound, zone, building, stair, floor, room,
        relation.
    """

    elements: tuple[Span, ...]

    @cached_property
    def _by_kind(self) -> dict[str, Span]:
        return {element.kind: element for element in reversed(self.elements)}

    def get(self, kind: str) -> str | None:
        """Return the identity of an element, None where it is not said."""
        element = self._by_kind.get(kind)
        return None if element is None else element.value

    def words(self, kind: str) -> str | None:
        """Return the words of an element as given, None where it is not said."""
        element = self._by_kind.get(kind)
        return None if element is None else element.text

    @property
    def chain(self) -> tuple[str | None, str | None, str | None, str | None]:
        """Return building, stair, floor and room."""
        return self.get("building"), self.get("stair"), self.get("floor"), self.get("room")


class _Piece(NamedTuple):
    kind: str
    value: str
    start: int
    end: int


def parse(text: str) -> Parsed:
    """Take an address apart.

    Phone numbers and names of persons in it are left out and appear in no element; nor does
    what stands behind its first 300 characters.
    """
    text = text[:_MOST_CHARACTERS]
    written = normalise(as_meant(text))
    pieces = _pieces(written.text)
    return Parsed(tuple(_spans(written, text, pieces)))


def parse_written(written: str) -> dict[str, str]:
    """Return the identities of the elements of a written form, by kind."""
    found: dict[str, str] = {}
    for piece in _pieces(written):
        found.setdefault(piece.kind, piece.value)
    return found


def _spans(written: Normalised, text: str, pieces: list[_Piece]) -> list[Span]:
    spans = []
    for piece in pieces:
        start, end = written.span(piece.start, piece.end)
        spans.append(Span(piece.kind, piece.value, text[start:end], start, end))
    return spans


def _pieces(written: str) -> list[_Piece]:
    reading = chains(written)[0]
    pieces = [_Piece(*element) for element in reading.elements]
    relation = relation_behind(written, reading)
    end = len(written)
    if relation is not None:
        pieces.append(_Piece("relation", relation.words, relation.start, relation.end))
        end = relation.start
    cuts = sorted((piece.start, piece.end) for piece in pieces)
    start = opening_length(written)
    for first, last in cuts:
        if first > start:
            pieces += _head(written, start, min(first, end))
        start = max(start, last)
    if start < end:
        pieces += _head(written, start, end, tail=bool(reading.elements))
    return sorted(pieces, key=lambda piece: piece.start)


def relation_behind(written: str, reading: Reading) -> Relation | None:
    """Return the relation behind the chain, or the one that ends the text."""
    last = max((element.end for element in reading if element is not None), default=0)
    if not last:
        return relation_end(written)
    if last == len(written):
        return None
    return relation_at(written, last) or relation_end(written)


def _head(written: str, start: int, end: int, *, tail: bool = False) -> list[_Piece]:
    """Take the words of a stretch apart: areas, road, group, compound, zone."""
    pieces: list[_Piece] = []
    for part in _STOP.split(written[start:end]):
        if not part:
            continue
        first = written.index(part, start, end)
        start = first + len(part)
        if tail and pieces:
            break
        pieces += _part(written, first, start)
    return pieces


_ABOVE = ("province", "city")
_AREAS = (
    ("province", PROVINCE),
    ("city", CITY),
    ("district", DISTRICT),
    ("development", _DEVELOPMENT),
    ("town", _TOWN),
    ("village", _VILLAGE),
)


def _part(written: str, start: int, end: int) -> list[_Piece]:
    pieces: list[_Piece] = []

    def take(kind: str, match: re.Match[str] | None, value: str | None = None) -> None:
        nonlocal start
        if match is not None and start < match.end() <= end:
            pieces.append(_Piece(kind, value or match.group(0), match.start(), match.end()))
            start = match.end()

    for kind, pattern in _AREAS:
        match = pattern.match(written, start, end)
        if match is not None and _is_area(
            match, kind, end, below=bool(pieces) and pieces[-1].kind in _ABOVE
        ):
            take(kind, match)
    group = GROUP.match(written, start, end)
    take("group", group, group.group(1) if group else None)
    take("road", ROAD.match(written, start, end))
    if start < end:
        zone = ZONE.search(written, start, end)
        name_end = zone.start() if zone is not None else end
        if _MEANT.search(written, start, name_end):
            pieces.append(_Piece("compound", written[start:name_end], start, name_end))
        if zone is not None:
            pieces.append(
                _Piece("zone", zone.group(0).removesuffix("区"), zone.start(), zone.end())
            )
    return pieces


def _is_area(match: re.Match[str], kind: str, end: int, *, below: bool) -> bool:
    """Return whether words are an area's rather than a compound's, ``below`` a city's or not.

    A district is said with its city or followed by a town or a road (西湖区文一西路): 东方苑西区
    and 华府新区 are compounds. 滨河社区 right before a building is a compound too.
    """
    words = match.group(0)
    if kind in ("district", "development") and words.endswith("区") and not below:
        if _SIDE_ZONE.search(words) or words.endswith("新区"):
            return False
        rest = match.string
        return bool(_TOWN.match(rest, match.end(), end) or ROAD.match(rest, match.end(), end))
    if kind == "village" and match.end() == end < len(match.string):
        return not words.endswith(("社区", "里"))
    return True
