"""What the rows of one layer say of rows in another."""

from __future__ import annotations

from collections.abc import Container, Mapping

import pandas as pd

from boundaries.importing.joining import Joined
from geo.problem import Problem

_REFERENCES = (
    ("assignments", "building", "buildings", "id"),
    ("assignments", "grid", "grids", "code"),
    ("contacts", "grid", "grids", "code"),
    ("addresses", "grid", "grids", "code"),
    ("addresses", "building_id", "buildings", "id"),
)


def dangling(
    joined: Joined, known: Mapping[str, pd.DataFrame], *, unread: Container[str]
) -> list[Problem]:
    """Return the rows that name a building or grid which is not there.

    Addresses may name grids and buildings of a plan that is not being imported.

    Parameters
    ----------
    joined
        What the files give.
    known
        All layers that there will be.
    unread
        Layers whose files could not be read.
    """
    problems: list[Problem] = []
    for layer, column, target, key in _REFERENCES:
        if layer not in joined.frames or target in unread:
            continue
        there = known.get(target)
        if there is None:
            if layer != "addresses":
                problems.append(
                    joined.layer_problem(layer, "importing.layer_needed", needed=target)
                )
            continue
        named = joined.frames[layer][column]
        missing = named.index[named.notna() & ~named.isin(set(there[key]))].tolist()
        problems += [
            joined.problem(
                layer, at, "importing.dangling", column=column, value=named[at], target=target
            )
            for at in missing
        ]
    return problems
