"""What other libraries draw from the same units: METIS, GerryChain, spopt.

Each runs in a process of its own and is stopped when its time is up.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import queue
import random
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import drafting_alone  # noqa: F401 - before all that imports numba
import numpy as np
import numpy.typing as npt

from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.measure import numbered

Labels = list[npt.NDArray[np.int64]]
Bands = list[tuple[int, int]]


@dataclass(frozen=True)
class Attempt:
    """What a peer drew: labels level by level as far as it came, and how long it took."""

    name: str
    labels: Labels
    seconds: float
    note: str = ""


def run_peers(graph: UnitGraph, bands: Bands, *, seed: int, seconds: float) -> list[Attempt]:
    """Run every peer that is installed, each for at most that many seconds."""
    peers: dict[str, Callable[..., None]] = {
        "METIS contiguous, road weights": _metis,
        "GerryChain recursive_tree_part": _gerrychain,
        "spopt MaxP": _spopt,
    }
    return [_limited(name, peer, graph, bands, seed, seconds) for name, peer in peers.items()]


def _limited(  # noqa: PLR0917
    name: str,
    peer: Callable[..., None],
    graph: UnitGraph,
    bands: Bands,
    seed: int,
    seconds: float,
) -> Attempt:
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    process = context.Process(target=_quietly, args=(peer, graph, bands, seed, results))
    start = time.perf_counter()
    process.start()
    labels: Labels = []
    note = ""
    taken = seconds
    while len(labels) < len(bands):
        left = start + seconds - time.perf_counter()
        try:
            item = results.get(timeout=max(left, 0.01))
        except queue.Empty:
            note = f"stopped after {seconds:.0f} s"
            break
        if isinstance(item, str):
            note = item
            break
        labels.append(item[1])
        taken = item[0]
    process.kill()
    process.join()
    return Attempt(name, labels, taken, note)


def _quietly(
    peer: Callable[..., None], graph: UnitGraph, bands: Bands, seed: int, results: Any
) -> None:
    warnings.simplefilter("ignore")
    start = time.perf_counter()

    def drawn(label: npt.NDArray[np.int64]) -> None:
        results.put((time.perf_counter() - start, label))

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            peer(graph, bands, seed, drawn)
        except Exception as error:  # noqa: BLE001 - a peer may fail in any way; it is reported
            results.put(f"{type(error).__name__}: {error}"[:100])


def _nested(
    graph: UnitGraph,
    bands: Bands,
    drawn: Callable[[npt.NDArray[np.int64]], None],
    split: Callable[[UnitGraph, int, tuple[int, int], int], npt.NDArray[np.int64]],
) -> None:
    """Draw every level inside the one above with a function that splits one graph."""
    region = np.zeros(len(graph), np.int64)
    for level, band in enumerate(bands):
        label = np.zeros(len(graph), np.int64)
        free = 0
        for number in range(int(region.max()) + 1):
            units = np.flatnonzero(region == number)
            part = graph.part(units)
            count = max(round(2 * int(part.households.sum()) / (band[0] + band[1])), 1)
            inside = split(part, count, band, level) if count > 1 else np.zeros(len(units), int)
            label[units] = free + numbered(np.asarray(inside))
            free = int(label[units].max()) + 1
        drawn(label)
        region = label


def _metis(
    graph: UnitGraph,
    bands: Bands,
    seed: int,
    drawn: Callable[[npt.NDArray[np.int64]], None],
) -> None:
    import pymetis  # noqa: PLC0415 - of the bench extra

    def split(
        part: UnitGraph,
        count: int,
        band: tuple[int, int],  # noqa: ARG001
        level: int,  # noqa: ARG001
    ) -> npt.NDArray[np.int64]:
        tail = np.concatenate([part.one, part.other])
        head = np.concatenate([part.other, part.one])
        weight = np.maximum(part.length - part.barrier * 9 // 10, 1)
        order = np.argsort(tail, kind="stable")
        begin = np.searchsorted(tail[order], np.arange(len(part) + 1))
        options = pymetis.Options()
        options.set_defaults()
        options.seed, options.contig, options.ncuts = seed, 1, 3
        options.ufactor = 250
        label = pymetis.part_graph(
            count,
            xadj=begin.tolist(),
            adjncy=head[order].tolist(),
            vweights=part.households.tolist(),
            eweights=np.concatenate([weight, weight])[order].tolist(),
            recursive=False,
            options=options,
        )[1]
        return np.asarray(label, np.int64)

    _nested(graph, bands, drawn, split)


def _gerrychain(
    graph: UnitGraph,
    bands: Bands,
    seed: int,
    drawn: Callable[[npt.NDArray[np.int64]], None],
) -> None:
    from functools import partial  # noqa: PLC0415

    import networkx as nx  # noqa: PLC0415 - comes with GerryChain
    from gerrychain import Graph  # noqa: PLC0415 - of the bench extra
    from gerrychain.tree import bipartition_tree, recursive_tree_part  # noqa: PLC0415

    rng = random.Random(seed)

    def split(
        part: UnitGraph, count: int, band: tuple[int, int], level: int
    ) -> npt.NDArray[np.int64]:
        plain = nx.Graph()
        block = blocks_of(part).tolist()
        for node, households in enumerate(part.households.tolist()):
            plain.add_node(node, households=households, block=block[node])
        plain.add_edges_from(zip(part.one.tolist(), part.other.tolist(), strict=True))
        middle = int(part.households.sum()) / count
        epsilon = min((band[1] - middle) / middle, (middle - band[0]) / middle)
        cut = partial(
            bipartition_tree, max_attempts=2_000 if level else 100_000,
            region_surcharge={"block": 1.0},
        )  # fmt: skip
        try:
            assignment = recursive_tree_part(
                Graph.from_networkx(plain), range(count), middle, "households",
                max(epsilon, 0.02), bipartition_tree_fn=cut, rng=rng,
            )  # fmt: skip
        except Exception:  # noqa: BLE001 - it gives up where no balanced cut exists
            return np.zeros(len(part), np.int64)
        return np.array([assignment[node] for node in range(len(part))])

    _nested(graph, bands, drawn, split)


def blocks_of(graph: UnitGraph) -> npt.NDArray[np.int64]:
    """Return the street block of every unit: what no road separates."""
    inner = 2 * graph.barrier < graph.length
    return linked(len(graph), graph.one[inner], graph.other[inner])


def _spopt(
    graph: UnitGraph,
    bands: Bands,
    seed: int,
    drawn: Callable[[npt.NDArray[np.int64]], None],
) -> None:
    import geopandas as gpd  # noqa: PLC0415
    import libpysal  # noqa: PLC0415 - comes with spopt
    import shapely  # noqa: PLC0415
    from spopt.region import MaxPHeuristic  # noqa: PLC0415 - of the bench extra

    neighbours: dict[int, list[int]] = {unit: [] for unit in range(len(graph))}
    for one, other in zip(graph.one.tolist(), graph.other.tolist(), strict=True):
        neighbours[one].append(other)
        neighbours[other].append(one)
    frame = gpd.GeoDataFrame(
        {"households": graph.households},
        geometry=shapely.points(np.zeros(len(graph)), np.zeros(len(graph))),
    )
    np.random.seed(seed)  # noqa: NPY002 - the peer draws from it
    weights = libpysal.weights.W(neighbours, silence_warnings=True)
    model = MaxPHeuristic(frame, weights, ["households"], "households", bands[0][0])
    model.solve()
    drawn(np.asarray(model.labels_, np.int64) - 1)


def metis_level_one(graph: UnitGraph, band: tuple[int, int], *, seed: int) -> float:
    """Return the seconds that METIS takes for level 1 alone."""
    start = time.perf_counter()
    _metis(graph, [band], seed, lambda _label: None)
    return time.perf_counter() - start
