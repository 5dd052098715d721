"""Characters that a caller explains: 华府家园，佳人的佳，草字头的苑 is 华府佳苑."""

from __future__ import annotations

import re
from itertools import groupby

from geo.address.sound import readings

_HAN = "\u4e00-\u9fff"
# by a word that holds it, or by its radical
_RADICAL = re.compile(r".{1,2}(?:字头|头|旁|框|底|边)|三点水|宝盖")
_EXPLAINED = re.compile(
    rf"(?P<before>[,，、。;； (（和])(?:就?是)?(?P<word>(?:(?!的)[{_HAN}]){{2,4}}?)"
    rf"(?:的(?:那个|这个)?|那个)(?P<character>[{_HAN}])字?(?=$|[,，、。;； )）和啊呀])"
)
_JOINTS = re.compile(r"[,，、。;； 和]*")
_CHAIN_WORDS = ("单元", "單元")


def with_explained(text: str) -> str:
    """Return a text in which explained characters stand where they were said, of the same length.

    The explanations themselves are blank. A character takes the place of the first one of the
    same sound, neighbours together; where there is none, nothing is written anew.
    """
    if "的" not in text and "个" not in text:
        return text
    found = [match for match in _EXPLAINED.finditer(text) if _explains(match)]
    if not found:
        return text
    characters = list(text)
    for match in found:
        for place in range(match.end("before"), match.end()):
            characters[place] = " "
    for group in _side_by_side(text, found):
        meant = "".join(match["character"] for match in group)
        before = "".join(characters)
        place = _place_of(meant, before)
        if place >= 0:
            characters[place : place + len(meant)] = meant
            continue
        for character in meant:
            place = _place_of(character, before)
            if place >= 0:
                characters[place] = character
    return "".join(characters)


def _explains(match: re.Match[str]) -> bool:
    word = match["word"]
    return match["character"] in word or _RADICAL.fullmatch(word) is not None


def _side_by_side(text: str, found: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """Return explanations in groups with nothing but marks between them."""
    parts = [
        last is None or _JOINTS.fullmatch(text, last.end(), match.end("before")) is None
        for last, match in zip([None, *found], found, strict=False)
    ]
    numbers = [sum(parts[: place + 1]) for place in range(len(parts))]
    pairs = zip(numbers, found, strict=True)
    return [[match for _, match in group] for _, group in groupby(pairs, key=lambda pair: pair[0])]


def _place_of(meant: str, text: str) -> int:
    """Return where characters of the same sounds stand in a text, -1 for nowhere."""
    sounds = [set(readings(character)) for character in meant]
    for place in range(len(text) - len(meant) + 1):
        said = text[place : place + len(meant)]
        if text[place - 1 : place + 1] in _CHAIN_WORDS:
            continue
        if all(
            sound.intersection(readings(character))
            for sound, character in zip(sounds, said, strict=True)
        ):
            return place
    return -1
