"""The public list holds every grid once, with those in office and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from boundaries.home import Home
from boundaries.readside import ReadSide
from maps.edition import editions
from maps.listing import Entry, Person, count_by_level, day, sections
from maps.public import public_page

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def entries(published_home: Home) -> list[Entry]:
    now = datetime.now(UTC)
    return [
        entry
        for edition in editions(ReadSide(published_home), now)
        for section in sections(edition, at=now, language="zh")
        for top in section.entries
        for entry in top.all()
    ]


def people(entries: list[Entry]) -> list[Person]:
    return [person for entry in entries for person in entry.people]


def test_every_grid_is_listed_once_under_its_parent(
    entries: list[Entry], published_home: Home
) -> None:
    (found,) = ReadSide(published_home).in_force()
    assert sorted(entry.code for entry in entries) == sorted(found.snapshot.grids["code"])
    for entry in entries:
        assert all(child.code.startswith(entry.code) for child in entry.children)


def test_names_stand_only_where_their_basis_lets_them(
    entries: list[Entry], published_home: Home
) -> None:
    (found,) = ReadSide(published_home).in_force()
    shown = {person.name for person in people(entries) if person.name}
    public = {
        contact["name"]
        for code in found.snapshot.contacts.codes()
        for contact in found.snapshot.contacts.of(code)
        if contact["name"]
    }
    assert shown == public
    assert any(not person.name for person in people(entries))


def test_numbers_are_dialled_by_digits_alone(entries: list[Entry]) -> None:
    for person in people(entries):
        for _, number, dialled in person.numbers:
            assert dialled.isdigit()
            assert dialled == number.replace("-", "")


def test_a_title_that_repeats_grid_and_role_is_left_out(entries: list[Entry]) -> None:
    assert all("网格" not in person.title for person in people(entries))


def test_nobody_stands_before_taking_office(published_home: Home) -> None:
    now = datetime.now(UTC)
    (edition,) = editions(ReadSide(published_home), now)
    earlier = sections(edition, at=now - timedelta(days=400), language="zh")
    assert not any(entry.people for part in earlier for top in part.entries for entry in top.all())
    assert count_by_level(earlier).keys() == {1, 2, 3}


def test_stand_ins_come_last(entries: list[Entry]) -> None:
    for entry in entries:
        standing_in = [person.stand_in for person in entry.people]
        assert standing_in == sorted(standing_in)


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "2026年12月1日"), ("en", "1 December 2026")]
)
def test_days_are_in_words(language: str, words: str) -> None:
    assert day(NOW, language) == words  # type: ignore[arg-type]


def test_the_page_is_the_same_for_all_of_a_day(published_home: Home) -> None:
    side = ReadSide(published_home)
    now = datetime.now(UTC)
    one = public_page(side, language="zh", at=now)
    assert one is public_page(side, language="zh", at=now + timedelta(microseconds=1))
    assert one != public_page(side, language="en", at=now)
