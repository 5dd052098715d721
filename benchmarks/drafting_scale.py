"""Draw generated towns of 28,000, 280,000 and a million households: time, memory, OK %."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import drafting_alone  # noqa: F401 - before all that imports numba
from drafting import graph_of, made_ready
from drafting_towns import generate

from boundaries.draft.certificate import explained
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.measure import measure

BANDS = [(300, 500), (50, 100), (10, 20)]


def main() -> None:
    """Run every size in a process of its own, so that memory is each one's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="28000,280000,1000000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--ours-only", action="store_true", help="leave METIS out")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(_one(options.one, options.seed, metis=not options.ours_only)))
        return
    rows = []
    print(
        "households   units  seconds  MB drawing   L1 OK %   L2 OK %   L3 OK %  METIS L1 s  ratio"
    )
    for size in options.sizes.split(","):
        command = [sys.executable, __file__, "--one", size, "--seed", str(options.seed)]
        if options.ours_only:
            command.append("--ours-only")
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        row = json.loads(said.splitlines()[-1])
        rows.append(row)
        levels = "".join(f"{level['ok_percent']:10.3f}" for level in row["levels"])
        metis = row.get("metis_seconds")
        beside = f"{metis:12.2f} {row['seconds'] / metis:6.1f}" if metis else ""
        print(
            f"{row['households']:10d} {row['units']:7d} {row['seconds']:8.2f}"
            f" {row['memory_mb']:11.0f}{levels}{beside}"
        )
        print(f"{'':10} off the band: {row['leftovers']}")
    if options.json_file:
        options.json_file.write_text(json.dumps(rows, indent=1))


def _one(size: int, seed: int, *, metis: bool) -> dict[str, Any]:
    town = generate(size, seed)
    graph = graph_of(town.units, town.edges)
    del town
    made_ready()
    start = time.perf_counter()
    labels = draw(graph, aims_of(graph, BANDS), seed=seed)
    row: dict[str, Any] = {
        "households": int(graph.households.sum()),
        "units": len(graph),
        "seconds": time.perf_counter() - start,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "levels": [
            measure(graph, label, *band).as_dict()
            for label, band in zip(labels, BANDS, strict=True)
        ],
        "leftovers": {
            f"l{number}": sorted(map(str, explained(graph, label, low, high).values()))
            for number, (label, (low, high)) in enumerate(zip(labels, BANDS, strict=True), start=1)
        },
    }
    if metis:
        from drafting_peers import metis_level_one  # noqa: PLC0415 - of the bench extra

        row["metis_seconds"] = metis_level_one(graph, BANDS[0], seed=seed)
    return row


if __name__ == "__main__":
    main()
