"""A mend says which grids it splits, merges or gives another code, and who must be told."""

from __future__ import annotations

from functools import cache

import numpy as np
from small_towns import layer, small_town

from boundaries.draft import Wishes, draft_plan, mend_plan
from cli.mended import show_mended, write_mended


@cache
def mended(change):
    """Return a plan with contacts, and its mend after a corner of the town has changed."""
    town, _ = small_town(0)
    drafted = draft_plan(town, "草案", Wishes(seed=0))
    buildings = drafted.town.buildings.copy()
    spots = buildings.geometry.representative_point()
    corner = np.argsort((spots.x + spots.y).to_numpy(), kind="stable")[:14]
    households = buildings["households"].to_numpy(dtype=np.int64)[corner] + change
    buildings.loc[buildings.index[corner], "households"] = np.maximum(households, 1)
    codes = drafted.plan.grids["code"].tolist()
    people = layer(
        "contacts",
        [None] * len(codes),
        id=[f"P{code}" for code in codes],
        grid=codes,
        role=["grid_leader"] * len(codes),
        name=[f"张{code[-4:]}" for code in codes],
    )
    plan = drafted.plan.with_changes(contacts=people)
    return plan, mend_plan(drafted.town.with_layers(buildings=buildings), plan, "修补")


def check_proposals(change):
    old, found = mended(change)
    new = found.drafted.plan
    before, after = set(old.grids["code"]), set(new.grids["code"])
    told = {each.code: each for each in found.proposals}
    lived_in = set(found.lineage.loc[found.lineage["households"] > 0, "from"])
    assert (before - after) & lived_in <= set(told)
    for each in found.proposals:
        assert sum(share.households for share in each.into) == each.households
        assert each.moved == sum(s.households for s in each.into if s.code != each.code)
        assert (each.code in after) == any(share.state == "kept" for share in each.into)
        assert {share.code for share in each.into} <= after
        assert {share.code for share in each.into if share.state == "new"} <= after - before
        assert f"P{each.code}" in each.contacts
        assert each.code in each.message.text("zh")
    return found


def test_a_corner_that_grew_splits_grids_and_arithmetic_says_it_had_to():
    found = check_proposals(14)
    split = [each for each in found.proposals if each.kind == "split"]
    assert {each.why for each in split} >= {"too_many"}
    assert any(each.is_proved for each in split)
    assert any("No move of borders suffices" in each.message.text("en") for each in split)
    new = [each for each in found.proposals if each.kind == "renumbered"]
    assert all(each.into[0].households == each.households for each in new)


def test_a_corner_that_shrank_merges_grids():
    found = check_proposals(-6)
    merged = [each for each in found.proposals if each.kind == "merged"]
    assert {each.why for each in merged} >= {"too_few"}
    assert found.as_dict()["proposals"][0]["message_en"]


def test_the_terminal_the_map_and_the_lists_name_them_and_their_contacts(tmp_path, capsys):
    _, found = mended(14)
    show_mended(found)
    said = capsys.readouterr().out
    split = next(each for each in found.proposals if each.kind == "split")
    assert split.code in said
    assert found.contacts[0].name in said
    paths = {path.name: path for path in write_mended(found, tmp_path)}
    assert set(paths) == {"lineage.csv", "moved.csv", "contacts.csv", "review.html"}
    assert split.code in paths["contacts.csv"].read_text("utf-8-sig")
    page = paths["review.html"].read_text("utf-8")
    assert "拆分与合并" in page
    assert split.message.text("zh") in page
