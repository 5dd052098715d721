"""What a caller takes back: 不是3号楼，是5号楼; 3号楼，不对，5号楼2单元; 不是滨河花园，是滨河苑."""

from __future__ import annotations

import re

_NUMERAL = r"[0-9０-９A-Za-z〇零一二三四五六七八九十百廿幺两]"
_CLASSIFIER = r"号楼|號樓|号院|栋楼?|棟|幢|座|#楼?|单元|單元|门洞|期|层|樓|楼|室|号|區|区"
_ONE = rf"(?:第?{_NUMERAL}{{1,5}}(?:{_CLASSIFIER}))"
_RUN = r"\d{1,3}(?:-\d{1,4}){1,2}"
_CHAIN = rf"(?:{_ONE}(?:的?{_ONE})*|{_RUN})"
_GAP = r"[,，。.、… 　!！~\-—]*"
_SORRY = (
    r"(?:[哦噢啊呃嗯诶唉][,，。… ]*)?我?"
    r"(?:不对|不是|错了|[说讲写打记]错了?|有误|更正|不)+[了啊哈呀]?"
)
_RATHER = r"(?:(?:应该|应当|应|而|就|现在|实际)?(?:是|为|在)|应该|改[为成])"
# 不是3号楼，是5号楼: the first is denied
_DENIED = re.compile(
    rf"(?<!是)(?:不是|并非){_CHAIN}[啊呀哈]?{_GAP}(?:{_RATHER}?(?={_CHAIN})"
    rf"|{_RATHER}(?=[\u4e00-\u9fffA-Z]{{2,12}}{_CHAIN}))"
)
# 5号楼，不是3号楼: the last is denied
_DENIED_BEHIND = re.compile(rf"(?<!是)(?<=.){_GAP}(?:可?不是|并非){_CHAIN}(?=$|[,，。;；!！ 啊哦])")
# 3号楼，不对，5号楼: the first is taken back
_TAKEN_BACK = re.compile(rf"(?P<old>{_CHAIN}){_GAP}{_SORRY}{_GAP}{_RATHER}?{_GAP}(?P<new>{_CHAIN})")
_NAME = r"[\u4e00-\u9fff]{2,12}"
# 不是滨河花园，是滨河苑3号楼
_NAME_DENIED = re.compile(rf"(?<!是)(?:不是|并非){_NAME}{_GAP}{_RATHER}(?={_NAME}{_NUMERAL})")
# 滨河苑3号楼，不是滨河花园
_NAME_DENIED_BEHIND = re.compile(rf"(?<=[,，。 元楼室])(?<!是)(?:可?不是|并非){_NAME}$")
# 滨河花园，哦不，滨河苑3号楼
_NAME_TAKEN_BACK = re.compile(
    rf"(?:^|(?<=[,，。 ])){_NAME}[,，。… ]+{_SORRY}{_GAP}{_RATHER}?(?={_NAME}{_NUMERAL})"
)
_KIND = re.compile(rf"{_NUMERAL}{{1,5}}({_CLASSIFIER})")
_KINDS = {"单元": 1, "單元": 1, "门洞": 1, "层": 2, "室": 3, "期": 4, "区": 5, "區": 5}
_SIGNS = ("不", "错", "更正", "有误", "并非")


def without_corrections(text: str) -> str:
    """Return a text in which what the caller takes back is blank, of the same length.

    Of 3号楼2单元，说错了，是5号楼 the 2单元 stays: only what is said again is taken back.
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    for pattern in (_DENIED, _DENIED_BEHIND, _NAME_DENIED, _NAME_DENIED_BEHIND, _NAME_TAKEN_BACK):
        text = pattern.sub(_blank, text)
    return _TAKEN_BACK.sub(_correct, text)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group(0))


def _correct(match: re.Match[str]) -> str:
    if "-" in match.group("old") or "-" in match.group("new"):
        return " " * (match.start("new") - match.start()) + match.group("new")
    again = {_KINDS.get(one, 0) for one in _KIND.findall(match.group("new"))}
    kept = []
    for one in _KIND.finditer(match.group("old")):
        said_again = _KINDS.get(one.group(1), 0) in again
        kept.append(" " * len(one.group(0)) if said_again else one.group(0))
    old = "".join(kept).ljust(len(match.group("old")))
    between = match.start("new") - match.end("old")
    return f"{old}{' ' * between}{match.group('new')}"
