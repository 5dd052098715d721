"""How fast points are located, beside what others do with the same polygons in the same run.

Rates are points per second of processor time on one thread, so that other programs on the machine
count little; every round runs all of them once, and the median of the rounds is told. `bytes` are
those of the finished locator; `build_peak_bytes` the most that building it held at once beside the
polygons, itself included. GEOS, through shapely, is also the judge: every random point must get the
polygon that it gives, and every point on a border exactly one of those that it finds there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Here lies a script named coverage, which numba would take for the package of that name.
_HERE = (
    sys.path.pop(0) if Path(sys.path[0]) == Path(__file__).parent else str(Path(__file__).parent)
)

import numpy as np  # noqa: E402
import shapely  # noqa: E402

from geo.locate import Locator, warm  # noqa: E402

READY = warm()
sys.path.append(_HERE)

import wiggled  # noqa: E402

try:
    import geopandas as gpd
except ImportError:  # --ours-only
    gpd = None

try:
    import duckdb
except ImportError:
    duckdb = None

try:
    import sedonadb
except ImportError:
    sedonadb = None


@dataclass(frozen=True)
class Size:
    """A coverage and how many points each contender gets in a round."""

    rows: int
    columns: int
    vertices: int
    ours: int
    raster: int
    peers: int
    loop: int


SIZES = {
    "county": Size(25, 44, 101, 4_000_000, 4_000_000, 300_000, 1_000_000),
    "100k": Size(316, 317, 57, 4_000_000, 4_000_000, 200_000, 300_000),
    "1m": Size(1000, 1000, 26, 4_000_000, 4_000_000, 150_000, 0),
}
GOALS = {"county": 100, "100k": 50, "1m": 40}


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds, at least 3")
    parser.add_argument("--ours-only", action="store_true", help="without the peers' figures")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    figures = {}
    for name in asked.sizes:
        print(f"\n{name}")
        figures[name] = measured(
            name, rounds=max(asked.rounds, 3), ours_only=asked.ours_only, seed=asked.seed
        )
        for key, value in figures[name].items():
            print(f"  {key:32} {value:,.4g}" if isinstance(value, float) else f"  {key:32} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def measured(name: str, *, rounds: int, ours_only: bool, seed: int) -> dict[str, float | int | str]:
    """Return all figures of one size."""
    size = SIZES[name]
    polygons = wiggled.coverage(size.rows, size.columns, size.vertices, seed=seed)
    tracemalloc.start()
    start, wall = time.process_time(), time.perf_counter()
    locator = Locator.build(polygons)
    figures: dict[str, float | int | str] = {
        "polygons": len(polygons),
        "vertices_a_polygon": int(shapely.get_num_coordinates(polygons[0])),
        "kernel": "numba" if READY else "numpy",
        "build_cpu_s": time.process_time() - start,
        "build_wall_s": time.perf_counter() - wall,
        "build_peak_bytes": tracemalloc.get_traced_memory()[1],
        "bytes": locator.nbytes,
        "bytes_a_polygon": locator.nbytes / len(polygons),
        "bytes_a_vertex": locator.nbytes / len(locator.coverage.borders.records),
    }
    tracemalloc.stop()
    locator, opening = reopened(locator)
    figures["opening_ms"] = opening
    random = np.random.default_rng(seed)
    x, y = random_points(polygons, size.ours, random)
    figures |= agreement(polygons, locator, x, y, min(size.peers, 200_000))
    figures |= rates(polygons, locator, x, y, size, rounds=rounds, ours_only=ours_only)
    figures |= one_point(locator, x, y)
    if not ours_only:
        figures["goal_ratio_geopandas_sjoin"] = GOALS[name]
    return figures


def reopened(locator: Locator) -> tuple[Locator, float]:
    """Return the locator saved and memory-mapped again, and how long opening took, ms."""
    folder = Path(tempfile.mkdtemp()) / "locator"
    locator.save(folder)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        opened = Locator.open(folder)
        times.append((time.perf_counter() - start) * 1e3)
    return opened, statistics.median(times)


def random_points(
    polygons: np.ndarray, count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return points spread over the box of some polygons."""
    west, south, east, north = shapely.total_bounds(polygons)
    return random.uniform(west, east, count), random.uniform(south, north, count)


def agreement(
    polygons: np.ndarray, locator: Locator, x: np.ndarray, y: np.ndarray, count: int
) -> dict[str, int]:
    """Return in how many points shapely and the locator differ."""
    tree = shapely.STRtree(polygons)
    inside = np.full(count, -1)
    point, polygon = tree.query(shapely.points(x[:count], y[:count]), predicate="intersects")
    once = np.bincount(point, minlength=count) <= 1
    inside[point] = polygon
    found = locator.locate(x[:count], y[:count])
    chosen = polygons if len(polygons) <= 5_000 else polygons[:: len(polygons) // 5_000]
    border = border_points(chosen)
    at, holder = tree.query(shapely.points(border), predicate="intersects")
    answers = locator.locate(*border.T.copy())
    touched = np.zeros(len(border), dtype=bool)
    touched[at[holder == answers[at]]] = True
    touched[np.setdiff1d(np.arange(len(border)), at)] = True  # beside the outer border
    return {
        "compared": count,
        "differ": int((inside != found)[once].sum()),
        "border_points": len(border),
        "border_points_not_one": int((~touched).sum()),
    }


def border_points(polygons: np.ndarray) -> np.ndarray:
    """Return the vertices, and points halfway along the borders and one ulp beside them."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    halfway = ((corners[1:] + corners[:-1]) / 2)[ring[1:] == ring[:-1]]
    beside = np.nextafter(halfway, np.array([np.inf, -np.inf]))
    return np.concatenate([np.unique(corners, axis=0), halfway, beside])


def rates(
    polygons: np.ndarray,
    locator: Locator,
    x: np.ndarray,
    y: np.ndarray,
    size: Size,
    *,
    rounds: int,
    ours_only: bool,
) -> dict[str, float]:
    """Return millions of points per second of each contender, and our ratios to the others."""
    order = np.lexsort((x, np.floor(y * 1000)))
    middle = shapely.centroid(polygons[len(polygons) // 2])
    hot = np.random.default_rng(1).normal([[middle.x], [middle.y]], 0.002, (2, len(x)))
    vertices = shapely.get_coordinates(polygons[:20_000])[:200_000].T.copy()
    sorted_points = x[order], y[order]
    contenders: dict[str, tuple[Callable[[], object], int]] = {
        "ours": (lambda: locator.locate(x, y), len(x)),
        "ours_sorted": (lambda: locator.locate(*sorted_points), len(x)),
        "ours_hot_spot": (lambda: locator.locate(*hot), len(x)),
        "ours_border": (lambda: locator.locate(*vertices), vertices.shape[1]),
        "raster_gather": (raster(locator, x[: size.raster], y[: size.raster]), size.raster),
    }
    if not ours_only:
        contenders |= peers(polygons, x, y, size)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    two_threads = []
    for _ in range(rounds):
        for name, (run, _) in contenders.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
        start = time.perf_counter()
        locator.locate(x, y, threads=2)
        two_threads.append(time.perf_counter() - start)
    mega = {
        f"{name}_mpoints_s": contenders[name][1] / statistics.median(times) / 1e6
        for name, times in seconds.items()
    }
    mega["ours_two_threads_wall_mpoints_s"] = len(x) / statistics.median(two_threads) / 1e6
    ratios = {
        f"ratio_{name}": mega["ours_mpoints_s"] / mega[f"{name}_mpoints_s"]
        for name in contenders
        if not name.startswith("ours")
    }
    return {**mega, **ratios}


def raster(locator: Locator, x: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    """Return a plain gather from a raster as fine as the locator's squares, wrong at borders."""
    buckets, lattice = locator.coverage.buckets, locator.coverage.borders.lattice
    codes, columns = buckets.codes.ravel(), buckets.codes.shape[1]
    scale = lattice.steps / buckets.side
    west = (lattice.east + buckets.west) / buckets.side
    south = (lattice.north + buckets.south) / buckets.side

    def gather() -> object:
        found = np.empty(len(x), dtype=np.int32)
        for start in range(0, len(x), 1 << 14):
            part = slice(start, start + (1 << 14))
            square = (y[part] * scale - south).astype(np.int32) * columns
            square += (x[part] * scale - west).astype(np.int32)
            codes.take(square, out=found[part])
        return found

    return gather


def peers(
    polygons: np.ndarray, x: np.ndarray, y: np.ndarray, size: Size
) -> dict[str, tuple[Callable[[], object], int]]:
    """Return the contenders of others; what is prepared once for all points is not timed."""
    count = size.peers
    points = shapely.points(x[:count], y[:count])
    tree = shapely.STRtree(polygons)
    tree.query(points[:1])
    left = gpd.GeoDataFrame(geometry=points, crs="EPSG:4490")
    right = gpd.GeoDataFrame(geometry=polygons, crs="EPSG:4490")
    _ = right.sindex
    found: dict[str, tuple[Callable[[], object], int]] = {
        "geopandas_sjoin": (lambda: gpd.sjoin(left, right, predicate="within"), count),
        "shapely_strtree": (lambda: tree.query(points, predicate="intersects"), count),
    }
    if size.loop:
        shapely.prepare(polygons)
        found["shapely_prepared_loop"] = (
            lambda: prepared_loop(polygons, x[: size.loop], y[: size.loop]),
            size.loop,
        )
    return found | sedona_join(left, right) | duckdb_join(polygons, x, y, count)


def prepared_loop(polygons: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Test for each polygon the points of its box, from points sorted by x."""
    order = np.argsort(x)
    x, y = x[order], y[order]
    found = np.full(len(x), -1)
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(x, bounds[:, 0])
    last = np.searchsorted(x, bounds[:, 2], side="right")
    for index, polygon in enumerate(polygons):
        part = slice(first[index], last[index])
        within = np.flatnonzero((y[part] >= bounds[index, 1]) & (y[part] <= bounds[index, 3]))
        within += first[index]
        found[within[shapely.contains_xy(polygon, x[within], y[within])]] = index
    return found


def sedona_join(
    points: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame
) -> dict[str, tuple[Callable[[], object], int]]:
    """Return SedonaDB's spatial join on one thread, where it is installed."""
    if sedonadb is None:
        print("  SedonaDB is left out: sedonadb is not installed")
        return {}
    database = sedonadb.connect()
    database.sql("SET datafusion.execution.target_partitions = 1").execute()
    for name, frame in (("q", points), ("p", polygons.assign(id=np.arange(len(polygons))))):
        database.create_data_frame(frame).to_memtable().to_view(name)
    join = "SELECT p.id FROM q JOIN p ON ST_Intersects(q.geometry, p.geometry)"
    return {"sedonadb": (lambda: database.sql(join).count(), len(points))}


def duckdb_join(
    polygons: np.ndarray, x: np.ndarray, y: np.ndarray, count: int
) -> dict[str, tuple[Callable[[], object], int]]:
    """Return DuckDB's spatial join, where its spatial extension is installed already."""
    if duckdb is None:
        print("  DuckDB is left out: duckdb is not installed")
        return {}
    database = duckdb.connect()
    try:
        database.execute("SET autoinstall_known_extensions = false")
        database.execute("LOAD spatial")
    except duckdb.Error as error:
        print(f"  DuckDB is left out: {str(error).splitlines()[0]}")
        return {}
    import pyarrow as pa  # noqa: PLC0415

    shapes = pa.table({"id": np.arange(len(polygons)), "wkb": shapely.to_wkb(polygons)})
    places = pa.table({"x": x[:count], "y": y[:count]})
    database.register("shapes", shapes)
    database.register("places", places)
    database.execute("CREATE TABLE p AS SELECT id, ST_GeomFromWKB(wkb) AS g FROM shapes")
    database.execute("CREATE TABLE q AS SELECT ST_Point(x, y) AS g FROM places")
    database.execute("SET threads = 1")
    join = "SELECT count(*) FROM q JOIN p ON ST_Intersects(q.g, p.g)"
    return {"duckdb": (lambda: database.execute(join).fetchall(), count)}


def one_point(locator: Locator, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return how long one point takes from Python, with its three codes, microseconds."""
    codes = [(None, None, None)] + [
        (f"{face // 15:015}", f"{face // 3:017}", f"{face:019}") for face in range(locator.faces)
    ]
    label_of = locator.label_of
    nanoseconds = []
    for east, north in zip(x[:50_000].tolist(), y[:50_000].tolist(), strict=True):
        start = time.perf_counter_ns()
        codes[label_of(east, north)]
        nanoseconds.append(time.perf_counter_ns() - start)
    p50, p99 = np.percentile(nanoseconds, [50, 99])
    return {"one_point_p50_us": p50 / 1e3, "one_point_p99_us": p99 / 1e3}


if __name__ == "__main__":
    main()
