"""Whom a plan concerns that takes another's place: households, grids, contacts, cards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from boundaries.comparing.people import (
    ContactChange,
    GridChange,
    contact_changes,
    grid_changes,
    shares_of,
)
from boundaries.moving import levels_of, moves
from boundaries.plan import Plan
from boundaries.public import public_contact
from boundaries.rules.case import Case
from boundaries.town import Town


@dataclass(frozen=True)
class Impact:
    """What changes for people when one plan follows another.

    Attributes
    ----------
    plan, plan_name
        Of the plan that ends.
    households
        Households whose grid has another code at some level.
    grids
        Grids that are new, given up, or whose households change.
    contacts
        Contacts who answer for other households than before, or no longer.
    cards
        Codes of grids whose notice must be printed again: it names another grid, or others.
    """

    plan: str
    plan_name: str
    households: int
    grids: tuple[GridChange, ...]
    contacts: tuple[ContactChange, ...]
    cards: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the impact as plain values."""
        return asdict(self)


def impact_of(town: Town, old: Plan, new: Plan, *, at: datetime) -> Impact:
    """Return whom it concerns that a plan takes the place of another.

    Parameters
    ----------
    town
        With the buildings and households of today, which count for both.
    old, new
        The plan that ends and the one that begins.
    at
        Aware moment at which it does.
    """
    cases = Case(town, old, at), Case(town, new, at)
    moved = moves(old, new, old_shares=shares_of(cases[0]), new_shares=shares_of(cases[1]))
    anywhere = pd.Series(data=False, index=moved.index)
    for level in levels_of(moved):
        anywhere |= moved[f"from{level}"] != moved[f"to{level}"]
    ground = pd.DataFrame({"level": [], "from": [], "to": [], "area_m2": []})
    changes = grid_changes(*cases, moved, ground)
    before, after = _cards(old), _cards(new)
    return Impact(
        old.id,
        old.name,
        int(moved["households"][anywhere].sum()),
        changes,
        contact_changes(old, new, changes),
        tuple(sorted(code for code, card in after.items() if before.get(code) != card)),
    )


def _cards(plan: Plan) -> dict[str, tuple[str | None, frozenset[str]]]:
    """Return what the public is shown of each grid: its name, and who answers."""
    shown: dict[str, set[str]] = defaultdict(set)
    for row in plan.contacts.to_dict("records"):
        card = public_contact({str(key): row[key] for key in row})
        shown[row["grid"]].add(repr(sorted((key, str(value)) for key, value in card.items())))
    names = zip(plan.grids["code"], plan.grids["name"], strict=True)
    return {code: (name, frozenset(shown[code])) for code, name in names}
