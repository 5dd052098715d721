"""What is written is read back the same, on both stores."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from boundaries.plan import Plan, PlanState
from boundaries.scheme import parse_scheme
from boundaries.store import StalePlanError, StaleTownError, open_store
from boundaries.town import TOWN_LAYERS
from geo.layers import conform
from geo.problem import InputError

PLAN_LAYERS = ("grids", "assignments", "contacts")


def assert_same(found, expected):
    expected = expected.reset_index(drop=True)
    if isinstance(expected, gpd.GeoDataFrame):
        assert_geodataframe_equal(found, expected)
        assert (found.geometry.to_wkb() == expected.geometry.to_wkb()).all()
    else:
        assert_frame_equal(found, expected)


def test_a_town_comes_back_with_every_layer_and_its_scheme(store, mini_town):
    store.save_town(mini_town, actor="ann")
    found = store.load_town(mini_town.name)
    for layer in TOWN_LAYERS:
        assert_same(getattr(found, layer), getattr(mini_town, layer))
    assert found.scheme == mini_town.scheme
    assert store.towns() == [mini_town.name]


def test_a_plan_comes_back_with_grids_assignments_and_contacts(store, mini_town, mini_plan):
    saved = store.save_import(mini_town, mini_plan, actor="ann")
    found = store.load_plan(saved.id)
    for layer in PLAN_LAYERS:
        assert_same(getattr(found, layer), getattr(mini_plan, layer))
    assert store.grid_codes(saved.id) == mini_plan.grids["code"].tolist()
    assert (found.name, found.town, found.state) == (
        mini_plan.name,
        mini_town.name,
        PlanState.DRAFT,
    )


def test_importing_again_replaces_the_town_and_adds_a_plan(store, mini_town, mini_plan):
    first = store.save_import(mini_town, mini_plan, actor="ann")
    read = store.load_town(mini_town.name)
    smaller = read.with_layers(buildings=read.buildings.iloc[:10])
    second = store.save_import(smaller, mini_plan, actor="ann")
    assert len(store.load_town(mini_town.name).buildings) == 10
    assert [record.id for record in store.plans()] == [first.id, second.id]
    assert [record.grids for record in store.plans(mini_town.name)] == [len(mini_plan.grids)] * 2
    assert store.plans("elsewhere") == []


def test_an_import_that_fails_in_its_plan_leaves_the_town_as_it_was(store, mini_town, mini_plan):
    store.save_town(mini_town, actor="ann")
    nameless = mini_plan.grids.assign(code=None)
    read = store.load_town(mini_town.name)
    smaller = read.with_layers(buildings=read.buildings.iloc[:10])
    with pytest.raises(Exception, match=r"(?i)null"):
        store.save_import(smaller, mini_plan.with_changes(grids=nameless), actor="ann")
    assert len(store.load_town(mini_town.name).buildings) == len(mini_town.buildings)
    assert store.plans() == []


def test_a_layer_in_another_reference_system_is_refused(store, mini_town):
    moved = mini_town.with_layers(buildings=mini_town.buildings.to_crs(4546))
    with pytest.raises(ValueError, match="EPSG:4490"):
        store.save_town(moved, actor="ann")
    assert store.towns() == []


def test_a_scheme_that_would_come_back_as_another_is_refused(store, mini_town):
    looser = replace(mini_town.scheme, band_tolerance=0.5)
    with pytest.raises(ValueError, match="its own text"):
        store.save_town(replace(mini_town, scheme=looser), actor="ann")


def test_a_towns_own_scheme_comes_back(store, mini_town):
    own = parse_scheme("band_tolerance = 0.25\n")
    store.save_town(replace(mini_town, scheme=own), actor="ann")
    assert store.load_town(mini_town.name).scheme == own


@pytest.mark.parametrize("text", ["滨河\0小区", "\ud83d"])
def test_text_that_no_database_keeps_is_named_by_row_and_column(store, mini_town, text):
    names = mini_town.buildings["name"].astype(object).copy()
    names.iloc[[2, 5]] = text
    with pytest.raises(InputError) as refused:
        store.save_town(
            mini_town.with_layers(buildings=mini_town.buildings.assign(name=names)), actor="ann"
        )
    places = [(one.layer, one.row, one.column) for one in refused.value.problems]
    assert places == [("buildings", 3, "name"), ("buildings", 6, "name")]
    assert store.towns() == []


def test_a_draft_changes_and_keeps_its_id(store, mini_town, mini_plan):
    saved = store.save_import(mini_town, mini_plan, actor="ann")
    changed = store.save_plan(
        saved.with_changes(name="改后", grids=saved.grids.iloc[:5]), actor="bo"
    )
    assert changed.id == saved.id
    found = store.load_plan(saved.id)
    assert (found.name, len(found.grids), found.revision) == ("改后", 5, 2)


def test_a_change_made_on_an_older_reading_is_refused(store, mini_town, mini_plan):
    saved = store.save_import(mini_town, mini_plan, actor="ann")
    hers, his = store.load_plan(saved.id), store.load_plan(saved.id)
    store.save_plan(hers.with_changes(name="hers"), actor="ann")
    with pytest.raises(StalePlanError):
        store.save_plan(his.with_changes(name="his"), actor="bo")
    assert store.load_plan(saved.id).name == "hers"


def test_an_import_made_on_an_older_reading_is_refused_whole(store, mini_town, mini_plan):
    store.save_import(mini_town, mini_plan, actor="ann")
    hers, his = store.load_town(mini_town.name), store.load_town(mini_town.name)
    fewer = hers.with_layers(buildings=hers.buildings.iloc[:10])
    store.save_import(fewer, None, actor="ann")
    for late in (his, mini_town, replace(mini_town, name="新镇", revision=3)):
        with pytest.raises(StaleTownError):
            store.save_import(late, mini_plan, actor="bo")
        with pytest.raises(StaleTownError):
            store.save_town(late, actor="bo")
    assert len(store.load_town(mini_town.name).buildings) == 10
    assert len(store.plans()) == 1
    assert store.towns() == [mini_town.name]


def test_a_town_tells_how_often_it_was_written(store, mini_town):
    assert store.town_revision(mini_town.name) == 0
    for number in (1, 2):
        read = store.load_town(mini_town.name) if number > 1 else mini_town
        store.save_town(read, actor="ann")
        assert store.town_revision(mini_town.name) == number
        assert store.load_town(mini_town.name).revision == number


def test_what_is_not_there_is_named(store, mini_town, mini_plan):
    with pytest.raises(InputError, match="nowhere"):
        store.load_town("nowhere")
    with pytest.raises(InputError, match="none"):
        store.load_plan("none")
    with pytest.raises(InputError, match=mini_town.name):
        store.save_plan(mini_plan, actor="ann")


def test_every_write_is_in_the_audit_trail(store, mini_town, mini_plan):
    saved = store.save_import(mini_town, mini_plan, actor="ann")
    store.create_key("hotline", ["dispatcher"], actor="bo")
    found = [(event.actor, event.action, event.subject) for event in store.events()]
    assert found == [
        ("bo", "key.created", "hotline"),
        ("ann", "plan.saved", saved.id),
        ("ann", "town.saved", mini_town.name),
    ]
    assert store.events(action="town.saved")[0].detail["buildings"] == len(mini_town.buildings)
    assert len(store.events(limit=1)) == 1


_TEXT = st.one_of(
    st.none(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12),
)
_DEGREES = st.integers(1_100_000_000, 1_129_999_999)


@st.composite
def contacts_and_grids(draw):
    """A grid of any shape on the lattice, and a contact with any text and dates."""
    west, south = draw(_DEGREES), draw(st.integers(380_000_000, 389_999_999))
    steps = draw(st.integers(1, 10**6))
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * steps + (west, south)
    shape = shapely.Polygon(ring / 1e7)
    if draw(st.booleans()):
        shape = shapely.MultiPolygon([shape, shapely.Polygon((ring + 3 * steps) / 1e7)])
    grid = {
        "code": draw(_TEXT) or "x",
        "level": draw(st.integers(1, 9)),
        "name": draw(_TEXT),
        "community": draw(_TEXT),
        "kind": "general",
        "households": draw(st.one_of(st.none(), st.integers(0, 10**9))),
        "estimated": draw(st.booleans()),
    }
    dates = st.one_of(st.none(), st.dates())
    contact = {
        "id": draw(_TEXT) or "x",
        "grid": grid["code"],
        "role": "grid_leader",
        "stand_in": draw(st.booleans()),
        "name": draw(_TEXT),
        "phone": draw(_TEXT),
        "since": draw(dates.filter(lambda day: day is None or 1700 < day.year < 2200)),
    }
    grids = gpd.GeoDataFrame([grid], geometry=[shape], crs=4490)
    return conform("grids", grids), conform(
        "contacts", pd.DataFrame([contact]).astype({"since": "datetime64[ns]"})
    )


@pytest.mark.parametrize("kind", ["gpkg", pytest.param("postgis", marks=pytest.mark.postgis)])
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(layers=contacts_and_grids())
def test_any_text_number_date_and_shape_comes_back_to_the_bit(layers, kind, request, mini_town):
    grids, contacts = layers
    with open_store(request.getfixturevalue(f"{kind}_url")) as store:
        empty = mini_town.with_layers(
            **{layer: getattr(mini_town, layer).iloc[:0] for layer in TOWN_LAYERS}
        )
        plan = Plan.of("p", mini_town.name, grids, contacts=contacts)
        empty = replace(empty, revision=store.town_revision(empty.name))
        saved = store.save_import(empty, plan, actor="ann")
        found = store.load_plan(saved.id)
        assert_same(found.grids, grids)
        assert_same(found.contacts, contacts)
        assert store.content_hash(found) == store.content_hash(plan)
