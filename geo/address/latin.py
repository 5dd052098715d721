"""Street and number in Latin script: 12 Main St., Calle Mayor 5, Hauptstr. 7, Flat 3, 14 Oak Rd."""

from __future__ import annotations

import math
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from geo.address.normalise import written_form
from geo.address.reading import Element, Reading
from geo.address.units import known_text

_NUMBER = re.compile(r"\d{1,5}(?:[A-Z]\d?)?(?:-\d{1,5}[A-Z]?)?")
_UNIT = re.compile(r"\d{1,5}[A-Z]?|[A-Z]\d{0,4}")
_ORDINAL = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_TOKEN = re.compile(r"[&#/]|[A-Z0-9]+(?:-[A-Z0-9]+)*")
_PARTS = re.compile(r"[^,()]+")
_DOUBLED = re.compile(r"(?<![AEIOUQ])([AOU])E")
_SHORTEST_JOINED = 3
_LONG_KEY = 7
_HAN = "\u2e80"
_OTHER_LETTER = 11.0


def _read() -> dict[str, Any]:
    with (Path(__file__).parent / "latin.toml").open("rb") as file:
        return tomllib.load(file)


def _classes(lines: Sequence[str]) -> dict[str, str]:
    """Return the first word of the line that each word stands on."""
    known: dict[str, str] = {}
    for line in lines:
        first, *others = line.upper().split()
        for word in (first, *others):
            known.setdefault(word, first)
    return known


_WORDS = _read()
_STREETS = _classes(_WORDS["streets"])
_JOINED = {end.upper(): word.upper() for end, word in _WORDS["joined"].items()}
_KINDS_OF_STREET = frozenset(_STREETS.values())
_DIRECTIONS = _classes(_WORDS["directions"])
_ORDINALS = _classes(_WORDS["ordinals"])
_ARTICLES = frozenset(_WORDS["articles"].upper().split())
_SAINT = frozenset(_WORDS["saint"].upper().split())
_NUMBERED = frozenset(_WORDS["numbered"].upper().split())
_JOINTS = frozenset(_WORDS["joints"].upper().split())
_BESIDE = {word: kind for kind, words in _WORDS["beside"].items() for word in words.upper().split()}
_UNITS = {word: kind for kind, words in _WORDS["units"].items() for word in words.upper().split()}


class Street(NamedTuple):
    """The words of a street, and where they stand in the written form."""

    key: str
    start: int
    end: int


class Said(NamedTuple):
    """What a text in Latin script says."""

    chain: Reading
    streets: tuple[Street, ...]
    beside: tuple[str, int, int] | None
    others: tuple[tuple[int, int], ...]


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def street_key(words: str) -> str:
    """Return what identifies a street: its words with each kind of street written in one way.

    Main Street, MAIN ST. and Main Str are one; Hauptstr. and Hauptstraße; St Mary's Rd and Saint
    Marys Road; 5th Avenue, Fifth Ave; Avenida de América, Av. America. Other writings than Latin
    stay as they are.
    """
    form = written_form(words)
    return _key(_tokens(form, 0, len(form))) if form.isascii() else form


def _key(tokens: Sequence[_Token]) -> str:
    words = [token.word for token in tokens if token.word not in "&#/"]
    named = [word for word in words if word not in _ARTICLES]
    words = named if len(named) > 1 else words
    found = []
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in _SAINT and following and following not in _DIRECTIONS:
            found.append("SAINT")
        else:
            found.append(_one(word, alone=len(words) == 1))
    return " ".join(found)


def _one(word: str, *, alone: bool) -> str:
    if word in _ORDINALS:
        return _ORDINALS[word]
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal is not None:
        return ordinal[1]
    if not alone and (known := _STREETS.get(word) or _DIRECTIONS.get(word)):
        return known
    for end, kind in _JOINED.items():
        if word.endswith(end) and len(word) >= len(end) + _SHORTEST_JOINED:
            return f"{_DOUBLED.sub(chr(92) + '1', word[: -len(end)])} {kind}"
    return _DOUBLED.sub(r"\1", word)


def street_cost(given: str, key: str) -> float | None:
    """Return what it costs at most to take one street's key for another's, nats.

    One letter for another costs as much as one left out, which in Chinese names it does not.
    None where the kinds of street differ: Main Road is not Main Street.
    """
    kinds = (
        tuple(word for word in words.split() if word in _KINDS_OF_STREET) for words in (given, key)
    )
    if len(set(kinds)) > 1:
        return None
    other = sum(one != another for one, another in zip(given, key, strict=False))
    alike = len(given) == len(key) >= _LONG_KEY and other == 1
    return _OTHER_LETTER if alike else math.inf


def _tokens(form: str, start: int, end: int) -> list[_Token]:
    return [_Token(match[0], *match.span()) for match in _TOKEN.finditer(form, start, end)]


class LatinReader:
    """Reads texts in Latin script with the streets of one register.

    Parameters
    ----------
    streets
        Keys of the register's streets.
    """

    def __init__(self, streets: Sequence[str]) -> None:
        self._streets = frozenset(streets)

    def read(self, form: str) -> Said | None:
        """Return what a written form says; None where it names no street and no number."""
        elements: dict[str, Element] = {}
        parts = [
            list(self._without_units(_tokens(form, *part.span()), elements))
            for part in _PARTS.finditer(form)
        ]
        beside = _taken_relation(parts)
        parts = [tokens for tokens in parts if tokens]
        streets, place = self._street_of(parts, elements)
        others = []
        for number, tokens in enumerate(parts):
            if number == place:
                continue
            if "number" not in elements and _is_number(tokens):
                _note(tokens, elements)  # C/ Mayor, 5
            else:
                others.append((tokens[0].start, tokens[-1].end))
        if not streets and "number" not in elements:
            return None
        room = elements.get("room")
        if streets and "number" not in elements and room is not None and form[room.start] == "#":
            elements["number"] = elements.pop("room")._replace(kind="number")  # Calle 12 # 5
        return Said(Reading(**elements), streets, beside, tuple(others))

    def _street_of(
        self, parts: list[list[_Token]], elements: dict[str, Element]
    ) -> tuple[tuple[Street, ...], int]:
        """Return the street and the part that it stands in: a known one, else one by its number."""
        for read in (self._streets_of, self._guessed):
            for place, tokens in enumerate(parts):
                streets = read(tokens, elements)
                if streets:
                    return streets, place
        return (), -1

    def _without_units(
        self, tokens: list[_Token], elements: dict[str, Element]
    ) -> Iterator[_Token]:
        """Take flats, buildings, stairs and floors out of a part."""
        place = 0
        while place < len(tokens):
            word, start, end = tokens[place]
            following = tokens[place + 1] if place + 1 < len(tokens) else None
            kind = _UNITS.get(word)
            ordinal = _ORDINAL.fullmatch(word)
            if kind and following and _UNIT.fullmatch(following.word) and kind not in elements:
                elements[kind] = Element(kind, following.word, start, following.end)
                place += 2
            elif ordinal and following and _UNITS.get(following.word) == "floor":
                elements["floor"] = Element("floor", ordinal[1], start, following.end)
                place += 2
            elif word == "#" and following and place and "room" not in elements:
                elements["room"] = Element("room", following.word, start, following.end)
                place += 2
            else:
                yield _Token(word, start, end)
                place += 1

    def _streets_of(self, tokens: list[_Token], elements: dict[str, Element]) -> tuple[Street, ...]:
        """Return the known street of a part, or two that meet, and note the house number."""
        for number, street in _splits(tokens, (1, 2, 3)):
            key = _key(street)
            if key in self._streets:
                _note(number, elements)
                return (_street(key, street),)
        for place, token in enumerate(tokens):
            if token.word in _JOINTS or token.word in "&/":
                both = tokens[:place], tokens[place + 1 :]
                keys = [_key(one) for one in both]
                if all(key in self._streets for key in keys):
                    return tuple(_street(key, one) for key, one in zip(keys, both, strict=True))
        return ()

    @staticmethod
    def _guessed(tokens: list[_Token], elements: dict[str, Element]) -> tuple[Street, ...]:
        """Return a street that the register does not know, where a number stands beside it."""
        for number, street in _splits(tokens, (3, 2, 1)):
            if number and street:
                _note(number, elements)
                return (_street(_key(street), street),)
        return ()


def _taken_relation(parts: list[list[_Token]]) -> tuple[str, int, int] | None:
    """Take the word that places something beside the address off the front of a part."""
    for tokens in parts:
        if len(tokens) > 1 and tokens[0].word in _BESIDE:
            word, start, end = tokens.pop(0)
            if tokens[0].word in ("TO", "THE", "OF", "FROM") and len(tokens) > 1:
                end = tokens.pop(0).end
            return _BESIDE[word], start, end
    return None


def _street(key: str, tokens: Sequence[_Token]) -> Street:
    return Street(key, tokens[0].start, tokens[-1].end)


def _splits(
    tokens: list[_Token], counts: tuple[int, ...]
) -> Iterator[tuple[list[_Token], list[_Token]]]:
    """Yield how a part may fall into a house number and a street: before, behind, none."""
    for count in counts:
        for number, street in (
            (tokens[:count], tokens[count:]),
            (tokens[-count:], tokens[:-count]),
        ):
            if street and _is_number(number):
                yield number, street
    yield [], tokens


def _is_number(tokens: list[_Token]) -> bool:
    """Return whether tokens are a house number: 12, 12 A, No 12, 3/12."""
    words = [token.word for token in tokens if token.word != "#"]
    if words and words[0] in _NUMBERED:
        words = words[1:]
    if not words or len(words) < len(tokens) - 1 or not _NUMBER.fullmatch(words[0]):
        return False
    rest = words[1:]
    if not rest:
        return True
    if rest[0] == "/":
        return len(rest) > 1 and bool(_NUMBER.fullmatch(rest[1]))
    return len(rest) == 1 and (len(rest[0]) == 1 or rest[0] in ("BIS", "TER"))


def _note(tokens: list[_Token], elements: dict[str, Element]) -> None:
    """Take a house number; of 3/12 in front of a street 3 is the flat, behind it 12 is."""
    held = [token for token in tokens if token.word not in _NUMBERED and token.word != "#"]
    if not held:
        return
    words = [token.word for token in held]
    if "/" in words:
        first, _, second = held
        elements.setdefault("room", Element("room", first.word, first.start, first.end))
        held, words = [second], [second.word]
    value = "".join(words)
    elements.setdefault("number", Element("number", value, held[0].start, held[-1].end))


def said_of(number: str, road: str, draw: random.Random) -> str:
    """Return an address as people write it: number first or last, the street shortened, a slip."""
    words = road.split()
    last = words[-1].upper()
    if draw.random() < 0.5 and last in _STREETS:  # noqa: PLR2004 - as often as not
        words[-1] = _STREETS[last].capitalize()
    street = " ".join(words)
    if draw.random() < 0.2 and len(street) > _SHORTEST_JOINED:  # noqa: PLR2004 - one in five
        place = draw.randrange(1, len(street) - 1)
        street = street[:place] + draw.choice("AEIORSTN") + street[place + 1 :]
    return f"{number} {street}" if draw.random() < 0.5 else f"{street} {number}"  # noqa: PLR2004


def is_latin(word: str) -> bool:
    """Return whether a word is written in Latin letters, with marks or without."""
    return word.upper() != word.lower() and max(word) < _HAN


def road_id(value: str) -> str:
    """Return what identifies a road of a register, empty for a placeholder."""
    form = known_text(value)
    return street_key(form) if form.isascii() and is_latin(form) else form


def parse_latin(written: str) -> dict[str, str]:
    """Return the identities of the elements of a written form in Latin script, by kind."""
    said = LatinReader(()).read(written)
    if said is None:
        return {}
    found = {element.kind: element.value for element in said.chain.elements}
    if said.streets:
        found["road"] = written[said.streets[0].start : said.streets[0].end]
    return found
