"""The snapshot: the same for the same plan, whole or not at all, refused when damaged."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from boundaries.manifest import MANIFEST
from boundaries.snapshot import build_snapshot, open_snapshot
from geo.problem import InputError


@pytest.fixture
def copied(built: tuple[Path, str], tmp_path: Path) -> Path:
    return Path(shutil.copytree(built[0] / built[1], tmp_path / built[1]))


def test_identical_input_gives_the_same_snapshot(small_town, built):
    shuffled = small_town.plan.with_changes(
        grids=small_town.plan.grids.sample(frac=1, random_state=1),
        contacts=small_town.plan.contacts.iloc[::-1],
    )
    assert build_snapshot(small_town.town, shuffled, built[0]) == built[1]
    assert [each.name for each in built[0].iterdir()] == [built[1]]


def test_another_plan_gives_another_snapshot(small_town, tmp_path, built):
    contacts = small_town.plan.contacts.iloc[:1]
    other = small_town.plan.with_changes(contacts=contacts)
    assert build_snapshot(small_town.town, other, tmp_path) != built[1]


def test_a_snapshot_names_its_plan_and_every_part(built):
    snapshot = open_snapshot(built[0] / built[1])
    assert snapshot.manifest["plan"]["id"] == "plan1"
    assert snapshot.id == built[1]
    parts = {path.relative_to(snapshot.folder).as_posix() for path in snapshot.folder.rglob("*.*")}
    assert parts - {MANIFEST} == set(snapshot.manifest["parts"])


def test_the_public_part_holds_nothing_that_is_not_public(built):
    text = (built[0] / built[1] / "contacts.public.json").read_text("utf-8")
    for secret in ("甲一", "000-1", "丙三", "000-3", "000-2"):
        assert f'"{secret}"' not in text


@pytest.mark.parametrize("part", ["grids.parquet", "placement/layer0/codes.npy", MANIFEST])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_damaged_snapshot_is_refused(copied, part, harm):
    path = copied / part
    content = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    with pytest.raises(InputError) as refused:
        open_snapshot(copied)
    assert part in str(refused.value) or "manifest" in str(refused.value)


def test_a_snapshot_of_another_version_is_refused(copied):
    manifest = json.loads((copied / MANIFEST).read_text("utf-8"))
    (copied / MANIFEST).write_text(json.dumps({**manifest, "format": 99}), "utf-8")
    with pytest.raises(InputError, match="99"):
        open_snapshot(copied)


def test_a_missing_snapshot_is_said_to_be_missing(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        open_snapshot(tmp_path / "nowhere")


def test_a_plan_that_is_no_coverage_leaves_nothing_behind(small_town, tmp_path):
    grids = small_town.plan.grids.copy()
    row = grids.index[grids["code"].str.endswith("0020801")][0]
    grids.loc[[row], "geometry"] = shapely.affinity.translate(grids.geometry[row], 1e-7, 0)
    with pytest.raises(InputError):
        build_snapshot(small_town.town, small_town.plan.with_changes(grids=grids), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_plan_without_grids_is_refused(small_town, tmp_path):
    empty = small_town.plan.with_changes(grids=small_town.plan.grids.iloc[:0])
    with pytest.raises(InputError):
        build_snapshot(small_town.town, empty, tmp_path)


def test_levels_that_do_not_nest_are_each_located_by_themselves(small_town, tmp_path):
    grids = small_town.plan.grids
    fewer = grids[~grids["code"].str.endswith("0020801")]
    plan = small_town.plan.with_changes(grids=fewer)
    snapshot = open_snapshot(tmp_path / build_snapshot(small_town.town, plan, tmp_path))
    assert len(snapshot.placement.layers) == 3
    x, y = np.random.default_rng(0).uniform(0, 8 * 0.004, (2, 400))
    rows = snapshot.placement.locate(111.6 + x, 38.2 + y)
    assert [
        list(snapshot.placement.one(111.6 + a, 38.2 + b)) for a, b in zip(x, y, strict=True)
    ] == (rows.tolist())
    assert (rows[:, :2] >= 0).all()
    assert (rows[:, 2] < 0).any()


def test_publishing_again_mends_a_damaged_snapshot(small_town, copied):
    (copied / "names.json").write_text("[]", "utf-8")
    assert build_snapshot(small_town.town, small_town.plan, copied.parent) == copied.name
    assert open_snapshot(copied).names.codes


def test_what_an_interrupted_run_left_long_ago_is_swept_away(small_town, tmp_path):
    for name, age in ((".making-old", 2 * 86_400), (".making-new", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    build_snapshot(small_town.town, small_town.plan, tmp_path)
    assert [each.name for each in tmp_path.glob(".making-*")] == [".making-new"]
