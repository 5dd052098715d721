"""The register's own words for areas and roads, found at the beginning or the end of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from geo.address.names import NameIndex

_TOWN_WORD = re.compile(r"(?:街道办事处|街道|镇|乡)$")
_VILLAGE_WORD = re.compile(r"(?:自然村|行政村|村|社区)$")
# what else a village and a community are called by those who administer them
_VILLAGE_WORDS = {
    "村": ("自然村", "行政村", "村委会", "村民委员会", "大队"),
    "社区": ("社区居委会", "居委会", "居民委员会"),
}


class Word(NamedTuple):
    """A word of the register: what it is and its number among words of its kind."""

    kind: str
    number: int
    text: str


class Lexicon:
    """Words that can be taken off the front or the back of a text, the longest first."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._first: dict[str, list[Word]] = {}
        self._last: dict[str, list[Word]] = {}
        self.texts: list[str] = []
        known = list(words)
        for word in sorted({*known, *_called_otherwise(known)}, key=_longest_first):
            if len(word.text) > 1:
                self.texts.append(word.text)
                self._first.setdefault(word.text[:2], []).append(word)
                self._last.setdefault(word.text[-2:], []).append(word)
        self._villages = [word for word in known if word.kind == "village"]
        self._areas = [
            word.text for held in self._first.values() for word in held if word.kind == "area"
        ]
        self._short_towns = {
            short: word._replace(text=short)
            for word in reversed(list(chain.from_iterable(self._first.values())))
            if word.kind == "town" and len(short := _TOWN_WORD.sub("", word.text)) > 1
        }
        self._short_villages = {
            short: word._replace(text=short)
            for word in reversed(list(chain.from_iterable(self._first.values())))
            if word.kind == "village" and len(short := _VILLAGE_WORD.sub("", word.text)) > 1
        }

    @cached_property
    def village_names(self) -> NameIndex:
        """Return the register's villages by what may be said for them."""
        names = [word.text for word in self._villages]
        return NameIndex(names, names)

    def village_of(self, name: int) -> int:
        """Return the number of a village of `village_names` among the register's words."""
        return self._villages[name].number

    def at_start(self, text: str, start: int, end: int) -> Word | None:
        """Return the longest word that begins at ``start``."""
        for word in self._first.get(text[start : start + 2], ()):
            if text.startswith(word.text, start, end):
                return word
        return None

    def has_area(self, text: str, start: int, end: int) -> bool:
        """Return whether the name of an area around the register stands in some words."""
        return any(text.find(area, start, end) >= 0 for area in self._areas)

    def short_town(self, text: str, start: int, end: int) -> Word | None:
        """Return the town that is said without its word at ``start`` (东村 for 东村镇)."""
        for length in (2, 3, 4):
            word = self._short_towns.get(text[start : min(start + length, end)])
            if word is not None:
                return word
        return None

    def short_village(self, text: str, start: int, end: int) -> Word | None:
        """Return the village that is said without its word at ``start`` (北沟 for 北沟村)."""
        for length in (2, 3, 4):
            word = self._short_villages.get(text[start : min(start + length, end)])
            if word is not None:
                return word
        return None

    def at_end(self, text: str, start: int, end: int) -> Word | None:
        """Return the longest word that ends at ``end``."""
        for word in self._last.get(text[max(start, end - 2) : end], ()):
            if text.endswith(word.text, start, end):
                return word
        return None


def _called_otherwise(words: list[Word]) -> Iterator[Word]:
    """Yield villages by their other names (北沟自然村), where these name nothing else."""
    taken = {word.text for word in words}
    for word in words:
        for end, others in _VILLAGE_WORDS.items() if word.kind == "village" else ():
            stem = word.text.removesuffix(end)
            if stem != word.text and len(stem) > 1:
                yield from (
                    word._replace(text=stem + other)
                    for other in others
                    if stem + other not in taken
                )


def _longest_first(word: Word) -> tuple[int, str, str, int]:
    return (-len(word.text), word.text, word.kind, word.number)
