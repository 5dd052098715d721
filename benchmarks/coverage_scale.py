"""How the coverage engine grows: 1.2k, 100k, 1M polygons of 25 vertices, three levels.

CPU seconds of this process, beside GEOS on the finest level alone in the same run.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from nested import nested

from geo.coverage import Grids, Watched, inspect, residual
from geo.repair import repair, simplified

SIDES = {"1.2k": 36, "100k": 316, "1M": 1000}
EDITS = 200
GAP_M = 25.0
SIMPLIFY_M = 10.0


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", action="append", choices=SIDES, help="default: 1.2k and 100k")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--ours-only", action="store_true", help="leave GEOS out")
    parser.add_argument(
        "--only", choices=("check", "edit", "simplify", "repair"), help="one part alone"
    )
    arguments = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    for size in arguments.size or ["1.2k", "100k"]:
        figures[size] = measured(size, arguments.only, ours_only=arguments.ours_only)
        for name, value in figures[size].items():
            print(f"{size:5} {name:34} {value}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measured(size: str, only: str | None, *, ours_only: bool) -> dict[str, Any]:
    """Return the figures of one size."""
    grids = nested(SIDES[size])
    found: dict[str, Any] = {"polygons": len(grids.levels[-1])}
    peers = not ours_only
    if only in {None, "check"}:
        found |= _check(grids, peers=peers)
    if only in {None, "edit"}:
        found |= _edits(grids)
    if only in {None, "simplify"}:
        found |= _simplify(grids, peers=peers)
    if only in {None, "repair"}:
        found |= _repair(grids, peers=peers)
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return CPU seconds and result."""
    begin = time.process_time()
    result = work()
    return round(time.process_time() - begin, 4), result


def peak_gb() -> float:
    """Return the peak memory of the process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)


def _check(grids: Grids, *, peers: bool) -> dict[str, Any]:
    seconds, left = timed(lambda: residual(grids))
    found: dict[str, Any] = {"tiling and nesting, 3 levels, s": seconds}
    found["proved"] = not len(left)
    found["peak after certificate, GB"] = peak_gb()
    found["all faults, s"], faults = timed(lambda: inspect(grids))
    found["faults"] = len(faults)
    if peers:
        finest = grids.levels[-1].geometry
        geos, _ = timed(lambda: shapely.coverage_is_valid(finest))
        found["GEOS coverage_is_valid, 1 level, s"] = geos
        found["certificate / GEOS"] = round(seconds / max(geos, 1e-9), 2)
        found["peak, GB"] = peak_gb()
    return found


def _edits(grids: Grids) -> dict[str, Any]:
    """Move one vertex of one grid, look, and move it back, many times."""
    watched = Watched(grids)
    random = np.random.default_rng(1)
    finest = len(grids.levels) - 1
    shapes = grids.levels[finest].geometry
    seconds, undone = [], []
    for row in random.integers(0, len(shapes), EDITS).tolist():
        xy = shapely.get_coordinates(shapes[row])
        xy[int(random.integers(1, len(xy) - 1))] += np.round(random.normal(0.0, 2.0, 2), 3)
        other = shapely.Polygon(xy)
        if not other.is_valid:
            continue
        begin = time.process_time()
        faults = watched.edited({(finest, row): other})
        seconds.append(time.process_time() - begin)
        if not faults:
            raise AssertionError(row)
        begin = time.process_time()
        watched.edited({(finest, row): shapes[row]})
        undone.append(time.process_time() - begin)
    return {
        "edit with fault p50, ms": _quantile(seconds, 0.5),
        "edit with fault p99, ms": _quantile(seconds, 0.99),
        "edit without fault p50, ms": _quantile(undone, 0.5),
        "edit without fault p99, ms": _quantile(undone, 0.99),
    }


def _quantile(seconds: list[float], share: float) -> float:
    return round(float(np.quantile(seconds, share)) * 1e3, 2)


def _simplify(grids: Grids, *, peers: bool) -> dict[str, Any]:
    seconds, simpler = timed(lambda: simplified(grids, SIMPLIFY_M))
    found: dict[str, Any] = {"simplify, 3 levels, s": seconds}
    found["simplified: proved"] = not len(residual(simpler))
    found["vertices kept, %"] = round(
        100.0
        * shapely.get_num_coordinates(simpler.levels[-1].geometry).sum()
        / shapely.get_num_coordinates(grids.levels[-1].geometry).sum()
    )
    if peers:
        finest = grids.levels[-1].geometry
        geos, _ = timed(lambda: shapely.coverage_simplify(finest, SIMPLIFY_M))
        found["GEOS coverage_simplify, 1 level, s"] = geos
        found["simplify / GEOS"] = round(seconds / max(geos, 1e-9), 2)
    return found


def _repair(grids: Grids, *, peers: bool) -> dict[str, Any]:
    broken, count = with_defects(grids, share=0.01)
    seconds, done = timed(lambda: repair(broken, gap_m=GAP_M, lattice=0.001, with_remaining=False))
    found: dict[str, Any] = {
        "defects": count,
        "repair, s": seconds,
        "repaired: proved": done.proved,
    }
    if peers:
        finest = broken.levels[-1].geometry
        geos, _ = timed(lambda: shapely.coverage_clean(finest, gap_width=GAP_M))
        found["GEOS coverage_clean, 1 level, s"] = geos
        found["repair / GEOS"] = round(seconds / max(geos, 1e-9), 2)
    found["peak at the end, GB"] = peak_gb()
    return found


def with_defects(grids: Grids, *, share: float) -> tuple[Grids, int]:
    """Return the grids with a vertex moved on one side, a share of all grids, and how many."""
    random = np.random.default_rng(2)
    finest = grids.levels[-1]
    shapes = finest.geometry.copy()
    count = 0
    for row in random.choice(len(shapes), max(1, int(share * len(shapes))), replace=False).tolist():
        xy = shapely.get_coordinates(shapes[row])
        at = int(random.integers(1, len(xy) - 1))
        xy[at] += np.round(random.normal(0.0, 3.0, 2), 3)
        other = shapely.Polygon(xy)
        if other.is_valid:
            shapes[row] = other
            count += 1
    return Grids((*grids.levels[:-1], finest.with_geometry(shapes)), grids.jurisdiction), count


if __name__ == "__main__":
    main()
