"""Borders that can be put into words: B09."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from boundaries.bounds import bounds_in
from boundaries.finding import Finding, Severity
from boundaries.rules.borders import borders
from boundaries.rules.case import Case
from boundaries.rules.coverage import faults
from boundaries.rules.registry import rule
from messages import Message

_MOSTLY = 0.5


@rule("B09", severity="I", thresholds=("border_levels",))
def bounds_can_be_told(case: Case) -> Iterator[Finding]:
    """Every grid's bounds text (四至) is made from its border as it is, so it is always true.

    Told for information, once a level: grids of which one side runs mostly along nothing that has
    a name, so that the text can only name the neighbour. Looked at where the level is seamless.
    """
    if not case.barriers["name"].notna().any():
        return  # names are no part of this town's data
    faulty = {fault.level for fault in faults(case)}
    for number in case.levels:
        if number in faulty or number not in case.threshold("border_levels"):
            continue
        vague = [
            bounds.code
            for bounds in bounds_in(case.grids, case.barriers, case.once(borders), number)
            if min(bounds.described.values()) < _MOSTLY
        ]
        if not vague:
            continue
        said = {"grids_count": len(vague), "level": Message("coverage.level", {"level": number})}
        rows = case.grids["code"].isin(vague).to_numpy()
        yield Finding(
            "B09",
            Severity.INFORMATION,
            number,
            tuple(sorted(vague)),
            case.to_stored(shapely.multipoints(case.inner_points[rows])),
            float(len(vague)),
            "1",
            Message("coverage.bounds_unnamed", said),
            Message("coverage.bounds_unnamed_remedy", said),
            kind="unnamed",
        )
