"""What the rows of one layer say of rows in another."""

from __future__ import annotations

from collections.abc import Sequence

from boundaries.importing.joining import Joined
from boundaries.importing.sources import SourceFile
from geo.problem import Problem

_REFERENCES = (
    ("assignments", "building", "buildings", "id"),
    ("assignments", "grid", "grids", "code"),
    ("contacts", "grid", "grids", "code"),
    ("addresses", "grid", "grids", "code"),
    ("addresses", "building_id", "buildings", "id"),
)


def dangling(
    joined: Joined, chosen: Sequence[SourceFile], told: Sequence[Problem]
) -> list[Problem]:
    """Return the rows that name a building or grid which is not there.

    Where the layer named could not be read, its own problems say enough. Addresses may name
    grids and buildings of a plan that is not being imported.
    """
    unread = {source.layer for source in chosen} - set(joined.frames) if told else set()
    problems: list[Problem] = []
    for layer, column, target, key in _REFERENCES:
        if layer not in joined.frames or target in unread:
            continue
        if target not in joined.frames:
            if layer != "addresses":
                problems.append(
                    joined.layer_problem(layer, "importing.layer_needed", needed=target)
                )
            continue
        known = set(joined.frames[target][key])
        named = joined.frames[layer][column]
        problems += [
            joined.problem(
                layer, at, "importing.dangling", column=column, value=named[at], target=target
            )
            for at in named.index[named.notna() & ~named.isin(known)]
        ]
    return problems
