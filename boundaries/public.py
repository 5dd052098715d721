"""The one allow-list: what of a contact and of a grid may be shown to everyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PUBLIC_CONTACT_FIELDS = (
    "role",
    "stand_in",
    "name",
    "title",
    "phone",
    "duty_phone",
    "duties",
    "since",
)
"""Fields that a public contact can have; which of them it has, its publication basis says."""

PUBLIC_GRID_FIELDS = ("code", "level", "parent", "community", "name", "kind", "special_type")
"""Fields of a grid that anyone may see: never households, party, reason or estimate."""

_ALWAYS = ("role", "stand_in", "title", "duty_phone", "duties", "since")
_BY_BASIS: Mapping[str, tuple[str, ...]] = {
    "local_rule": ("name",),
    "consent": ("name", "phone"),
    "office_contact": (),
}


def public_contact(contact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what everyone may see of a contact.

    Role, title, duty phone, duties and since when are always public. A name needs the basis
    ``local_rule`` or ``consent``, a personal number ``consent``; without a basis neither is
    shown.

    Parameters
    ----------
    contact
        A record of the layer ``contacts``.
    """
    allowed = {*_ALWAYS, *_BY_BASIS.get(contact.get("basis") or "", ())}
    return {
        field: contact.get(field) if field in allowed else None for field in PUBLIC_CONTACT_FIELDS
    }


def public_grid(grid: Mapping[str, Any]) -> dict[str, Any]:
    """Return what everyone may see of a grid, a record of the layer ``grids``."""
    return {field: grid.get(field) for field in PUBLIC_GRID_FIELDS}


PUBLIC_ANSWER_FIELDS = (
    "status",
    "grade",
    "levels",
    "candidates",
    "p_none",
    "ask",
    "note",
    "precision",
    "faults",
    "border_distance_m",
    "neighbour",
    "overlays",
    "plan",
    "plan_name",
    "snapshot",
    "effective_from",
    "effective_to",
    "as_of",
)
"""Fields of a lookup's answer that anyone may see: never where a home lies (``point``)."""
_SHOWN = frozenset(PUBLIC_ANSWER_FIELDS)


def public_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what everyone may see of an answer; its contacts are in the public view already."""
    return {field: value if field in _SHOWN else None for field, value in answer.items()}
