"""How forms, spreadsheets, scanners and callers write the parts of a chain, put into plain words.

Each entry of `STEPS` names the characters without which its patterns find nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from geo.address.numerals import NUMERAL, longest_numeral, value_of

Step = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_COUNTED = f"0-9A-Z{NUMERAL}两俩"
_HAN = "\u4e00-\u9fff"
_CLASSIFIER = r"号楼|栋|幢|座|单元|门|层|楼|室|户|#"
# forms and callers name the element first: 楼号：28 单元：6 室：202, 栋=12&单元=2, 楼号是二十一
_LABELLED = re.compile(
    r"(?=[楼栋幢单房室户门])(?:(?P<building>楼栋号|楼幢号|楼号|楼栋|楼幢|栋号|幢号"
    rf"|(?<![{_COUNTED}])(?<![{_COUNTED}] )[栋幢](?=[, ])|(?:^|(?<=[, ])(?<!号 ))楼(?=\d))"
    rf"|(?P<stair>(?<![{_COUNTED}个两俩号#])(?:单元号?(?=,)|(?<![{_COUNTED}] )单元号?))"
    r"|(?P<room>房间号?|房号|室号|户号|门牌号?(?=[, ]|[是为]\d)"
    rf"|(?<![{_COUNTED}])(?<![{_COUNTED}] )室(?=[, ])))"
    rf"[, ]*[是为]?[, ]*(?P<value>\d{{1,4}}|[{NUMERAL}两]{{1,4}})"
    rf"(?![\d{NUMERAL}洞拐勾两]|号(?!码)|{_CLASSIFIER}|[-/]\d)"
)
_ALONE = {"幺": "一", "两": "二"}
_LABELS = {"building": "号楼", "stair": "单元", "room": "室"}
# speech recognition and scanners put another character into 单元, 号楼, 栋 and 幢 behind a numeral
_HEARD = re.compile(
    rf"(?<=[0-9{NUMERAL}])(?:(?P<stair>[单丹但旦蛋担淡胆][元园原圆员源远院愿缘苑]"
    rf"|单[{_HAN}](?=\d|[{NUMERAL}]{{3}}|$|[,() ])(?<!单元))"
    rf"|(?P<house>[号好毫浩耗弓弖][楼搂喽娄漏陋]|(?![{NUMERAL}两])[{_HAN}]楼(?=[0-9{NUMERAL}两]{{1,3}}单元)(?<!号楼)(?<![层排门栋幢座#]楼))"
    rf"|(?P<block>[憧橦僮潼瞳拣](?=[0-9{NUMERAL}两]|$|[,() ])"
    rf"|[东动洞冻懂撞状壮坐做床](?=[0-9{NUMERAL}两]{{1,3}}(?:单元|门|[单丹但旦蛋担淡胆][元园原圆员源远院愿缘苑]))))"
)
_MEANT = {"stair": "单元", "house": "号楼", "block": "栋"}
# the numerals of cheques (壹贰叁) before a classifier; 壹号 and 壹品 are names
_CHEQUE = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰", "一二三四五六七八九十百")
_CHEQUED = re.compile(r"[壹贰叁肆伍陆柒捌玖拾佰零]+(?=号楼|栋|幢|座|单元|门|层|楼|室)")
# a number said twice before its word: 三，三号楼
_STUTTER = re.compile(
    rf"(?<![{_COUNTED}])([{NUMERAL}]{{1,4}}|\d{{1,3}})[, ]+(?=\1(?:号楼|栋|幢|单元|#))"
)
_ROUND_ZERO = re.compile(r"〇(?=\d)|(?<=\d)〇")
_ALONE_ONE = re.compile(r"(?<![0-9零〇一二三四五六七八九十百])幺(?=号楼|栋|幢|单元|门|号院)")
_ZEROS = re.compile(
    rf"(?<![0-9A-Z.-])0+(?=[1-9]\d{{0,2}}[-/]\d)|(?<=\d[-/])0+(?=[1-9])|(?<=\d )0(?=[1-9] \d)"
    rf"|(?<=[{_HAN} ][A-Z])0+(?=[1-9]\d?(?:号楼|栋|幢|座|#))"
)
# what spreadsheets make of 12-1-603 and 6-2: 12月1日603, 6月2日
_DATED = re.compile(
    rf"(?<=[{_HAN})]) ?(\d{{1,2}})月(\d{{1,2}})日(?=$|[- ]?\d{{3,4}}(?:室|$))[- ]?(\d*)"
)
# building, stair, floor and room in one number of eight digits: 67020301
_JOINED = re.compile(
    rf"(?<=[{_HAN}])(?!0)(\d\d)(0[1-9]|1[0-2])(0[1-9]|[1-4]\d)(0[1-9]|1\d)(?![\dA-Z号栋幢座单元-])"
)
# separators said twice, or two of them: 3--1--102, 12#.2.501
_DASHES = re.compile(r"-{2,}(?=[0-9A-Z])(?!-?1[层楼])")
_DOT_BEHIND = re.compile(r"(?<=[#楼栋幢座])\.(\d{1,2})\.(?=\d{3,4}(?!\d))")
_DOT = re.compile(r"(?<=\d)·(?=\d)")
_DOTS = re.compile("·")
_POINT = re.compile(rf"(?<=[{_HAN}])\.+(?!$)|(?<=[{_HAN}])\.+$")
_AND = re.compile("&(?=[\u4e00-\u9fff])")
# numbers between commas behind a name: 桥头小区，92，2，601
_LISTED = re.compile(
    rf"(?<=[{_HAN})A-Z])[,/]*(?<!\d)(\d{{1,3}})([,/])(\d{{1,2}})\2(\d{{3,4}})(?![\d号栋幢座楼#单,/A-Z-])"
)
# digits as they are said by radio: 五洞两 is 502
_RADIO_DIGITS = str.maketrans("洞幺两拐勾零〇一二三四五六七八九", "0127900123456789")
_RADIO = re.compile(
    r"(?<=[号元栋楼层室 ,])(?=[^洞拐勾]{0,3}[洞拐勾])"
    r"[洞幺两拐勾零一二三四五六七八九]{3,4}(?=$|[室号,() ])"
    r"|(?=[^洞拐勾]{0,2}[洞拐勾])[洞幺两拐勾零一二三四五六七八九]{2,3}(?=号楼|栋|幢|单元)"
)
# a house number by its name: 振兴街门牌213号
_DOOR_PLATE = re.compile(r"(?<=[路街道巷弄])门牌号?[是为:, ]*(?=\d{1,4}号)")
# a name in letters right behind a number: 长江路260Changjiang Road
_LETTERS_BEHIND = re.compile(r"(?<=[路街道巷弄桥])(\d{1,4}(?:-\d{1,3})?)(?=[A-Z]{3}|[A-Z]{2}\d)")
_YARD = re.compile(r"(?<=[路街道巷弄])(\d{1,4})#(?=院)")
# English words inside a Chinese address
_ENGLISH = re.compile(
    r"(?<![A-Z0-9])(?:(?P<building>BLDG|BUILDING|BLOCK|BLK|TOWER"
    r"|B(?=\d{1,3}[ ,-]*(?:UNIT|U)[ ,.]*\d))"
    r"|(?P<stair>UNIT|ENTRANCE|ENTR|ENT|U(?=\d))|(?P<room>ROOM|RM|APT|FLAT|R(?=\d{3,4}(?!\d))))"
    r"[ ,.]*(?:NO[ .]*)?(?P<value>\d{1,4}|[A-Z](?![A-Z]))(?![0-9])[ ,]*"
)


def heard(match: re.Match[str]) -> str:
    """Return what was meant by a word that was heard or scanned otherwise."""
    return _MEANT[match.lastgroup or "stair"]


def _labelled(match: re.Match[str]) -> str:
    label = next(name for name in _LABELS if match.group(name))
    value = match.group("value")
    number = int(value) if value.isdigit() else value_of(_ALONE.get(value, value))
    return match.group(0) if number is None else f"{number}{_LABELS[label]}"


def _cheque(match: re.Match[str]) -> str:
    numeral = match.group(0).translate(_CHEQUE)
    found = longest_numeral(numeral)
    return match.group(0) if found is None or found[0] else numeral


def _dated(match: re.Match[str]) -> str:
    room = f"-{match.group(3)}" if match.group(3) else ""
    return f"{match.group(1)}-{match.group(2)}{room}"


def _joined(match: re.Match[str]) -> str:
    building, stair, floor, door = match.groups()
    return f"{int(building)}-{int(stair)}-{int(floor)}{door}"


def _parted(match: re.Match[str]) -> str:
    return "-".join(match.group(1, 3, 4))


def _behind(match: re.Match[str]) -> str:
    return f"-{match.group(1)}-"


def _yard(match: re.Match[str]) -> str:
    return f"{match.group(1)}号"


def _apart(match: re.Match[str]) -> str:
    return f"{match.group(1)} "


def _radio(match: re.Match[str]) -> str:
    return match.group(0).translate(_RADIO_DIGITS)


def _english(match: re.Match[str]) -> str:
    if match.string.isascii():
        return match.group(0)
    label = next(name for name in _LABELS if match.group(name))
    value = match.group("value")
    if value.isalpha():
        return f"{value}座" if label == "building" else match.group(0)
    return f"{value}{_LABELS[label]}"


_HEARD_CHARACTERS = (
    "单丹但旦蛋担淡胆园原圆员源远院愿缘苑好毫浩耗弓弖楼搂喽娄漏陋东动洞冻懂撞状壮坐做床憧橦僮潼瞳拣"
)
STEPS: tuple[tuple[frozenset[str], tuple[Step, ...]], ...] = (
    (frozenset("·"), ((_DOT, "-"), (_DOTS, ""))),
    (frozenset("."), ((_DOT_BEHIND, _behind), (_POINT, ","))),
    (frozenset("-"), ((_DASHES, "-"),)),
    (frozenset("&"), ((_AND, ","),)),
    (frozenset("壹贰叁肆伍陆柒捌玖拾佰"), ((_CHEQUED, _cheque),)),
    (frozenset("〇"), ((_ROUND_ZERO, "0"),)),
    (frozenset("幺"), ((_ALONE_ONE, "1"),)),
    (frozenset("栋幢楼单室房门户"), ((_LABELLED, _labelled),)),
    (frozenset("BUERAFT"), ((_ENGLISH, _english),)),
    (frozenset("月"), ((_DATED, _dated),)),
    (frozenset(_HEARD_CHARACTERS), ((_HEARD, heard),)),
    (frozenset("0"), ((_JOINED, _joined), (_ZEROS, ""))),
    (frozenset(", "), ((_STUTTER, ""),)),
    (frozenset(",/"), ((_LISTED, _parted),)),
    (frozenset("#"), ((_YARD, _yard),)),
    (frozenset("路街道巷弄桥"), ((_LETTERS_BEHIND, _apart),)),
    (frozenset("牌"), ((_DOOR_PLATE, ""),)),
    (frozenset("洞拐勾"), ((_RADIO, _radio),)),
)
