"""One written form for every spelling of an address, with the way back to the text as given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from geo.address.numerals import NUMERAL, longest_numeral, value_of
from geo.address.script import character_table
from geo.address.spellings import STEPS, Step

_MORE_BLANKS = re.compile(r"(?<= ) +")
_BLANKS = re.compile(r"(?<![0-9A-Z]) | (?![0-9A-Z])")
_STOP_RUNS = re.compile(r"^,+|,+$|,(?=,)")

# A numeral counts only where one of these follows; what may not follow the classifier keeps
# names whole: 三门峡, 三门诊, 三号线, 二号桥, 一号公路, 九层塔, 五组团, 四段子.
_CLASSIFIED = re.compile(
    rf"(第*)([{NUMERAL}]+)(?="
    r"号楼|号院|个(?:单元|门洞|楼门|楼道)|排(?=楼|$|[\d,() 〇零一二三四五六七八九十])"
    r"|号(?![路街线道]|大街|[桥公](?![\u4e00-\u9fff]{2}))|栋|幢|座(?!桥|山|塔)|单元|洞(?![桥庙沟村天子房])|门(?![诊市面头峡源县湾])"
    r"|层(?!塔)|楼(?!村|乡|镇|庄)|室|段(?!子)|巷|弄|组(?!团)|期|邻|梯|#|之|户|(?:村民)?小组|生产队"
    r"|[队社](?=$|[,() \d])|[至到][\d〇零一二三四五六七八九十]{1,3}(?:单元|号楼|栋|幢)"
    rf")|(?<=号之)()([{NUMERAL}]+)"
)
# neighbours said in one breath: 一二单元 is 一单元 and 二单元, no 12
_NEIGHBOURS = re.compile(r"(?<=[楼栋幢座#])(一二|二三|三四|四五|五六|六七|七八|八九)(?=单元)")
# digits spelled out behind a classifier, up to the end or a room word: 单元五零二
_SPELLED_ROOM = re.compile(rf"(?<=[元门栋幢座楼层号#])([{NUMERAL}]{{3,4}})(?![{NUMERAL}])")
# a dash read aloud: 三杠二杠五零一
_DASH_WORD = re.compile(
    rf"(?<=[0-9{NUMERAL}])杠(?=[0-9{NUMERAL}])|[{NUMERAL}]+(?=杠[0-9{NUMERAL}])|(?<=[0-9{NUMERAL}]杠)[{NUMERAL}]+"
)
# numerals between dashes: 三-二-五零一; the first of a name's may be its own (东村二-3号楼)
_DASHED = re.compile(
    rf"[{NUMERAL}]{{1,3}}(?=-[{NUMERAL}])|(?<=\d-)[{NUMERAL}]{{1,4}}(?=$|[-,室号])"
)
# 两 counts before 单元 and 号楼, before shorter classifiers only inside a chain: 三号楼两门
_TWO = re.compile(
    r"[两俩](?=单元|号楼)|(?<=[楼栋幢座#号元])[两俩](?=门(?![诊市面头])|层|楼(?!村|乡|镇|庄)|梯)"
)
# a road's number spelled by two digits: 东大路六二号; elsewhere two digits are a name's
_ROAD_NUMBER = re.compile(
    r"(?<=[路街道巷])([〇零一二三四五六七八九幺]{2})(?=号(?![路街桥线道公楼]))"
)
# numbers put between brackets or dots, or behind "No.": 【3】号楼, 3.2.501, No.3
_BRACKETED = re.compile(r"\((\d{1,4})\)(?=号|栋|幢|座|单元|门|层|楼|室|#)")
_DOTTED = re.compile(r"(?<![\d.#])(\d{1,3})([.#])(\d{1,2})\2(\d{3,4})(?![\d.#])")
# B and U for building and unit: 3B2U501, 3号楼2U
_LETTERED = re.compile(
    rf"(?<![0-9A-Z])(?:(\d{{1,3}})B)?(\d{{1,2}})U"
    rf"(?=\d{{3,4}}(?![0-9A-Z])|$|[-,() 室]|[0-9{NUMERAL}]{{1,3}}[层楼])"
)
_NUMBER_SIGN = re.compile(r"(?<![A-Z])NO[.:]? ?(?=\d)")
_ROMAN = re.compile(r"(?<![0-9A-Z])(I{1,3}|IV|V|VI{1,3}|IX|X)(?=期|区|段)")
_ROMANS = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8}
_ROMANS.update({"IX": 9, "X": 10})
_ORDINAL = re.compile(r"第+(?=\d+(?:号|栋|幢|座|单元|门|层|楼|室|#|期|组|段))")
_LEADING_ZEROS = re.compile(r"(?<![0-9A-Z.])0+(?=[1-9]\d?(?:号楼|号(?!房|室)|栋|幢|座|单元|#))")


@dataclass(frozen=True)
class Normalised:
    """A text in its one written form.

    Attributes
    ----------
    text
        The written form.
    original
        The text as given.
    """

    text: str
    original: str

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each character came from in the original, and the original's end behind them."""
        characters, sources = _folded(self.original)
        while characters != self.text:
            for mark, steps in _MARKED:
                if mark.isdisjoint(characters):
                    continue
                for pattern, replacement in steps:
                    characters, sources = _replaced(pattern, replacement, characters, sources)
        return (*sources, len(self.original))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters start..end of the written form stand in the original."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], min(self.offsets[end - 1] + 1, len(self.original))

    def given(self, start: int, end: int) -> str:
        """Return the words of the original behind characters start..end."""
        first, last = self.span(start, end)
        return self.original[first:last]


def normalise(text: str) -> Normalised:
    """Return the one written form of a text.

    Full width, enclosed numbers, compatibility characters and radicals become plain characters;
    traditional characters simplified ones; all dashes one; blanks inside Chinese go; Latin
    letters are capitals. Chinese numerals become digits before a classifier (号楼 栋 幢 座 单元
    门 层 楼 室 号 段 巷 弄 组 期 …) and nowhere else, so that names keep theirs (五一路, 第二小学).
    Normalising twice changes nothing.
    """
    written = text.translate(_TABLE) if _FOLDED.search(text) else text
    while True:
        before = written
        marks = _MARKS.intersection(written)
        for mark, steps in _MARKED if marks else ():
            if mark.isdisjoint(marks):
                continue
            unmarked = written
            for pattern, replacement in steps:
                written = pattern.sub(replacement, written)
            if written != unmarked:
                marks = _MARKS.intersection(written)
        if written == before:  # what one step leaves may be another's to do
            return Normalised(written, text)


def written_form(text: str) -> str:
    """Return the written form alone."""
    return normalise(text).text


def _number(match: re.Match[str]) -> str:
    ordinal, numeral = match.group(1) or "", match.group(2) or match.group(4)
    found = longest_numeral(numeral)
    if found is None:
        return match.group(0)
    start, value = found
    if start and match.string[match.end() : match.end() + 1] in tuple("巷弄段队社"):
        return match.group(0)
    counted = match.string[match.end() : match.end() + 1] in tuple("个排")  # 第2个单元
    kept = "" if ordinal and start == 0 and not counted else ordinal + numeral[:start]
    parted = match.group(4) and match.string[match.end() : match.end() + 1].isdigit()
    return f"{kept}{value} " if parted else f"{kept}{value}"


def _room(match: re.Match[str]) -> str:
    found = longest_numeral(match.group(1))
    return match.group(0) if found is None or found[0] else str(found[1])


def _spelled(match: re.Match[str]) -> str:
    value = value_of(match.group(1))
    return match.group(0) if value is None else str(value)


def _neighbours(match: re.Match[str]) -> str:
    return ",".join(str(value_of(one)) for one in match.group(1))


def _dash(match: re.Match[str]) -> str:
    words = match.group(0)
    if words == "杠":
        return "-"
    value = value_of(words)
    return words if value is None else str(value)


def _roman(match: re.Match[str]) -> str:
    return str(_ROMANS[match.group(1)])


def _dotted(match: re.Match[str]) -> str:
    return "-".join(match.group(1, 3, 4))


def _lettered(match: re.Match[str]) -> str:
    building = f"{match.group(1)}号楼" if match.group(1) else ""
    return f"{building}{match.group(2)}单元"


def _inside(match: re.Match[str]) -> str:
    return match.group(1)


_TABLE = character_table()
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, sorted(_TABLE))))}]")
# steps run only where a text holds one of the characters that they are about
_MARKED: tuple[tuple[frozenset[str], tuple[Step, ...]], ...] = (
    *STEPS,
    (frozenset(" "), ((_MORE_BLANKS, ""), (_BLANKS, ""))),
    (frozenset(","), ((_STOP_RUNS, ""),)),
    (frozenset("杠"), ((_DASH_WORD, _dash),)),
    (frozenset("-"), ((_DASHED, _dash),)),
    (frozenset("两俩"), ((_TWO, "2"),)),
    (
        frozenset(NUMERAL),
        (
            (_NEIGHBOURS, _neighbours),
            (_ROAD_NUMBER, _spelled),
            (_CLASSIFIED, _number),
            (_SPELLED_ROOM, _room),
        ),
    ),
    (frozenset("IVX"), ((_ROMAN, _roman),)),
    (frozenset("U"), ((_LETTERED, _lettered),)),
    (frozenset("第"), ((_ORDINAL, ""),)),
    (frozenset("0"), ((_LEADING_ZEROS, ""),)),
    (frozenset("("), ((_BRACKETED, _inside),)),
    (frozenset(".#"), ((_DOTTED, _dotted), (_NUMBER_SIGN, ""))),
)
_MARKS = frozenset().union(*(mark for mark, _ in _MARKED))


def _folded(text: str) -> tuple[str, list[int]]:
    if _FOLDED.search(text) is None:
        return text, list(range(len(text)))
    table = _TABLE
    characters: list[str] = []
    sources: list[int] = []
    for position, character in enumerate(text):
        form = table.get(ord(character), character)
        characters.append(form)
        sources.extend([position] * len(form))
    return "".join(characters), sources


def _replaced(
    pattern: re.Pattern[str],
    replacement: object,
    characters: str,
    sources: list[int],
) -> tuple[str, list[int]]:
    """Replace as ``re.sub`` does and keep for each new character where it came from."""
    pieces: list[str] = []
    origins: list[int] = []
    last = 0
    if pattern.search(characters) is None:
        return characters, sources
    for match in pattern.finditer(characters):
        form = replacement(match) if callable(replacement) else str(replacement)
        start, end = match.span()
        pieces += [characters[last:start], form]
        origins += sources[last:start]
        width = end - start
        # the new characters share the places of the old ones in turn
        origins += [sources[start + min(step, width - 1)] for step in range(len(form))]
        last = end
    pieces.append(characters[last:])
    origins += sources[last:]
    return "".join(pieces), origins
