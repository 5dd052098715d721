"""What other publications leave to a plan: codes given up (H02), periods (C11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from boundaries.check import check
from boundaries.earlier import history_of
from boundaries.history import History, Period
from boundaries.lifecycle import communities_of
from boundaries.store import Intent, open_store

THIRD = "1411271000010020305"


@pytest.fixture
def published(small, tmp_path):
    """Return a store with three plans: whole, without one grid, and whole again (a draft)."""
    shorter = small.grids(lambda grids: grids[grids["code"] != THIRD]).plan
    with open_store(f"gpkg:///{tmp_path}/store.gpkg") as store:
        first = store.save_import(small.town, small.plan.with_changes(name="first"), actor="ann")
        second = store.save_plan(shorter.with_changes(name="second"), actor="ann")
        third = store.save_plan(small.plan.with_changes(name="third"), actor="ann")
        for year, plan in ((2027, first), (2028, second)):
            intent = Intent(
                plan_id=plan.id,
                plan_revision=plan.revision,
                plan_hash=store.content_hash(plan),
                town_revision=store.town_revision(plan.town),
                communities=communities_of(plan, small.town.scheme),
                effective_from=datetime(year, 1, 1, tzinfo=UTC),
                effective_to=None,
            )
            store.record_publication(intent, snapshot=plan.name, reasons={}, actor="ann")
        yield store, first, second, third


def test_a_code_given_up_is_not_to_be_used_again(small, published):
    store, _, second, third = published
    history = history_of(store, third)
    assert history.retired == {THIRD}
    assert history_of(store, second).retired == frozenset()
    found = check(small.town, third, rules=["H02"], at=small.at, history=history).findings
    assert [(f.rule, f.kind, f.grids) for f in found] == [("H02", "retired", (THIRD,))]


def test_the_periods_of_other_plans_are_known(published):
    store, _, _, third = published
    periods = history_of(store, third).periods
    assert [(p.community[-3:], p.plan, p.start.year, p.end and p.end.year) for p in periods] == [
        ("001", "first", 2027, 2028),
        ("002", "first", 2027, 2028),
        ("001", "second", 2028, None),
        ("002", "second", 2028, None),
    ]


def test_nothing_is_known_before_anything_was_published(small, tmp_path):
    with open_store(f"gpkg:///{tmp_path}/store.gpkg") as store:
        plan = store.save_import(small.town, small.plan, actor="ann")
        assert history_of(store, plan) == History()


def hours(number):
    return datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=number)


def between(small, start, end, *others):
    """Return what C11 says of a plan's period among others of the first community."""
    periods = tuple(Period("141127100001", "old", *(t and hours(t) for t in p)) for p in others)
    plan = small.plan.with_changes(effective_from=hours(start), effective_to=end and hours(end))
    history = History(periods=periods)
    return check(small.town, plan, rules=["C11"], at=small.at, history=history).findings


def test_c11_tells_half_a_day_between_two_plans(small):
    (finding,) = between(small, 36, None, (1, 24))
    assert (finding.severity, finding.kind, finding.measure) == ("E", "gap", 12)
    assert "12.0 h" in finding.message.text("en")


def test_c11_takes_a_cut_over_without_a_gap(small):
    assert between(small, 24, None, (1, 24)) == ()
    assert between(small, 24, None, (1, None)) == ()  # ends where the new one begins
    assert between(small, 24, None, (24, None)) == ()  # gives way
    assert between(small, 24, 48, (1, 24), (48, None)) == ()


def test_c11_tells_time_before_the_next_plan(small):
    (finding,) = between(small, 24, 40, (1, 24), (48, None))
    assert (finding.kind, finding.measure) == ("gap", 8)


def test_c11_tells_time_with_two_plans(small):
    (finding,) = between(small, 24, 50, (48, None))
    assert (finding.kind, finding.measure) == ("overlap", 2)


def test_c11_says_nothing_of_a_draft_without_a_date(small):
    history = History(periods=(Period("141127100001", "old", hours(1), hours(2)),))
    assert check(small.town, small.plan, rules=["C11"], history=history).findings == ()
