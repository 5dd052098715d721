"""How many rows a second `wangge lookup FILE` answers with three levels of grids.

The register's addresses lie in the grids of the demo town; every row of the file is another text:
an address of the register in full, or a query of the file of queries, with a phone number behind
it. Without those numbers some addresses are said more than once, as calls and household lists do;
`--distinct` has each said once. Each run is a process of its own; all must write the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Here lies a script named coverage, which numba would take for the package of that name.
_HERE = (
    sys.path.pop(0) if Path(sys.path[0]) == Path(__file__).parent else str(Path(__file__).parent)
)

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from boundaries.home import Home  # noqa: E402
from boundaries.snapshot import build_snapshot  # noqa: E402
from examples.town import demo_town  # noqa: E402
from geo.layers import STORED_CRS, conform  # noqa: E402
from geo.locate import warm  # noqa: E402

warm()
sys.path.append(_HERE)

import published  # noqa: E402
from addresses import register_frame  # noqa: E402

_QUERIES_EVERY = 3
_COMPOUND_DEGREES = 0.0007


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--register", type=Path, required=True, help="register.csv or .csv.gz")
    parser.add_argument("--compounds", type=Path, required=True, help="compounds.json")
    parser.add_argument("--queries", type=Path, required=True, help="queries.jsonl")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--distinct", action="store_true", help="say no address twice")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    asked = parser.parse_args()
    figures: dict[str, object] = {"rows": asked.rows}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = register_frame(asked.register, json.loads(asked.compounds.read_text("utf-8")))
        home = placed_home(folder / "home", frame)
        lines = asked.queries.read_text("utf-8").splitlines()
        source = folder / "calls.csv"
        said = [json.loads(one)["q"] for one in lines]
        figures["addresses"] = _write_calls(source, frame["text"].tolist(), said, asked)
        print(figures["addresses"], "addresses in", asked.rows, "rows")
        outs = []
        for workers in asked.workers:
            outs.append(folder / f"out{workers}.csv")
            figures[str(workers)] = _run(home, source, outs[-1], workers, asked.rows)
            print(f"{workers} workers", json.dumps(figures[str(workers)]))
        figures["same_bytes"] = all(filecmp.cmp(outs[0], out, shallow=False) for out in outs[1:])
        print("same bytes", figures["same_bytes"])
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def placed_home(folder: Path, frame: pd.DataFrame) -> Home:
    """Publish the demo town with a register whose compounds lie all over its grids."""
    town, plan = demo_town()
    west, south, east, north = plan.grids.total_bounds
    random = np.random.default_rng(0)
    compound, compounds = pd.factorize(frame["compound"])
    words = frame[["compound", "zone", "building"]].fillna("").agg("/".join, axis=1)
    building, buildings = pd.factorize(words)
    centres = random.uniform([west, south], [east, north], (len(compounds), 2))
    around = random.normal(0, _COMPOUND_DEGREES, (len(buildings), 2))
    x, y = (centres[compound] + around[building]).round(7).T
    ids = [f"A{row}" for row in range(1, len(frame) + 1)]
    addresses = gpd.GeoDataFrame(
        frame.assign(id=ids), geometry=gpd.points_from_xy(x, y), crs=STORED_CRS
    )
    home = Home(folder)
    town = town.with_layers(addresses=conform("addresses", addresses))
    published.publish_again(home, build_snapshot(town, plan, home.snapshots), plan, number=1)
    return home


def _write_calls(
    path: Path, texts: list[str], queries: list[str], asked: argparse.Namespace
) -> int:
    """Write the file of calls; return how many addresses are said in it."""
    random = np.random.default_rng(0)
    if asked.distinct:
        said = [*dict.fromkeys(queries), *random.permutation(texts)][: asked.rows]
        said = [said[place] for place in random.permutation(len(said))]
    else:
        rows = random.integers(0, len(texts), asked.rows).tolist()
        said = [
            queries[number % len(queries)] if number % _QUERIES_EVERY == 0 else texts[row]
            for number, row in enumerate(rows)
        ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "address"])
        for number, address in enumerate(said):
            writer.writerow([number, f"{address} 138{number:08}"])
    return len(set(said))


def _run(home: Home, source: Path, out: Path, workers: int, rows: int) -> dict[str, float]:
    """Return rows a second of one run, by the clock and by the processors' time."""
    command = [sys.executable, "-m", "cli", "--home", str(home.folder), "lookup", str(source)]
    command += ["--out", str(out), "--workers", str(workers), "--at", "2026-06-01", "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "rows_a_wall_s": rows / wall,
        "rows_a_cpu_s": rows / cpu,
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    main()
