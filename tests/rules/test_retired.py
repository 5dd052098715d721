"""Codes that were given up, as the store remembers them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from boundaries.check import check
from boundaries.lifecycle import communities_of
from boundaries.retired import retired_codes
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
    assert retired_codes(store, third) == {THIRD}
    assert retired_codes(store, second) == frozenset()
    found = check(
        small.town, third, rules=["H02"], at=small.at, retired=retired_codes(store, third)
    ).findings
    assert [(f.rule, f.kind, f.grids) for f in found] == [("H02", "retired", (THIRD,))]


def test_nothing_is_given_up_before_anything_was_published(small, tmp_path):
    with open_store(f"gpkg:///{tmp_path}/store.gpkg") as store:
        plan = store.save_import(small.town, small.plan, actor="ann")
        assert retired_codes(store, plan) == frozenset()
