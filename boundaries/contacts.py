"""Who answers for a grid, in the view of everyone and in that of those on duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd

from boundaries.public import public_contact
from boundaries.zone import day_of_moment

View = Literal["public", "duty"]
VIEWS: tuple[View, View] = ("public", "duty")

_DUTY_FIELDS = (
    "role",
    "stand_in",
    "name",
    "title",
    "phone",
    "duty_phone",
    "duties",
    "since",
)


class Contacts:
    """Who answers for a grid, in one view.

    Parameters
    ----------
    records
        Lists of contacts by grid code, as the snapshot keeps them.
    """

    def __init__(self, records: Mapping[str, list[dict[str, Any]]]) -> None:
        self._records = records

    def of(self, code: str, at: datetime | None = None) -> tuple[dict[str, Any], ...]:
        """Return the contacts of a grid; with a moment given, those in office at it."""
        day = None if at is None else day_of_moment(at).isoformat()
        return tuple(
            {field: value for field, value in record.items() if field != "until"}
            for record in self._records.get(code, ())
            if day is None
            or (
                (record["since"] is None or record["since"] <= day)
                and (record["until"] is None or day < record["until"])
            )
        )

    def codes(self) -> tuple[str, ...]:
        """Return the codes of all grids that have a contact."""
        return tuple(self._records)


def contacts_by_grid(contacts: pd.DataFrame, view: View) -> dict[str, list[dict[str, Any]]]:
    """Return the contacts of a plan in one view, by grid code and in a fixed order."""
    found: dict[str, list[dict[str, Any]]] = {}
    ordered = contacts.sort_values(["grid", "role", "stand_in", "id"], kind="stable")
    for record in ordered.to_dict("records"):
        plain = {str(field): _plain(value) for field, value in record.items()}
        shown = (
            public_contact(plain)
            if view == "public"
            else {field: plain.get(field) for field in _DUTY_FIELDS}
        )
        found.setdefault(plain["grid"], []).append({**shown, "until": plain["until"]})
    return found


def _plain(value: Any) -> Any:
    """Return a value of a frame as JSON has it."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp | datetime):
        return value.date().isoformat()
    if isinstance(value, float) and np.isnan(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
