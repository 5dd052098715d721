"""What cannot be met is known before drawing, with a proof that holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.draft.certificate import explained
from boundaries.draft.feasibility import count_of, hopeless_units
from boundaries.draft.graph import linked, unit_graph


def path(households):
    count = len(households)
    return unit_graph(
        households,
        area_m2=np.ones(count),
        rim_m=np.ones(count),
        one=range(count - 1),
        other=range(1, count),
        length_m=np.ones(count - 1),
        barrier_m=np.zeros(count - 1),
        barrier_class=np.zeros(count - 1),
    )


def test_the_source_case_needs_more_grids_of_the_finest_level():
    count = count_of(3, 22_500, 10, 20)
    assert count.least == 1_125
    assert count.possible
    assert not count_of(1, 250, 300, 500).possible
    assert not count_of(1, 550, 300, 500).possible
    assert count_of(1, 600, 300, 500).possible


@pytest.mark.parametrize(
    ("households", "hopeless"),
    [
        ([9, 12, 9], [0, 2]),
        ([9, 11, 9], []),
        ([25, 10], [0]),
        ([3, 0, 8], []),
        ([3, 3, 3], [0, 1, 2]),
    ],
)
def test_hopeless_units_are_named(households, hopeless):
    assert hopeless_units(path(households), 10, 20).tolist() == hopeless


@settings(max_examples=60, deadline=None)
@given(
    households=st.lists(st.integers(0, 25), min_size=1, max_size=8),
    extra=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6),
)
def test_a_hopeless_unit_is_in_no_connected_set_of_the_band(households, extra):
    count = len(households)
    pairs = {(node, node + 1) for node in range(count - 1)}
    pairs |= {(min(a, b), max(a, b)) for a, b in extra if a != b and max(a, b) < count}
    one, other = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    graph = unit_graph(
        households, area_m2=np.ones(count), rim_m=np.ones(count), one=one, other=other,
        length_m=np.ones(len(one)), barrier_m=np.zeros(len(one)), barrier_class=np.zeros(len(one)),
    )  # fmt: skip
    helped = set()
    for size in range(1, count + 1):
        for members in itertools.combinations(range(count), size):
            inside = np.isin(one, members) & np.isin(other, members)
            whole = linked(count, one[inside], other[inside])[list(members)]
            if len(set(whole)) == 1 and 10 <= sum(households[node] for node in members) <= 20:
                helped |= set(members)
    expected = [node for node in range(count) if households[node] and node not in helped]
    assert hopeless_units(graph, 10, 20).tolist() == expected


def kinds(graph, label):
    found = explained(graph, np.array(label), 10, 20)
    return {part: reason.kind for part, reason in found.items()}


def test_every_part_off_its_band_is_explained():
    graph = path([9, 12, 15, 8])
    label = np.array([0, 1, 2, 3])
    assert kinds(graph, label) == {0: "hopeless", 3: "hopeless"}
    assert kinds(path([12, 12]), [0, 0]) == {0: "not proved"}
    assert kinds(path([4, 5]), [0, 0]) == {0: "ground"}


def test_two_small_units_that_need_the_same_neighbour_are_crowded():
    # 4 - 12 - 5: either small one fits with the 12, both together make 21
    graph = path([4, 12, 5])
    assert hopeless_units(graph, 10, 20).tolist() == []
    assert kinds(graph, [0, 1, 1]) == {0: "crowded"}
    roomy = path([4, 12, 4])
    found = explained(roomy, np.array([0, 1, 1]), 10, 20)[0]
    assert found.kind == "not proved"
    assert f"searched {found.searched} sets" in str(found)
