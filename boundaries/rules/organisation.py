"""Organisation: contacts (O01, O04 to O07) and party organisation (O02, O03)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from boundaries.finding import Finding, Severity
from boundaries.rules.belonging import position_of_code
from boundaries.rules.case import Case, listed
from boundaries.rules.counts import households
from boundaries.rules.registry import rule
from boundaries.zone import CHINA

_FOUR_ROLES = ("grid_leader", "full_time", "part_time", "adviser")


def moment(case: Case) -> pd.Timestamp:
    """Return the moment of the check as the contacts' dates are written: China's time, no zone."""
    return pd.Timestamp(case.at.astimezone(CHINA).replace(tzinfo=None))


def current_contacts(case: Case) -> pd.DataFrame:
    """Return the contacts in office at the moment of the check, with ``at``: the grid's position.

    A term is half-open: the day of ``until`` is the first without.
    """
    contacts, now = case.plan.contacts, moment(case)
    in_office = ~(contacts["since"] > now) & ~(contacts["until"] <= now)
    positions = case.once(position_of_code)
    current = contacts[in_office].reset_index(drop=True)
    at = np.array([positions.get(grid, -1) for grid in current["grid"]], dtype=np.int64)
    return current.assign(at=at)


@rule("O01", severity="W/E")
def has_a_contact(case: Case) -> Iterator[Finding]:
    """Every grid has a current contact in the role that the scheme asks of its level.

    One person may hold several grids. For a special-purpose grid any role will do. Missing
    contacts are errors or warnings as the scheme says for the level; where a level has none at
    all, that is one finding. A contact of a grid that the plan does not have is a warning.
    """
    current = case.once(current_contacts)
    answering = current[~current["stand_in"]]
    special = (case.grids["kind"] == "special").to_numpy()
    for number in (level for level in case.levels if level in case.scheme.code_lengths):
        level = case.scheme.level(number)
        with_role = set(answering.loc[answering["role"] == level.role, "grid"])
        with_any = set(answering["grid"])
        grids = case.level(number)
        lacking = np.array(
            [
                position
                for position, code in zip(grids.index, grids["code"], strict=True)
                if code not in (with_any if special[position] else with_role)
            ],
            dtype=np.int64,
        )
        yield from _lacking(case, "O01", Severity(level.contact_severity), number, lacking)
    unknown = current[current["at"] < 0]
    if len(unknown):
        yield case.finding(
            "O01.no_grid",
            Severity.WARNING,
            measure=len(unknown),
            unit="1",
            examples=listed(sorted(set(unknown["grid"]))),
        )


def _lacking(
    case: Case,
    rule_id: str,
    severity: Severity,
    level: int,
    positions: npt.NDArray[np.int64],
    *,
    among: int | None = None,
) -> Iterator[Finding]:
    """Yield a finding for each grid that lacks something; one for all where all do."""
    all_grids = len(case.level(level)) if among is None else among
    role = case.role_name(case.scheme.level(level).role)
    if len(positions) == all_grids > 1:
        yield case.finding(
            f"{rule_id}.all",
            severity,
            level=level,
            grids=case.grids["code"].iloc[positions],
            place=case.inner_points[positions],
            measure=len(positions),
            unit="1",
            role=role,
        )
        return
    for position in positions:
        yield case.finding(
            f"{rule_id}.none",
            severity,
            level=level,
            grids=(case.grids["code"].iloc[position],),
            place=case.inner_points[position],
            grid=case.label(position),
            role=role,
        )


@rule("O02", severity="W")
def has_a_party_branch(case: Case) -> Iterator[Finding]:
    """Every general grid of the first level has a party branch, its own or a joint one."""
    yield from _without_party(case, "O02", 1, ("branch", "joint_branch"))


@rule("O03", severity="W")
def has_a_party_group(case: Case) -> Iterator[Finding]:
    """Every general grid of the second level has a party group or a member household."""
    yield from _without_party(
        case, "O03", 2, ("branch", "joint_branch", "group", "member_household")
    )


def _without_party(
    case: Case, rule_id: str, level: int, enough: tuple[str, ...]
) -> Iterator[Finding]:
    if level not in case.levels or level not in case.scheme.code_lengths:
        return
    general = case.level(level)[lambda grids: grids["kind"] == "general"]
    lacking = general.index[~general["party"].isin(enough)].to_numpy(dtype=np.int64)
    yield from _lacking(case, rule_id, Severity.WARNING, level, lacking, among=len(general))


@rule("O04", severity="I/W", thresholds=("contact_load",))
def load_of_a_contact(case: Case) -> Iterator[Finding]:
    """A contact answers for one grid of a level, and for no more households than fit a grid.

    Several grids are information; more than one and a half times the upper end of the level's
    band is a warning. Stand-ins are not counted.
    """
    current = case.once(current_contacts)
    held = current[~current["stand_in"] & (current["at"] >= 0)]
    held = held.drop_duplicates(["id", "grid"])
    held = held.assign(
        level=case.grids["level"].to_numpy()[held["at"]],
        households=np.nan_to_num(case.once(households)[held["at"]]),
    )
    for (level, contact), rows in held.groupby(["level", "id"], sort=True):
        if level not in case.scheme.code_lengths:
            continue
        total, most = float(rows["households"].sum()), case.scheme.level(int(level)).high
        too_many = total > case.threshold("contact_load") * most
        if len(rows) == 1 and not too_many:
            continue
        yield case.finding(
            "O04.households" if too_many else "O04.grids",
            Severity.WARNING if too_many else Severity.INFORMATION,
            level=int(level),
            grids=rows["grid"],
            place=case.inner_points[rows["at"].to_numpy()],
            measure=total if too_many else len(rows),
            unit="households" if too_many else "1",
            contact=contact,
            number=len(rows),
            households=total,
            most=most,
        )


@rule("O05", severity="W", thresholds=("verified_days",))
def contacts_are_kept_up(case: Case) -> Iterator[Finding]:
    """First-level grids have a stand-in, contacts were verified lately, and no term has run out.

    Verified within the last 90 days, told once a person. A term that ran out is told where nobody
    has followed in that role, unless O01 tells already that the grid has no contact.
    """
    yield from _without_stand_in(case)
    yield from _unverified(case)
    yield from _terms_over(case)


def _without_stand_in(case: Case) -> Iterator[Finding]:
    if 1 not in case.levels or 1 not in case.scheme.code_lengths:
        return
    current = case.once(current_contacts)
    replaced = set(current.loc[current["stand_in"], "grid"])
    grids = case.level(1)
    lacking = grids.index[~grids["code"].isin(replaced)].to_numpy(dtype=np.int64)
    yield from _lacking(case, "O05", Severity.WARNING, 1, lacking)


def _unverified(case: Case) -> Iterator[Finding]:
    current = case.once(current_contacts)
    current = current[current["at"] >= 0]
    days = int(case.threshold("verified_days"))
    fresh = current["verified"] >= moment(case) - pd.Timedelta(days=days)
    stale = current[~current["id"].isin(set(current.loc[fresh, "id"]))]
    everyone = current["id"].nunique()
    groups = (
        [(None, stale)]
        if stale["id"].nunique() == everyone > 1
        else [(contact, rows) for contact, rows in stale.groupby("id", sort=True)]
    )
    for contact, rows in groups:
        if len(rows):
            yield case.finding(
                "O05.unverified_all" if contact is None else "O05.unverified",
                Severity.WARNING,
                grids=rows["grid"],
                place=case.inner_points[np.unique(rows["at"])],
                measure=rows["id"].nunique(),
                unit="1",
                contact=contact,
                days=days,
            )


def _terms_over(case: Case) -> Iterator[Finding]:
    contacts, now = case.plan.contacts, moment(case)
    positions, current = case.once(position_of_code), case.once(current_contacts)
    post = ["grid", "role", "stand_in"]
    held = set(current[post].itertuples(index=False, name=None))
    roles = {level.level: level.role for level in case.scheme.levels}
    ended = contacts[contacts["until"] <= now].sort_values("until")
    last = ended.drop_duplicates(post, keep="last")
    for contact, grid, role, stand_in, until in zip(
        *(last[column] for column in ("id", *post, "until")), strict=True
    ):
        at = positions.get(grid, -1)
        if at < 0 or (grid, role, stand_in) in held:
            continue
        level = int(case.grids["level"].iloc[at])
        answers = not stand_in and role == roles.get(level)
        if answers or (stand_in and level == 1):
            continue  # O01, or the missing stand-in, tells it
        yield case.finding(
            "O05.ended",
            Severity.WARNING,
            level=level,
            grids=(grid,),
            place=case.inner_points[at],
            contact=contact,
            grid=case.label(at),
            role=case.role_name(role),
            ended=f"{until:%Y-%m-%d}",
        )


@rule("O06", severity="I")
def roles_are_known(case: Case) -> Iterator[Finding]:
    """The four roles of a first-level grid are known: leader, full-time, part-time, adviser.

    Looked for among the contacts of the grid and of the grids inside it. One finding a role names
    the first-level grids that lack it. A role that O01 misses already is not told again.
    """
    if 1 not in case.levels or 1 not in case.scheme.code_lengths:
        return
    current = case.once(current_contacts)
    known = current[current["at"] >= 0]
    length = case.scheme.code_lengths[1]
    general = case.level(1)[lambda grids: grids["kind"] == "general"]
    asked = {level.role for level in case.scheme.levels if level.level in case.levels}
    for role in (role for role in _FOUR_ROLES if role not in asked):
        held = set(known.loc[known["role"] == role, "grid"].str[:length])
        lacking = general[~general["code"].isin(held)]
        if len(lacking):
            yield case.finding(
                "O06.unknown",
                Severity.INFORMATION,
                level=1,
                grids=lacking["code"],
                place=case.inner_points[lacking.index.to_numpy()],
                measure=len(lacking),
                unit="1",
                all_grids=len(general),
                role=case.role_name(role),
            )


@rule("O07", severity="E")
def duties_and_phone_are_set(case: Case) -> Iterator[Finding]:
    """Before publishing, each first-level grid says what its contact does and a phone to call.

    One finding names the grids of whose contacts none has duties, another those without any
    phone. A grid without a contact is told by O01 alone.
    """
    if 1 not in case.levels or 1 not in case.scheme.code_lengths:
        return
    current = case.once(current_contacts)
    grids = case.level(1)
    served = grids[grids["code"].isin(set(current["grid"]))]
    for kind, columns in (("duties", ["duties"]), ("phone", ["duty_phone", "phone"])):
        set_ = current[columns].notna().any(axis=1)
        lacking = served[~served["code"].isin(set(current.loc[set_, "grid"]))]
        if len(lacking):
            yield case.finding(
                f"O07.{kind}",
                Severity.ERROR,
                level=1,
                grids=lacking["code"],
                place=case.inner_points[lacking.index.to_numpy()],
                measure=len(lacking),
                unit="1",
                all_grids=len(grids),
                examples=listed(case.label(at) for at in lacking.index),
            )
