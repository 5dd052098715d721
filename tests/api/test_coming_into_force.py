"""What comes into force is open before it does: no request waits for it, over real HTTP."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from served import running

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.town import Town

SOON_S, NOW_S = 50, 1.5


@pytest.fixture
def home(published_home: Home, tmp_path: Path) -> Home:
    """Return a copy of the published home whose publication comes into force soon."""
    copy = Home(tmp_path / "home")
    shutil.copytree(published_home.folder, copy.folder)
    in_force_after(copy, SOON_S)
    return copy


@pytest.fixture
def point(small_town: tuple[Town, Plan]) -> dict[str, str]:
    """Return the parameters of a lookup of a point inside a grid."""
    inside = small_town[1].grids.geometry.iloc[-1].representative_point()
    return {"point": f"{inside.x:.7f},{inside.y:.7f}", "datum": "wgs84"}


def in_force_after(home: Home, seconds: float) -> datetime:
    """Let a home's one publication come into force after so many seconds; return when."""
    listed = json.loads(home.published.read_text("utf-8"))
    start = datetime.now(UTC) + timedelta(seconds=seconds)
    listed["publications"][0]["effective_from"] = start.isoformat()
    fresh = home.published.with_suffix(".fresh")
    fresh.write_text(json.dumps(listed), "utf-8")
    fresh.rename(home.published)
    return start


def processes_reading(home: Home) -> set[int]:
    """Return the processes that have the home's address index mapped.

    The server opens it last: for points everything is read by then.
    """
    reading = set()
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            text = maps.read_text()
        except OSError:
            continue
        if any(f"{home.snapshots}/" in line and "/addresses/" in line for line in text.split("\n")):
            reading.add(int(maps.parent.name))
    return reading


def wait_for_readers(home: Home, count: int) -> None:
    """Wait until so many processes have opened the home's snapshot."""
    end = time.monotonic() + SOON_S
    while len(processes_reading(home)) < count:
        assert time.monotonic() < end, "not opened before it is in force"
        time.sleep(0.1)


def assert_taken_over(address: str, point: dict[str, str], start: datetime) -> None:
    """Nothing fails around the moment; nothing is in force before, and something after it."""
    told = []
    while datetime.now(UTC) < start + timedelta(seconds=1):
        response = httpx.get(f"{address}/lookup", params=point, timeout=30)
        assert response.status_code == httpx.codes.OK
        told.append(response.json()["status"])
    assert told[0] == "no_match"
    assert told[-1] == "match"
    assert told == sorted(told, key=("no_match", "match").index)


def test_no_request_reads_what_comes_into_force(
    home: Home, point: dict[str, str], tmp_path: Path
) -> None:
    with running(home) as address:
        wait_for_readers(home, 1)
        home.snapshots.rename(tmp_path / "away")  # what was not read by now cannot be
        assert_taken_over(address, point, in_force_after(home, NOW_S))


@contextmanager
def served_by_command(home: Home, workers: int) -> Iterator[str]:
    """Serve a home by the command; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "cli", "--home", str(home.folder), "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    # without a store: it would write the list of publications as it knows it
    environment = {**os.environ, "WANGGE_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.mark.long
def test_all_workers_of_the_command_open_it_early(
    home: Home, point: dict[str, str], tmp_path: Path
) -> None:
    with served_by_command(home, workers=2) as address:
        wait_for_readers(home, 2)
        home.snapshots.rename(tmp_path / "away")
        assert_taken_over(address, point, in_force_after(home, NOW_S))
