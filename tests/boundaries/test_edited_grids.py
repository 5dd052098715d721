"""Grids that were edited elsewhere come back as a draft that keeps what the edit did not touch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from compliant import AT, BESIDE, DIVIDED, Small, compliant

from boundaries.check import check
from boundaries.importing import Edited, Imported, read_files
from geo.layers import write_layer
from geo.problem import InputError

LEFT, RIGHT, OTHER = "1411271000010020202", "1411271000010020203", "1411271000010020302"
"""Two grids side by side, and the one below the first, of another parent."""

EAST, WEST = "141127100001", "141127100002"
"""The communities; the grids above are of the first."""

Back = Callable[..., Imported]


@pytest.fixture(scope="module")
def small() -> Small:
    return compliant()


@pytest.fixture
def bring_back(small: Small, tmp_path: Path) -> Back:
    """Return what writes layers to a file and reads them as an edit of the small town's plan."""

    def read(
        *, from_finest: bool = False, edited: Edited | None = None, **layers: pd.DataFrame
    ) -> Imported:
        file = tmp_path / "edited.gpkg"
        for name, frame in layers.items():
            write_layer(frame, file, name)
        return read_files(
            [file],
            small.town.name,
            small.town.scheme,
            base=small.town,
            edited=edited or Edited(small.plan, from_finest=from_finest),
        )

    return read


def joined(grids: gpd.GeoDataFrame, code: str, other: str) -> gpd.GeoDataFrame:
    """Give all ground of a grid to another one and take it out."""
    grids = grids.copy()
    shape = shapely.union_all(grids.geometry[grids["code"].isin((code, other))].to_numpy())
    grids.loc[grids["code"] == code, "geometry"] = shape
    return grids[grids["code"] != other]


def split(grids: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """Cut a grid in its western 30 m, without a code, and the rest."""
    west, south, east, north = grids.geometry[grids["code"] == code].iloc[0].bounds
    middle = (west + east) / 2
    grids = grids.copy()
    new = grids[grids["code"] == code].assign(code=None)
    grids.loc[grids["code"] == code, "geometry"] = shapely.box(middle, south, east, north)
    new = new.set_geometry([shapely.box(west, south, middle, north)], crs=grids.crs)
    return gpd.GeoDataFrame(pd.concat([grids, new], ignore_index=True), crs=grids.crs)


def test_grids_that_nobody_edited_come_back_as_they_were(bring_back: Back, small: Small) -> None:
    plan = small.plan
    done = bring_back(grids=plan.grids, assignments=plan.assignments, contacts=plan.contacts)
    assert done.plan is not None
    assert done.derived is not None
    pd.testing.assert_frame_equal(done.plan.grids, plan.grids)
    assert done.plan.assignments.equals(plan.assignments)
    assert done.plan.contacts.equals(plan.contacts)
    told = done.derived
    assert (told.added, told.retired, told.recounted) == ((), (), ())
    assert not len(done.derived.reassigned)
    assert len(done.town.buildings) == len(small.town.buildings)


def test_codes_and_shapes_are_enough(bring_back: Back, small: Small) -> None:
    done = bring_back(grids=small.plan.grids[["code", "geometry"]])
    assert done.plan is not None
    pd.testing.assert_frame_equal(done.plan.grids, small.plan.grids)


def test_a_grid_taken_in_is_retired_with_its_contact(bring_back: Back, small: Small) -> None:
    done = bring_back(grids=joined(small.plan.grids, LEFT, RIGHT))
    plan, derived = done.plan, done.derived
    assert plan is not None
    assert derived is not None
    assert (derived.added, derived.retired, derived.contacts_dropped) == ((), (RIGHT,), 1)
    assert derived.recounted == (LEFT,)
    assert plan.grids.set_index("code")["households"][LEFT] == 30
    assert set(plan.assignments["grid"][plan.assignments["building"] == f"b{RIGHT}"]) == {LEFT}
    assert RIGHT not in set(plan.contacts["grid"])
    assert len(plan.contacts) == len(small.plan.contacts) - 1


def test_a_file_of_one_community_gives_up_the_others_and_says_so(
    bring_back: Back, small: Small
) -> None:
    grids = small.plan.grids
    mine = grids[grids["community"] == EAST]
    derived = bring_back(grids=mine).derived
    assert derived is not None
    assert derived.emptied == {WEST: len(grids) - len(mine)}
    assert len(derived.retired) == len(grids) - len(mine)
    other = bring_back(grids=joined(grids, LEFT, RIGHT)).derived
    assert other is not None
    assert other.emptied == {}


@pytest.mark.parametrize("called", [EAST, "东城社区"])
def test_an_edit_of_one_community_leaves_the_others(
    bring_back: Back, small: Small, called: str
) -> None:
    grids = small.plan.grids
    mine = joined(grids[grids["community"] == EAST], LEFT, RIGHT)
    stray = grids[grids["community"] == WEST].iloc[:3].assign(name="不取")
    file = gpd.GeoDataFrame(pd.concat([mine, stray], ignore_index=True), crs=grids.crs)
    done = bring_back(grids=file, edited=Edited(small.plan, communities=(called,)))
    assert done.plan is not None
    assert done.derived is not None
    assert (done.derived.retired, done.derived.emptied) == ((RIGHT,), {})
    assert [note.text("en")[:8] for note in done.notes][-1] == "3 grids "
    others = done.plan.grids[done.plan.grids["community"] == WEST].reset_index(drop=True)
    before = grids[grids["community"] == WEST].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, before)


def test_a_new_grid_without_community_belongs_where_it_lies(bring_back: Back, small: Small) -> None:
    file = split(small.plan.grids, LEFT)[["code", "level", "geometry"]]
    done = bring_back(grids=file, edited=Edited(small.plan, communities=(EAST,)))
    assert done.derived is not None
    assert (done.derived.added, done.derived.retired) == ((LEFT[:-2] + "06",), ())


def test_a_table_of_one_community_leaves_the_others(small: Small, tmp_path: Path) -> None:
    grids = small.plan.grids
    table = pd.DataFrame(grids[grids["community"] == EAST].drop(columns="geometry"))
    table.loc[table["code"] == LEFT, "name"] = "河湾"
    file = tmp_path / "东城.xlsx"
    table.to_excel(file, index=False, sheet_name="网格")
    town, edited = small.town, Edited(small.plan, communities=(EAST,))
    done = read_files([file], town.name, town.scheme, base=town, edited=edited)
    assert done.plan is not None
    named = grids["name"].where(grids["code"] != LEFT, "河湾")
    pd.testing.assert_frame_equal(done.plan.grids, grids.assign(name=named))


def test_an_unknown_community_is_refused(bring_back: Back, small: Small) -> None:
    with pytest.raises(InputError, match="西关社区") as told:
        bring_back(grids=small.plan.grids, edited=Edited(small.plan, communities=("西关社区",)))
    assert EAST in str(told.value.problems[0].as_dict("en")["remedy"])


def test_a_new_grid_gets_the_next_free_code_of_its_parent(bring_back: Back, small: Small) -> None:
    done = bring_back(grids=split(small.plan.grids, LEFT))
    assert done.plan is not None
    assert done.derived is not None
    new = LEFT[:-2] + "06"
    assert done.derived.numbered == done.derived.added == (new,)
    grid = done.plan.grids.set_index("code").loc[new]
    assert (grid["parent"], grid["level"], grid["name"]) == (LEFT[:-2], 3, "东城社区第2网格-2-6")


def test_grids_inside_a_new_grid_become_its_own(bring_back: Back, small: Small) -> None:
    grids = split(small.plan.grids, LEFT[:-2])
    new = grids[grids["code"].isna()].iloc[0].geometry
    inside = (grids["level"] == 3) & grids.geometry.within(new)
    grids.loc[inside, ["code", "parent"]] = None
    done = bring_back(grids=grids)
    assert done.plan is not None
    assert done.derived is not None
    parent = f"{LEFT[:-4]}06"
    assert done.derived.numbered == (parent, f"{parent}01", f"{parent}02")
    own = done.plan.grids[done.plan.grids["parent"] == parent]
    assert own["code"].tolist() == [f"{parent}01", f"{parent}02"]
    assert done.plan.grids.set_index("code")["households"][parent] == 30
    assert done.derived.contacts_dropped == 0
    old = dict(zip(small.plan.contacts["id"], small.plan.contacts["grid"], strict=True))
    held = done.plan.contacts[done.plan.contacts["grid"].isin(own["code"])]
    followed = {old[one]: grid for one, grid in zip(held["id"], held["grid"], strict=True)}
    assert followed == done.derived.successors
    assert len(followed) == 2


def test_of_a_split_grid_the_grids_inside_follow_by_themselves(
    bring_back: Back, small: Small
) -> None:
    """Only the new part's code is cleared; those inside get theirs, and keep their contacts."""
    base = small.plan.grids
    grids = split(base, LEFT[:-2])
    new = grids[grids["code"].isna()].iloc[0].geometry
    inside = base["code"][(base["level"] == 3) & base.geometry.within(new)].tolist()
    done = bring_back(grids=grids, assignments=small.plan.assignments)
    assert done.plan is not None
    assert done.derived is not None
    parent = f"{LEFT[:-4]}06"
    assert done.derived.successors == dict(zip(inside, [f"{parent}01", f"{parent}02"], strict=True))
    names = done.plan.grids.set_index("code")["name"]
    assert names[f"{parent}01"] == f"{names[parent]}-1"
    assert done.derived.contacts_dropped == 0
    assert set(done.derived.successors.values()) <= set(done.plan.contacts["grid"])
    assert set(done.derived.successors.values()) <= set(done.plan.assignments["grid"])
    assert not len(done.derived.reassigned)


def test_a_title_has_the_new_name_of_its_grid(bring_back: Back, small: Small) -> None:
    named = dict(zip(small.plan.grids["code"], small.plan.grids["name"], strict=True))
    titles = small.plan.contacts["grid"].map(named) + "网格员"
    base = small.plan.with_changes(contacts=small.plan.contacts.assign(title=titles))
    grids = base.grids.copy()
    grids.loc[grids["code"] == LEFT, "name"] = "河湾"
    done = bring_back(grids=grids, edited=Edited(base)).plan
    assert done is not None
    after = done.contacts.set_index("grid")["title"]
    assert after[LEFT] == "河湾网格员"
    assert after[RIGHT] == f"{named[RIGHT]}网格员"


def test_grids_of_a_grid_taken_in_keep_their_contacts(bring_back: Back, small: Small) -> None:
    done = bring_back(grids=joined(small.plan.grids, LEFT[:-2], OTHER[:-2]))
    assert done.plan is not None
    assert done.derived is not None
    assert done.derived.retired[0] == OTHER[:-2]
    assert len(done.derived.successors) == 5
    assert all(code.startswith(LEFT[:-2]) for code in done.derived.successors.values())
    assert done.derived.contacts_dropped == 1


def test_a_table_without_shapes_is_enough_to_regroup(small: Small, tmp_path: Path) -> None:
    table = pd.DataFrame(small.plan.grids.drop(columns="geometry"))
    table.loc[table["code"] == LEFT, ["parent", "name"]] = [OTHER[:-2], "河湾"]
    file = tmp_path / "网格.xlsx"
    table.to_excel(file, index=False, sheet_name="网格")
    town, base = small.town, small.plan
    done = read_files([file], town.name, town.scheme, base=town, edited=Edited(base))
    assert done.plan is not None
    assert done.derived is not None
    new = f"{OTHER[:-2]}06"
    assert done.derived.successors == {LEFT: new}
    grids = done.plan.grids.set_index("code")
    assert grids["name"][new] == "河湾"
    assert grids.geometry[new].equals(base.grids.set_index("code").geometry[LEFT])
    assert grids.geometry[OTHER[:-2]].covers(grids.geometry[new])
    assert done.derived.reshaped == (LEFT[:-2], OTHER[:-2])
    assert "B07" not in {finding.rule for finding in check(town, done.plan, at=AT).findings}


def test_a_new_grid_of_a_table_is_those_inside_it(small: Small, tmp_path: Path) -> None:
    table = pd.DataFrame(small.plan.grids.drop(columns="geometry"))
    made = f"{LEFT[:-4]}09"
    table.loc[table["code"].isin([LEFT, RIGHT]), "parent"] = made
    new = table[table["code"] == LEFT[:-2]].assign(code=made, name=None)
    lost = table[table["code"] == LEFT].assign(code=None, name="无图形")
    file = tmp_path / "网格.xlsx"
    town, edited = small.town, Edited(small.plan)
    pd.concat([table, new]).to_excel(file, index=False, sheet_name="网格")
    done = read_files([file], town.name, town.scheme, base=town, edited=edited)
    assert done.plan is not None
    assert done.plan.grids.set_index("code")["households"][made] == 30
    pd.concat([table, new, lost]).to_excel(file, index=False, sheet_name="网格")
    with pytest.raises(InputError) as refused:
        read_files([file], town.name, town.scheme, base=town, edited=edited)
    told = [(problem.message.key, problem.row) for problem in refused.value.problems]
    assert told == [("importing.shape_unknown", len(table) + 2)]


def test_nothing_is_renumbered_where_codes_do_not_begin_with_their_parents(
    bring_back: Back, small: Small
) -> None:
    codes = {code: f"g{at}" for at, code in enumerate(small.plan.grids["code"])}
    recoded = small.plan.with_changes(
        grids=small.plan.grids.assign(
            code=small.plan.grids["code"].map(codes), parent=small.plan.grids["parent"].map(codes)
        ),
        assignments=small.plan.assignments.assign(grid=small.plan.assignments["grid"].map(codes)),
        contacts=small.plan.contacts.iloc[:0],
    )
    grids = joined(recoded.grids, codes[LEFT[:-2]], codes[OTHER[:-2]])
    done = bring_back(grids=grids, edited=Edited(recoded))
    assert done.derived is not None
    assert (done.derived.added, done.derived.successors) == ((), {})


def test_coarser_grids_follow_the_finest(bring_back: Back, small: Small) -> None:
    grids = small.plan.grids
    finest = grids[grids["level"] == 3].copy()
    finest.loc[finest["code"] == LEFT, "parent"] = OTHER[:-2]
    done = bring_back(grids=finest)
    assert done.plan is not None
    assert done.derived is not None
    assert done.derived.reshaped == (LEFT[:-2], OTHER[:-2])
    shapes = done.plan.grids.set_index("code").geometry
    cell = grids.set_index("code").geometry[LEFT]
    assert shapes[OTHER[:-2]].covers(cell)
    assert not shapes[LEFT[:-2]].intersects(cell.representative_point())
    assert set(done.derived.recounted) == {LEFT[:-2], OTHER[:-2]}
    households = done.plan.grids.set_index("code")["households"]
    assert (households[LEFT[:-2]], households[OTHER[:-2]]) == (60, 90)


def test_shapes_of_coarser_grids_in_the_file_give_way_when_asked(
    bring_back: Back, small: Small
) -> None:
    grids = small.plan.grids.copy()
    grids.loc[grids["code"] == LEFT, "parent"] = OTHER[:-2]
    asked = bring_back(grids=grids, from_finest=True).derived
    assert asked is not None
    assert asked.reshaped == (LEFT[:-2], OTHER[:-2])
    taken = bring_back(grids=grids).derived
    assert taken is not None
    assert taken.reshaped == ()


def test_what_somebody_says_in_the_table_stands(bring_back: Back, small: Small) -> None:
    table = small.plan.assignments.copy()
    table.loc[table["building"] == f"b{RIGHT}", "grid"] = LEFT
    done = bring_back(assignments=table)
    assert done.plan is not None
    assert done.derived is not None
    assert set(done.plan.assignments["grid"][table["building"] == f"b{LEFT}"]) == {LEFT}
    moved = done.plan.assignments["building"] == f"b{RIGHT}"
    assert done.plan.assignments["grid"][moved].tolist() == [LEFT]
    assert done.derived.recounted == (LEFT, RIGHT)


def test_a_table_that_names_a_retired_grid_still_fits(bring_back: Back, small: Small) -> None:
    grids = joined(small.plan.grids, LEFT, RIGHT)
    done = bring_back(grids=grids, assignments=small.plan.assignments)
    assert done.plan is not None
    assert set(done.plan.assignments["grid"]) <= set(grids["code"])


def test_every_problem_is_told_at_once(bring_back: Back, small: Small) -> None:
    table = small.plan.assignments.copy()
    table.loc[0, "building"] = "nobody"
    table.loc[3, "grid"] = "999"
    twice = pd.concat([small.plan.grids, small.plan.grids.iloc[:1]], ignore_index=True)
    with pytest.raises(InputError) as refused:
        bring_back(grids=gpd.GeoDataFrame(twice, crs=4490), assignments=table)
    told = {(problem.message.key, problem.value) for problem in refused.value.problems}
    assert told == {
        ("importing.repeated_code", small.plan.grids["code"].iloc[0]),
        ("importing.dangling", "nobody"),
        ("importing.dangling", "999"),
    }


def test_a_share_on_ground_of_several_grids_must_be_told(bring_back: Back, small: Small) -> None:
    grids = small.plan.grids.copy()
    ground = grids.geometry[grids["code"] == DIVIDED].iloc[0]
    renamed = {DIVIDED: f"{DIVIDED[:-2]}11", BESIDE: f"{DIVIDED[:-2]}12"}
    grids["code"] = grids["code"].replace(renamed)
    grids.loc[grids["code"].isin(renamed.values()), "geometry"] = ground
    with pytest.raises(InputError) as refused:
        bring_back(grids=grids)
    (problem,) = refused.value.problems
    assert (problem.message.key, problem.value) == ("importing.shared_ground", f"b{DIVIDED}")
    table = small.plan.assignments.copy()
    table["grid"] = table["grid"].replace(renamed)
    done = bring_back(grids=grids, assignments=table)
    assert done.plan is not None
    assert set(renamed.values()) <= set(done.plan.assignments["grid"])


def test_without_buildings_the_count_of_the_file_stands_and_is_said(
    small: Small, tmp_path: Path
) -> None:
    town = small.town.with_layers(buildings=small.town.buildings.iloc[:0])
    plan = small.plan.with_changes(assignments=small.plan.assignments.iloc[:0])
    grids = joined(plan.grids, LEFT, RIGHT)
    grids.loc[grids["code"] == LEFT, "households"] = 31
    file = write_layer(grids, tmp_path / "edited.gpkg", "grids")
    done = read_files([file], town.name, town.scheme, base=town, edited=Edited(plan))
    assert done.plan is not None
    assert done.plan.grids.set_index("code")["households"][LEFT] == 31
    assert "importing.not_recounted" in {note.key for note in done.notes}
