"""Mending moves few households, never fewer than the bound, and leaves what is good alone."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latticed import lattice

from boundaries.draft.bound import least_moves
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.measure import measure, numbered, off_band, pieces, totals
from boundaries.draft.mending import mend_levels

BANDS = [(150, 260), (45, 90), (10, 20)]


def drawn(seed):
    households = np.random.default_rng(seed).integers(1, 6, 400)
    graph = lattice(20, 20, households, street_every=4)
    return graph, draw(graph, aims_of(graph, BANDS), seed=seed)


def test_a_plan_within_its_bands_is_left_as_it_is():
    graph, old = drawn(1)
    mended = mend_levels(graph, old, aims_of(graph, BANDS), seed=0)
    assert mended.moved == mended.least == [0, 0, 0]
    assert all((new == was).all() for new, was in zip(mended.labels, old, strict=True))


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_mended_plan_is_nested_connected_better_and_moves_no_less_than_it_must(seed):
    graph, old = drawn(2)
    random = np.random.default_rng(seed)
    households = graph.households.copy()
    spot = int(random.integers(400))
    near = np.abs(np.arange(400) % 20 - spot % 20) + np.abs(np.arange(400) // 20 - spot // 20) < 4
    households[near] = random.integers(0, 9, int(near.sum()))
    now = replace(graph, households=households)
    mended = mend_levels(now, old, aims_of(now, BANDS), seed=seed)
    above = np.zeros(400, np.int64)
    for label, was, band, moved, least in zip(
        mended.labels, old, BANDS, mended.moved, mended.least, strict=True
    ):
        assert (pieces(now, numbered(label)) == 1).all()
        for part in np.unique(label):
            assert len(np.unique(above[label == part])) == 1
        before = off_band(totals(households, numbered(was)), *band).sum()
        after = off_band(totals(households, numbered(label)), *band).sum()
        assert after <= before
        assert moved >= least or after > 0
        above = label


def test_drawing_anew_moves_many_times_more():
    graph, old = drawn(3)
    households = graph.households.copy()
    households[:40] = np.maximum(households[:40] - 2, 0)
    now = replace(graph, households=households)
    aims = aims_of(now, BANDS)
    mended = mend_levels(now, old, aims, seed=0)
    assert measure(now, mended.labels[0], *BANDS[0]).off == 0
    assert mended.moved[0] < households.sum() / 10


def test_no_time_still_gives_a_nested_plan_in_single_pieces():
    graph, old = drawn(4)
    now = replace(graph, households=np.maximum(graph.households - np.arange(400) % 3, 0))
    aims = aims_of(now, BANDS)
    mended = mend_levels(now, old, aims, seed=0, until=0.0)
    assert mended.least == [0, 0, 0]
    assert least_moves(now, old[-1], *BANDS[-1]) > 0
    above = np.zeros(400, np.int64)
    for label in mended.labels:
        assert (pieces(now, numbered(label)) == 1).all()
        assert len(np.unique(np.column_stack([label, above]), axis=0)) == len(np.unique(label))
        above = label


def test_the_bound_counts_whole_units():
    graph = lattice(4, 1, [9, 9, 6, 6])
    label = np.array([0, 0, 0, 1])
    # the first part has 24: it must lose 4, and no unit is smaller than 6
    assert least_moves(graph, label, 10, 20) == 6


def test_a_bound_knows_a_part_of_one_unit_that_nothing_touches():
    assert least_moves(lattice(1, 1, [15]), np.array([0]), 10, 20) == 0
    assert least_moves(lattice(1, 1, [3]), np.array([0]), 10, 20) == 3


def test_a_bound_without_time_claims_nothing():
    graph = lattice(4, 1, [9, 9, 6, 6])
    label = np.array([0, 0, 0, 1])
    assert least_moves(graph, label, 10, 20, until=0.0) == 0
    # a part that needs no way to it has a programme, which gets no time either
    whole = lattice(2, 1, [9, 15])
    assert least_moves(whole, np.array([0, 1]), 10, 20) > 0
    assert least_moves(whole, np.array([0, 1]), 10, 20, until=0.0) == 0


def fewest_moved(graph, label, low, high):
    """Try every division into the old parts and one new one; None where none is in the band."""
    names = int(label.max()) + 2
    every = np.array(list(itertools.product(range(names), repeat=len(graph))), np.int8)
    is_in = every[:, :, None] == np.arange(names)
    held = (is_in * graph.households[:, None]).sum(axis=1)
    fits = (~is_in.any(axis=1) | ((held >= low) & (held <= high))).all(axis=1)
    every = every[fits]
    moved = ((every != label) * graph.households).sum(axis=1)
    for row in np.argsort(moved, kind="stable"):
        if (pieces(graph, numbered(every[row].astype(np.int64))) == 1).all():
            return int(moved[row])
    return None


@pytest.mark.parametrize(
    ("columns", "households", "label", "band"),
    [
        (4, [6, 2, 3, 1, 4, 5, 2, 3], [0, 0, 1, 1, 0, 0, 2, 2], (4, 9)),
        (8, [1, 5, 2, 0, 6, 3, 1, 4], [0, 0, 0, 1, 1, 1, 2, 2], (5, 8)),
        (2, [3, 7, 0, 2, 5, 1, 6, 2], [0, 0, 0, 1, 1, 1, 2, 2], (6, 10)),
        (4, [2, 2, 9, 1, 1, 3, 0, 4], [0, 0, 1, 1, 0, 2, 2, 1], (3, 12)),
    ],
)
def test_the_bound_is_never_above_the_fewest_moves_there_are(columns, households, label, band):
    graph = lattice(columns, 8 // columns, np.array(households))
    fewest = fewest_moved(graph, np.array(label), *band)
    assert fewest is not None
    assert least_moves(graph, np.array(label), *band) <= fewest
