"""A small town whose truth is plain: squares within squares."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from boundaries.home import Home
from boundaries.plan import Plan
from boundaries.scheme import default_scheme
from boundaries.snapshot import build_snapshot
from boundaries.town import Town
from geo.layers import STORED_CRS, conform

WEST, SOUTH, SIDE = 111_6000000, 38_2000000, 40000
COMMUNITY = "141127100001"


def square(column: float, row: float, size: float = 1) -> shapely.Polygon:
    """Return a square of the lattice, a side being 1/250 of a degree."""
    west, south = WEST + round(column * SIDE), SOUTH + round(row * SIDE)
    east, north = WEST + round((column + size) * SIDE), SOUTH + round((row + size) * SIDE)
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon([(x / 1e7, y / 1e7) for x, y in corners])


def layer(name: str, records: list[dict], shapes: list | None = None) -> pd.DataFrame:
    if shapes is None:
        return conform(name, pd.DataFrame(records))
    return conform(name, gpd.GeoDataFrame(records, geometry=shapes, crs=STORED_CRS))


@dataclass
class SmallTown:
    town: Town
    plan: Plan

    def publish(
        self,
        home: Home,
        snapshot: str,
        start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        end: datetime | None = None,
        name: str = "pub1",
    ) -> None:
        """Add an entry to the list of publications, as publishing does."""
        listed = {"format": 1, "publications": []}
        if home.published.exists():
            listed = json.loads(home.published.read_text("utf-8"))
        listed["publications"].append(
            {
                "id": name,
                "plan": self.plan.id,
                "plan_name": self.plan.name,
                "town": self.town.name,
                "communities": [COMMUNITY],
                "effective_from": start.isoformat(),
                "effective_to": None if end is None else end.isoformat(),
                "recorded_at": start.isoformat(),
                "snapshot": snapshot,
            }
        )
        fresh = home.published.with_suffix(".fresh")
        fresh.write_text(json.dumps(listed), "utf-8")
        fresh.rename(home.published)


@pytest.fixture(scope="session")
def small_town() -> SmallTown:
    """One community of two level-1 grids; the first has 2 x 2 level-2 grids of 2 x 2 each.

    The level-3 grid at the south-west corner holds a tower that two grids share by stair.
    """
    town_square = square(0, 0, 8)
    records, shapes = [], []

    def add(code: str, level: int, parent: str | None, shape: shapely.Polygon, **more) -> None:
        records.append(
            {
                "code": code,
                "level": level,
                "parent": parent,
                "community": COMMUNITY,
                "name": f"第{code[12:]}网格",
                "kind": "general",
                **more,
            }
        )
        shapes.append(shape)

    for number, column in ((1, 0), (2, 4)):
        first = f"{COMMUNITY}{number:03d}"
        halves = [(column + x, y) for y in (0, 2, 4, 6) for x in (0, 2)]
        rim = [(column, y) for y in range(0, 9, 1)]
        left = rim
        right = [(column + 4, y) for y in range(0, 9, 1)]
        bottom = [(column + x, 0) for x in range(1, 4)]
        top = [(column + x, 8) for x in range(1, 4)]
        ring = [*left[::-1], *bottom, *right, *top[::-1]]
        add(first, 1, None, lattice_polygon(ring))
        for second_number, (x, y) in enumerate(halves, start=1):
            second = f"{first}{second_number:02d}"
            ring2 = [(x, y), (x + 1, y), (x + 2, y), (x + 2, y + 1), (x + 2, y + 2)]
            ring2 += [(x + 1, y + 2), (x, y + 2), (x, y + 1)]
            add(second, 2, first, lattice_polygon(ring2))
            for third_number, (dx, dy) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1)), start=1):
                third = f"{second}{third_number:02d}"
                add(third, 3, second, square(x + dx, y + dy))
    slice_code = f"{COMMUNITY}0010105"
    add(slice_code, 3, f"{COMMUNITY}00101", square(0, 0))
    grids = layer("grids", records, shapes)
    tower, house = square(0.25, 0.25, 0.25), square(1.25, 0.25, 0.25)
    buildings = layer(
        "buildings",
        [{"id": "tower", "residential": True}, {"id": "house", "residential": True}],
        [tower, house],
    )
    addresses = layer(
        "addresses",
        [
            {
                "id": "a1",
                "text": "滨河小区1号楼1单元",
                "compound": "滨河小区",
                "aliases": "印刷厂宿舍[old ../2026-03-01]",
                "building": "1",
                "stair": "1",
                "building_id": "tower",
            },
            {
                "id": "a2",
                "text": "滨河小区1号楼2单元",
                "compound": "滨河小区",
                "aliases": "印刷厂宿舍[old ../2026-03-01]",
                "building": "1",
                "stair": "2",
                "building_id": "tower",
            },
            {
                "id": "a3",
                "text": "滨河小区1号楼",
                "compound": "滨河小区",
                "aliases": "印刷厂宿舍[old ../2026-03-01]",
                "building": "1",
                "building_id": "tower",
            },
            {"id": "a4", "text": "人民路8号", "road": "人民路", "number": "8"},
            {"id": "a5", "text": "无处可寻1号"},
            {
                "id": "a6",
                "text": "人民路10号",
                "road": "人民路",
                "number": "10",
                "building_id": "house",
            },
        ],
        [None, None, None, shapely.Point(111.6 + 0.022, 38.2 + 0.03), None, None],
    )
    contacts = layer(
        "contacts",
        [
            {
                "id": "c1",
                "grid": f"{COMMUNITY}001",
                "role": "grid_leader",
                "name": "甲一",
                "title": "网格长",
                "phone": "000-1",
                "duty_phone": "000-0001",
                "duties": "全部事项",
                "basis": "office_contact",
                "since": pd.Timestamp("2025-01-01"),
            },
            {
                "id": "c2",
                "grid": f"{COMMUNITY}0010101",
                "role": "full_time",
                "name": "乙二",
                "phone": "000-2",
                "duty_phone": "000-0002",
                "basis": "local_rule",
            },
            {
                "id": "c3",
                "grid": f"{COMMUNITY}0010101",
                "role": "part_time",
                "name": "丙三",
                "phone": "000-3",
                "until": pd.Timestamp("2025-06-01"),
            },
        ],
    )
    assignments = layer(
        "assignments",
        [
            {"building": "tower", "stairs": "1", "grid": f"{COMMUNITY}0010101", "households": 20},
            {"building": "tower", "stairs": "2", "grid": slice_code, "households": 60},
        ],
    )
    town = Town.empty("小镇", default_scheme()).with_layers(
        jurisdiction=layer("jurisdiction", [{"code": "1"}], [town_square]),
        communities=layer("communities", [{"code": COMMUNITY, "name": "滨河社区"}], [town_square]),
        buildings=buildings,
        addresses=addresses,
    )
    plan = Plan.of("甲案", town.name, grids, assignments=assignments, contacts=contacts)
    return SmallTown(town, plan.with_changes(id="plan1"))


def lattice_polygon(corners: list[tuple[float, float]]) -> shapely.Polygon:
    return shapely.Polygon(
        [((WEST + round(x * SIDE)) / 1e7, (SOUTH + round(y * SIDE)) / 1e7) for x, y in corners]
    )


@pytest.fixture(scope="session")
def built(small_town: SmallTown, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the snapshots' folder and the hash of the small town's snapshot."""
    folder = tmp_path_factory.mktemp("snapshots")
    return folder, build_snapshot(small_town.town, small_town.plan, folder)


@pytest.fixture
def published_home(small_town: SmallTown, built: tuple[Path, str], tmp_path: Path) -> Home:
    """Return a home in which the small town's plan is in force since 2026."""
    home = Home(tmp_path)
    (tmp_path / "snapshots").symlink_to(built[0])
    small_town.publish(home, built[1])
    return home
