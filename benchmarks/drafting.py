"""Draw a town's grids of all levels from its units, beside METIS, GerryChain and spopt.

Units: columns unit, hh, area (m²), outer_len (m). Edges: u, v, len (m), road (class, 0 none),
roadlen (m). Writes unit, l1, l2, l3. OK: in the band and in one piece. PP: mean of
4πA/P². Road: share of the border between grids that lies on roads.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

import drafting_alone  # noqa: F401 - before all that imports numba
import numpy as np
import pandas as pd

from boundaries.draft.compiled import COMPILED, Integers
from boundaries.draft.graph import UnitGraph, unit_graph
from boundaries.draft.levels import aims_of, draw, polished
from boundaries.draft.measure import measure

Bands = list[tuple[int, int]]

UNIT_COLUMNS = ("unit", "hh", "area", "outer_len")
EDGE_COLUMNS = ("u", "v", "len", "road", "roadlen")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=Path, required=True)
    parser.add_argument("--edges", type=Path, required=True)
    parser.add_argument("--bands", default="300-500,50-100,10-20", help="coarsest level first")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="assignment to write: unit, l1, l2, l3")
    parser.add_argument("--polish", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--json", type=Path, dest="json_file", help="figures to write")
    parser.add_argument("--ours-only", action="store_true")
    parser.add_argument("--peer-seconds", type=float, default=60.0)
    options = parser.parse_args()
    bands = [_band(text, parser) for text in options.bands.split(",")]
    units = table(parser, options.units, UNIT_COLUMNS)
    edges = table(parser, options.edges, EDGE_COLUMNS)
    graph = graph_of(units, edges)
    ready = made_ready()
    print(f"{len(graph)} units, {len(graph.one)} pairs, {graph.households.sum()} households")
    print(f"kernels {'compiled' if COMPILED else 'in plain Python'}, ready in {ready:.2f} s")

    rows: list[dict[str, Any]] = []
    start = time.perf_counter()
    labels = draw(graph, aims_of(graph, bands), seed=options.seed)
    rows.append(_row("draft", graph, labels, bands, time.perf_counter() - start))
    _show(rows[-1])
    if options.polish > 0:
        start = time.perf_counter()
        labels = polished(
            graph, aims_of(graph, bands), labels, seed=options.seed, seconds=options.polish
        )
        rows.append(_row("polished", graph, labels, bands, time.perf_counter() - start))
        _show(rows[-1])
    if options.out:
        columns = {f"l{index + 1}": label for index, label in enumerate(labels)}
        pd.DataFrame({"unit": units["unit"], **columns}).to_parquet(options.out)
    _explain(graph, labels, bands)
    if not options.ours_only:
        rows += _peers(graph, bands, options.seed, options.peer_seconds, rows[0])
    if options.json_file:
        options.json_file.write_text(json.dumps(rows, indent=1))


def graph_of(units: pd.DataFrame, edges: pd.DataFrame) -> UnitGraph:
    """Return the graph of two tables; units may have any numbers."""
    place = pd.Series(np.arange(len(units)), index=units["unit"])
    return unit_graph(
        units["hh"],
        area_m2=units["area"],
        rim_m=units["outer_len"],
        one=place[edges["u"]].to_numpy(),
        other=place[edges["v"]].to_numpy(),
        length_m=edges["len"],
        barrier_m=edges["roadlen"],
        barrier_class=edges["road"],
    )


def table(parser: argparse.ArgumentParser, path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a Parquet table; one line says what is wrong with it, and the exit status is 2."""
    try:
        found = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        why = "no such file" if not path.exists() else str(error).splitlines()[0]
        parser.exit(2, f"{path}: cannot be read as Parquet: {why}\n")
    missing = [name for name in columns if name not in found.columns]
    if missing:
        has = ", ".join(found.columns)
        parser.exit(2, f"{path}: no column {', '.join(missing)}; it has {has}\n")
    return found


def _band(text: str, parser: argparse.ArgumentParser) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    if not (dash and low.isdecimal() and high.isdecimal() and 0 < int(low) <= int(high)):
        parser.exit(2, f"--bands: {text} is not LOW-HIGH, such as 300-500\n")
    return int(low), int(high)


def made_ready() -> float:
    """Load the kernels by drawing two units; return the seconds it took."""
    start = time.perf_counter()
    tiny = unit_graph(
        [4, 4, 4, 4],
        area_m2=[100.0] * 4,
        rim_m=[30.0] * 4,
        one=[0, 1, 2],
        other=[1, 2, 3],
        length_m=[10.0] * 3,
        barrier_m=[0.0] * 3,
        barrier_class=[0] * 3,
    )
    draw(tiny, aims_of(tiny, [(8, 16), (4, 8)]), seed=0)
    return time.perf_counter() - start


def _row(
    name: str, graph: UnitGraph, labels: list[Integers], bands: Bands, seconds: float
) -> dict[str, Any]:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    levels = [
        measure(graph, label, *band).as_dict() for label, band in zip(labels, bands, strict=False)
    ]
    return {"method": name, "seconds": seconds, "memory_mb": memory, "levels": levels}


def _show(row: dict[str, Any], beside: dict[str, Any] | None = None) -> None:
    ratio = f", {row['seconds'] / beside['seconds']:.1f}x ours" if beside else ""
    memory = "" if beside else f", {row['memory_mb']:.0f} MB"
    print(f"\n{row['method']}: {row['seconds']:.2f} s{ratio}{memory} {row.get('note', '')}")
    print("  level grids    OK %  households OK %    PP  road %")
    for number, level in enumerate(row["levels"], start=1):
        print(
            f"  L{number} {level['parts']:8d} {level['ok_percent']:7.2f}"
            f" {level['households_ok_percent']:16.2f} {level['compactness']:.3f}"
            f" {level['barrier_percent']:7.2f}"
        )


def _explain(graph: UnitGraph, labels: list[Integers], bands: Bands) -> None:
    """Say of every grid off its band why it is."""
    from boundaries.draft.certificate import explained  # noqa: PLC0415 - seldom needed

    for number, (label, (low, high)) in enumerate(zip(labels, bands, strict=True), start=1):
        for part, reason in explained(graph, label, low, high).items():
            print(f"  L{number} grid {part}: {reason}")


def _peers(
    graph: UnitGraph, bands: Bands, seed: int, seconds: float, ours: dict[str, Any]
) -> list[dict[str, Any]]:
    from drafting_peers import run_peers  # noqa: PLC0415 - needs the bench extra

    rows = []
    for attempt in run_peers(graph, bands, seed=seed, seconds=seconds):
        row = _row(attempt.name, graph, attempt.labels, bands, attempt.seconds)
        row["note"] = attempt.note
        _show(row, ours)
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
