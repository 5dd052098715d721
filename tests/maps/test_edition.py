"""A page of several publications shows each community once, by what is in force for it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from boundaries.home import Home
from boundaries.readside import ReadSide
from boundaries.snapshot import build_snapshot
from examples.town import demo_town
from geo.layers import empty_layer
from maps.public import public_page

AT = datetime.fromisoformat("2026-06-01T00:00:00+08:00")


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[str]]:
    """Return a home whose two communities are in force by two publications."""
    home = Home(tmp_path_factory.mktemp("divided"))
    town, plan = demo_town(scale=1 / 6)
    town = town.with_layers(addresses=empty_layer("addresses"))  # none is looked up here
    codes = sorted(town.communities["code"])
    renamed = plan.grids.assign(name=plan.grids["name"] + "新")
    snapshots = [
        build_snapshot(town, each, home.snapshots)
        for each in (plan, plan.with_changes(name="新方案", grids=renamed))
    ]
    publications = [
        {
            "id": str(number), "plan": str(number), "plan_name": f"方案{number}",
            "town": town.name, "communities": communities,
            "effective_from": f"2026-0{number + 1}-01T00:00:00+08:00", "effective_to": None,
            "recorded_at": None, "snapshot": snapshot,
        }
        for number, (communities, snapshot) in enumerate(
            zip((codes[:1], codes[1:]), snapshots, strict=True)
        )
    ]  # fmt: skip
    home.published.write_text(json.dumps({"format": 1, "publications": publications}))
    return home, codes


def test_each_community_is_shown_by_its_own_publication(divided: tuple[Home, list[str]]) -> None:
    home, codes = divided
    page = public_page(ReadSide(home), language="zh", at=AT)
    listed = re.findall(r'id="g-(\d+)".*?<b>(.*?)</b>', page, re.DOTALL)
    assert len({code for code, _ in listed}) == len(listed)
    assert {code[:12] for code, _ in listed} == set(codes)
    for code, name in listed:
        assert name.endswith("新") == (code[:12] in codes[1:])
    assert "方案0，自2026年1月1日起生效" in page
    assert "方案1，自2026年2月1日起生效" in page


def test_the_ground_is_drawn_once(divided: tuple[Home, list[str]]) -> None:
    home, _ = divided
    page = public_page(ReadSide(home), language="zh", at=AT)
    found = re.search(r'id="page-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    (alone,) = ReadSide(home).in_force(datetime.fromisoformat("2026-01-15T00:00:00+08:00"))
    assert len(data["base"]["estates"]) == len(alone.snapshot.ground("estates"))


def test_a_moment_before_all_publications_shows_none(divided: tuple[Home, list[str]]) -> None:
    home, _ = divided
    page = public_page(
        ReadSide(home), language="zh", at=datetime.fromisoformat("2025-01-01T00:00:00+08:00")
    )
    assert "目前没有生效的网格" in page
    assert 'id="g-' not in page


def test_nothing_of_people_is_in_the_drawn_ground(divided: tuple[Home, list[str]]) -> None:
    home, _ = divided
    (found, *_) = ReadSide(home).in_force(AT)
    columns = {
        column
        for path in Path(found.snapshot.folder / "ground").glob("*.parquet")
        for column in found.snapshot.ground(path.stem).columns
    }
    assert columns <= {"code", "name", "kind", "rank", "geometry"}
