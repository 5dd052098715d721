"""Who answers for a plan's grids, on a sheet and back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from boundaries.check import check
from boundaries.plan import Plan
from boundaries.roster import HEADINGS, contact_sheet, roster_change, with_contacts, write_sheet
from boundaries.town import Town
from geo.layers import empty_table, read_layer
from geo.problem import InputError


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_filled_in_sheet_gives_every_grid_its_contact(
    small_town: tuple[Town, Plan], tmp_path: Path, suffix: str
) -> None:
    town, plan = small_town
    bare = plan.with_changes(contacts=empty_table("contacts"))
    sheet = contact_sheet(bare, town.scheme)
    sheet[HEADINGS["name"]] = "某某"
    sheet[HEADINGS["duty_phone"]] = "0358-0000000"
    sheet[HEADINGS["verified"]] = pd.Timestamp.today().strftime("%Y-%m-%d")
    file = tmp_path / f"contacts{suffix}"
    if suffix == ".csv":
        sheet.to_csv(file, index=False, encoding="utf-8-sig")
    else:
        sheet.to_excel(file, index=False)
    filled = with_contacts(bare, read_layer(file, "contacts"), file=file)
    assert not check(town, filled, rules=["O01", "O05"]).findings


def test_sheet_of_a_plan_with_contacts_comes_back_unchanged(
    small_town: tuple[Town, Plan], tmp_path: Path
) -> None:
    town, plan = small_town
    sheet = contact_sheet(plan, town.scheme)
    assert len(sheet) == len(plan.contacts)
    file = tmp_path / "contacts.csv"
    sheet.to_csv(file, index=False, encoding="utf-8-sig")
    back = with_contacts(plan, read_layer(file, "contacts"), file=file).contacts
    key = ["grid", "role", "stand_in", "id"]
    pd.testing.assert_frame_equal(
        back.sort_values(key).reset_index(drop=True),
        plan.contacts.sort_values(key).reset_index(drop=True),
        check_dtype=False,
    )


def test_rows_of_unknown_grids_are_all_named(small_town: tuple[Town, Plan]) -> None:
    plan = small_town[1]
    wrong = plan.contacts.copy()
    wrong.loc[[0, 2], "grid"] = "000000000000999"
    with pytest.raises(InputError) as caught:
        with_contacts(plan, wrong, file="contacts.csv")
    assert [problem.row for problem in caught.value.problems] == [1, 3]


def test_what_a_sheet_changes_is_told(small_town: tuple[Town, Plan]) -> None:
    _, plan = small_town
    contacts = plan.contacts.copy()
    left_out, changed = contacts["id"].iloc[0], contacts["id"].iloc[1]
    contacts.loc[contacts["id"] == changed, "duty_phone"] = "0358-1"
    new = contacts.iloc[[2]].assign(id="new")
    sheet = pd.concat([contacts[contacts["id"] != left_out], new], ignore_index=True)
    found = roster_change(plan, plan.with_changes(contacts=sheet))
    assert set(found.added["id"]) == {"new"}
    assert set(found.changed["id"]) == {changed}
    assert set(found.dropped["id"]) == {left_out}
    none = roster_change(plan, plan)
    assert (len(none.added), len(none.changed), len(none.dropped)) == (0, 0, 0)


def test_no_cell_of_a_sheet_is_a_formula(small_town: tuple[Town, Plan], tmp_path: Path) -> None:
    town, plan = small_town
    named = plan.with_changes(contacts=plan.contacts.assign(name="=1+1"))
    write_sheet(contact_sheet(named, town.scheme), tmp_path / "contacts.xlsx")
    assert set(read_layer(tmp_path / "contacts.xlsx", "contacts")["name"]) == {"=1+1"}
