"""A home in which the demo town's plan is in force, for benchmarks of the read side."""

from __future__ import annotations

import json
from pathlib import Path

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.snapshot import build_snapshot
from examples.town import demo_town

START = "2026-01-01T00:00:00+00:00"


def published_home(folder: Path, *, scale: float = 1.0) -> tuple[Home, Plan]:
    """Write the demo town's snapshot to a folder and put it in force; return the home."""
    town, plan = demo_town(scale=scale)
    home = Home(folder)
    publish_again(home, build_snapshot(town, plan, home.snapshots), plan, number=1)
    return home, plan


def publish_again(home: Home, snapshot: str, plan: Plan, *, number: int) -> None:
    """Replace the list of publications by one with a new publication."""
    entry = {
        "id": f"publication{number}",
        "plan": f"plan{number}",
        "plan_name": plan.name,
        "town": plan.town,
        "communities": sorted(set(plan.grids["community"].dropna())),
        "effective_from": START,
        "effective_to": None,
        "recorded_at": START,
        "snapshot": snapshot,
    }
    fresh = home.published.with_suffix(".fresh")
    fresh.write_text(json.dumps({"format": 1, "publications": [entry]}), encoding="utf-8")
    fresh.rename(home.published)
