"""Organisation: O01 to O07, as of a moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from boundaries.check import check

FIRST = "141127100001002"
SECOND = f"{FIRST}03"
THIRD = f"{SECOND}04"


def told(found):
    return [(f.rule, f.kind, f.severity, f.grids) for f in found]


def without(grid):
    return lambda contacts: contacts[contacts["grid"] != grid]


def dated(grid, **dates):
    def change(contacts):
        for column, day in dates.items():
            contacts.loc[contacts["grid"] == grid, column] = pd.Timestamp(day)
        return contacts

    return change


@pytest.mark.parametrize(("grid", "severity"), [(FIRST, "E"), (SECOND, "E"), (THIRD, "W")])
def test_o01_wants_a_contact_of_each_grid(small, grid, severity):
    found = small.contacts(without(grid)).found("O01")
    assert told(found) == [("O01", "none", severity, (grid,))]


def test_o01_wants_the_role_of_the_level(small):
    def adviser(contacts):
        contacts.loc[contacts["grid"] == SECOND, "role"] = "adviser"
        return contacts

    assert told(small.contacts(adviser).found("O01")) == [("O01", "none", "E", (SECOND,))]
    special = small.contacts(adviser).grid(SECOND, kind="special", mode="exclusive")
    assert special.found("O01") == []


def test_o01_does_not_take_a_stand_in_for_the_contact(small):
    alone = small.contacts(
        lambda contacts: contacts[(contacts["grid"] != FIRST) | contacts["stand_in"]]
    )
    assert told(alone.found("O01")) == [("O01", "none", "E", (FIRST,))]


def test_o01_goes_by_the_moment(small):
    ending = small.contacts(dated(THIRD, until="2026-07-01"))
    assert ending.found("O01") == []
    last = replace(ending, at=pd.Timestamp("2026-06-30 23:59", tz="Asia/Shanghai").to_pydatetime())
    assert last.found("O01") == []
    after = replace(ending, at=pd.Timestamp("2026-07-01 00:00", tz="Asia/Shanghai").to_pydatetime())
    assert told(after.found("O01")) == [("O01", "none", "W", (THIRD,))]
    beginning = small.contacts(dated(THIRD, since="2026-06-02"))
    assert told(beginning.found("O01")) == [("O01", "none", "W", (THIRD,))]


def test_a_plan_is_checked_for_the_day_it_takes_effect(small):
    plan = small.plan.with_changes(effective_from=small.at + timedelta(days=36500))
    assert check(small.town, plan, rules=["O01"]).at == plan.effective_from


def test_o01_tells_a_whole_level_without_contacts_once(small):
    empty = small.contacts(lambda contacts: contacts.iloc[:0])
    assert [(f.kind, f.level, f.measure) for f in empty.found("O01")] == [
        ("all", 1, 6),
        ("all", 2, 30),
        ("all", 3, 150),
    ]


def test_o01_tells_contacts_of_unknown_grids(small):
    def lost(contacts):
        more = contacts.iloc[:1].assign(grid="999")
        return pd.concat([contacts, more], ignore_index=True)

    assert told(small.contacts(lost).found("O01")) == [("O01", "no_grid", "W", ())]


def test_o01_holds_and_o04_informs_where_members_share_grids(small):
    """A community of 7,500 people and 2,500 households: 7 and 19 members hold all its grids."""
    sized = small.grids(
        lambda grids: grids.assign(
            households=grids["level"].map({1: 417, 2: 83, 3: 15}).astype("Int64")
        )
    )

    def shared(contacts):
        second = np.flatnonzero(contacts["role"] == "full_time")
        ids = contacts["id"].to_numpy().copy()
        ids[second] = [f"M{number % 19}" for number in range(len(second))]
        return contacts.assign(id=ids)

    found = sized.contacts(shared).found("O01", "O04")
    assert {finding.rule for finding in found} == {"O04"}
    assert {(finding.level, finding.kind) for finding in found} <= {(2, "grids"), (2, "households")}
    assert (
        len([finding for finding in found if finding.severity == "I"])
        + len([finding for finding in found if finding.severity == "W"])
        == len(found)
        == 11
    )


def test_o04_counts_grids_and_households(small):
    def one_for(number):
        def change(contacts):
            rows = np.flatnonzero(contacts["role"] == "full_time")[:number]
            contacts.iloc[rows, contacts.columns.get_loc("id")] = "M1"
            return contacts

        return change

    (two,) = small.contacts(one_for(2)).found("O04")
    assert (two.severity, two.kind, two.measure, len(two.grids)) == ("I", "grids", 2, 2)
    (three,) = small.contacts(one_for(3)).found("O04")
    assert (three.severity, three.kind, three.measure) == ("W", "households", 225)


@pytest.mark.parametrize("party", ["branch", "joint_branch"])
def test_o02_takes_an_own_or_a_joint_branch(small, party):
    assert small.grid(FIRST, party=party).found("O02") == []


@pytest.mark.parametrize("party", [None, "group", "member_household"])
def test_o02_wants_a_branch(small, party):
    found = small.grid(FIRST, party=party).found("O02")
    assert told(found) == [("O02", "none", "W", (FIRST,))]


@pytest.mark.parametrize(("party", "number"), [("member_household", 0), ("group", 0), (None, 1)])
def test_o03_wants_a_group_or_a_member_household(small, party, number):
    assert len(small.grid(SECOND, party=party).found("O03")) == number


def test_party_is_told_once_where_nothing_is_recorded(small):
    blank = small.grids(lambda grids: grids.assign(party=None))
    assert [(f.rule, f.kind) for f in blank.found("O02", "O03")] == [("O02", "all"), ("O03", "all")]


def test_party_is_not_asked_of_special_grids(small):
    assert small.grid(FIRST, party=None, kind="special").found("O02") == []


def test_o05_wants_a_stand_in_at_level_1(small):
    alone = small.contacts(
        lambda contacts: contacts[(contacts["grid"] != FIRST) | ~contacts["stand_in"]]
    )
    assert told(alone.found("O05")) == [("O05", "none", "W", (FIRST,))]


def test_o05_wants_contacts_verified_within_90_days(small):
    assert small.contacts(dated(THIRD, verified="2026-03-04")).found("O05") == []
    old = small.contacts(dated(THIRD, verified="2026-03-03")).found("O05")
    assert told(old) == [("O05", "unverified", "W", (THIRD,))]
    never = small.contacts(lambda contacts: contacts.assign(verified=pd.NaT)).found("O05")
    assert [finding.kind for finding in never] == ["unverified_all"]


def test_o05_tells_a_term_that_ran_out_unless_o01_does(small):
    def ended(role):
        def change(contacts):
            row = contacts[contacts["grid"] == SECOND].assign(
                id="old", role=role, until=pd.Timestamp("2026-05-01")
            )
            return pd.concat([contacts, row], ignore_index=True)

        return change

    (finding,) = small.contacts(ended("adviser")).found("O05")
    assert (finding.kind, finding.grids) == ("ended", (SECOND,))
    assert "2026-05-01" in finding.message.text("en")
    assert small.contacts(ended("full_time")).found("O05") == []  # somebody has followed
    gone = small.contacts(dated(SECOND, until="2026-05-01"))
    assert [finding.rule for finding in gone.found("O01", "O05")] == ["O01"]


def test_o06_tells_roles_that_nobody_has(small):
    none = small.contacts(lambda contacts: contacts[contacts["role"] != "adviser"])
    (finding,) = none.found("O06")
    assert (finding.severity, finding.measure, finding.level) == ("I", 6, 1)
    assert "网格指导员" in finding.message.text("zh")
    one = small.contacts(
        lambda contacts: contacts[(contacts["role"] != "adviser") | (contacts["grid"] != FIRST)]
    )
    assert [f.grids for f in one.found("O06")] == [(FIRST,)]
    of_a_child = small.contacts(
        lambda contacts: contacts.assign(
            grid=contacts["grid"].where(contacts["role"] != "adviser", contacts["grid"] + "01")
        )
    )
    assert of_a_child.found("O06") == []


@pytest.mark.parametrize(("columns", "kind"), [(["duties"], "duties"), (["duty_phone"], "phone")])
def test_o07_wants_duties_and_a_phone(small, columns, kind):
    def emptied(contacts):
        contacts.loc[contacts["grid"] == FIRST, columns] = None
        return contacts

    assert told(small.contacts(emptied).found("O07")) == [("O07", kind, "E", (FIRST,))]
    assert small.contacts(without(FIRST)).found("O07") == []  # O01 tells


def test_o07_takes_a_personal_number_for_a_phone(small):
    def mobile(contacts):
        contacts.loc[contacts["grid"] == FIRST, ["duty_phone", "phone"]] = [None, "13800000000"]
        return contacts

    assert small.contacts(mobile).found("O07") == []
