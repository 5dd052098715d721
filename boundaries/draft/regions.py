"""Work on many regions of a large graph: piece by piece, on all cores, the same on any machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from boundaries.draft.compiled import COMPILED, Integers
from boundaries.draft.graph import UnitGraph
from boundaries.draft.measure import numbered

PIECE_UNITS = 20_000
"""Units of one piece: their arrays fit a core's cache."""

Work = Callable[[UnitGraph, Integers, Integers, int], Integers]


def in_pieces(graph: UnitGraph, region: Integers, work: Work) -> Integers:
    """Label the units of each region, pieces of whole regions at a time.

    Parameters
    ----------
    graph
        Units.
    region
        Region of every unit, numbered from 0 without holes.
    work
        Given the graph of a piece, its regions numbered from 0, its units and its number; returns
        a label of every unit of the piece, from 0. What it does must depend on these alone.

    Returns
    -------
    numpy.ndarray
        Labels, numbered from 0; no two pieces share one.
    """
    end = np.cumsum(np.bincount(region))
    piece = ((end - 1) // PIECE_UNITS)[region]
    groups = np.split(np.argsort(piece, kind="stable"), np.cumsum(np.bincount(piece))[:-1])
    groups = [units for units in groups if len(units)]

    def done(number: int) -> Integers:
        units = groups[number]
        return work(graph.part(units), numbered(region[units]), units, number)

    workers = (os.cpu_count() or 1) if COMPILED else 1
    with ThreadPoolExecutor(min(workers, len(groups))) as pool:
        found = list(pool.map(done, range(len(groups))))
    label = np.empty(len(graph), np.int64)
    first = 0
    for units, labels in zip(groups, found, strict=True):
        label[units] = labels + first
        first += int(labels.max(initial=-1)) + 1
    return label
