"""Dividing a tree is optimal; drawings are partitions, connected, nested, the same every time."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latticed import lattice

from boundaries.draft.compiled import given as kernel_array
from boundaries.draft.compiled import taken
from boundaries.draft.graph import net_of, unit_graph
from boundaries.draft.levels import aims_of, draw, polished
from boundaries.draft.measure import measure, pieces
from boundaries.draft.partition import PER_HOUSEHOLD, Aim, random_of
from boundaries.draft.regions import PIECE_UNITS
from boundaries.draft.trees import cleared, divided, grown, room_for_tree, weighed


@settings(max_examples=40, deadline=None)
@given(
    households=st.lists(st.integers(0, 12), min_size=2, max_size=9),
    seed=st.integers(0, 1000),
    low=st.integers(1, 10),
    width=st.integers(0, 10),
)
def test_no_division_of_a_tree_costs_less(households, seed, low, width):
    random = np.random.default_rng(seed)
    count = len(households)
    graph = unit_graph(
        households,
        area_m2=np.ones(count),
        rim_m=np.ones(count),
        one=[int(random.integers(node)) for node in range(1, count)],
        other=range(1, count),
        length_m=random.integers(1, 50, count - 1),
        barrier_m=np.zeros(count - 1),
        barrier_class=np.zeros(count - 1),
    )
    aim = Aim(low, low + width, 2 * (low + width), 100)
    net, tree = net_of(graph), room_for_tree(count, 2 * (count - 1))
    flat = kernel_array(np.zeros(count))
    nodes = grown(net, tree, 0, flat, kernel_array(np.ones(count)), random_of(seed))
    weighed(net, tree, nodes)
    part = kernel_array(np.zeros(count))
    parts = divided(net, tree, nodes, aim.band(), part)
    order, part = taken(tree.order), taken(part)
    up, price = taken(tree.up), taken(tree.cut_price)

    def cost(cut):
        label = np.zeros(count, int)
        for place in range(1, count):
            label[place] = place if place in cut else label[up[place]]
        # a node above `most` is counted as `most`: whatever joins it must have no households
        counted = np.minimum(graph.households[order], aim.most)
        held = np.bincount(label, weights=counted)[np.unique(label)]
        if (held > aim.most).any():
            return None
        off = np.maximum(aim.low - held, 0) + np.maximum(held - aim.high, 0)
        return int(off.sum()) * PER_HOUSEHOLD + int(sum(price[place] for place in cut))

    cuts = (
        set(chosen)
        for size in range(count)
        for chosen in itertools.combinations(range(1, count), size)
    )
    least = min(total for total in map(cost, cuts) if total is not None)
    mine = {place for place in range(1, count) if part[place] != part[up[place]]}
    assert parts == len(mine) + 1
    assert cost(mine) == least
    cleared(tree, nodes)
    assert (taken(tree.place) == -1).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), columns=st.integers(3, 14), rows=st.integers(3, 14))
def test_a_drawing_is_a_nested_partition_in_one_piece_each(seed, columns, rows):
    households = np.random.default_rng(seed).integers(0, 14, columns * rows)
    graph = lattice(columns, rows, households, street_every=4)
    bands = [(150, 260), (45, 90), (10, 20)]
    labels = draw(graph, aims_of(graph, bands), seed=seed)
    for label in labels:
        assert label.shape == (len(graph),)
        assert (pieces(graph, label) == 1).all()
    for above, below in itertools.pairwise(labels):
        for part in np.unique(below):
            assert len(np.unique(above[below == part])) == 1


def test_walls_are_never_crossed():
    graph = lattice(12, 12, np.full(144, 5))
    walled = (graph.one % 12 == 5) & (graph.other % 12 == 6)
    walls = unit_graph(
        graph.households, area_m2=graph.area / 100, rim_m=np.zeros(144), one=graph.one,
        other=graph.other, length_m=graph.length / 100, barrier_m=graph.barrier / 100,
        barrier_class=np.zeros(len(graph.one)), walled=walled,
    )  # fmt: skip
    for label in draw(walls, aims_of(walls, [(100, 200), (20, 50)]), seed=3):
        west = np.arange(144) % 12 <= 5
        assert not set(label[west]) & set(label[~west])


def test_the_same_seed_gives_the_same_drawing_and_polish_is_never_worse():
    graph = lattice(20, 20, np.random.default_rng(5).integers(0, 9, 400), street_every=5)
    bands = [(200, 320), (40, 80), (10, 20)]
    aims = aims_of(graph, bands)
    first, again = (draw(graph, aims, seed=7) for _ in range(2))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    better = polished(graph, aims, first, seed=7, seconds=2)
    for before, after, band in zip(first, better, bands, strict=True):
        assert measure(graph, after, *band).off <= measure(graph, before, *band).off


def test_a_town_without_hard_cases_is_drawn_in_band_along_its_streets():
    graph = lattice(40, 40, np.random.default_rng(11).integers(1, 5, 1600), street_every=5)
    bands = [(300, 500), (50, 100), (10, 20)]
    labels = draw(graph, aims_of(graph, bands), seed=1)
    found = [measure(graph, label, *band) for label, band in zip(labels, bands, strict=True)]
    assert [one.ok_percent for one in found] == [100.0, 100.0, 100.0]
    assert found[0].barrier_percent > 95
    assert found[0].compactness > 0.55


PLAIN = """
import sys
if {plain}:
    sys.modules["numba"] = None
import numpy as np
from boundaries.draft.compiled import COMPILED
from boundaries.draft.graph import unit_graph
from boundaries.draft.levels import aims_of, draw
assert COMPILED is not {plain}
side = 6
cell = np.arange(side * side).reshape(side, side)
one = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
other = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
graph = unit_graph(
    np.random.default_rng(1).integers(0, 9, side * side), area_m2=np.full(side * side, 400.0),
    rim_m=np.full(side * side, 5.0), one=one, other=other, length_m=np.full(len(one), 20.0),
    barrier_m=np.where(one % 3 == 2, 20.0, 0.0), barrier_class=(one % 3 == 2).astype(int))
for label in draw(graph, aims_of(graph, [(100, 180), (20, 50), (8, 16)]), seed=4):
    print(label.tolist())
"""


def test_plain_python_draws_the_same_as_the_compiled_kernels():
    pytest.importorskip("numba")
    said = [
        subprocess.run(
            [sys.executable, "-c", PLAIN.format(plain=plain)],
            check=True, capture_output=True, text=True,
        ).stdout
        for plain in (False, True)
    ]  # fmt: skip
    assert said[0] == said[1]
    assert said[0]


def test_a_large_graph_is_drawn_piece_by_piece_the_same_every_time():
    side = 150
    assert side * side > PIECE_UNITS
    graph = lattice(
        side, side, np.random.default_rng(2).integers(1, 5, side * side), street_every=10
    )
    bands = [(3000, 5000), (500, 1000)]
    first, again = (draw(graph, aims_of(graph, bands), seed=5) for _ in range(2))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))
    found = [measure(graph, label, *band) for label, band in zip(first, bands, strict=True)]
    assert [one.ok_percent for one in found] == [100.0, 100.0]
    for part in np.unique(first[1]):
        assert len(np.unique(first[0][first[1] == part])) == 1


def test_a_small_part_of_a_graph_is_the_same_however_it_is_looked_up():
    graph = lattice(30, 30, np.random.default_rng(4).integers(0, 9, 900), street_every=5)
    units = np.random.default_rng(5).permutation(900)[:30]
    small, place = graph.part(units), np.full(900, -1)
    place[units] = np.arange(30)
    pairs = (place[graph.one] >= 0) & (place[graph.other] >= 0)
    assert small.one.tolist() == place[graph.one[pairs]].tolist()
    assert small.length.tolist() == graph.length[pairs].tolist()
