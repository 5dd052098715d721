"""`wangge repair` as a person types it: a dry run first, then applied, then nothing left to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.repairing import repair_plan
from boundaries.store import open_store
from boundaries.town import Town
from examples.town import demo_town

WANGGE = Path(sys.executable).with_name("wangge")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with a small plan of which one border was moved on one side."""
    town, plan = demo_town(seed=3, scale=0.1)
    shapes = plan.grids.geometry.to_numpy().copy()
    row = int(np.flatnonzero(plan.grids["level"] == plan.grids["level"].max())[5])
    xy = shapely.get_coordinates(shapes[row])
    xy[1] = np.round(xy[1] + [2e-5, 1e-5], 7)
    shapes[row] = shapely.Polygon(xy)
    geometry = gpd.GeoSeries(shapes, index=plan.grids.index, crs=plan.grids.crs)
    home = Home(tmp_path / "home")
    home.folder.mkdir()
    with open_store(home.store_url) as store:
        store.save_import(
            town, plan.with_changes(grids=plan.grids.set_geometry(geometry)), actor="test"
        )
    return home


def wangge(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WANGGE, "--home", str(home.folder), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )


def test_a_repair_is_tried_applied_and_then_done(home: Home):
    tried = wangge(home, "repair", "--json")
    said = json.loads(tried.stdout)
    assert said["proved"]
    assert said["moves"]
    assert said["remaining"] == []
    assert tried.returncode == 0
    assert repair_plan(*read(home)).changes_anything  # a dry run writes nothing
    applied = wangge(home, "repair", "--apply")
    assert applied.returncode == 0, applied.stderr
    assert "m²" in applied.stdout
    after = repair_plan(*read(home))
    assert after.proved
    assert not after.changes_anything


def read(home: Home) -> tuple[Town, Plan]:
    with open_store(home.store_url) as store:
        (record,) = store.plans()
        return store.load_town(record.town), store.load_plan(record.id)
