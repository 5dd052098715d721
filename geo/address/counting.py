"""Buildings that are counted, or from which others are counted: their numbers are of none meant."""

from __future__ import annotations

import re

# 除了5号楼, 挨着5号楼那栋 mean any other building
_EXCLUDED = re.compile(r"(?:除了?|除开|挨着|紧挨|靠着|紧邻|(?<!是)不是|不在)$")
# words of counting: 倒数第二栋, 从东往西数第三栋, 进门右手第一栋 have no number of their own
_COUNTED = re.compile(
    r"(?:[倒往]?数|进去|进门|大门口?|门口|往[东西南北左右前后里]走?|从[东西南北]边?|[左右](?:手边?|边|侧|转)"
    r"|路边|拐角|[总一合]?共有?|合计|连着|连续|接连|(?<!还)有|最后|最[里前后东西南北][面边头]?)的?第?$"
)
# 5号楼前面第二栋, 5号楼后面那栋 are other buildings than 5号楼, and have no number
_FROM_BUILDING = (
    r"的?(?:[前后旁](?:面|边|头)|[东西南北左右](?:面|边|侧|头)|对面|对过|隔壁|跟前|紧?挨着)的?第?"
)
# 头一栋, 头两栋; 吉祥华庭头11栋 is in it
_FIRST = re.compile(r"(?<=[\u4e00-\u9fff])(?<![里外前后上下])头(?=[1-3](?!\d))")
_FROM_HERE = re.compile(
    rf"{_FROM_BUILDING}(?:(?:\d{{1,2}}|[那这]|下?一|几)[个几]?[栋幢座排楼]|(?:相|紧|毗)邻的?楼"
    r"|楼(?![上下前后道梯]))|的?[前后]\d{1,2}[排栋幢]"
)
_COUNTED_FROM = re.compile(rf"(?:\d(?:号楼|楼)|[栋幢座#]楼?)(?:{_FROM_BUILDING}|的?[前后])$")


def is_no_building(text: str, start: int, end: int) -> bool:
    """Return whether the building said at start..end is another one than the one meant."""
    return bool(_EXCLUDED.search(text, 0, start) or _FROM_HERE.match(text, end))


def is_counted(text: str, start: int) -> bool:
    """Return whether a building said at ``start`` is one of a count: 倒数第二栋."""
    if _FIRST.match(text, max(start - 1, 0)):
        return True
    return bool(_COUNTED.search(text, 0, start) or _COUNTED_FROM.search(text, 0, start))
