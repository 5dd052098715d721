"""What is accepted with a plan is kept with it, copied with it, and frozen with it."""

from datetime import UTC, datetime

import pytest
import shapely
import sqlalchemy as sa

from boundaries.acceptance import Acceptance
from boundaries.store import StalePlanError
from geo.problem import InputError

AT = datetime(2026, 6, 1, 1, 2, 3, tzinfo=UTC)
POND = Acceptance(
    finding="C01-0123456789ab",
    rule="C01",
    kind="gap.inside",
    severity="E",
    level=3,
    grids=("141127100001001", "141127100001002"),
    said={"zh": "空白", "en": "a gap"},
    geometry=shapely.box(111.6, 38.2, 111.7, 38.3),
    reason="水面，无人居住",
    accepted_by="王主任",
    accepted_at=AT,
)
LEDGER = Acceptance(
    finding="S02-0123456789ab",
    rule="S02",
    kind="short",
    severity="W",
    level=None,
    grids=(),
    said={"zh": "少", "en": "few"},
    geometry=None,
    reason="明年清点",
    accepted_by="李",
    accepted_at=AT,
)


@pytest.fixture
def draft(store, mini_town, mini_plan):
    return store.save_import(mini_town, mini_plan, actor="ann")


def test_it_comes_back_to_the_bit(store, draft):
    store.accept(draft.id, draft.revision, [POND, LEDGER], actor="ann")
    assert store.load_plan(draft.id).accepted == (POND, LEDGER)
    assert store.accepted(draft.id) == (POND, LEDGER)


def test_it_is_saved_and_copied_with_the_plan(store, draft):
    saved = store.save_plan(draft.with_changes(accepted=(POND,)), actor="ann")
    again = store.save_plan(saved.with_changes(name="改后"), actor="ann")
    copy = store.copy_plan(again.id, "明年", actor="bo")
    assert store.load_plan(again.id).accepted == store.load_plan(copy.id).accepted == (POND,)


def test_accepting_is_a_change_that_others_notice(store, draft):
    store.accept(draft.id, draft.revision, [POND], actor="ann")
    with pytest.raises(StalePlanError):
        store.save_plan(draft.with_changes(name="his"), actor="bo")
    with pytest.raises(StalePlanError):
        store.accept(draft.id, draft.revision, [LEDGER], actor="bo")
    assert store.accepted(draft.id) == (POND,)


def test_a_withdrawn_one_is_gone_and_the_trail_tells_both(store, draft):
    store.accept(draft.id, draft.revision, [POND, LEDGER], actor="ann")
    store.withdraw(draft.id, [POND.finding], actor="bo")
    assert store.accepted(draft.id) == (LEDGER,)
    told = [(one.actor, one.action) for one in store.events(subject=draft.id)]
    assert told[:3] == [
        ("bo", "acceptance.withdrawn"),
        ("ann", "finding.accepted"),
        ("ann", "finding.accepted"),
    ]
    reasons = {one.detail.get("reason") for one in store.events(action="finding.accepted")}
    assert reasons == {POND.reason, LEDGER.reason}
    with pytest.raises(InputError, match=POND.finding):
        store.withdraw(draft.id, [POND.finding], actor="bo")


def test_a_plan_that_is_not_there_accepts_nothing(store, draft):
    for forbidden in (
        lambda: store.accept("none", 1, [POND], actor="ann"),
        lambda: store.withdraw("none", [POND.finding], actor="ann"),
        lambda: store.accepted("none"),
    ):
        with pytest.raises(InputError, match="none"):
            forbidden()


def test_a_published_plan_accepts_and_withdraws_nothing(store, draft):
    """Not by the store's own hand, and not behind its back."""
    store.accept(draft.id, draft.revision, [POND], actor="ann")
    seal(store, draft.id)
    for forbidden in (
        lambda: store.accept(draft.id, draft.revision + 1, [LEDGER], actor="ann"),
        lambda: store.withdraw(draft.id, [POND.finding], actor="ann"),
    ):
        with pytest.raises(InputError) as refused:
            forbidden()
        assert refused.value.problems[0].message.key == "store.published_plan"
    for statement in ("UPDATE accepted_findings SET reason = 'x'", "DELETE FROM accepted_findings"):
        with pytest.raises(sa.exc.DBAPIError, match="immutable"):
            store._database.write(lambda connection, s=statement: connection.execute(sa.text(s)))
    assert store.load_plan(draft.id).accepted == (POND,)


def seal(store, plan_id):
    digest = store.content_hash(store.load_plan(plan_id))
    store._database.write(
        lambda connection: connection.execute(
            sa.text("UPDATE plans SET content_hash = :digest"), {"digest": digest}
        )
    )


def test_a_step_down_and_up_leaves_a_published_plan_whole(store, draft):
    store.accept(draft.id, draft.revision, [POND], actor="ann")
    seal(store, draft.id)
    store.downgrade("0002")
    store.upgrade()
    assert store.load_plan(draft.id).accepted == ()
