"""Other names of a place: official, old, colloquial, each with the time in which it is a name.

Aliases stand in one text, ``;`` between them. What is known of one stands in brackets behind it:
``农业局宿舍[old 1990-01-01/2015-07-01];农大院[colloquial]``. A period is half-open, an open end
is left empty or written ``..``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AliasKind(StrEnum):
    """What sort of a name an alias is."""

    OFFICIAL = "official"
    OLD = "old"
    COLLOQUIAL = "colloquial"


_KIND_WORDS = {
    AliasKind.OFFICIAL: "official 正式 正式名称 官方 官方名称 标准 标准名称 法定名称",
    AliasKind.OLD: "old former 旧 旧称 旧名 曾用 曾用名 原名 原称 老名",
    AliasKind.COLLOQUIAL: "colloquial loc 俗 俗称 俗名 口语 土名 民间 别称",
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}
_NOTED = re.compile(
    r"^(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|[(（](?P<round>[^()（）]*)[)）])$"
)
_DATE = re.compile(r"(\d{4})(?:[-.年](\d{1,2})(?:[-.月](\d{1,2})日?)?)?[年月]?")
_PERIOD = re.compile(
    r"(?P<since>[\d年月日.-]*?)\s*(?:/|至|到|~|～|—+|–)\s*(?P<until>[\d年月日.-]*)"
)
_YEARS = re.compile(r"(\d{4})-(\d{4})")
_OPEN = frozenset({"", ".."})


class AliasError(ValueError):
    """What stands behind an alias is neither a kind nor a period."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One other name of a place.

    Attributes
    ----------
    name
        The name itself.
    kind
        What sort of a name it is; None where nobody said.
    valid_from, valid_until
        First day on which it is a name, and the first on which it no longer is; None where open.
    """

    name: str
    kind: AliasKind | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, at: date) -> bool:
        """Return whether it is a name on a day."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )

    @property
    def period(self) -> str:
        """Return the period as text, empty where both ends are open."""
        if self.valid_from is None and self.valid_until is None:
            return ""
        return f"{self.valid_from or '..'}/{self.valid_until or '..'}"

    def __str__(self) -> str:
        """Return the alias as it stands in a register."""
        known = " ".join(part for part in (self.kind or "", self.period) if part)
        return f"{self.name}[{known}]" if known else self.name


def kind_of(word: str) -> AliasKind | None:
    """Return the kind of alias that a word names, in English or Chinese."""
    return _KINDS.get(word.strip().casefold())


def day_of(text: str) -> date | None:
    """Return the day that a text says, the first one of a year or month; None for an open end.

    Raises
    ------
    AliasError
        The text is no day.
    """
    if text.strip() in _OPEN:
        return None
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise AliasError(text)
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        raise AliasError(text) from error


def read_aliases(text: str) -> tuple[Alias, ...]:
    """Return the aliases that a register's text holds, in their order.

    Raises
    ------
    AliasError
        A note that begins with a kind or a date is neither.
    """
    return tuple(_alias(part.strip()) for part in re.split("[;；]", text) if part.strip())


def write_aliases(aliases: Iterable[Alias]) -> str:
    """Return aliases as one text, each once."""
    return ";".join(dict.fromkeys(map(str, aliases)))


def _alias(text: str) -> Alias:
    noted = _NOTED.match(text)
    if noted is None or not noted["name"]:
        return Alias(text)
    note = noted["square"] if noted["square"] is not None else noted["round"]
    first, *rest = re.split("[\\s,，:：]+", note.strip(), maxsplit=1)
    kind = kind_of(first)
    period = (rest[0] if rest else "") if kind is not None else note.strip()
    if kind is None and (noted["square"] is None or not re.match(r"\d{4}|\.\.|/", period)):
        return Alias(text)  # a bracket that belongs to the name: 滨河(北)
    return Alias(noted["name"], kind, *_period(period, text))


def _period(period: str, text: str) -> tuple[date | None, date | None]:
    if not period:
        return None, None
    years = _YEARS.fullmatch(period)
    ends = _PERIOD.fullmatch(period)
    if years is None and ends is None:
        raise AliasError(text)
    first, last = years.groups() if years is not None else (ends["since"], ends["until"])  # type: ignore[index]
    since, until = day_of(first), day_of(last)
    if since is not None and until is not None and since >= until:
        raise AliasError(text)
    return since, until
