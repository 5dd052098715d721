"""What a zone, building, stair or house number is called, reduced to what identifies it."""

from __future__ import annotations

import re
from functools import lru_cache

from geo.address.grammar import chains
from geo.address.normalise import written_form
from geo.address.numerals import value_of

_EMPTY = frozenset(
    {"", "无", "-", "--", "NONE", "NULL", "N/A", "NA", "NAN", "/", "空", "暂无", "没有", "0"}
)
_ZONE = re.compile(
    r"^([0-9A-Z]+|[东西][南北]|[东西南北中甲乙丙丁]|[一二三四五六七八九十]+)(?:小?区|院|组团|苑|片)$"
)
_RANGE = re.compile(
    r"^(\d{1,4})号?(?:楼|栋|幢|座|单元)?[-至到](\d{1,4})(?:号楼|号|栋|幢|座|楼|单元)?$"
)
_LIST = re.compile(r"^\d{1,4}(?:号|#)?(?:,\d{1,4}(?:号|#)?)+(?:号楼|号|栋|幢|座|楼|#|单元)?$")
_WORDS = re.compile(r"(?:号楼|号|栋|幢|座|楼|#|单元|室|门)+$")
_DIGITS = re.compile(r"\d+")
_STEM_FIRST = re.compile(r"^([甲乙丙丁戊己庚辛])(\d+)")
_LONGEST_RANGE = 200


def known_text(value: str) -> str:
    """Return the written form, empty for the placeholders that uploads hold (无, -, 暂无)."""
    form = written_form(value)
    return "" if form in _EMPTY else form


@lru_cache(maxsize=4096)
def zone_id(value: str) -> str:
    """Return the identity of a zone: C区 is C, 东区 is 东, 三区 is 3, 二期 is 2期."""
    form = known_text(value)
    match = _ZONE.match(form)
    identity = match.group(1) if match else form
    return str(value_of(identity) or identity)


@lru_cache(maxsize=4096)
def building_id(value: str) -> str:
    """Return the identity of a building: 3号楼, 第3栋, 三幢, 3# and 3 are 3; A座 is A."""
    form = known_text(value)
    if not form or form.isdigit():
        return form.lstrip("0") or form
    element = chains(form)[0].building
    if element is not None and element.end - element.start >= len(form):
        return element.value
    bare = _WORDS.sub("", form)
    return bare if len(bare) == 1 or bare.isascii() else form  # 教学楼 stays whole


@lru_cache(maxsize=4096)
def stair_id(value: str) -> str:
    """Return the identity of a stair: 2单元, 二单元, 2门 and 2 are 2."""
    form = known_text(value)
    if not form or form.isdigit():
        return form.lstrip("0") or form
    element = chains(form)[0].stair
    if element is not None and element.end - element.start >= len(form):
        return element.value
    bare = _WORDS.sub("", form)
    return bare or form


@lru_cache(maxsize=65536)
def number_id(value: str) -> str:
    """Return the identity of a house number: 12号 is 12; 12号之3, 12之3 and 12-3 are 12-3."""
    form = _STEM_FIRST.sub(r"\2\1", known_text(value))
    form = re.sub(r"(?<=\d)号(?=[甲乙丙丁戊己庚辛]$)", "", form)
    form = form.replace("号之", "-").replace("之", "-").replace("号附", "-").replace("附", "-")
    form = form.replace("号", "" if form.endswith("号") else "-").strip("-")
    return form.lstrip("0") or form


def spread_numbers(form: str) -> tuple[str, ...]:
    """Return the numbers that a list or a range stands for, none for a single number.

    12、14号 is 12 and 14; 12-18号 runs along one side of the road: 12, 14, 16, 18. 12-3 and 12之18
    are single numbers.
    """
    bare = form.replace("号", "")
    if "," in bare:
        return tuple(part for part in bare.split(",") if part)
    first, _, last = bare.partition("-")
    if first.isdigit() and last.isdigit():
        low, high = int(first), int(last)
        if low < high <= low + _LONGEST_RANGE:
            step = 1 if (high - low) % 2 else 2
            return tuple(str(number) for number in range(low, high + 1, step))
    return ()


def number_base(identity: str) -> str:
    """Return a house number without what is behind it: 12-3 and 12A are 12."""
    match = _DIGITS.match(identity)
    return match.group(0) if match else identity


def spread(value: str) -> tuple[str, ...]:
    """Return the single units that a range or list stands for: 1-3幢 is 1, 2, 3; others itself."""
    form = known_text(value)
    match = _RANGE.match(form)
    if match is not None:
        low, high = int(match.group(1)), int(match.group(2))
        if low < high <= low + _LONGEST_RANGE:
            return tuple(str(number) for number in range(low, high + 1))
    if _LIST.match(form):
        return tuple(re.findall(r"\d+", form))
    return (value,)
