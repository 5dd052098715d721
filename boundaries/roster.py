"""Who answers for a plan's grids: a sheet to fill in, and the sheet taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from boundaries.plan import Plan
from boundaries.scheme import Scheme
from geo.layers import conform
from geo.problem import InputError, Problem
from messages import Message

HEADINGS = {
    "grid": "网格代码",
    "grid_name": "网格名称",
    "role": "角色",
    "stand_in": "AB角",
    "name": "姓名",
    "title": "对外称谓",
    "phone": "手机",
    "duty_phone": "值班电话",
    "basis": "公开依据",
    "duties": "职责",
    "since": "任职日期",
    "until": "离任日期",
    "verified": "核实日期",
    "id": "人员编号",
}
"""Headings of the sheet, which `geo.layers.read_layer` knows again."""

_ROLES = {
    "grid_leader": "网格长",
    "full_time": "专职网格员",
    "part_time": "兼职网格员",
    "adviser": "网格指导员",
    "building_head": "楼栋长",
}
_BASES = {"local_rule": "地方规定", "consent": "本人同意", "office_contact": "公务联系"}


def contact_sheet(plan: Plan, scheme: Scheme) -> pd.DataFrame:
    """Return a sheet of a plan's contacts with a row left open for every post that nobody holds.

    Each grid needs the role that the scheme asks of its level, each level-1 grid a stand-in too.
    Rows left open have no name, title or telephone.

    Parameters
    ----------
    plan
        Whose grids need contacts.
    scheme
        Which role answers at each level.
    """
    held = {
        (row.grid, row.role, bool(row.stand_in)) for row in plan.contacts.itertuples(index=False)
    }
    first = scheme.levels[0].level
    wanted = [
        (grid.code, scheme.level(grid.level).role, stand_in)
        for grid in plan.grids.sort_values(["level", "code"]).itertuples(index=False)
        for stand_in in ((False, True) if grid.level == first else (False,))
    ]
    used = set(plan.contacts["id"])
    fresh = (f"C{number:06d}" for number in range(1, len(wanted) + len(used) + 1))
    open_posts = pd.DataFrame(
        [
            {"id": identity, "grid": code, "role": role, "stand_in": stand_in}
            for identity, (code, role, stand_in) in zip(
                (each for each in fresh if each not in used),
                (post for post in wanted if post not in held),
                strict=False,
            )
        ],
        columns=["id", "grid", "role", "stand_in"],
    )
    rows = pd.concat([plan.contacts, conform("contacts", open_posts)], ignore_index=True)
    names = dict(zip(plan.grids["code"], plan.grids["name"], strict=True))
    rows["grid_name"] = rows["grid"].map(names)
    rows["role"] = rows["role"].map(_ROLES)
    rows["basis"] = rows["basis"].map(_BASES)
    rows["stand_in"] = rows["stand_in"].map({True: "是", False: ""})
    for day in ("since", "until", "verified"):
        rows[day] = rows[day].dt.strftime("%Y-%m-%d")
    ordered = rows.sort_values(["grid", "role", "stand_in"], kind="stable")
    return ordered[list(HEADINGS)].rename(columns=HEADINGS).reset_index(drop=True)


def write_sheet(rows: pd.DataFrame, file: Path) -> None:
    """Write a sheet as XLSX, its headings in view, every cell as text that no program runs."""
    with pd.ExcelWriter(file, engine="openpyxl") as book:
        rows.to_excel(book, index=False, sheet_name="contacts")
        sheet = book.sheets["contacts"]
        sheet.freeze_panes = "C2"
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def with_contacts(plan: Plan, contacts: pd.DataFrame, *, file: Path | str) -> Plan:
    """Return the plan with other contacts; rows that name nobody are left out.

    Parameters
    ----------
    plan
        Whose contacts are replaced.
    contacts
        Layer ``contacts``.
    file
        Where they are from, for the problems.

    Raises
    ------
    InputError
        A row is of a grid that the plan does not have.
    """
    known = set(plan.grids["code"])
    problems = [
        Problem(
            Message("roster.no_such_grid", {"value": grid}),
            Message("roster.no_such_grid_remedy"),
            file=str(file),
            layer="contacts",
            row=row,
            column="grid",
            value=grid,
        )
        for row, grid in enumerate(contacts["grid"], start=1)
        if grid not in known
    ]
    if problems:
        raise InputError(problems)
    named = contacts[["name", "title", "phone", "duty_phone"]].notna().any(axis=1)
    return plan.with_changes(contacts=contacts[named].reset_index(drop=True))


@dataclass(frozen=True)
class RosterChange:
    """What a sheet changes of a plan's contacts, by who they are and which grid they answer for.

    Attributes
    ----------
    added, changed, dropped
        Rows: the new ones as they come, the dropped ones as they were.
    """

    added: pd.DataFrame
    changed: pd.DataFrame
    dropped: pd.DataFrame


def roster_change(old: Plan, new: Plan) -> RosterChange:
    """Return which contacts one plan has that another has not, or has otherwise."""
    before, after = (_keyed(plan.contacts) for plan in (old, new))
    shared = after.index.intersection(before.index)
    same = [before.loc[key].equals(after.loc[key]) for key in shared]
    return RosterChange(
        added=after[~after.index.isin(before.index)],
        changed=after.loc[shared[[not each for each in same]]],
        dropped=before[~before.index.isin(after.index)],
    )


def _keyed(contacts: pd.DataFrame) -> pd.DataFrame:
    key = ["id", "grid", "role", "stand_in"]
    return contacts.drop_duplicates(key).set_index(key, drop=False).sort_index()
