"""Draft towns of hard makes: all grids in their bands, or a proof for each that is not.

Every make is a generated town (`drafting_towns.py`) with other sizes or other ground: estates of
towers beside hamlets, a long river town, star roads, islands, communities just above what a
number of grids can hold, one huge building, great weights, ground in many pieces.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import drafting_alone  # noqa: F401 - before all that imports numba
import numpy as np
import pandas as pd
from drafting import graph_of, made_ready
from drafting_towns import GeneratedTown, generate

from boundaries.draft.certificate import explained
from boundaries.draft.graph import UnitGraph
from boundaries.draft.levels import aims_of, draw
from boundaries.draft.measure import measure

BANDS = [(300, 500), (50, 100), (10, 20)]
Bands = list[tuple[int, int]]
Random = np.random.Generator
Make = Callable[[pd.DataFrame, pd.DataFrame, Random], tuple[pd.DataFrame, pd.DataFrame]]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=6_000)
    parser.add_argument("--seeds", type=int, default=5, help="towns of every make")
    parser.add_argument("--makes", default=",".join(MAKES))
    parser.add_argument("--json", type=Path, dest="json_file")
    options = parser.parse_args()
    made_ready()
    rows = []
    print("make       seed  units households  L1 %   L2 %   L3 %      s  off its band, and why")
    for make in options.makes.split(","):
        for seed in range(options.seeds):
            graph, bands = town_of(make, options.households, seed)
            rows.append(_drafted(make, seed, graph, bands))
            _show(rows[-1])
    good = sum(not row["why"] for row in rows)
    proved = sum(bool(row["why"]) and not row["not_proved"] for row in rows)
    print(
        f"{len(rows)} towns: {good} with all grids in their bands, {proved} where all others"
        f" are proved impossible, {len(rows) - good - proved} with some that are not proved"
    )
    if options.json_file:
        options.json_file.write_text(json.dumps(rows, indent=1))


def town_of(make: str, households: int, seed: int) -> tuple[UnitGraph, Bands]:
    """Return the units of a town of some make, and the bands to draw."""
    town: GeneratedTown = generate(households, seed)
    random = np.random.default_rng(seed + 1000)
    units, edges = MAKES[make](town.units.copy(), town.edges.copy(), random)
    bands = [(80 * low, 80 * high) for low, high in BANDS] if make == "weights" else BANDS
    return graph_of(units, edges), bands


def _drafted(make: str, seed: int, graph: UnitGraph, bands: Bands) -> dict[str, Any]:
    start = time.process_time()
    labels = draw(graph, aims_of(graph, bands), seed=seed)
    seconds = time.process_time() - start
    why: Counter[str] = Counter()
    for level, (label, band) in enumerate(zip(labels, bands, strict=True), start=1):
        for reason in explained(graph, label, *band).values():
            why[f"L{level} {reason.kind}"] += 1
    return {
        "make": make,
        "seed": seed,
        "units": len(graph),
        "households": int(graph.households.sum()),
        "ok": [
            measure(graph, label, *band).ok_percent
            for label, band in zip(labels, bands, strict=True)
        ],
        "cpu_seconds": seconds,
        "why": dict(why),
        "not_proved": sum(count for kind, count in why.items() if kind.endswith("not proved")),
    }


def _show(row: dict[str, Any]) -> None:
    why = ", ".join(f"{count} {kind}" for kind, count in row["why"].items())
    shares = " ".join(f"{share:6.2f}" for share in row["ok"])
    print(
        f"{row['make']:10s} {row['seed']:4d} {row['units']:6d} {row['households']:10d}"
        f" {shares} {row['cpu_seconds']:6.2f}  {why}",
        flush=True,
    )


def _estates(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set towers of 300 households, cut into runs of floors of 17 to 20, beside hamlets of 3."""
    tower = np.isin(units["block"], _some(units["block"], 0.3, random))
    run = random.choice([17, 18, 20], units["building"].max() + 1)[units["building"]]
    held = np.where(tower, run, np.where(random.random(len(units)) < 0.4, 3, 0))
    return units.assign(hh=held), edges


def _hamlets(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set stairs of 12 to 20 households in some blocks, houses of 1 to 3 in all others."""
    tower = np.isin(units["block"], _some(units["block"], 0.25, random))
    held = np.where(tower, random.integers(12, 21, len(units)), random.integers(1, 4, len(units)))
    return units.assign(hh=held), edges


def _mixed(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give units 8 to 9 or 18 to 20 households, with houses of 1 between."""
    kind = random.choice(3, len(units), p=[0.3, 0.25, 0.45])
    large = random.integers(18, 21, len(units))
    held = np.where(kind == 0, random.integers(8, 10, len(units)), np.where(kind == 1, large, 1))
    return units.assign(hh=held), edges


def _scattered(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mix runs of floors of 20 with houses of 1 to 3 in any order."""
    large = random.random(len(units)) < random.uniform(0.3, 0.85)
    return units.assign(hh=np.where(large, 20, random.integers(1, 4, len(units)))), edges


def _river(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep a strip along a river that is crossed in a few places only."""
    middle = units["y"].median()
    near = (units["y"] - middle).abs() < 0.22 * (units["y"].max() - units["y"].min())
    south = (units["y"] < middle).to_numpy()
    crosses = south[edges["u"]] != south[edges["v"]]
    edges = edges[~crosses | (random.random(len(edges)) < 0.03)]
    return _kept(units, edges, near.to_numpy())


def _star(
    units: pd.DataFrame, edges: pd.DataFrame, _random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lead twelve roads from the middle, and no other ones."""
    east, north = units["x"] - units["x"].median(), units["y"] - units["y"].median()
    sector = ((np.arctan2(north, east) + np.pi) / (np.pi / 6)).astype(int).to_numpy()
    road = np.where(sector[edges["u"]] != sector[edges["v"]], 3, 0)
    return units, edges.assign(road=road, roadlen=np.where(road > 0, edges["len"], 0.0))


def _islands(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut the ground into islands of very different size."""
    column = np.digitize(units["x"], np.sort(random.uniform(units["x"].min(), units["x"].max(), 4)))
    row = np.digitize(units["y"], np.sort(random.uniform(units["y"].min(), units["y"].max(), 4)))
    island = column * 10 + row
    return units, edges[island[edges["u"]] == island[edges["v"]]]


def _tight(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make communities with just what a number of grids holds at the most, or at the least."""
    strip = np.minimum((units["x"].rank(pct=True) * 6).astype(int), 5).to_numpy()
    held = units["hh"].to_numpy().copy()
    for number in range(6):
        mine = np.flatnonzero(strip == number)
        grids = max(int(held[mine].sum()) // 400, 1)
        goal = grids * 500 if number % 2 else grids * 300 + int(random.integers(0, 3))
        while held[mine].sum() != goal:
            short = goal - int(held[mine].sum())
            able = mine[held[mine] < 19] if short > 0 else mine[held[mine] > 0]
            chosen = random.permutation(able)[: abs(short)]
            held[chosen] += 1 if short > 0 else -1
    return units.assign(hh=held), edges[strip[edges["u"]] == strip[edges["v"]]]


def _huge(
    units: pd.DataFrame, edges: pd.DataFrame, _random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make one block a single building of 600 and more households in runs of floors of 20."""
    sizes = units.groupby("block").size()
    block = sizes.index[sizes.argmax()]
    return units.assign(hh=np.where(units["block"] == block, 20, units["hh"])), edges


def _weights(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count in thousands, with bands as much higher."""
    return units.assign(hh=units["hh"] * 80 + random.integers(0, 60, len(units))), edges


def _pieces(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take a tenth of the blocks out of the ground around them."""
    alone = np.isin(units["block"], _some(units["block"], 0.1, random))
    block = units["block"].to_numpy()
    cut = (alone[edges["u"]] | alone[edges["v"]]) & (block[edges["u"]] != block[edges["v"]])
    return units, edges[~cut]


def _empty(
    units: pd.DataFrame, edges: pd.DataFrame, random: Random
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave two thirds of the units without anybody, the others with 5 to 20 households."""
    held = np.where(random.random(len(units)) < 0.66, 0, random.integers(5, 21, len(units)))
    return units.assign(hh=held), edges


def _some(blocks: pd.Series, share: float, random: Random) -> Any:
    numbers = blocks.unique()
    return random.choice(numbers, max(int(share * len(numbers)), 1), replace=False)


def _kept(units: pd.DataFrame, edges: pd.DataFrame, keep: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    return units[keep], edges[keep[edges["u"]] & keep[edges["v"]]]


MAKES: dict[str, Make] = {
    "estates": _estates,
    "hamlets": _hamlets,
    "mixed": _mixed,
    "scattered": _scattered,
    "river": _river,
    "star": _star,
    "islands": _islands,
    "tight": _tight,
    "huge": _huge,
    "weights": _weights,
    "pieces": _pieces,
    "empty": _empty,
}


if __name__ == "__main__":
    main()
