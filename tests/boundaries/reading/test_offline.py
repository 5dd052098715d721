"""The offline copy answers just as the home does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from boundaries.home import Home
from boundaries.lookup import lookup_address, lookup_point
from boundaries.offline import export_offline, open_offline
from boundaries.readside import ReadSide
from geo.problem import InputError


@pytest.fixture
def copy(published_home, tmp_path):
    path = tmp_path / "grids.wangge"
    export_offline(published_home, path)
    return path


def test_a_copy_gives_the_same_answers(published_home, copy, tmp_path):
    home, away = ReadSide(published_home), open_offline(copy, cache=tmp_path / "cache")
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    for x, y in ((111.614, 38.2005), (111.6, 38.2), (111.5, 38.2), (111.608, 38.2055)):
        for view in ("public", "duty"):
            assert lookup_point(away, x, y, at=moment, view=view) == lookup_point(
                home, x, y, at=moment, view=view
            )
    for text in ("滨河小区1号楼2单元", "人民路8号", "阳光花园"):
        assert (
            lookup_address(away, text, at=moment).as_dict()
            == lookup_address(home, text, at=moment).as_dict()
        )


def test_the_same_publications_give_the_same_bytes(published_home, copy, tmp_path):
    export_offline(published_home, tmp_path / "again.wangge")
    assert (tmp_path / "again.wangge").read_bytes() == copy.read_bytes()


def test_a_copy_takes_past_plans_along_when_asked_to(small_town, published_home, built, tmp_path):
    early = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    small_town.publish(published_home, built[1], *early, "early")
    export_offline(published_home, tmp_path / "now.wangge")
    export_offline(published_home, tmp_path / "all.wangge", past=True)
    assert len(open_offline(tmp_path / "now.wangge", cache=tmp_path / "c").publications()) == 1
    assert len(open_offline(tmp_path / "all.wangge", cache=tmp_path / "c").publications()) == 2


def test_a_lone_snapshot_folder_answers_too(built):
    side = open_offline(built[0] / built[1])
    assert lookup_point(side, 111.614, 38.2005).status == "match"


@pytest.mark.parametrize("harm", ["cut", "changed", "other"])
def test_a_damaged_copy_is_refused(copy, tmp_path, harm):
    content = copy.read_bytes()
    if harm == "cut":
        copy.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        middle = len(content) // 2
        copy.write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
    else:
        copy.write_text("something else", "utf-8")
    with pytest.raises(InputError):
        open_offline(copy, cache=tmp_path / "cache").in_force()
    assert not list((tmp_path / "cache").glob(".making-*"))


def test_nothing_published_leaves_nothing_to_export(tmp_path):
    with pytest.raises(InputError):
        export_offline(Home(tmp_path), tmp_path / "grids.wangge")
    with pytest.raises(InputError):
        open_offline(tmp_path / "grids.wangge")
