"""What a caller takes back: 不是3号楼，是5号楼; 3号楼，不对，5号楼2单元; 不是滨河花园，是滨河苑."""

from __future__ import annotations

import re

from geo.address.explained import with_explained
from geo.address.figures import without_figures
from geo.address.speech import without_persons

_NUMERAL = r"[0-9０-９A-Za-z〇零一二三四五六七八九十百廿幺两]"
_CLASSIFIER = r"号楼|號樓|号院|栋楼?|棟|幢|座|#楼?|单元|單元|门洞|期|层|樓|楼|室|号|區|区"
_ONE = rf"(?:第?{_NUMERAL}{{1,5}}(?:{_CLASSIFIER}))"
_RUN = r"\d{1,3}(?:-\d{1,4}){1,2}"
_CHAIN = rf"(?:{_ONE}(?:的?{_ONE})*|{_RUN})"
_GAP = r"[,，。.、… 　!！~（(：:\-—]*"
_SORRY = (
    r"(?:[哦噢啊呃嗯诶唉哎呀]+[,，。… ]*)?(?:我|来电人|报警人|对方)?"
    r"(?:不对|不是|错了|[说讲写打记看叫喊报弄搞]错了?|嘴瓢|口误|改口[说为]?|有误|更正|纠正|[Ss][Oo][Rr][Rr][Yy]|等(?:一?下|等|会儿?)[,，]?(?:我?看看)?|不)+[了啊哈呀]?"
)
_LABEL = r"(?:楼号|栋号|幢号|单元号?|房号|门牌号?)?"
_RATHER = rf"(?:[哦噢啊]?{_LABEL}(?:应该|应当|应|而|就|现在|实际|其实)?(?:是|为|在)|应该|改[为成])"
# 不是3号楼，是5号楼: the first is denied
_DENIED = re.compile(
    rf"(?<!是)(?:不是|并非){_CHAIN}[啊呀哈]?{_GAP}(?:{_RATHER}?(?={_CHAIN})"
    rf"|{_RATHER}(?=[\u4e00-\u9fffA-Z]{{2,12}}{_CHAIN}))"
)
# 5号楼，不是3号楼: the last is denied
_DENIED_BEHIND = re.compile(rf"(?<!是)(?<=.){_GAP}(?:可?不是|并非){_CHAIN}(?=$|[,，。;；!！ 啊哦])")
# 3号楼，不对，5号楼: the first is taken back
_TAKEN_BACK = re.compile(
    rf"(?P<old>{_CHAIN})(?:的?{_NUMERAL}{{3,4}}室?)?[吧吗呢嘛]?{_GAP}{_SORRY}{_GAP}{_RATHER}?{_GAP}(?P<new>{_CHAIN})"
)
# names hold no part of a chain
_NAME = rf"(?![哦噢啊呃嗯诶唉是在应为就其而了])(?:(?!{_ONE})[\u4e00-\u9fffA-Z]){{2,12}}"
_WITH_CHAIN = rf"{_NAME}[,，的 ]{{0,2}}{_CHAIN}"
# 不是滨河花园，是滨河苑3号楼; 不是滨河花园那个，滨河苑这个，3号楼
_NAME_DENIED = re.compile(
    rf"(?<!是)(?:不是|并非){_NAME}{_GAP}{_RATHER}(?={_WITH_CHAIN})"
    rf"|(?<!是)(?:不是|并非){_NAME}{_GAP}(?={_NAME}这[个边里])"
    rf"|(?<!是)(?:不是|并非){_WITH_CHAIN}{_GAP}{_RATHER}(?={_WITH_CHAIN})"
)
# 滨河苑3号楼，不是滨河花园
_NAME_DENIED_BEHIND = re.compile(rf"(?<=[,，。 元楼室])(?<!是)(?:可?不是|并非){_NAME}$")
# 滨河花园，哦不，滨河苑3号楼; 滨河花园5号楼，说错了，滨河苑3号楼
_NAME_TAKEN_BACK = re.compile(
    rf"(?:^|(?<=[,，。 ]))(?:{_NAME}|{_WITH_CHAIN})[,，。？?！!… ]+{_SORRY}{_GAP}{_RATHER}?"
    rf"(?={_WITH_CHAIN})"
)
# 刚说成5号楼了，其实是滨河苑3号楼
_SAID_AS = re.compile(rf"我?(?:刚才?|刚刚)?[说写记]成了?{_CHAIN}了?{_GAP}{_RATHER}")
# 以前在滨河花园，去年搬到滨河苑3号楼了; 原住 …，现住 …; 由 … 改为 …
_MOVED = re.compile(
    r"(?:以前|之前|过去|原先|原来|原)(?:住|在|是)+[^。；;]{2,24}?[,，;； ]*"
    r"(?:去年|今年|后来|前年|上个?月|刚刚?|已经?)?"
    r"(?:搬[到去至来]|迁[到至]|现在?住在?|现居|改为|变更为)"
    r"|由[^。；;]{2,24}?(?:改[为成]|变更为|搬[到至]|迁[到至])"
)
# who has called a wrong number has said no address; who has typed one wrong says it anew behind
_WRONG_NUMBER = re.compile(r"^.*(?:打|拨)错(?:电话|号码?)?了?[。.!！~ ]*$", re.DOTALL)
# what is struck out: 17号楼（划掉）
_STRUCK_OUT = re.compile(rf"{_CHAIN}{_GAP}(?:划[掉去]|作废|删[掉除]|涂掉)[了,，。)） ]*")
# 15号楼（现编49号楼）: numbers were given anew; 49号楼（原15号楼）
_RENUMBERED = re.compile(
    rf"(?P<old>{_ONE})[(（](?:现(?:在|编|为|改为|是)*|今|新编?号?|改为)(?P<new>{_ONE})[)）]"
)
_NUMBERED_BEFORE = re.compile(rf"(?<=.)[(（](?:原|旧|老|曾|以前)(?:编号?|用|叫|为|是)?{_ONE}[)）]")
# 不是10号楼就是11号楼
_EITHER = re.compile(rf"(?<!是)不是(?=.{{0,12}}?{_CHAIN}就是{_ONE})|(?<=.)就(?=是{_ONE})")
_KIND = re.compile(rf"{_NUMERAL}{{1,5}}({_CLASSIFIER})")
_KINDS = {"单元": 1, "單元": 1, "门洞": 1, "层": 2, "室": 3, "期": 4, "区": 5, "區": 5}
_SIGNS = re.compile(
    "[划删废涂旧曾不错正误改等成原由现今新]|嘴瓢|[Ss][Oo][Rr]{2}|要么|并非|以前|之前|过去"
)
_PATTERNS = (
    _DENIED,
    _DENIED_BEHIND,
    _NAME_DENIED,
    _NAME_DENIED_BEHIND,
    _NAME_TAKEN_BACK,
    _SAID_AS,
    _MOVED,
    _NUMBERED_BEFORE,
    _WRONG_NUMBER,
    _STRUCK_OUT,
)


def as_meant(text: str) -> str:
    """Return a text of the same length without persons and figures, as the caller puts it right."""
    return without_corrections(with_explained(without_figures(without_persons(text))))


def without_corrections(text: str) -> str:
    """Return a text in which what the caller takes back is blank, of the same length.

    Of 3号楼2单元，说错了，是5号楼 the 2单元 stays: only what is said again is taken back.
    """
    if not _SIGNS.search(text):
        return text
    if "就是" in text and _EITHER.match(text, max(text.find("不是"), 0)):
        return _EITHER.sub(_either, text)
    if text.count("要么") == 2:  # noqa: PLR2004
        text = text.replace("要么", "  ", 1).replace("要么", "或 ")
    for pattern in _PATTERNS:
        text = pattern.sub(_blank, text)
    return _RENUMBERED.sub(_renumbered, _TAKEN_BACK.sub(_correct, text))


def _either(match: re.Match[str]) -> str:
    return "  " if match.group(0) == "不是" else "或"


def _renumbered(match: re.Match[str]) -> str:
    new = match.group("new")
    return (
        new.rjust(len(match.group("old")) + match.start("new") - match.end("old") + len(new)) + " "
    )


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
