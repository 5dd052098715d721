"""A grid's colour says what rule S01 says."""

from __future__ import annotations

import numpy as np
import pytest

from boundaries.check import check
from boundaries.plan import Plan
from boundaries.town import Town
from maps.review import CLASSES, classes

SEVERITIES = {"far_below": "E", "below": "W", "near_below": "I", "within": None,
              "near_above": "I", "above": "W", "far_above": "E"}  # fmt: skip


@pytest.mark.parametrize(
    ("count", "expected"),
    [(4, "far_below"), (5, "below"), (8, "below"), (9, "near_below"), (10, "within"),
     (20, "within"), (22, "near_above"), (23, "above"), (30, "above"), (31, "far_above")],
)  # fmt: skip
def test_the_class_of_a_count(small_town: tuple[Town, Plan], count: int, expected: str) -> None:
    town, plan = small_town
    one = plan.with_changes(grids=plan.levels[3].iloc[:1])
    assert classes(town.scheme, one, np.array([float(count)])) == [expected]


def test_unknown_households_have_a_class_of_their_own(small_town: tuple[Town, Plan]) -> None:
    town, plan = small_town
    assert set(classes(town.scheme, plan, np.full(len(plan.grids), np.nan))) == {"unknown"}


def test_colours_and_findings_agree(small_town: tuple[Town, Plan]) -> None:
    town, plan = small_town
    grids = plan.grids.copy()
    finest = grids.index[(grids["level"] == 3) & (grids["kind"] == "general")][: len(CLASSES)]
    grids.loc[finest, "households"] = [3, 7, 9, 15, 22, 28, 50]
    plan = plan.with_changes(grids=grids)
    told = {f.grids[0]: f.severity.value for f in check(town, plan, rules=["S01"]).findings}
    counts = grids["households"].to_numpy(dtype=float)
    found = dict(zip(grids["code"], classes(town.scheme, plan, counts), strict=True))
    for code, severity in told.items():
        assert SEVERITIES[found[code]] == severity
