"""Two mended divisions are made one, of every place the better."""

from __future__ import annotations

import numpy as np
from latticed import lattice

from boundaries.draft.levels import aims_of
from boundaries.draft.mending import mend_levels
from boundaries.draft.merging import Mended


def test_of_two_divisions_each_place_is_taken_from_the_better_one():
    graph = lattice(8, 1, [5, 5, 5, 5, 5, 5, 5, 5])
    old = [np.array([0, 0, 1, 1, 2, 2, 3, 3])]
    aims = aims_of(graph, [(5, 15)])
    task = Mended(graph.households, np.zeros(8, bool), old, aims, [graph.households], (1,))
    left = [np.array([0, 0, 0, 1, 2, 2, 3, 3])]
    right = [np.array([0, 0, 1, 1, 2, 2, 2, 3])]
    assert (task.merged(left, right)[0] == old[0]).all()
    assert (task.merged(right, left)[0] == old[0]).all()


def test_what_is_off_its_band_is_worse_than_any_move():
    graph = lattice(4, 1, [9, 9, 6, 6])
    old = [np.array([0, 0, 0, 1])]
    aims = aims_of(graph, [(10, 20)])
    task = Mended(graph.households, np.zeros(4, bool), old, aims, [graph.households], (1,))
    mended = [np.array([0, 0, 1, 1])]
    for one, other in ((old, mended), (mended, old)):
        assert (task.merged(one, other)[0] == mended[0]).all()


def test_children_of_a_place_come_with_their_parents_and_new_parts_keep_apart():
    graph = lattice(8, 1, [5] * 8)
    old = [np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2, 3, 3])]
    aims = aims_of(graph, [(10, 30), (5, 10)])
    held = [graph.households] * 2
    task = Mended(graph.households, np.zeros(8, bool), old, aims, held, (3, 1))
    one = [old[0], np.array([0, 9, 1, 1, 2, 2, 3, 3])]
    other = [np.array([0, 0, 0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 9, 2, 3, 3])]
    found = task.merged(one, other)
    assert (found[0] == old[0]).all()
    assert (found[1] == old[1]).all()
    pairs = np.unique(np.column_stack([found[1], found[0]]), axis=0)
    assert len(pairs) == len(np.unique(found[1]))


def test_the_same_seed_mends_alike_though_tries_run_side_by_side():
    graph = lattice(10, 10, np.random.default_rng(5).integers(1, 6, 100), street_every=4)
    old = [np.arange(100) // 50, np.arange(100) // 25, np.arange(100) // 5]
    aims = aims_of(graph, [(120, 180), (60, 90), (10, 20)])
    first, again = (mend_levels(graph, old, aims, seed=3) for _ in range(2))
    assert all((one == other).all() for one, other in zip(first.labels, again.labels, strict=True))
