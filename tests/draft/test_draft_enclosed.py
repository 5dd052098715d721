"""Ground between full units is divided exactly, or proved not to be divisible."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from latticed import lattice

from boundaries.draft.certificate import explained
from boundaries.draft.enclosed import divided_exactly, enclosed
from boundaries.draft.graph import linked
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.measure import off_band, totals


def neighbours(graph):
    beside = {unit: [] for unit in range(len(graph))}
    for one, other in zip(graph.one.tolist(), graph.other.tolist(), strict=True):
        beside[one].append(other)
        beside[other].append(one)
    return beside


def least_off(graph, low, high):
    """Return the least households off the band of all divisions into connected parts."""
    best = None
    for cut in itertools.product([False, True], repeat=len(graph.one)):
        open_ = ~np.array(cut, bool)
        part = linked(len(graph), graph.one[open_], graph.other[open_])
        held = totals(graph.households, part)
        off = int(off_band(held, low, high)[held > 0].sum())
        best = off if best is None else min(best, off)
    return best


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=6, max_size=6), st.integers(1, 5), st.integers(0, 4))
def test_a_division_into_the_band_is_found_just_where_there_is_one(households, low, more):
    graph = lattice(3, 2, households)
    units = list(range(6))
    off, parts = divided_exactly(units, neighbours(graph), graph.households, low, low + more)
    assert sorted(unit for part in parts for unit in part) == units
    held = np.array([int(graph.households[part].sum()) for part in parts])
    assert int(off_band(held, low, low + more)[held > 0].sum()) == off
    for part in parts:
        assert not graph.part(np.sort(part)).components().any()
    least = least_off(graph, low, low + more)
    assert off >= least
    assert (off == 0) == (least == 0)


def test_small_houses_between_full_stairs_share_a_grid():
    households = np.full(64, 20)
    households[[9, 10, 11, 18, 19]] = [3, 3, 2, 3, 3]
    households[[45, 46, 53]] = [1, 2, 1]
    graph = lattice(8, 8, households)
    found = enclosed(graph, 10, 20)
    assert len(np.unique(found.part[[9, 10, 11, 18, 19]])) == 1
    assert found.impossible.nonzero()[0].tolist() == [45, 46, 53]
    assert len(np.unique(found.part)) == 64 - 4 - 2


def test_a_draft_leaves_off_its_band_only_what_is_proved():
    random = np.random.default_rng(7)
    households = np.where(random.random(400) < 0.6, 20, random.integers(1, 4, 400))
    graph = lattice(20, 20, households, street_every=5)
    bands = [(300, 500), (50, 100), (10, 20)]
    labels = draw(graph, aims_of(graph, bands), seed=1)
    for label, band in zip(labels, bands, strict=True):
        kinds = {reason.kind for reason in explained(graph, label, *band).values()}
        assert kinds <= {"hopeless", "crowded"}
