"""The names of a register, found as they are said, heard or written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import combinations
from typing import NamedTuple

from geo.address.channel import CAP, SHORT_NAME, Naming, edit_cost, office_cost
from geo.address.letters import by_letters, soft
from geo.address.sound import sounded
from geo.address.vocabulary import OfficeReading, office_reading

_LONG_NAME = 6
_MOST = 24
_SLIPS_AT_MOST = 3
_RARE, _SHARING = 1000, 8
_KEPT = 4096


class Hit(NamedTuple):
    """A name that may be meant, what it costs to say it so, and how it differs."""

    name: int
    cost: float
    relation: str


class NameIndex:
    """Every name of a register by its characters, its sound, its beginning, its office.

    Parameters
    ----------
    names
        Written forms, each once.
    official
        Those that are no aliases; the naming of absent places is learnt from them.
    """

    def __init__(self, names: Sequence[str], official: Iterable[str]) -> None:
        self.names = list(names)
        self.longest = max(map(len, self.names), default=0)
        self.exact = {name: number for number, name in enumerate(self.names)}
        self.naming = Naming.of(official)
        # the same few compounds are named again and again, and misspelled in the same ways
        self._found = lru_cache(_KEPT)(self._find)
        self._absent_cost = lru_cache(_KEPT)(self.naming.absent_cost)
        self._slips: dict[str, tuple[int, ...]] = {}
        self._heard: dict[str, tuple[int, ...]] = {}
        self._begins: dict[str, tuple[int, ...]] = {}
        self._offices: dict[str, list[tuple[int, OfficeReading]]] = {}
        self._holding: dict[str, tuple[int, ...]] = {}
        for number, name in enumerate(self.names):
            self._add(number, name)

    def _add(self, number: int, name: str) -> None:
        for form in _slips(name):
            _append(self._slips, form, number)
        for form in _slips(sounded(name)):
            _append(self._heard, form, number)
        for length in range(2, len(name)):
            _append(self._begins, name[:length], number)
        for character in name:
            _append(self._holding, character, number)
        office = office_reading(name)
        if office is not None:
            self._offices.setdefault(office[0], []).append((number, office))

    def find(self, given: str) -> tuple[Hit, ...]:
        """Return the names that may be meant, the cheapest first."""
        return self._found(given)

    def absent_cost(self, given: str) -> float:
        """Return the cost of words as the name of a place that is none of these, nats."""
        return self._absent_cost(given)

    def _find(self, given: str) -> tuple[Hit, ...]:
        number = self.exact.get(given)
        if number is not None:
            return (Hit(number, 0.0, "exact"),)
        if given.isascii() and given.isalpha():
            return self._typed(given)
        if len(given) > self.longest + _SLIPS_AT_MOST:
            return ()
        hits: dict[int, Hit] = {}
        for other in self._by_slip(given):
            cost = edit_cost(given, self.names[other])
            if cost < CAP:
                hits[other] = Hit(other, cost, "spelled")
        self._add_offices(given, hits)
        for other in (*self._begins.get(given, ()), *self._of_stage(given)):
            short = Hit(other, SHORT_NAME, "short")
            hits[other] = min(hits.get(other, short), short, key=_cost)
        if not hits and len(given) > 2:  # noqa: PLR2004
            for other in self._by_characters(given):
                cost = edit_cost(given, self.names[other])
                if cost < CAP:
                    hits[other] = Hit(other, cost, "spelled")
        return tuple(sorted(hits.values(), key=lambda hit: (hit.cost, hit.name))[:_MOST])

    @cached_property
    def letters(self) -> dict[str, dict[int, float]]:
        """Return the names by what may be typed for them in letters; see `letters`."""
        return by_letters(self.names)

    def _typed(self, given: str) -> tuple[Hit, ...]:
        """Return the names whose pinyin or initials are given."""
        found = self.letters.get(given) or self.letters.get(soft(given), {})
        hits = [Hit(name, cost, "letters") for name, cost in found.items()]
        return tuple(sorted(hits, key=lambda hit: (hit.cost, hit.name))[:_MOST])

    def _of_stage(self, given: str) -> tuple[int, ...]:
        """Return the names that leave words out before their stage: 丽景2期 for 丽景社区2期."""
        stem, digit, stage = given[:-2], given[-2:-1], given[-2:]
        if not given.endswith("期") or not digit.isdigit() or len(stem) < 2:  # noqa: PLR2004
            return ()
        return tuple(
            other for other in self._begins.get(stem, ()) if self.names[other].endswith(stage)
        )

    def beginning(self, typed: str) -> tuple[int, ...]:
        """Return the names that begin with the characters typed."""
        number = self.exact.get(typed)
        whole = () if number is None else (number,)
        return (*whole, *self._begins.get(typed, ()))

    def _by_slip(self, given: str) -> set[int]:
        found: set[int] = set()
        for form in _slips(given):
            found.update(self._slips.get(form, ()))
        for form in _slips(sounded(given)):
            found.update(self._heard.get(form, ()))
        return found

    def _add_offices(self, given: str, hits: dict[int, Hit]) -> None:
        office = office_reading(given)
        if office is None:
            return
        for other, held in self._offices.get(office[0], ()):
            cost = office_cost(office, held)
            if other not in hits or cost < hits[other].cost:
                hits[other] = Hit(other, cost, "office")

    def _by_characters(self, given: str) -> list[int]:
        """Return the names that share most characters, for texts with several slips."""
        shared: dict[int, int] = {}
        for character in dict.fromkeys(given):
            holding = self._holding.get(character, ())
            for other in holding if len(holding) <= _RARE else ():
                shared[other] = shared.get(other, 0) + 1
        enough = [other for other, count in shared.items() if 2 * count >= len(given) - 1]
        return sorted(enough, key=lambda other: (-shared[other], other))[:_SHARING]


def _cost(hit: Hit) -> float:
    return hit.cost


def _append(table: dict[str, tuple[int, ...]], key: str, number: int) -> None:
    held = table.get(key)
    if held is None:
        table[key] = (number,)
    elif held[-1] != number:
        table[key] = (*held, number)


def _slips(name: str) -> set[str]:
    """Return a name and what is left of it without one character, of long ones without two.

    Two names that one slip parts (a character other, missing, too many, or two swapped) share
    one of these forms.
    """
    forms = {name}
    length = len(name)
    if length > 2:  # noqa: PLR2004
        forms.update(name[:place] + name[place + 1 :] for place in range(length))
    if length >= _LONG_NAME:
        forms.update(
            name[:first] + name[first + 1 : second] + name[second + 1 :]
            for first, second in combinations(range(length), 2)
        )
    return forms
