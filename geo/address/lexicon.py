"""The register's own words for areas and roads, found at the beginning or the end of a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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
        for word in sorted(words, key=_longest_first):
            if len(word.text) > 1:
                self.texts.append(word.text)
                self._first.setdefault(word.text[:2], []).append(word)
                self._last.setdefault(word.text[-2:], []).append(word)

    def at_start(self, text: str, start: int, end: int) -> Word | None:
        """Return the longest word that begins at ``start``."""
        for word in self._first.get(text[start : start + 2], ()):
            if text.startswith(word.text, start, end):
                return word
        return None

    def at_end(self, text: str, start: int, end: int) -> Word | None:
        """Return the longest word that ends at ``end``."""
        for word in self._last.get(text[max(start, end - 2) : end], ()):
            if text.endswith(word.text, start, end):
                return word
        return None


def _longest_first(word: Word) -> tuple[int, str, str, int]:
    return (-len(word.text), word.text, word.kind, word.number)
