"""Words that Chinese addresses share: kinds of compounds, offices and their former names.

Each table states facts of the language or of the administration, none of one register.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def _read() -> dict[str, Any]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return tomllib.load(file)


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


_WORDS = _read()

GENERIC = _longest_first(_WORDS["generic"])
"""Generic ends of compound names; two names that differ in them are two compounds."""

HOUSING = _longest_first(_WORDS["housing"])
"""What an employer's housing is called; people take one for the other."""

OFFICES: dict[str, list[str]] = {
    **_WORDS["offices"],
    **{
        f"第{numeral}{school}": [f"{numeral}{short}", f"县{numeral}{short}", f"{numeral}{school}"]
        for numeral in "一二三四五六七八九"
        for school, short in (("中学", "中"), ("小学", "小"), ("幼儿园", "幼"))
    },
}
"""An office's name of today and the former or short names that people still say."""

COMMON_WORDS = frozenset(_WORDS["common"])
"""Words that estates are often named with."""

TITLES: tuple[str, ...] = tuple(_WORDS["titles"])
"""How persons are addressed."""

SURNAMES = "".join(_WORDS["surnames"].split())
"""Characters that family names begin with."""

FUNCTION_WORDS = re.compile(
    r"我们?|你们?|您|他们?|她|在|是|这里?|那里?|了|吗|呢|吧|啊|呀|请问?|帮忙?|麻烦|要|想|说|叫|反映|投诉|举报|有人?|"
    r"巡查|走访|排查|发现|隐患|户籍|当事人|事发|报修|求助|业主群|看一下|查一?下?|一下|喂|嗯|呃|对|急|"
    r"刚才|刚刚|现在|[今昨前明每天]天|半夜|凌晨|夜里|早上|晚上|[上下中]午|(?:礼拜|星期)[一二三四五六日天]"
    r"|[点半]多?钟|以后|以前|开始|快递|外卖|停在|放|网格员|师傅|老乡|"
    r"城关|县城|城里|县里|镇上|城区|业主|住户|用户|客户|你好|您好|地址|位于|位置|住址?|家住?|来|去|到|就|跟|给|让|把|被|从|报|找|问|谁|哪|怎么|什么"
)
"""Words of speech that stand in no place name."""

PREDICATES = re.compile(
    r"[了没不有太很被把要着过吗呢啊]|漏|堵|坏|乱|停|噪|脏|臭|吵|打|响|断|倒|掉|裂|塌|着火|冒|流|堆|占|修|丢|偷|亮|通|反映|投诉|举报|需要|请|麻烦|怎么|什么|为什么"
)
"""Words of a complaint or a question; behind a name they do not belong to it."""

_OFFICE_FORMS = {form: name for name, forms in OFFICES.items() for form in (name, *forms)}
_OFFICE_FORMS.update({"法院": "人民法院", "检察院": "人民检察院"})
_OFFICE = re.compile("|".join(sorted(_OFFICE_FORMS, key=lambda form: (-len(form), form))))
_FORMER = re.compile(f"^(?:{'|'.join(_WORDS['former'])})(?=..)")
_OWNER = re.compile(f"^(?:{'|'.join(_WORDS['owners'])})(?=...)")
_HOUSING = re.compile(f"(?:{'|'.join(HOUSING)})$")
_GENERIC = frozenset(GENERIC)
_LENGTHS = sorted({len(end) for end in GENERIC}, reverse=True)


def generic_end(name: str) -> str:
    """Return the generic end of a compound's name, empty where it has none."""
    for length in _LENGTHS:
        if length < len(name) and name[-length:] in _GENERIC:
            return name[-length:]
    return ""


OfficeReading = tuple[str, str, str, bool]


def office_reading(name: str) -> OfficeReading | None:
    """Return (office of today, its words here, housing word, former) of an employer's housing.

    None for a name that begins with no office. 原农业局家属院 is 农业农村局, 农业局, 家属院, True.
    """
    rest = _FORMER.sub("", name)
    former = rest != name
    match = _OFFICE.match(rest)
    if match is None:
        match = _OFFICE.match(_OWNER.sub("", rest))
    if match is None:
        return None
    words = match.group(0)
    housing = match.string[match.end() :]
    if housing and not _HOUSING.fullmatch(housing):
        return None
    return _OFFICE_FORMS[words], words, housing, former
