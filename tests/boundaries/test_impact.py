"""Whom it concerns that a plan takes another's place."""

from __future__ import annotations

import pandas as pd
import pytest
from compliant import AT, Small, compliant

from boundaries.impact import impact_of

LEFT, RIGHT = "1411271000010020202", "1411271000010020203"


@pytest.fixture(scope="module")
def small() -> Small:
    return compliant()


def test_the_same_plan_concerns_nobody(small: Small) -> None:
    found = impact_of(small.town, small.plan, small.plan, at=AT)
    assert (found.households, found.grids, found.contacts, found.cards) == (0, (), (), ())


def test_a_moved_building_concerns_its_grids_and_their_contacts(small: Small) -> None:
    def moved(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(grid=table["grid"].where(table["building"] != f"b{RIGHT}", LEFT))

    found = impact_of(small.town, small.plan, small.assignments(moved).plan, at=AT)
    assert found.households == 15
    assert {change.code for change in found.grids} == {LEFT, RIGHT}
    assert {contact.grid for contact in found.contacts} == {LEFT, RIGHT}
    assert found.cards == ()


def test_a_card_is_printed_again_only_for_what_it_shows(small: Small) -> None:
    def other(contacts: pd.DataFrame) -> pd.DataFrame:
        left, right = contacts["grid"] == LEFT, contacts["grid"] == RIGHT
        changed = contacts.assign(basis="office_contact")
        changed.loc[left, "duty_phone"] = "0358-9"
        changed.loc[right, ["phone", "verified"]] = ["13900000000", pd.Timestamp("2026-05-01")]
        return changed

    base = small.contacts(lambda contacts: contacts.assign(basis="office_contact"))
    found = impact_of(small.town, base.plan, small.contacts(other).plan, at=AT)
    assert found.cards == (LEFT,)
