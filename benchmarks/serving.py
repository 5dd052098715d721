"""How much of a bare FastAPI endpoint's rate `/lookup` by point reaches, in the same run.

Both are served by uvicorn with as many workers, and asked by as many connections that wait for
their answer before they ask again, on loopback; rounds are interleaved and begin when all workers
have started. Of the points asked for `share_in_a_grid` lie in one and get its whole answer. In the
last round of each number of workers a new plan is published, whose snapshot no worker has opened,
and no answer may fail. Both send at once what they write: uvicorn alone lets answers of several
workers wait for 40 ms. Processor time is that of the servers alone; on a busy machine it says more
than the rates do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

# Here lies a script named coverage, which numba would take for the package of that name.
_HERE = (
    sys.path.pop(0) if Path(sys.path[0]) == Path(__file__).parent else str(Path(__file__).parent)
)

import numpy as np  # noqa: E402

from boundaries.home import Home  # noqa: E402
from boundaries.plan import Plan  # noqa: E402
from boundaries.snapshot import build_snapshot  # noqa: E402
from examples.town import demo_town  # noqa: E402
from geo.locate import warm  # noqa: E402

warm()
sys.path.append(_HERE)

import published  # noqa: E402

BARE = """
import sys
import uvicorn
from fastapi import FastAPI, Response
app = FastAPI()
@app.get("/lookup")
async def lookup(point: str, datum: str = "wgs84") -> Response:
    return Response(b'{"status":"match"}', media_type="application/json")
if __name__ == "__main__":
    port, workers = map(int, sys.argv[1:])
    prompt = "api.serving:PromptProtocol"
    uvicorn.run("bare:app", port=port, workers=workers, http=prompt, access_log=False)
"""


_IDLE_S = 0.05
"""Processor time in three seconds of a server that nobody asks."""

_A_CONNECTION = 100
"""Requests after which a connection is opened anew: which worker accepts it is chance."""

_FIGURES = ("requests_s", "p50_ms", "p99_ms", "processor_us")


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours-only", action="store_true", help="without the bare endpoint")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    asked = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        town, plan = demo_town()
        home = Home(folder / "home")
        first = build_snapshot(town, plan, home.snapshots)
        published.publish_again(home, first, plan, number=1)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        for workers in asked.workers:
            revised = replace(plan, name=f"{plan.name} {workers}")
            again = (home, build_snapshot(town, revised, home.snapshots), revised)
            figures[str(workers)] = _measured(again, folder, workers, asked)
            print(f"{workers} workers", json.dumps(figures[str(workers)], indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


def _measured(
    publication: tuple[Home, str, Plan], folder: Path, workers: int, asked: argparse.Namespace
) -> dict[str, float]:
    home, _, plan = publication
    requests = _requests(plan)
    servers = {"ours": _serve_ours(home, workers)}
    if not asked.ours_only:
        servers["bare"] = _serve_bare(folder, workers)
    rounds: dict[str, list[tuple[float, ...]]] = {name: [] for name in servers}
    failed = 0
    matched: list[bool] = []
    try:
        for number in range(asked.rounds):
            for name, (process, port) in servers.items():
                last = name == "ours" and number == asked.rounds - 1
                again = publication if last else None
                before = _processor_s(process)
                noted = matched if name == "ours" else None
                took, failures = asyncio.run(
                    _asked(port, requests, asked.connections, asked.seconds, again, matched=noted)
                )
                failed += failures
                processor_us = (_processor_s(process) - before) / len(took) * 1e6
                p50, p99 = np.percentile(took, [50, 99]) * 1e3
                rounds[name].append((len(took) / asked.seconds, p50, p99, processor_us))
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    figures: dict[str, float] = {"failed": failed, "share_in_a_grid": statistics.mean(matched)}
    for name, measured in rounds.items():
        for place, figure in enumerate(_FIGURES):
            figures[f"{name}_{figure}"] = statistics.median(each[place] for each in measured)
    if "bare" in rounds:
        figures["ratio_requests"] = figures["ours_requests_s"] / figures["bare_requests_s"]
        figures["ratio_processor"] = figures["bare_processor_us"] / figures["ours_processor_us"]
        figures["ratio_p99"] = figures["ours_p99_ms"] / figures["bare_p99_ms"]
    return figures


def _processor_s(process: subprocess.Popen[bytes]) -> float:
    """Return the processor time of a server and its workers so far, s."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if process.pid in (int(folder.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _requests(plan: Plan) -> list[bytes]:
    """Return requests for a thousand points of the town."""
    west, south, east, north = plan.grids.total_bounds
    x, y = np.random.default_rng(0).uniform([[west], [south]], [[east], [north]], (2, 1000))
    return [
        f"GET /lookup?point={a:.7f},{b:.7f}&datum=wgs84 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for a, b in zip(x, y, strict=True)
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serve_ours(home: Home, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    port = _free_port()
    command = [sys.executable, "-m", "cli", "--home", str(home.folder), "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    # without a store: what its store does not know of, a server that starts drops from the list
    environment = {**os.environ, "WANGGE_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}
    environment["WANGGE_PUBLIC_RATE"] = "100000000/minute"
    return _started(command, port, environment), port


def _serve_bare(folder: Path, workers: int) -> tuple[subprocess.Popen[bytes], int]:
    port = _free_port()
    command = [sys.executable, str(folder / "bare.py"), str(port), str(workers)]
    return _started(command, port, dict(os.environ)), port


def _started(command: list[str], port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}/lookup?point=111.67,38.28&datum=wgs84"
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
        except OSError:
            time.sleep(0.1)
        else:
            _wait_until_idle(process)
            return process
    process.terminate()
    raise SystemExit(f"{' '.join(command)} does not answer")


def _wait_until_idle(process: subprocess.Popen[bytes]) -> None:
    """Wait until a server's workers have all started and opened what is in force."""
    spent = -1.0
    while _processor_s(process) - spent > _IDLE_S:
        spent = _processor_s(process)
        time.sleep(3)


async def _asked(
    port: int,
    requests: list[bytes],
    connections: int,
    seconds: float,
    again: tuple[Home, str, Plan] | None,
    *,
    matched: list[bool] | None = None,
) -> tuple[list[float], int]:
    """Return how long each answer took, and how many failed; note which found a grid."""
    took: list[float] = []
    failures = 0
    end = time.perf_counter() + seconds

    async def ask(first: int) -> None:
        nonlocal failures
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while time.perf_counter() < end:
            if number % (_A_CONNECTION * connections) == first and number > first:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            start = time.perf_counter()
            writer.write(requests[number % len(requests)])
            number += connections
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            took.append(time.perf_counter() - start)
            if matched is not None:
                matched.append(body.startswith(b'{"status":"match"'))
            failures += b" 200 " not in head[:16]
        writer.close()

    async def publish() -> None:
        if again is not None:
            await asyncio.sleep(seconds / 2)
            home, identity, plan = again
            published.publish_again(home, identity, plan, number=2)

    await asyncio.gather(publish(), *(ask(first) for first in range(connections)))
    return took, failures


if __name__ == "__main__":
    main()
