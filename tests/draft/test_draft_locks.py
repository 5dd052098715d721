"""What a planner locks stays: borders, lines, grids, buildings that share a grid."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from latticed import lattice
from small_towns import line, small_town

from boundaries.check import check
from boundaries.draft import Wishes, draft_plan, mend_plan
from boundaries.draft.apart import mixed
from boundaries.draft.graph import OPEN, unit_graph
from boundaries.draft.keeping import Kept
from boundaries.draft.levels import aims_of, draw, polished
from boundaries.draft.measure import numbered, off_band, pieces, totals
from boundaries.draft.mending import mend_levels
from geo.problem import InputError

BANDS = [(150, 260), (45, 90), (10, 20)]
SIDE = 16
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A town takes seconds: finding the smallest one that fails would take many minutes."""


def locked_lattice(seed):
    """Return squares with two locked borders that end in the open, from level 1, 2 or 3 on."""
    random = np.random.default_rng(seed)
    plain = lattice(SIDE, SIDE, random.integers(1, 6, SIDE * SIDE), street_every=4)
    one, other = np.minimum(plain.one, plain.other), np.maximum(plain.one, plain.other)
    locked = np.full(len(one), OPEN)
    first, last = np.sort(random.integers(0, SIDE, 2))
    row, column = np.divmod(one, SIDE)
    upright = (other == one + 1) & (column == 6) & (row >= first) & (row <= last)
    level = (other == one + SIDE) & (row == 9) & (column >= 9) & (column < 13)
    locked[upright] = random.integers(1, 4)
    locked[level] = random.integers(2, 4)
    return unit_graph(
        plain.households, area_m2=plain.area / 100, rim_m=np.zeros(len(plain)), one=plain.one,
        other=plain.other, length_m=plain.length / 100, barrier_m=plain.barrier / 100,
        barrier_class=np.zeros(len(one)), locked=locked,
    )  # fmt: skip


def check_division(graph, labels):
    """Every part in one piece, inside its parent, on one side of what is locked."""
    above = graph.components()
    for number, label in enumerate(labels, start=1):
        assert (pieces(graph.at_level(number), numbered(label)) == 1).all()
        assert len(np.unique(np.column_stack([label, above]), axis=0)) == len(np.unique(label))
        assert not len(mixed(graph, label, number))
        above = label


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_part_has_units_of_both_sides_of_a_locked_border_nor_goes_around_its_end(seed):
    graph = locked_lattice(seed)
    labels = draw(graph, aims_of(graph, BANDS), seed=seed)
    check_division(graph, labels)
    again = draw(graph, aims_of(graph, BANDS), seed=seed)
    assert all((one == other).all() for one, other in zip(labels, again, strict=True))


@settings(max_examples=3, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 10_000))
def test_polish_crosses_no_locked_border_and_is_the_same_every_time(seed):
    graph = locked_lattice(seed)
    aims = aims_of(graph, BANDS)
    drawn = draw(graph, aims, seed=seed)
    labels = polished(graph, aims, drawn, seed=seed)
    check_division(graph, labels)
    again = polished(graph, aims, drawn, seed=seed)
    assert all((one == other).all() for one, other in zip(labels, again, strict=True))


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 10_000), seconds=st.sampled_from([0.0, float("inf")]))
def test_mending_crosses_no_locked_border_and_moves_nothing_that_is_fixed(seed, seconds):
    graph = locked_lattice(seed)
    old = draw(graph, aims_of(graph, BANDS), seed=seed)
    random = np.random.default_rng(seed)
    changed = np.maximum(graph.households + random.integers(-2, 3, len(graph)), 0)
    now = unit_graph(
        changed, area_m2=graph.area / 100, rim_m=np.zeros(len(graph)), one=graph.one,
        other=graph.other, length_m=graph.length / 100, barrier_m=graph.barrier / 100,
        barrier_class=np.zeros(len(graph.one)), locked=graph.locked,
    )  # fmt: skip
    fixed = old[1] == old[1][int(random.integers(len(graph)))]
    until = float("inf") if seconds else 0.0
    mended = mend_levels(now, old, aims_of(now, BANDS), seed=seed, until=until, fixed=fixed)
    check_division(now, mended.labels)
    for label, was, band in zip(mended.labels, old, BANDS, strict=True):
        assert (label[fixed] == was[fixed]).all()
        before, after = (
            off_band(totals(changed, numbered(each)), *band).sum() for each in (was, label)
        )
        assert after <= before or band != BANDS[-1]


@cache
def drafted(seed):
    town, streets = small_town(seed)
    return draft_plan(town, "草案", Wishes(seed=seed)), streets


def grown(seed):
    """Return a drafted town in which some buildings have more households than when drafted."""
    found, streets = drafted(seed)
    buildings = found.town.buildings.copy()
    random = np.random.default_rng(seed)
    few = random.choice(len(buildings), 8, replace=False)
    buildings.loc[buildings.index[few], "households"] += 4
    return found.town.with_layers(buildings=buildings), found.plan, streets


def check_plan(town, plan, explanations):
    """The rules find no error but S01 and O01; whoever is off the band is explained."""
    found = check(town, plan).findings
    assert {each.rule for each in found if each.severity.value == "E"} <= {"O01", "S01"}
    explained = {each.code for each in explanations}
    for level in town.scheme.levels:
        grids = plan.levels[level.level]
        general = grids[grids["kind"] == "general"]
        off = general[~general["households"].between(level.low, level.high)]
        assert set(off["code"]) <= explained
    table = plan.assignments
    assert table["households"].sum() == town.buildings["households"].sum()
    assert set(table["building"]) == set(town.buildings["id"])


def longest_inside_m(plan, level, line_shape):
    """Return how far a line runs inside grids of a level, 0.3 m off their borders, in metres."""
    inner = shapely.buffer(plan.levels[level].geometry.to_numpy(), -0.3 / 100_000)
    return float(shapely.length(shapely.intersection(inner, line_shape)).max()) * 100_000


@settings(max_examples=3, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 500), where=st.floats(0.1, 0.9))
def test_no_grid_of_a_draft_crosses_a_locked_line(seed, where):
    town, streets = small_town(seed)
    place = streets[2] + 5 + where * (streets[3] - streets[2] - 15)
    across = line((place, -10), (place + 5, streets[-1] + 10))
    stub = line((streets[1], streets[0]), (streets[1], streets[2]))
    wishes = Wishes(seed=seed, lines=np.array([across, stub]))
    found = draft_plan(town, "草案", wishes)
    check_plan(found.town, found.plan, found.explanations)
    around = town.buildings.geometry.union_all().buffer(1 / 100_000)
    for level in (1, 2, 3):
        assert longest_inside_m(found.plan, level, stub) < 1
        assert longest_inside_m(found.plan, level, shapely.difference(across, around)) < 1
    again = draft_plan(town, "草案", wishes)
    assert again.plan.grids.equals(found.plan.grids)


@settings(max_examples=2, deadline=None, phases=NO_SHRINKING)
@given(seed=st.integers(0, 100))
def test_what_is_locked_in_a_mended_plan_stays(seed):
    town, plan, _ = grown(seed % 4)
    second = plan.levels[2]
    general = second[second["kind"] == "general"].reset_index(drop=True)
    kept = general["code"].iloc[seed % len(general)]
    shapes = general.geometry.to_numpy()
    pairs = [
        (one, other)
        for one in range(len(general))
        for other in range(one)
        if shapely.length(shapely.intersection(shapes[one], shapes[other])) > 3e-4
    ]
    one, other = pairs[seed % len(pairs)]
    border = shapely.intersection(shapes[one], shapes[other])
    codes = general["code"].iloc[one], general["code"].iloc[other]
    mended = mend_plan(town, plan, "修补", seed=1, kept=Kept(grids=[kept], borders=[codes]))
    check_plan(mended.drafted.town, mended.drafted.plan, mended.drafted.explanations)
    after = mended.drafted.plan.grids.set_index("code")
    before = plan.grids.set_index("code")
    for code in before.index[before.index.str.startswith(kept)]:
        moved = shapely.symmetric_difference(after.geometry[code], before.geometry[code])
        assert shapely.area(moved) * 1e10 < 1  # m²: a vertex may move by one step of the lattice
    for level in (2, 3):
        assert longest_inside_m(mended.drafted.plan, level, border) < 1


def test_a_line_through_todays_grids_divides_them():
    town, plan, streets = grown(1)
    across = line((streets[3] - 40, -10), (streets[3] - 37, streets[-1] + 10))
    mended = mend_plan(town, plan, "修补", kept=Kept(lines=np.array([across])))
    around = town.buildings.geometry.union_all().buffer(1 / 100_000)
    for level in (1, 2, 3):
        outside = shapely.difference(across, around)
        assert longest_inside_m(mended.drafted.plan, level, outside) < 1
    check_plan(mended.drafted.town, mended.drafted.plan, mended.drafted.explanations)


def test_buildings_are_brought_together_by_a_mend():
    town, plan, _ = grown(2)
    table = plan.assignments.groupby("building")["grid"].first()
    households = town.buildings.set_index("id")["households"]
    pair = next(
        [f"B{each}", f"B{each + 1}"]
        for each in range(0, len(households), 2)
        if households[f"B{each}"] + households[f"B{each + 1}"] <= 20
        and table[f"B{each}"] != table[f"B{each + 1}"]
    )
    mended = mend_plan(town, plan, "修补", kept=Kept(together=[pair]))
    after = mended.drafted.plan.assignments
    assert after.loc[after["building"].isin(pair), "grid"].nunique() == 1
    assert mended.moved[-1].households >= min(households[pair])
    for moved, level in zip(mended.moved, mended.drafted.levels, strict=True):
        if level.in_band < level.grids:
            break
        assert moved.households >= moved.least


def test_a_border_locked_in_a_draft_is_the_one_of_the_plan_before():
    found, _ = drafted(0)
    third = found.plan.levels[3]
    third = third[third["code"].str.startswith("141127100001")].reset_index(drop=True)
    shapes = third.geometry.to_numpy()
    one, other = next(
        (one, other)
        for one in range(len(third))
        for other in range(one)
        if shapely.length(shapely.intersection(shapes[one], shapes[other])) > 3e-4
    )
    codes = third["code"].iloc[one], third["code"].iloc[other]
    again = draft_plan(found.town, "另一稿", Wishes(seed=9, borders=(found.plan, [codes])))
    border = shapely.intersection(shapes[one], shapes[other])
    assert longest_inside_m(again.plan, 3, border) < 1
    check_plan(again.town, again.plan, again.explanations)


def test_a_lock_that_leaves_too_few_households_is_told_before_and_explained_after():
    town, streets = small_town(3)
    corner = line((streets[1], -5), (streets[1], streets[1]), (-5, streets[1]))
    told = []
    wishes = Wishes(lines=np.array([corner]), foretold=told.append)
    found = draft_plan(town, "草案", wishes)
    assert [ground.level for ground in told[0].cut_off][:1] == [1]
    assert any("Locked borders cut off" in note.text("en") for note in told[0].notes)
    assert any(each.is_for_locks for each in found.explanations)
    assert found.as_dict()["feasibility"]["cut_off"][0]["building"] == "B1"


def test_a_border_inside_ground_for_one_grid_needs_two():
    town, streets = small_town(3)
    stub = line((streets[1], streets[1]), (streets[1], streets[3]))
    found = draft_plan(town, "草案", Wishes(lines=np.array([stub])))
    first = [each for each in found.explanations if each.level == 1]
    assert {each.kind for each in first} == {"needs_two_grids"}
    assert [ground.is_whole for ground in found.beforehand.cut_off if ground.level == 1] == [True]


FIRST = "141127100001001"


@pytest.mark.parametrize(
    ("kept", "key"),
    [
        (Kept(grids=["999"]), "no_such_grid_at_all"),
        (Kept(borders=[("999", FIRST)]), "no_such_border_grid"),
        (Kept(borders=[(FIRST, FIRST)]), "not_one_level"),
        (Kept(borders=[(FIRST, FIRST + "01")]), "not_one_level"),
        (Kept(borders=[(FIRST + "01", "14112710000200101")]), "not_neighbours"),
        (Kept(together=[["B0", "nobody"]]), "no_such_building"),
        (Kept(together=[["B1", "B15"]]), "group_communities"),
        (Kept(together=[["B0", "B60"]]), "group_communities"),
        (Kept(together=[["B0", "B34"]]), "not_together"),
        (Kept(together=[["B0", "B1", "B2", "B3", "B4", "B5", "B6", "B7"]]), "group_too_large"),
        (Kept(grids=[FIRST], together=[["B0", "B1"]]), "group_taken"),
    ],
)
def test_what_cannot_be_kept_is_refused(kept, key):
    found, _ = drafted(0)
    with pytest.raises(InputError) as error:
        mend_plan(found.town, found.plan, "修补", kept=kept)
    problem = error.value.problems[0]
    assert problem.message.key == f"draft.{key}"
    assert problem.column in {"--lock", "--lock-border", "--together"}
    assert problem.value
    assert problem.remedy
