"""How many addresses a second `GET /lookup` answers, beside the same calls in one process.

The register lies in the grids of the demo town (see `bulk_addresses`). Connections on loopback wait
for their answer before they ask again; who asks shares the machine with who answers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

# Here lies a script named coverage, which numba would take for the package of that name.
_HERE = (
    sys.path.pop(0) if Path(sys.path[0]) == Path(__file__).parent else str(Path(__file__).parent)
)

import numpy as np  # noqa: E402

from boundaries.home import Home  # noqa: E402
from boundaries.lookup import lookup_address  # noqa: E402
from boundaries.readside import ReadSide  # noqa: E402
from geo.locate import warm  # noqa: E402

warm()
sys.path.append(_HERE)

from addresses import register_frame  # noqa: E402
from bulk_addresses import placed_home  # noqa: E402
from serving import _asked, _processor_s, _serve_ours  # noqa: E402

_ALONE = 2000


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--register", type=Path, required=True, help="register.csv or .csv.gz")
    parser.add_argument("--compounds", type=Path, required=True, help="compounds.json")
    parser.add_argument("--queries", type=Path, required=True, help="queries.jsonl")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    asked = parser.parse_args()
    lines = asked.queries.read_text("utf-8").splitlines()
    texts = [json.loads(line)["q"] for line in lines]
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        frame = register_frame(asked.register, json.loads(asked.compounds.read_text("utf-8")))
        home = placed_home(Path(name) / "home", frame)
        figures["in_process"] = _alone(home, texts)
        print("in process", json.dumps(figures["in_process"]))
        for workers in asked.workers:
            figures[str(workers)] = _served(home, texts, workers, asked)
            print(f"{workers} workers", json.dumps(figures[str(workers)]))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _alone(home: Home, texts: list[str]) -> dict[str, float]:
    """Return the figures of calls one by one in this process."""
    side = ReadSide(home)
    for text in texts[:50]:
        lookup_address(side, text)
    took = []
    cpu = time.process_time()
    for number in range(_ALONE):
        began = time.perf_counter()
        lookup_address(side, texts[number % len(texts)])
        took.append(time.perf_counter() - began)
    return _figures(took, sum(took), time.process_time() - cpu)


def _served(
    home: Home, texts: list[str], workers: int, asked: argparse.Namespace
) -> dict[str, float]:
    requests = [
        f"GET /lookup?address={quote(text)} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for text in texts
    ]
    process, port = _serve_ours(home, workers)
    try:
        asyncio.run(_asked(port, requests, asked.connections, 2.0, None))  # every worker is warm
        before = _processor_s(process)
        took, failed = asyncio.run(_asked(port, requests, asked.connections, asked.seconds, None))
        processor_s = _processor_s(process) - before
    finally:
        process.terminate()
        process.wait()
    return {**_figures(took, asked.seconds, processor_s), "failed": failed}


def _figures(took: list[float], seconds: float, processor_s: float) -> dict[str, float]:
    p50, p99 = np.percentile(took, [50, 99]) * 1e3
    return {
        "requests_s": len(took) / seconds,
        "p50_ms": float(p50),
        "p99_ms": float(p99),
        "processor_us": processor_s / len(took) * 1e6,
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    main()
