"""How likely one name is written as another, and how likely a name is one not in the register.

A noisy channel: both are costs in nats (minus the logarithm of a probability), so that they may
be weighed against each other. `geo.address.calibration` scales them to a register.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from geo.address.sound import sounds_alike
from geo.address.speech import is_label
from geo.address.vocabulary import (
    COMMON_WORDS,
    FUNCTION_WORDS,
    GENERIC,
    PREDICATES,
    OfficeReading,
    generic_end,
    office_reading,
)

SAME_SOUND = 4.5
CONFUSABLE_SOUND = 5.5
SWAPPED = 5.0
DOUBLED = 5.0
LEFT_OUT = 5.5
PUT_IN = 11.0
OTHER_CHARACTER = 13.0
OTHER_IDENTITY = 18.0
COUNT_LEFT_OUT = 10.0
STAGE_WORD_LEFT_OUT = 2.5
"""Costs of one slip of the pen or the ear, in nats."""

NEW_STEM, NEW_END = 3.0, 6.0
KNOWN_STEM, ONE_CHARACTER = 0.5, 8.0
SHORT_NAME = 3.0
OFFICE_RENAMED = 1.0
OFFICE_FORMER = 1.5
HOUSING_WORD = 4.5
OFFICE_ITSELF = 8.0
CALLED_ESTATE = 1.5
IN_SPEECH = 2.0
LABEL = 1.0
ELSEWHERE = 5.0
ELSEWHERE_IN_AREA = 11.0
IN_WORDS = 9.0
CAP = 30.0

_IDENTITY = frozenset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ东西南北中上下前后头尾新老旧大小内外左右一二三四五六七八九十"
)
# 我不住滨河花园, 没有在滨河花园住过; 是不是滨河花园 asks
_DENIES = re.compile(r"(?:不住在?|不在|没有?[住在]在?|并非|(?<!是)不是)")
# what stands on an estate, said between its name and its buildings
_DWELLINGS = frozenset(
    (
        "住宅楼",
        "居民楼",
        "住宅",
        "商品房",
        "楼房",
        "高层",
        "小高层",
        "多层",
        "洋房",
        "单元楼",
        "住宅小区",
    )
)
# 滨河花园对面的那个院子 is another estate
_OUTSIDE = re.compile(
    r"(?:[斜正]?对(?:面|过)|隔壁|旁边?|附近|前面|后面|后墙?外?头?|外头|外面)的?(?:那|这)?(?:个|座|片)?"
    r"(?:院子?|小区|小楼|工地|河滩|空地|厂子?)|的?[那这]?[座条](?:桥|路|河|街|沟|水?渠)"
)
_BEYOND = re.compile(r"(?:[斜正]?对(?:面|过)|隔壁|后?墙外头?|外头|外面)的?(?:[那这]个?)?(?=..)")
# shops are named after where they are: 康乐棋牌室, 康乐大药房
_SHOP = re.compile(
    r"[\u4e00-\u9fff]{0,4}?(?:超市|便利|商店|商行|药[店房]|诊所|饭店|餐[厅馆]|饭馆|宾馆|旅[店馆]|酒[店楼]|网吧|茶[楼馆室]"
    r"|棋牌室?|汽[修配]|修车|驾校|快递|驿站|物流|家电|水果|早餐|粮油|烟酒|轮胎|加油站|广告|装饰|麻将馆|理发|美[容发]|门市|五金|建材|洗车|修理|幼儿园|培训|影楼|浴[池室]|洗浴|面馆|面?粉店|火锅|烧烤|鲜花|蛋糕)"
)
_SAME_ESTATE = re.compile(r"(?:那|这)个?(?:小区|院子?|社区)(?:里面?)?的?")
_ESTATE_ENDS = frozenset("苑园庭府城邸居阁轩郡湾")
# words that no name goes on with: they say where in a compound or beside it something is, as
# 最里面那栋楼, 进门右手第二栋, 从东往西数第三栋, 门口的超市, 大概中间那几栋; or only join: 是, 有
_WHEREABOUTS = re.compile(
    r"(?:最[里外前后东西南北中上下左右边]|最后|倒数|进(?:了?大?门|去|来)|从[东西南北前后左右里外]|往[东西南北前后左右里外]"
    r"|靠(?:近|着|[东西南北路马街河里外])|挨着|紧挨|除了|不是|大概|好像|可能|应该|中间|[东西南北大正后侧]?门(?:口|外|前|里)"
    r"|[里外前后左右](?:面|边|头)|(?:旁|对|[东西南北])(?:边|面|侧)|[那这](?:个|栋|幢|座|排|几|边|里|儿)|哪[个栋幢座排]"
    r"|(?:[总一合]?共有?|合计)?(?:\d+|[两几]|好几)(?:[栋幢]楼|个单元)|(?:[总一合]共)"
    r"|\d+(?:号楼|[栋幢座]楼?|#楼?)的?[前后旁东西南北左右对隔跟紧挨]|是|在|有|和|跟|还|都|就)"
)
_COUNTING = frozenset("0123456789一二三四五六七八九十")
_SAME_NUMBER = frozenset(
    pair
    for numeral, digit in zip("一二三四五六七八九", "123456789", strict=True)
    for pair in ((numeral, digit), (digit, numeral))
)
_GENERIC = frozenset(GENERIC)
_STAGES = "0123456789期"
_OTHER_CHARACTERS = 2500
_LONGEST_SLIP = 4


def edit_cost(given: str, name: str) -> float:
    """Return the cost of writing ``given`` for ``name``; 0 for equal ones, at most `CAP`."""
    first, last, last_name = 0, len(given), len(name)
    while first < last and first < last_name and given[first] == name[first]:
        first += 1
    while last > first and last_name > first and given[last - 1] == name[last_name - 1]:
        last -= 1
        last_name -= 1
    if abs(last - last_name) > 3 or min(last, last_name) > first + _LONGEST_SLIP:  # noqa: PLR2004
        return CAP
    if last == first + 1 and last_name == first + 1:
        return substitution_cost(given[first], name[first])
    if last == first:
        return min(sum(map(_left_out, name[first:last_name])), CAP)
    before = given[first - 1] if first else ""
    return min(
        _aligned(given[first:last], name[first:last_name], before, given[last : last + 1]), CAP
    )


def _left_out(character: str) -> float:
    """Return the cost of leaving a character out: 东村小区 is hardly said for 东村二小区.

    家园二 is often said for 家园二期.
    """
    if character == "期":
        return STAGE_WORD_LEFT_OUT
    return COUNT_LEFT_OUT if character in _COUNTING else LEFT_OUT


def _aligned(given: str, name: str, before: str, behind: str) -> float:
    """Optimal string alignment: swaps of neighbours count once (Damerau)."""
    if not given:
        return sum(map(_left_out, name))
    above: list[float] = []
    left_out = list(map(_left_out, name))
    row = list(accumulate(left_out, initial=0.0))
    for place, character in enumerate(given):
        neighbour = given[place - 1] if place else before
        following = given[place + 1] if place + 1 < len(given) else behind
        put_in = OTHER_IDENTITY if character in _COUNTING else PUT_IN
        if character in (neighbour, following):
            put_in = DOUBLED
        current = [row[0] + put_in]
        for column, other in enumerate(name):
            best = min(
                row[column] + substitution_cost(character, other),
                row[column + 1] + put_in,
                current[column] + left_out[column],
            )
            if place and column and character == name[column - 1] and given[place - 1] == other:
                best = min(best, above[column - 1] + SWAPPED)
            current.append(best)
        above, row = row, current
    return row[-1]


@lru_cache(maxsize=1 << 16)
def substitution_cost(given: str, meant: str) -> float:
    """Return the cost of one character written for another."""
    if given == meant:
        return 0.0
    if (given, meant) in _SAME_NUMBER:
        return 0.1
    if given in _IDENTITY and meant in _IDENTITY:
        return OTHER_IDENTITY
    alike = sounds_alike(given, meant)
    if alike == 1:
        return SAME_SOUND
    return CONFUSABLE_SOUND if alike else OTHER_CHARACTER


def office_cost(said: OfficeReading, held: OfficeReading) -> float:
    """Return the cost of naming one office's housing otherwise.

    An office keeps its housing through reforms and renamings, and people say its former or
    short name (农业局 for 农业农村局, 一中 for 第一中学) and one word for another (宿舍, 家属院).
    Both readings are of the same office of today.
    """
    cost = 0.0 if said[1] == held[1] else OFFICE_RENAMED
    if said[2] != held[2]:
        cost += HOUSING_WORD
    return cost + (OFFICE_FORMER if said[3] != held[3] else 0.0)


def other_end(given: str, name: str) -> bool:
    """Return whether a different generic end is said: 嘉园 for 家园 is another compound."""
    said, held = generic_end(given), generic_end(name)
    return bool(said and held and said != held and not held.endswith(said))


def denied_at(words: str) -> int:
    """Return where in some words what is denied begins (我不住 …), 0 for nowhere."""
    match = _DENIES.search(words)
    return match.end() if match else 0


def leading_cost(words: str) -> float:
    """Return the cost of words before a name that belong to no name."""
    if is_label(words):
        return LABEL
    if FUNCTION_WORDS.search(words):
        return IN_SPEECH
    return IN_WORDS if len(words) > 1 else OTHER_IDENTITY


def trailing_cost(name: str, words: str) -> float:
    """Return the cost of words behind a name that belong to no name, a complaint's mostly."""
    if words == "小区" and (len(generic_end(name)) > 1 or name[-1] in _ESTATE_ENDS):
        return CALLED_ESTATE  # any estate is called one: 滨河花园小区
    if _SAME_ESTATE.fullmatch(words):
        return CALLED_ESTATE if len(name) > 2 else IN_WORDS  # noqa: PLR2004
    if _OUTSIDE.match(words) or _is_thing_outside(words):
        return CAP
    if words in _DWELLINGS and _is_whole(name):
        return CALLED_ESTATE
    if _is_whereabouts(name, words):
        return IN_SPEECH
    return CAP if _goes_on(name, words) else _complaint_cost(name, words)


def _is_thing_outside(words: str) -> bool:
    """Return whether words name what lies beyond an estate (外头的河滩), not what happens there."""
    beyond = _BEYOND.match(words)
    if beyond is None:
        return False
    thing = words[beyond.end() :]
    return not (PREDICATES.search(thing) or FUNCTION_WORDS.search(thing))


def _is_whole(name: str) -> bool:
    """Return whether a name has its generic end, so that no more of it may follow."""
    name = name.rstrip(_STAGES)
    return len(generic_end(name)) > 1 or name[-1:] in _ESTATE_ENDS


def _is_whereabouts(name: str, words: str) -> bool:
    """Return whether words behind a whole name say where in it: 滨河花园最里面那栋楼.

    Behind a name without a generic end they may be its own: 永安里面 may be 永安里.
    """
    if not _is_whole(name):
        return False
    if words.removeprefix("的") in _GENERIC:
        return False
    return words.startswith("的") or bool(_WHEREABOUTS.match(words))


def _goes_on(name: str, words: str) -> bool:
    """Return whether words make another name of the one before them: 永安新区 is not 永安."""
    if generic_end(f"某{words}") or len(words) < 2 or (not _is_whole(name) and _SHOP.match(words)):  # noqa: PLR2004
        return True
    named = len(generic_end(name)) > 1
    lengths = (2, 3) if named else (1, 2, 3)
    return not words.startswith("小区") and any(
        generic_end(f"某{words[:length]}") for length in lengths
    )


def _complaint_cost(name: str, words: str) -> float:
    if words.startswith("的") or PREDICATES.search(words):
        return IN_SPEECH
    return IN_WORDS if len(generic_end(name)) > 1 else CAP


@dataclass(frozen=True)
class Naming:
    """How the names of a register are made: from it follows what other names would look like."""

    stems: dict[str, int]
    ends: dict[str, int]
    characters: dict[str, int]
    names: int
    length: int

    @classmethod
    def of(cls, names: Iterable[str]) -> Naming:
        """Learn stems, generic ends and characters from the register's names."""
        stems: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        characters: Counter[str] = Counter()
        for name in names:
            stem, end = _split(name)
            stems[stem] += 1
            ends[end] += 1
            characters.update(name)
        for word in COMMON_WORDS:
            characters.update(word)
        return cls(dict(stems), dict(ends), dict(characters), stems.total(), characters.total() + 1)

    def absent_cost(self, given: str) -> float:
        """Return the cost of a text as the name of a place that the register lacks."""
        stem, end = _split(given)
        cost = min(
            self._stem_cost(given) + self._end_cost(""), self._stem_cost(stem) + self._end_cost(end)
        )
        if len(stem) == 1 and end[1:] in _GENERIC:
            # 百花苑 is 百花 + 苑 rather than 百 + 花苑
            cost = min(cost, self._stem_cost(stem + end[0]) + self._end_cost(end[1:]))
        for length in range(2, len(given)):
            # a stem that is known with an end that is not: 武装部 + 馨香里
            if given[:length] in self.stems:
                cost = min(
                    cost, self._stem_cost(given[:length]) + self._new(given[length:], NEW_END)
                )
        return cost

    def _end_cost(self, end: str) -> float:
        return -math.log((self.ends.get(end, 0) + 0.5) / (self.names + len(GENERIC)))

    def _stem_cost(self, stem: str) -> float:
        held = self.stems.get(stem)
        if held:
            return 1.0 - math.log(held / self.names)
        if stem in COMMON_WORDS:
            return KNOWN_STEM + math.log(len(COMMON_WORDS))
        office = office_reading(stem)
        if office is not None and not office[2]:
            return 5.0
        # no estate is named by one character: 学新村 lacks one
        return self._new(stem, NEW_STEM) + (ONE_CHARACTER if len(stem) == 1 else 0.0)

    def _new(self, words: str, cost: float) -> float:
        for character in words:
            seen = 0.7 * self.characters.get(character, 0) / self.length
            cost -= math.log(seen + 0.3 / _OTHER_CHARACTERS)
        return cost


def _split(name: str) -> tuple[str, str]:
    """Return (proper stem, generic end) of a name; a stage (2期) goes with the end's place."""
    if name.endswith("期") and len(name) > 3:  # noqa: PLR2004
        name = name[:-1].rstrip("0123456789一二三四五六")
    end = generic_end(name)
    return (name[: -len(end)], end) if end else (name, "")
