"""How many rows a second `wangge assign` gives their grids, plain and on a Dask cluster.

Each run is a process of its own, whose largest memory is told; all must write the same bytes.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Here lies a script named coverage, which numba would take for the package of that name.
_HERE = (
    sys.path.pop(0) if Path(sys.path[0]) == Path(__file__).parent else str(Path(__file__).parent)
)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from geo.locate import warm  # noqa: E402

warm()
sys.path.append(_HERE)

import published  # noqa: E402

_PART = 1_000_000


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--dask", nargs="*", default=["local:1", "local:2"])
    parser.add_argument("--ours-only", action="store_true", help="without the Dask clusters")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, plan = published.published_home(folder / "home")
        source = folder / f"points.{asked.format}"
        _write_points(source, asked.rows, plan.grids.total_bounds)
        figures: dict[str, object] = {"rows": asked.rows, "format": asked.format}
        ways = ["plain", *([] if asked.ours_only else asked.dask)]
        first = folder / f"plain.{asked.format}"
        for way in ways:
            out = folder / f"{way.replace(':', '')}.{asked.format}"
            figures[way] = _run(
                home.folder, source, out, None if way == "plain" else way, asked.rows
            )
            if out != first:
                figures[way]["same_bytes"] = filecmp.cmp(first, out, shallow=False)
            print(f"{way:10}", json.dumps(figures[way]))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _write_points(path: Path, rows: int, bounds: np.ndarray) -> None:
    random = np.random.default_rng(0)
    west, south, east, north = bounds
    x, y = random.uniform(west, east, rows).round(7), random.uniform(south, north, rows).round(7)
    points = pd.DataFrame({"id": np.arange(rows), "lon": x, "lat": y})
    if path.suffix == ".csv":
        points.to_csv(path, index=False)
    else:
        points.to_parquet(path, index=False, row_group_size=_PART)


def _run(home: Path, source: Path, out: Path, dask: str | None, rows: int) -> dict[str, object]:
    """Return rows a second and the largest memory of one run, with its children's."""
    command = [sys.executable, "-m", "cli", "--home", str(home), "assign", str(source)]
    command += ["--out", str(out), "--json", *([] if dask is None else ["--dask", dask])]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    wall = time.perf_counter() - start
    return {
        "wall_s": wall,
        "cpu_s": used.ru_utime + used.ru_stime,
        "rows_a_wall_s": rows / wall,
        "rows_a_cpu_s": rows / (used.ru_utime + used.ru_stime),
        "largest_process_mb": used.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    main()
