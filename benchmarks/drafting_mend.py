"""Mend a compliant plan after redevelopment, beside drawing anew and the proven bound.

6 % of the street blocks are redeveloped (each has 0.3 to 1.9 times its households then), and a
quarter of the units gain or lose a fifth. Printed per level: parts in band before and after,
households moved, the number that any plan in the bands must move, and what drawing anew would
move.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import drafting_alone  # noqa: F401 - before all that imports numba
import numpy as np
from drafting import EDGE_COLUMNS, UNIT_COLUMNS, graph_of, made_ready, table

from boundaries.draft.compiled import Integers
from boundaries.draft.graph import UnitGraph, linked
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.measure import measure
from boundaries.draft.mending import mend_levels, renamed
from boundaries.draft.warming import warm

BANDS = [(300, 500), (50, 100), (10, 20)]
REDEVELOPED, CHANGED = 0.06, 0.25


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=Path, required=True)
    parser.add_argument("--edges", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--ours-only", action="store_true", help="do not draw anew beside")
    options = parser.parse_args()
    graph = graph_of(
        table(parser, options.units, UNIT_COLUMNS), table(parser, options.edges, EDGE_COLUMNS)
    )
    made_ready()
    old = draw(graph, aims_of(graph, BANDS), seed=options.seed)
    now = changed(graph, options.seed)
    aims = aims_of(now, BANDS)
    warm()
    start, spent = time.perf_counter(), time.process_time()
    mended = mend_levels(now, old, aims, seed=options.seed)
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    start = time.perf_counter()
    anew = [] if options.ours_only else draw(now, aims, seed=options.seed)
    again = time.perf_counter() - start
    moved_anew = _moved_anew(anew, old, now.households)
    print(
        f"{now.households.sum()} households; mended in {seconds:.2f} s"
        f" ({spent:.2f} s of CPU), anew in {again:.2f} s"
    )
    print("level  in band before  after   moved   bound  ratio   anew  anew : ours")
    rows = []
    for index, (low, high) in enumerate(BANDS):
        before = measure(now, old[index], low, high)
        after = measure(now, mended.labels[index], low, high)
        moved, least = mended.moved[index], mended.least[index]
        row = {
            "level": index + 1,
            "ok_before": before.ok_percent,
            "ok_after": after.ok_percent,
            "moved": moved,
            "bound": least,
            "ratio": moved / max(least, 1),
            "anew": moved_anew[index] if anew else None,
            "seconds": seconds,
            "cpu_seconds": spent,
        }
        rows.append(row)
        beside = f"{row['anew']:7d} {row['anew'] / max(moved, 1):8.1f}" if anew else ""
        print(
            f"L{index + 1} {before.ok_percent:16.2f} {after.ok_percent:8.2f}"
            f" {moved:7d} {least:7d} {row['ratio']:6.2f} {beside}"
        )
    if options.json_file:
        options.json_file.write_text(json.dumps(rows, indent=1))


def changed(graph: UnitGraph, seed: int) -> UnitGraph:
    """Return the graph with other households: some blocks redeveloped, some units changed."""
    random = np.random.default_rng(seed)
    inner = 2 * graph.barrier < graph.length
    block = linked(len(graph), graph.one[inner], graph.other[inner])
    households = graph.households.astype(np.float64)
    count = int(block.max()) + 1
    rebuilt = random.choice(count, max(round(REDEVELOPED * count), 1), replace=False)
    inside = np.isin(block, rebuilt)
    households[inside] *= random.uniform(0.3, 1.9, count)[block[inside]]
    some = random.random(len(graph)) < CHANGED
    households[some] *= random.choice([0.8, 1.2], int(some.sum()))
    finest = BANDS[-1][1]
    return replace(graph, households=np.clip(np.rint(households).astype(np.int64), 0, finest))


def _moved_anew(anew: list[Integers], old: list[Integers], households: Integers) -> list[int]:
    kept = np.ones(len(households), bool)
    found = []
    for label, was in zip(anew, old, strict=False):
        kept &= renamed(label, was, households) == was
        found.append(int(households[~kept].sum()))
    return found


if __name__ == "__main__":
    main()
