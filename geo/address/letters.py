"""Chinese addresses typed in letters: Fumin Xiaoqu 3 hao lou 2 danyuan, FMXQ 3-2-501."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from geo.address.normalise import Normalised
from geo.address.sound import initials, spelled
from geo.address.vocabulary import generic_end

WHOLE, ALIKE, SHORT, FIRST_LETTERS = 1.0, 4.0, 5.0, 6.0
"""What it costs to say a name by its pinyin, nearly so, without its end, by its initials, nats."""

_LEAST_LETTERS, _MOST_LETTERS = 3, 60
_RUN = re.compile(r"[A-Z]+(?:[ '][A-Z]+)*")


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# what stands behind a number; numbers themselves; what zones are called
_BEHIND = _pairs(
    "HAOLOU 号楼 HAO 号 LOU 楼 DONG 栋 ZHUANG 幢 ZUO 座 DANYUAN 单元 MEN 门 CENG 层 SHI 室"
    " HU 户 QI 期 QU 区 XIANG 巷 NONG 弄 ZU 组 ZHI 之 FANG 房"
)
_DIGITS = _pairs("YI 1 ER 2 SAN 3 SI 4 WU 5 LIU 6 QI 7 BA 8 JIU 9")
_SAID = {digit: word for word, digit in _DIGITS.items()}
_DIGIT = re.compile("[1-9]")
_SIDES = _pairs("DONG 东 XI 西 NAN 南 BEI 北 ZHONG 中 A A B B C C D D E E F F")
_ZONES = {f"{side}QU": f"{form}区" for side, form in _SIDES.items()} | {
    f"{digit}QI": f"{form}期" for digit, form in _DIGITS.items()
}
_SOFT = (
    (re.compile("LV|LYU"), "LU"),
    (re.compile("NV|NYU"), "NU"),
    (re.compile("([ZCS])H"), r"\1"),
    (re.compile("([AEI])NG"), r"\1N"),
)


def _said(digit: re.Match[str]) -> str:
    return _SAID[digit[0]]


def soft(letters: str) -> str:
    """Return letters with the confusable ones made one: zh and z, ing and in; lü is lu."""
    for pattern, form in _SOFT:
        letters = pattern.sub(form, letters)
    return letters


def by_letters(names: Sequence[str]) -> dict[str, dict[int, float]]:
    """Return the names by what may be typed for them, with what it costs to say them so."""
    found: dict[str, dict[int, float]] = defaultdict(dict)

    def add(form: str, number: int, cost: float) -> None:
        if len(form) >= _LEAST_LETTERS:
            held = found[form]
            held[number] = min(cost, held.get(number, cost))

    for number, name in enumerate(names):
        if name.isascii():
            continue
        stem = name.removesuffix(generic_end(name))
        for text, cost in ((name, WHOLE), (stem, SHORT)):
            for form in spelled(text) if len(text) > 1 else ():
                letters = _DIGIT.sub(_said, form.upper())
                add(letters, number, cost)
                add(soft(letters), number, cost + ALIKE)
        add(initials(name).upper(), number, FIRST_LETTERS)
    return dict(found)


@dataclass(frozen=True)
class _Rewritten(Normalised):
    """A text of which some words were written anew, with where each character came from."""

    sources: tuple[int, ...] = ()

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where each character came from in the original, and the original's end behind them."""
        return (*self.sources, len(self.original))


def _without_blanks(form: str, start: int, end: int) -> tuple[str, Sequence[int]]:
    """Return a stretch without the blanks around it, and where its characters stand."""
    while start < end and form[start] == " ":
        start += 1
    while start < end and form[end - 1] == " ":
        end -= 1
    return form[start:end], range(start, end)


class Letters:
    """Writes texts in letters as Chinese ones, with the words of one register.

    A name stays in letters, without its blanks, for several names may be typed alike; roads,
    towns and the words of the chain become Chinese.

    Parameters
    ----------
    names
        What may be typed for the names of the register.
    words
        Its roads and towns.
    """

    def __init__(self, names: Mapping[str, object], words: Iterable[str]) -> None:
        self._names: Container[str] = names
        self._words: dict[str, str] = {}
        for word in words:
            for form in spelled(word) if len(word) > 1 and not word.isascii() else ():
                self._words.setdefault(form.upper(), word)

    def rewritten(self, written: Normalised) -> Normalised | None:
        """Return a text in letters as a Chinese one; None where it says nothing of the register."""
        form, offsets = written.text, written.offsets
        text: list[str] = []
        sources: list[int] = []

        def put(words: str, places: Sequence[int]) -> None:
            if words[:1].isdigit() and text and text[-1].isascii() and text[-1].isalpha():
                words, places = f" {words}", (places[0], *places)  # a name, then its building
            text.append(words)
            steps = [min(step, len(places) - 1) for step in range(len(words))]
            sources.extend(offsets[places[step]] for step in (*steps[:-1], *([-1] * bool(steps))))

        known = False
        last = 0
        for run in _RUN.finditer(form):
            letters = [place for place in range(*run.span()) if form[place].isalpha()]
            pieces = self._pieces("".join(form[place] for place in letters))
            if pieces is None:
                continue
            put(*_without_blanks(form, last, run.start()))
            for typed, word in pieces:
                known = known or len(typed) >= _LEAST_LETTERS
                put(word, letters[: len(typed)])
                letters = letters[len(typed) :]
            last = run.end()
        if not known:
            return None
        put(*_without_blanks(form, last, len(form)))
        return _Rewritten("".join(text), written.original, tuple(sources))

    def _pieces(self, letters: str) -> list[tuple[str, str]] | None:
        """Return letters cut into known words, as few as may be; None where they cannot be."""
        if not letters or len(letters) > _MOST_LETTERS:
            return None
        best: list[list[tuple[str, str]] | None] = [[], *[None] * len(letters)]
        for end, start in product(range(1, len(letters) + 1), range(_MOST_LETTERS)):
            if start >= end:
                continue
            before = best[start]
            if before is None or (
                best[end] is not None and len(before) + 1 >= len(best[end] or ())
            ):
                continue
            word = self._word(letters[start:end])
            if word is not None:
                best[end] = [*before, (letters[start:end], word)]
        return best[-1]

    def _word(self, letters: str) -> str | None:
        for table in (self._words, _BEHIND, _ZONES, _DIGITS):
            word = table.get(letters)
            if word is not None:
                return word
        return letters if letters in self._names or soft(letters) in self._names else None
