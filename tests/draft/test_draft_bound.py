"""The proved number of moves is never above the fewest that trying every division finds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from latticed import lattice
from scipy.optimize import linear_sum_assignment

from boundaries.draft.bound import least_moves
from boundaries.draft.joint import least_moves_of_all
from boundaries.draft.measure import numbered, pieces, totals


def divisions(count):
    """Return every way to put so many things into numbered parts, named by first appearance."""
    found = [(0,)]
    for _ in range(count - 1):
        found = [(*one, part) for one in found for part in range(max(one) + 2)]
    return [np.array(one) for one in found]


def fits(graph, label, band):
    held = totals(graph.households, label)
    return (held >= band[0]).all() and (held <= band[1]).all() and (pieces(graph, label) == 1).all()


def moved(households, now, old, kept):
    """Return who moves at the least, the parts being named as today's as well as can be."""
    both = np.array(
        [
            [households[(now == part) & (old == name) & kept].sum() for name in np.unique(old)]
            for part in range(int(now.max()) + 1)
        ]
    )
    chosen = linear_sum_assignment(-both)
    return int(households.sum() - both[chosen].sum())


def fewest(graph, old, bands):
    """Try every division of two levels; return the fewest who move on either, or None."""
    best = None
    for fine in divisions(len(graph)):
        if not fits(graph, fine, bands[1]):
            continue
        for group in divisions(int(fine.max()) + 1):
            coarse = group[fine]
            if not fits(graph, coarse, bands[0]):
                continue
            parts = int(coarse.max()) + 1
            names = itertools.permutations([*np.unique(old[0]).tolist(), *[-1] * parts], parts)
            both = (
                moved(graph.households, coarse, old[0], np.ones(len(graph), bool)),
                min(
                    moved(graph.households, fine, old[1], np.array(each)[coarse] == old[0])
                    for each in set(names)
                ),
            )
            best = both if best is None else tuple(np.minimum(best, both).tolist())
    return best


def grown_together(graph, random, parts, label):
    """Join parts that touch, at random, until there are so few."""
    label = label.copy()
    for pair in random.permutation(len(graph.one)).tolist():
        if len(np.unique(label)) > parts:
            label[label == label[graph.one[pair]]] = label[graph.other[pair]]
    return numbered(label)


def random_case(seed):
    random = np.random.default_rng(seed)
    columns, rows = [(6, 1), (3, 2), (2, 3), (7, 1)][seed % 4]
    graph = lattice(columns, rows, random.integers(0, 8, columns * rows))
    fine = grown_together(graph, random, int(random.integers(2, 5)), np.arange(len(graph)))
    coarse = grown_together(graph, random, int(random.integers(1, 3)), fine)
    low = int(random.integers(2, 8))
    lowest = int(random.integers(low, max(low + 1, int(graph.households.sum()) // 2)))
    bands = [(lowest, int(2.1 * lowest) + 1), (low, int(1.7 * low) + 1)]
    return graph, [coarse, fine], bands


@pytest.mark.parametrize("seed", range(24))
def test_the_bound_of_two_levels_is_never_above_the_fewest_moves_there_are(seed):
    graph, old, bands = random_case(seed)
    found = fewest(graph, old, bands)
    if found is None:
        return
    assert least_moves(graph, old[0], *bands[0]) <= found[0]
    assert least_moves_of_all(graph, old[:1], bands[:1]) <= found[0]
    assert least_moves(graph, old[1], *bands[1]) <= found[1]
    assert least_moves_of_all(graph, old, bands) <= found[1]


@pytest.mark.parametrize("seed", [110, 129])
def test_levels_taken_together_prove_more_than_each_alone(seed):
    graph, old, bands = random_case(seed)
    alone = [least_moves(graph, label, *band) for label, band in zip(old, bands, strict=True)]
    assert max(alone) < least_moves_of_all(graph, old, bands) == fewest(graph, old, bands)[1]


def test_a_move_that_serves_two_levels_counts_once():
    graph = lattice(5, 1, [5, 5, 6, 4, 5])
    old = [np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1])]
    bands = [(10, 15), (10, 15)]
    assert fewest(graph, old, bands) == (6, 6)
    # one of the units of 5 would do, were they not behind the one of 6
    assert least_moves_of_all(graph, old, bands) == 5


def test_the_bound_of_levels_without_time_claims_nothing():
    graph = lattice(4, 1, [9, 9, 6, 6])
    old = [np.array([0, 0, 0, 1]), np.array([0, 0, 0, 1])]
    assert least_moves_of_all(graph, old, [(10, 20), (10, 20)]) > 0
    assert least_moves_of_all(graph, old, [(10, 20), (10, 20)], until=0.0) == 0
