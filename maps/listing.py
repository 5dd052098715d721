"""The text list of what is published: every grid under its parent, with whom to call.

The public map takes its cards from this very list, so that the two cannot differ.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from boundaries.public import public_grid
from geo.layers.schema import ROLES
from maps.edition import Edition
from messages import Language, say

"""The one time of all China: pages show their days in it, wherever the server stands."""

_NOT_DIALLED = re.compile(r"[^0-9+*#]")


@dataclass(frozen=True)
class Person:
    """A contact as anyone may see it, in one language.

    Attributes
    ----------
    role
        In words.
    name
        Where its publication basis allows it; else empty.
    title
        Title or post, where it says more than grid and role do.
    numbers
        What to press, the number as written, and as dialled; the duty phone first.
    duties, since
        What they help with, and since when they answer; empty where unknown.
    stand_in
        Answers when the others do not.
    """

    role: str
    name: str
    title: str
    numbers: tuple[tuple[str, str, str], ...]
    duties: str
    since: str
    stand_in: bool


@dataclass(frozen=True)
class Entry:
    """A grid of the list with those who answer for it and the grids under it."""

    code: str
    level: int
    name: str
    people: tuple[Person, ...]
    children: tuple[Entry, ...]

    def all(self) -> Iterator[Entry]:
        """Yield the grid and every grid under it."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Section:
    """A community and its grids of the first level."""

    code: str
    name: str
    entries: tuple[Entry, ...]

    def count_by_level(self) -> dict[int, int]:
        """Return how many grids of each level it holds."""
        return count_by_level([self])


def sections(edition: Edition, *, at: datetime, language: Language) -> list[Section]:
    """Return the list of one edition: by community, each grid under its parent.

    Parameters
    ----------
    edition
        What is in force.
    at
        Aware moment at which contacts must be in office.
    language
        Of roles and dates; names stay as they are.
    """
    grids = [public_grid(record) for record in edition.grids.to_dict("records")]
    grids.sort(key=lambda grid: (grid["level"], grid["code"]))
    known = {grid["code"] for grid in grids}
    below: defaultdict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for grid in grids:
        below[grid["parent"] if grid["parent"] in known else None].append(grid)

    def entry(grid: Mapping[str, Any]) -> Entry:
        contacts = edition.snapshot.contacts.of(grid["code"], at)
        return Entry(
            grid["code"],
            int(grid["level"]),
            grid["name"] or grid["code"],
            tuple(_person(contact, grid, language) for contact in sorted(contacts, key=_order)),
            tuple(entry(child) for child in below.get(grid["code"], ())),
        )

    tops: defaultdict[str, list[Entry]] = defaultdict(list)
    for grid in below[None]:
        tops[grid["community"] or ""].append(entry(grid))
    names = edition.communities
    return [
        Section(code, names.get(code) or code, tuple(entries))
        for code, entries in sorted(tops.items())
    ]


def count_by_level(found: Iterable[Section]) -> dict[int, int]:
    """Return how many grids of each level some sections hold."""
    entries = (grid for section in found for top in section.entries for grid in top.all())
    return dict(sorted(Counter(entry.level for entry in entries).items()))


def day(moment: date, language: Language) -> str:
    """Return a date in words."""
    if language == "zh":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {moment:%B} {moment.year}"


def _order(contact: Mapping[str, Any]) -> tuple[bool, int]:
    return bool(contact["stand_in"]), ROLES.index(contact["role"])


def _person(contact: Mapping[str, Any], grid: Mapping[str, Any], language: Language) -> Person:
    title = (contact["title"] or "").removeprefix(grid["name"] or "").strip()
    if title == say(f"maps.role_{contact['role']}", "zh"):
        title = ""
    since = contact["since"]
    return Person(
        role=say(f"maps.role_{contact['role']}", language),
        name=contact["name"] or "",
        title=title,
        numbers=tuple(
            (say(f"maps.{key}", language), contact[field], _NOT_DIALLED.sub("", contact[field]))
            for field, key in (("duty_phone", "call"), ("phone", "call_mobile"))
            if contact[field]
        ),
        duties=contact["duties"] or "",
        since=day(date.fromisoformat(since), language) if since else "",
        stand_in=bool(contact["stand_in"]),
    )
