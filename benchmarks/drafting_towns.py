"""Generate towns as units and neighbour pairs: streets, blocks, buildings cut into stairs.

Blocks come from cutting a rectangle again and again, the first cuts being the greatest roads;
units are the Voronoi cells of points in the blocks. A pair of cells in two blocks lies on the
road between them. Sizes follow those of a county town: low houses, walk-up stairs of some
twelve households, mixed buildings, public ones and parks.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import Voronoi

BLOCK_M2 = 15_000.0
HOUSEHOLDS_A_BLOCK = 55.0


@dataclass(frozen=True)
class GeneratedTown:
    """Units and their neighbour pairs, in the columns that `drafting.py` reads."""

    units: pd.DataFrame
    edges: pd.DataFrame


def generate(households: int, seed: int) -> GeneratedTown:
    """Return a town of about that many households; the same seed gives the same town."""
    random = np.random.default_rng(seed)
    side = (households / HOUSEHOLDS_A_BLOCK * BLOCK_M2) ** 0.5
    boxes, path = _blocks(side, random)
    points, block, building, held = _units(boxes, random)
    return _cells(points, block, building, held, path, side)


def _blocks(side: float, random: np.random.Generator) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Cut the ground into blocks; the path of a block says on which side of each cut it lies."""
    waiting = [(0.0, 0.0, side * 1.1, side / 1.1, "")]
    done, paths = [], []
    while waiting:
        west, south, east, north, path = waiting.pop()
        width, height = east - west, north - south
        if width * height < BLOCK_M2 * random.uniform(0.7, 2.2):
            done.append((west, south, east, north))
            paths.append(path)
            continue
        at = random.uniform(0.38, 0.62)
        if width >= height:
            middle = west + at * width
            waiting += [
                (west, south, middle, north, path + "0"),
                (middle, south, east, north, path + "1"),
            ]
        else:
            middle = south + at * height
            waiting += [
                (west, south, east, middle, path + "0"),
                (west, middle, east, north, path + "1"),
            ]
    return np.array(done), paths


def _units(
    boxes: npt.NDArray[np.float64], random: np.random.Generator
) -> tuple[npt.NDArray[np.float64], ...]:
    """Place buildings in rows in every block, each with its stairs side by side."""
    points, blocks, buildings, held = [], [], [], []
    building = 0
    for block, (west, south, east, north) in enumerate(boxes):
        kind = random.choice(["low", "walkup", "mixed", "park"], p=[0.52, 0.27, 0.17, 0.04])
        cell = {"low": 24.0, "walkup": 38.0, "mixed": 34.0, "park": 90.0}[str(kind)]
        columns = max(int((east - west) / cell), 1)
        rows = max(int((north - south) / cell), 1)
        for row in range(rows):
            for column in range(columns):
                x = west + (column + random.uniform(0.3, 0.7)) * (east - west) / columns
                y = south + (row + random.uniform(0.3, 0.7)) * (north - south) / rows
                stairs = _stairs(str(kind), random)
                for stair, count in enumerate(stairs):
                    shift = (stair - (len(stairs) - 1) / 2) * cell / (len(stairs) + 1)
                    points.append((x + shift, y + random.uniform(-0.5, 0.5)))
                    blocks.append(block)
                    buildings.append(building)
                    held.append(count)
                building += 1
    return tuple(np.array(values) for values in (points, blocks, buildings, held))


def _stairs(kind: str, random: np.random.Generator) -> list[int]:
    """Return the households of every stair of a building."""
    if kind == "park":
        return [0]
    if kind == "low":
        return [int(min(1 + random.geometric(0.6) - 1, 8))]
    if kind == "mixed":
        if random.random() < 0.12:
            return [int(random.integers(0, 2))]
        return [int(min(random.geometric(0.22), 20))]
    if random.random() < 0.08:
        return [int(random.integers(0, 2))]
    each = int(random.choice([8, 10, 12, 14, 20], p=[0.15, 0.18, 0.56, 0.07, 0.04]))
    return [each] * int(random.choice([1, 2, 3, 4], p=[0.55, 0.3, 0.1, 0.05]))


def _cells(  # noqa: PLR0917
    points: npt.NDArray[np.float64],
    block: npt.NDArray[np.float64],
    building: npt.NDArray[np.float64],
    held: npt.NDArray[np.float64],
    path: list[str],
    side: float,
) -> GeneratedTown:
    """Make Voronoi cells of the points; mirrored points outside make the rim straight."""
    east, north = side * 1.1, side / 1.1
    near = 150.0
    mirrored = []
    for axis, line in ((0, 0.0), (0, east), (1, 0.0), (1, north)):
        image = points[np.abs(points[:, axis] - line) < near].copy()
        image[:, axis] = 2 * line - image[:, axis]
        mirrored.append(image)
    count = len(points)
    diagram = Voronoi(np.concatenate([points, *mirrored]))
    pairs, ends = diagram.ridge_points, np.array([ridge[:2] for ridge in diagram.ridge_vertices])
    inside = (pairs < count).any(axis=1) & (ends >= 0).all(axis=1)
    pairs, ends = pairs[inside], diagram.vertices[ends[inside]]
    length = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
    area, rim = np.zeros(count), np.zeros(count)
    twice = np.abs(ends[:, 0, 0] * ends[:, 1, 1] - ends[:, 0, 1] * ends[:, 1, 0])
    for side_of_pair in (0, 1):
        mine = pairs[:, side_of_pair]
        own = mine < count
        corner = points[mine[own]]
        first, second = ends[own, 0] - corner, ends[own, 1] - corner
        twice = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
        np.add.at(area, mine[own], twice / 2)
        outer = own & (pairs[:, 1 - side_of_pair] >= count)
        np.add.at(rim, mine[outer], length[outer])
    both = (pairs < count).all(axis=1) & (length > 0.01)
    one, other = pairs[both].min(axis=1), pairs[both].max(axis=1)
    road = _road_classes(path, block, one, other)
    units = pd.DataFrame(
        {
            "unit": np.arange(count),
            "block": block,
            "building": building,
            "hh": held,
            "outer_len": rim,
            "area": area,
            "x": points[:, 0],
            "y": points[:, 1],
        }
    )
    edges = pd.DataFrame({"u": one, "v": other, "len": length[both], "road": road})
    edges["roadlen"] = np.where(edges["road"] > 0, edges["len"], 0.0)
    return GeneratedTown(units, edges)


def _road_classes(
    path: list[str],
    block: npt.NDArray[np.float64],
    one: npt.NDArray[np.int64],
    other: npt.NDArray[np.int64],
) -> npt.NDArray[np.int8]:
    """Return the class of the road between two units: 3 for the first cuts, 1 for the last."""
    road = np.zeros(len(one), np.int8)
    for pair in np.flatnonzero(block[one] != block[other]).tolist():
        here, there = path[int(block[one[pair]])], path[int(block[other[pair]])]
        depth = next((at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), 0)
        road[pair] = 3 if depth < 4 else 2 if depth < 7 else 1
    return road


def main() -> None:
    """Write a generated town as units.parquet and edges.parquet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--households", type=int, default=28_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    town = generate(options.households, options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    town.units.to_parquet(options.folder / "units.parquet")
    town.edges.to_parquet(options.folder / "edges.parquet")
    print(f"{len(town.units)} units, {len(town.edges)} pairs, {town.units['hh'].sum()} households")


if __name__ == "__main__":
    main()
