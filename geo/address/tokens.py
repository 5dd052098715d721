"""The tokens of the chain below a compound: what stands before 号楼, 单元, 层, 室."""

from __future__ import annotations

import re
from typing import NamedTuple

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SIDES = "东西南北中"
_ID = r"\d{1,4}[A-Z]?|[A-Z]\d{0,3}"
_USES = r"(?:居民|住宅|家属|商住|公寓|宿舍|教学|办公|商业|综合|回迁|安置|实验|科研|生产)?"
_HOUSE = r"(?:楼|栋|幢|座|厂房|车间|仓库|库房)"
_ALONE = r"(?<![0-9A-Z])"

_PATTERNS = (
    # 3-2-501, 3/2/501, 3-501, and with a classifier behind the last
    (
        rf"(?P<run>(?:\d{{1,4}}[A-Z]?|[A-Z]\d{{0,3}})(?:[-/]\d{{1,4}}[A-Z]?){{1,3}})"
        rf"(?P<run_word>号{_USES}{_HOUSE}|栋|幢|座|#楼?|单元|门|号室?|室|房|户|层|楼(?![前后下上道顶梯])|(?![-/]?\d))"
    ),
    # 8、9号楼
    (
        rf"{_ALONE}(?P<several>\d{{1,4}}号?(?:(?:[,和与跟到至]|或者?|还是)\d{{1,4}}号?)+)"
        rf"(?P<several_word>号?{_USES}(?:楼|栋|幢|座)|#楼?)"
    ),
    # 2、3单元
    rf"{_ALONE}(?P<stairs>\d{{1,3}}(?:[,和与跟或至到]\d{{1,2}})+)(?P<stairs_word>单元)",
    # 605、606室
    rf"{_ALONE}(?P<rooms>\d{{3,4}}(?:,\d{{3,4}})+)(?P<rooms_word>号?[室房]|(?!号))",
    # 3号楼 3栋 A座 3# 东楼 A楼 主楼
    (
        rf"{_ALONE}(?P<building>{_ID}|[{_STEMS}]|[{_SIDES}](?=楼|栋|幢|座)|[A-Z主副附辅裙](?=楼))"
        rf"(?P<building_word>号{_USES}{_HOUSE}|(?:栋|幢)楼?|座(?![桥山塔])|排楼?(?![水污涝])|#(?!单元){_USES}{_HOUSE}?"
        rf"|(?<=[A-Z主副附辅裙{_SIDES}{_STEMS}])楼(?![村乡镇]))"
    ),
    # 2单元 2门 东单元 2单
    (
        rf"{_ALONE}(?P<stair>\d{{1,2}}|[A-Z]\d?|[{_STEMS}]|[{_SIDES}](?=单元)|(?<=第)\d{{1,2}}(?=个(?:单元|门洞|楼)))"
        rf"(?P<stair_word>[号#个]?单元|[号#个]?(?:门洞|门栋|楼洞|门道|洞(?![桥庙沟村天])|楼门(?=$|[\d,()]))|[号个]楼道|号门(?![口卫牌市诊])|单(?=$|[-,\d])|门(?![口面诊市头卫窗牌前外县峡洞道])|梯(?!田))"
    ),
    # 负1层 B1层 5楼 5F
    (
        rf"{_ALONE}(?P<floor>负?\d{{1,3}}|B\d|地下(?:\d(?=[层楼]))?|底|顶)"
        r"(?P<floor_word>层|楼|F(?![A-Z0-9]))"
    ),
    # 501室 1201号房
    rf"{_ALONE}(?P<room>\d{{1,2}}[A-Z](?=\d{{2}}[室房])\d{{2}}|[A-Z]{{0,2}}-?\d{{1,5}}[A-Z]?)(?P<room_word>号?(?:室|房(?!产)间?)|户)",
    # 西户: doors of a landing
    r"(?P<side>[东西南北中]边?(?:户|门(?=$|[,() ])))",
    # 12号 12号之3 12之3号 12之3 12号附1号 附3号 甲5号; not 2号路, 3号线, 1号桥
    (
        rf"{_ALONE}(?P<number>附?[{_STEMS}A-Z]?\d{{1,5}}(?:号?,\d{{1,5}})*(?:之\d{{1,3}})?[A-Z{_STEMS}]?)"
        r"(?:号(?![路街线道]|门(?!口)|大[街道]|公[馆路]|[桥店厂井坑港渠台码](?![\u4e00-\u9fff]))"
        r"|(?:(?<=之\d)|(?<=之\d\d)|(?<=之\d{3}))(?=$|[,() ]))"
        rf"(?P<behind>之\d+|附\d+号?|[{_STEMS}](?![{_STEMS}号])|-\d+(?!\d*(?:[-号室门梯洞]|单元)))?"
    ),
    # 501 right behind a stair, building or floor
    r"(?<=[元门栋幢座楼层#])(?P<room_behind>\d{3,4})(?=[^0-9A-Z号楼栋幢座单层室房户#/-])",
    # 501 at the end of its clause, or before the next token
    (
        rf"{_ALONE}(?P<bare>\d{{1,2}}[A-Z]\d{{2}}|[A-Z]?\d{{1,5}}[A-Z]?|[A-Z](?= \d))"
        rf"(?=$|[-,()/#\s]|[{_SIDES}{_STEMS}]?单元)"
    ),
)
# what a token may begin with; most characters of a text are looked at but once
_FIRST = rf"(?=[0-9A-Z负附主副辅裙地底顶{_SIDES}{_STEMS}])"
_TOKEN = re.compile(f"{_FIRST}(?:{'|'.join(_PATTERNS)})")
_KINDS = {
    **{name: name.removesuffix("_word") for name in _TOKEN.groupindex},
    "behind": "number",
    "room_behind": "room_behind",
}


class Token(NamedTuple):
    """A token: its kind, the identity said, the words behind it, its place."""

    kind: str
    value: str
    word: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a written form."""
    tokens = []
    for match in _TOKEN.finditer(text):
        group = match.lastgroup or ""
        kind = _KINDS[group]
        word = "" if group == kind else match[group]
        tokens.append(Token(kind, match[kind], word, *match.span()))
    return tokens
