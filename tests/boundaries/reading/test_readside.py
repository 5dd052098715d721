"""What is in force when, as publications come and go."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from boundaries.home import Home
from boundaries.lookup import lookup_point
from boundaries.readside import ReadSide
from geo.problem import InputError

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_nothing_is_in_force_before_the_first_publication(tmp_path):
    side = ReadSide(Home(tmp_path))
    assert side.in_force() == ()
    answer = lookup_point(side, 111.6, 38.2)
    assert answer.status == "no_match"
    assert "生效" in answer.note.text("zh")


def test_past_and_future_moments_have_their_own_plans(small_town, built, published_home):
    other = small_town.plan.with_changes(id="plan2", name="乙案")
    changed = type(small_town)(small_town.town, other)
    small_town.publish(published_home, built[1], datetime(2025, 1, 1, tzinfo=UTC), NOW, "old")
    published_home.published.write_text(
        published_home.published.read_text("utf-8").replace('"id": "pub1"', '"id": "pub0"'), "utf-8"
    )
    side = ReadSide(published_home)
    changed.publish(published_home, built[1], NOW + timedelta(days=9), None, "new")
    assert lookup_point(side, 111.614, 38.2005, at=NOW + timedelta(days=10)).plan_name == "乙案"
    assert lookup_point(side, 111.614, 38.2005, at=NOW).plan_name == "甲案"
    assert side.in_force(datetime(2024, 1, 1, tzinfo=UTC)) == ()
    assert side.next_change(NOW) == NOW + timedelta(days=9)


def test_a_period_is_half_open(small_town, built, tmp_path):
    home = Home(tmp_path)
    (tmp_path / "snapshots").symlink_to(built[0])
    small_town.publish(home, built[1], NOW, NOW + timedelta(days=1))
    side = ReadSide(home)
    assert len(side.in_force(NOW)) == 1
    assert side.in_force(NOW + timedelta(days=1)) == ()
    assert side.in_force(NOW - timedelta(microseconds=1)) == ()


def test_a_publication_answers_for_its_communities_alone(small_town, built, tmp_path):
    home = Home(tmp_path)
    (tmp_path / "snapshots").symlink_to(built[0])
    small_town.publish(home, built[1])
    text = home.published.read_text("utf-8").replace('"141127100001"', '"141127100009"')
    home.published.write_text(text, "utf-8")
    assert lookup_point(ReadSide(home), 111.614, 38.2005).status == "out_of_area"


def test_a_new_publication_is_followed_while_lookups_go_on(small_town, built, tmp_path):
    home = Home(tmp_path)
    (tmp_path / "snapshots").symlink_to(built[0])
    small_town.publish(home, built[1])
    side, stop, failures = ReadSide(home), threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            if lookup_point(side, 111.614, 38.2005).status != "match":
                failures.append(1)

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(20):
        small_town.publish(home, built[1], NOW - timedelta(days=number), NOW, f"more{number}")
    stop.set()
    asking.join()
    assert not failures
    assert len(side.publications()) == 21


def test_a_list_that_cannot_be_read_is_said_so(tmp_path):
    home = Home(tmp_path)
    home.published.write_text("{", "utf-8")
    with pytest.raises(InputError):
        ReadSide(home).in_force()
