"""Slices of buildings: V01, V02, V03, and the runs in which they are written."""

from __future__ import annotations

import pandas as pd
import pytest
from compliant import BESIDE, DIVIDED, Small
from hypothesis import given
from hypothesis import strategies as st

from boundaries.runs import parse_runs, write_runs

BUILDING = f"b{DIVIDED}"
THIRD = "1411271000010020304"


def divided(small: Small, *slices: tuple[str | None, str | None, int | None], stairs=2, floors=33):
    """Return the town with its divided building cut into some slices."""

    def assign(table):
        rows = [
            {"building": BUILDING, "stairs": s, "floors": f, "households": h, "grid": grid}
            for (s, f, h), grid in zip(slices, [DIVIDED, BESIDE] * len(slices), strict=False)
        ]
        rest = table[table["building"] != BUILDING]
        return pd.concat([rest, pd.DataFrame(rows)], ignore_index=True)

    def sized(layer):
        for column, value in (("stairs", stairs), ("floors", floors), ("households", 264)):
            layer.loc[layer["id"] == BUILDING, column] = value
        return layer

    return small.assignments(assign).layer("buildings", sized)


def kinds(found):
    return [f"{finding.rule}.{finding.kind}" for finding in found]


def test_a_tower_of_264_dwellings_split_by_stair_and_floors(small):
    tower = divided(
        small,
        *((stair, floors, 44) for stair in "12" for floors in ("1-11", "12-22", "23-33")),
    )
    assert tower.found("V01", "V02", "V03", "C04", "C07", "B03") == []


def test_v01_tells_missing_floors(small):
    (finding,) = divided(small, ("1", None, None), ("2", "1-30", None)).found("V01")
    assert (finding.kind, finding.measure, finding.grids) == ("gap", 3, (DIVIDED, BESIDE))
    assert "stairs 2, floors 31-33" in finding.message.text("en")


def test_v01_tells_floors_held_twice(small):
    (finding,) = divided(small, ("1", None, None), ("1-2", "1-2", None), ("2", "3-33", None)).found(
        "V01"
    )
    assert (finding.kind, finding.measure) == ("overlap", 2)


def test_v01_tells_what_the_building_does_not_have(small):
    (finding,) = divided(small, ("1", None, None), ("2", "1-34", None)).found("V01")
    assert (finding.kind, finding.measure) == ("beyond", 1)


def test_v01_asks_for_the_basement_of_every_stair_once_one_has_it(small):
    (finding,) = divided(small, ("1", "-1,1-33", None), ("2", "1-33", None)).found("V01")
    assert (finding.kind, finding.measure) == ("gap", 1)


def test_v01_tells_what_it_cannot_read(small):
    assert kinds(divided(small, ("1", "low", None), ("2", None, None)).found("V01")) == [
        "V01.unreadable"
    ]


def test_v01_adds_the_households_up(small):
    (finding,) = divided(small, ("1", None, 132), ("2", None, 130)).found("V01")
    assert (finding.kind, finding.measure) == ("households", -2)


def test_v02_wants_stairs_before_floors(small):
    found = divided(small, (None, "1-11", None), (None, "12-33", None)).found("V01", "V02")
    assert kinds(found) == ["V02.stairs", "V02.stairs"]
    one_stair = divided(small, (None, "1-11", None), (None, "12-33", None), stairs=1)
    assert one_stair.found("V01", "V02") == []


def test_v02_wants_floors_in_one_run(small):
    found = divided(small, ("1", None, None), ("2", "1,3-33", None), ("2", "2", None)).found("V02")
    assert kinds(found) == ["V02.scattered"]


def test_two_grids_on_the_same_ground_are_one_finding(small):
    shapes = small.plan.grids.set_index("code").geometry
    both = shapes[THIRD].union(shapes[f"{THIRD[:-1]}5"])
    stacked = small.grid(THIRD, geometry=both).grid(f"{THIRD[:-1]}5", geometry=both)
    assert {"V03.unlinked"} == {
        kind for kind in stacked.kinds() if not kind.startswith("C04.table")
    }


def test_v03_tells_a_shared_footprint_without_slices(small):
    shapes = small.plan.grids.set_index("code").geometry
    stacked = small.grid(THIRD, geometry=shapes[f"{THIRD[:-1]}5"])
    (finding,) = stacked.found("V03")
    assert finding.grids == (THIRD, f"{THIRD[:-1]}5")
    assert small.grid(BESIDE, geometry=shapes[DIVIDED]).found("V03") == []


@given(st.sets(st.integers(-3, 60), min_size=1))
def test_runs_read_back_what_they_write(numbers):
    assert parse_runs(write_runs(numbers)) == tuple(sorted(numbers))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1-3,5", (1, 2, 3, 5)), (" 2 ", (2,)), ("-1,1", (-1, 1)), ("1至3、7", (1, 2, 3, 7))],
)
def test_runs_are_read_as_people_write_them(text, numbers):
    assert parse_runs(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "3-1", "1-", "1,,2", "1-9999999999"])
def test_runs_that_make_no_sense_are_refused(text):
    with pytest.raises(ValueError, match=r"^"):
        parse_runs(text)
