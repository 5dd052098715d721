"""Periods of publications: no overlap whatever happens, nothing forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boundaries.lifecycle import communities_of
from boundaries.plan import Plan, PlanState
from boundaries.scheme import default_scheme
from boundaries.store import Intent, StalePlanError, open_store
from boundaries.town import Town
from geo.problem import InputError

START = datetime(2027, 1, 1, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def put_in_force(store, plan, start, end=None, communities=None):
    intent = Intent(
        plan_id=plan.id,
        plan_revision=plan.revision,
        plan_hash=store.content_hash(plan),
        town_revision=store.town_revision(plan.town),
        communities=communities or communities_of(plan, default_scheme()),
        effective_from=start,
        effective_to=end,
    )
    return store.record_publication(
        intent, snapshot=f"hash of {plan.name}", reasons={}, actor="ann"
    )


@pytest.fixture
def two_plans(store, mini_town, mini_plan):
    first = store.save_import(mini_town, mini_plan.with_changes(name="first"), actor="ann")
    second = store.save_plan(mini_plan.with_changes(name="second"), actor="ann")
    return first, second


def shown(publications):
    return [(one.plan_name, one.effective_from, one.effective_to) for one in publications]


def test_a_later_plan_ends_the_earlier_one_where_it_begins(store, two_plans):
    first, second = two_plans
    put_in_force(store, first, day(0))
    put_in_force(store, second, day(10))
    assert shown(store.publications()) == [
        ("first", day(0), day(10)),
        ("second", day(10), None),
    ]


def test_exactly_one_plan_holds_at_the_cut_over(store, two_plans):
    first, second = two_plans
    put_in_force(store, first, day(0))
    put_in_force(store, second, day(10))
    just_before = day(10) - timedelta(milliseconds=1)
    assert [one.plan_name for one in store.publications(just_before)] == ["first"]
    assert [one.plan_name for one in store.publications(day(10))] == ["second"]
    assert store.publications(day(-1)) == []


def test_the_layer_of_grids_in_force_shows_one_plan_at_a_time(store, two_plans):
    first, second = two_plans
    past = datetime.now(UTC) - timedelta(days=9)
    put_in_force(store, first, past)
    put_in_force(store, second, past + timedelta(days=3))

    def shown_grids(connection):
        return connection.execute(sa.text("SELECT plan, code FROM grids_in_force")).all()

    found = store._database.read(shown_grids)
    assert {plan for plan, _ in found} == {"second"}
    assert sorted(code for _, code in found) == sorted(second.grids["code"])


def test_where_only_some_communities_are_taken_over_the_rest_goes_on(store, two_plans):
    first, second = two_plans
    communities = ("141127100001", "141127100002", "141127100003")
    put_in_force(store, first, day(0), communities=communities)
    put_in_force(store, second, day(10), communities=communities[:1])
    found = {
        (one.plan_name, one.effective_from, one.effective_to): one.communities
        for one in store.publications()
    }
    assert found == {
        ("first", day(0), day(10)): communities[:1],
        ("first", day(0), None): communities[1:],
        ("second", day(10), None): communities[:1],
    }


def test_what_was_believed_before_can_still_be_asked(store, two_plans):
    first, second = two_plans
    recorded = put_in_force(store, first, day(0)).recorded_at
    later = put_in_force(store, second, day(10)).recorded_at
    assert recorded < later
    assert shown(store.publications(as_recorded=recorded)) == [("first", day(0), None)]
    assert shown(store.publications(as_recorded=later)) == shown(store.publications())
    assert store.publications(as_recorded=recorded - timedelta(seconds=1)) == []


def test_a_plan_put_at_the_same_moment_replaces_what_was_announced(store, two_plans):
    first, second = two_plans
    put_in_force(store, first, day(5))
    put_in_force(store, second, day(5))
    assert shown(store.publications()) == [("second", day(5), None)]
    assert store.load_plan(first.id).state is PlanState.SUPERSEDED


def test_a_plan_does_not_push_an_announced_one_aside_in_silence(store, two_plans):
    first, second = two_plans
    put_in_force(store, first, day(10))
    with pytest.raises(InputError, match="first"):
        put_in_force(store, second, day(0))
    put_in_force(store, second, day(0), day(10))
    assert shown(store.publications()) == [("second", day(0), day(10)), ("first", day(10), None)]


def test_a_plan_is_not_put_in_force_twice_over_the_same_time(store, two_plans):
    first, _ = two_plans
    put_in_force(store, first, day(0))
    with pytest.raises(InputError, match="first"):
        put_in_force(store, first, day(3))


def test_another_towns_plan_is_not_ended(store, two_plans, mini_town, mini_plan):
    first, _ = two_plans
    put_in_force(store, first, day(0))
    town = store.load_town(mini_town.name)
    twin = replace(town, name="另一镇", revision=0)
    theirs = store.save_import(twin, mini_plan.with_changes(town="另一镇"), actor="ann")
    with pytest.raises(InputError, match=mini_town.name):
        put_in_force(store, theirs, day(5))


def test_a_plan_changed_since_it_was_checked_is_not_published(store, two_plans, mini_town):
    first, _ = two_plans
    town = store.load_town(mini_town.name)
    intent = Intent(
        first.id,
        first.revision,
        store.content_hash(first),
        store.town_revision(mini_town.name),
        communities_of(first, town.scheme),
        day(0),
        None,
    )
    store.save_town(town, actor="bo")
    with pytest.raises(StalePlanError):
        store.record_publication(intent, snapshot="x", reasons={}, actor="ann")
    assert store.publications() == []


def test_a_published_plan_takes_no_change(store, two_plans):
    first, _ = two_plans
    put_in_force(store, first, day(0))
    published = store.load_plan(first.id)
    assert published.state is PlanState.PUBLISHED
    with pytest.raises(InputError, match=first.id):
        store.save_plan(published.with_changes(name="else"), actor="bo")


@pytest.mark.parametrize("subject", ["the plan", "the history"])
def test_the_database_itself_refuses_to_change_what_is_published(store, two_plans, subject):
    first, _ = two_plans
    put_in_force(store, first, day(0))
    before = store.content_hash(store.load_plan(first.id))
    for statement in _FORBIDDEN[subject]:
        with pytest.raises(sa.exc.DBAPIError, match=r"immutable|only added to|forward"):
            run(store, statement)
    assert store.content_hash(store.load_plan(first.id)) == before


_FORBIDDEN = {
    "the plan": (
        "UPDATE grids SET name = 'x' WHERE fid = (SELECT min(fid) FROM grids)",
        "DELETE FROM grids",
        "DELETE FROM contacts",
        "DELETE FROM assignments",
        "INSERT INTO assignments (plan_id, building, grid) SELECT id, 'b', 'g' FROM plans",
        "UPDATE plans SET name = 'x'",
        "UPDATE plans SET content_hash = NULL",
        "DELETE FROM plans",
    ),
    "the history": (
        "UPDATE publications SET snapshot = 'x'",
        "DELETE FROM publications",
        "UPDATE effective_periods SET effective_to = effective_from",
        "UPDATE effective_periods SET community = 'x'",
        "DELETE FROM effective_periods",
        "UPDATE events SET actor = 'x'",
        "DELETE FROM events",
    ),
}


def run(store, statement):
    store._database.write(lambda connection: connection.execute(sa.text(statement)))


def test_the_database_itself_refuses_two_plans_at_once(store, two_plans):
    first, _ = two_plans
    put_in_force(store, first, day(0))
    columns = "publication_id, community, effective_from, recorded_at"
    copy = f"INSERT INTO effective_periods ({columns}) SELECT {columns} FROM effective_periods"  # noqa: S608
    with pytest.raises(sa.exc.IntegrityError, match=r"overlap|one_plan_at_a_time"):
        run(store, copy)


def test_a_published_plan_that_was_tampered_with_is_not_handed_out(gpkg_url, mini_town, mini_plan):
    with open_store(gpkg_url) as store:
        saved = store.save_import(mini_town, mini_plan, actor="ann")
        put_in_force(store, saved, day(0))

        def tamper(connection):
            connection.exec_driver_sql("DROP TRIGGER grids_immutable_update")
            connection.exec_driver_sql("UPDATE grids SET households = 1")

        store._database.write(tamper)
        with pytest.raises(InputError, match="G05"):
            store.load_plan(saved.id)


_STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 12),
        st.one_of(st.none(), st.integers(1, 6)),
        st.sets(st.integers(0, 2), min_size=1),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_STEPS)
def test_whatever_is_published_no_two_plans_ever_overlap(steps, gpkg_url, mini_town, mini_plan):
    """A law of the timeline, against a model that keeps one plan a day and community."""
    with open_store(gpkg_url) as store:
        plan = Plan.of("p", mini_town.name, mini_plan.grids.iloc[:2])
        bare = Town.empty(mini_town.name, mini_town.scheme)
        bare = replace(bare, revision=store.town_revision(bare.name))
        first = store.save_import(bare, plan, actor="ann")
        plans = [first, *(store.save_plan(plan, actor="ann") for _ in range(2))]
        # Each example in communities of its own.
        mark = plans[0].id
        holds = {}
        for number, start, length, chosen in steps:
            communities = tuple(f"{mark}-{index}" for index in sorted(chosen))
            end = None if length is None else day(start + length)
            try:
                put_in_force(store, plans[number], day(start), end, communities)
            except InputError:
                continue
            last = 40 if length is None else start + length
            for community in communities:
                kept = holds.setdefault(community, {})
                cut = [at for at in kept if at >= start and _same_run(kept, start, at)]
                for at in cut:
                    del kept[at]
                kept.update(dict.fromkeys(range(start, last), plans[number].id))
        listed = store.publications()
        for community, kept in holds.items():
            for at in range(40):
                found = [
                    one.plan
                    for one in listed
                    if one.holds_at(day(at)) and community in one.communities
                ]
                assert len(found) <= 1
                assert found == ([kept[at]] if at in kept else [])


def _same_run(kept, start, at):
    """Whether the plan in force at ``start`` is still the one in force at ``at``."""
    return all(kept.get(step) == kept.get(start) for step in range(start, at + 1))
