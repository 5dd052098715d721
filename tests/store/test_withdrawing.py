"""A publication that has not begun may be taken back; what it would have ended goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from boundaries.home import Home
from boundaries.lifecycle import publish, withdraw
from boundaries.readside import ReadSide
from geo.problem import InputError

ALL = {"*": "accepted"}
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)


def day(number):
    return SOON + timedelta(days=number)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def plans(store, home, mini_town, mini_plan):
    first = store.save_import(mini_town, mini_plan.with_changes(name="first"), actor="ann")
    second = store.save_plan(mini_plan.with_changes(name="second"), actor="ann")
    third = store.save_plan(mini_plan.with_changes(name="third"), actor="ann")
    publish(store, home, first.id, reasons=ALL, actor="ann")
    publish(store, home, second.id, effective_from=day(0), reasons=ALL, actor="ann")
    return first, second, third


def shown(store):
    return [(one.plan_name, one.effective_to) for one in store.publications()]


def test_the_plan_before_goes_on_as_it_did(store, home, plans):
    _, second, _ = plans
    before = datetime.now(UTC)
    told = withdraw(store, home, second.id, reason="mistaken", actor="ann", dry_run=True)
    assert shown(store) == [("first", day(0)), ("second", None)]
    done = withdraw(store, home, second.id, reason="mistaken", actor="ann")
    assert done == told
    assert [(name, end) for _, name, end in done.goes_on] == [("first", None)]
    assert shown(store) == [("first", None)]
    assert {each.publication.plan_name for each in ReadSide(home).in_force(day(5))} == {"first"}
    assert len(store.publications(as_recorded=before)) == 2
    (event,) = store.events(action="plan.withdrawn")
    assert event.detail["reason"] == "mistaken"


def test_it_goes_on_until_the_next_plan_begins(store, home, plans):
    _, second, third = plans
    publish(store, home, third.id, effective_from=day(9), reasons=ALL, actor="ann")
    withdraw(store, home, second.id, reason="mistaken", actor="ann")
    assert shown(store) == [("first", day(9)), ("third", None)]
    withdraw(store, home, third.id, reason="that too", actor="ann")
    assert shown(store) == [("first", None)]


def test_an_end_that_was_set_stays(store, home, mini_town, mini_plan):
    first = store.save_import(mini_town, mini_plan.with_changes(name="first"), actor="ann")
    second = store.save_plan(mini_plan.with_changes(name="second"), actor="ann")
    publish(store, home, first.id, effective_to=day(0), reasons=ALL, actor="ann")
    publish(store, home, second.id, effective_from=day(0), reasons=ALL, actor="ann")
    assert withdraw(store, home, second.id, reason="mistaken", actor="ann").goes_on == ()
    assert shown(store) == [("first", day(0))]


def test_a_withdrawn_plan_may_be_published_again(store, home, plans):
    _, second, _ = plans
    withdraw(store, home, second.id, reason="mistaken", actor="ann")
    publish(store, home, second.id, effective_from=day(3), reasons=ALL, actor="ann")
    assert shown(store) == [("first", day(3)), ("second", None)]


def test_what_has_begun_is_not_taken_back(store, home, plans):
    first, _, third = plans
    for plan in (first, third):
        with pytest.raises(InputError, match="has not begun"):
            withdraw(store, home, plan.id, reason="mistaken", actor="ann")
    with pytest.raises(InputError, match="no reason"):
        withdraw(store, home, plans[1].id, reason=" ", actor="ann")
    assert shown(store) == [("first", day(0)), ("second", None)]
