"""Up, down, up; and a store of another revision is never touched."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from boundaries.store import open_store
from boundaries.store.migrating import head, revisions
from boundaries.store.models import LAYER_ROWS, Base
from geo.layers import SCHEMAS
from geo.problem import InputError


def tables(store):
    def work(connection):
        names = sa.inspect(connection).get_table_names()
        return {name for name in names if name in Base.metadata.tables}

    return store._database.read(work)


def test_up_down_up(store, mini_town, mini_plan):
    assert store.revision() == head()
    assert tables(store) == set(Base.metadata.tables)
    store.save_import(mini_town, mini_plan, actor="ann")
    store.downgrade("base")
    assert store.revision() is None
    assert tables(store) == set()
    store.upgrade()
    assert tables(store) == set(Base.metadata.tables)
    store.save_import(mini_town, mini_plan, actor="ann")
    assert len(store.plans()) == 1


def test_what_was_kept_survives_every_step_down_and_up(store, mini_town, mini_plan):
    saved = store.save_import(mini_town, mini_plan, actor="ann")
    before = store.content_hash(saved)
    *newer, first = revisions()
    assert newer
    for revision in (*newer[1:], first):
        store.downgrade(revision)
        assert store.revision() == revision
        with pytest.raises(InputError, match="revision") as refused:
            store.load_plan(saved.id)
        assert refused.value.problems[0].message.key == "store.older"
    store.upgrade()
    assert store.content_hash(store.load_plan(saved.id)) == before


def test_upgrading_twice_does_nothing(store):
    store.upgrade()
    assert store.revision() == head()


def test_the_migrated_tables_are_those_of_the_models(store):
    found = store._database.read(lambda connection: described(sa.inspect(connection)))
    expected = {
        table.name: (
            {column.name: column.nullable for column in table.columns},
            {index.name for index in table.indexes},
            {(key.parent.name, key.target_fullname) for key in table.foreign_keys},
        )
        for table in Base.metadata.sorted_tables
    }
    assert found == expected


def described(inspector):
    """Columns, indexes and foreign keys by table; spatial indexes are the migration's own."""
    return {
        name: (
            {column["name"]: column["nullable"] for column in inspector.get_columns(name)},
            {
                index["name"]
                for index in inspector.get_indexes(name)
                if not index["name"].startswith("place_of_")
                and not index.get("duplicates_constraint")
                and index["name"] != "one_plan_at_a_time"
            },
            {
                (
                    key["constrained_columns"][0],
                    f"{key['referred_table']}.{key['referred_columns'][0]}",
                )
                for key in inspector.get_foreign_keys(name)
            },
        )
        for name in Base.metadata.tables
    }


@pytest.mark.parametrize("layer", SCHEMAS)
def test_a_layers_table_has_the_columns_of_its_schema(layer):
    columns = set(LAYER_ROWS[layer].__table__.columns.keys())
    assert columns - {"fid", "town_id", "plan_id", "geometry"} == set(SCHEMAS[layer].columns)


def test_a_store_of_a_newer_version_is_not_touched(store):
    set_revision(store, "9999")
    for forbidden in (store.upgrade, store.towns, lambda: store.downgrade("base")):
        store._current = False
        with pytest.raises(InputError, match="9999"):
            forbidden()
    assert store.revision() == "9999"


def set_revision(store, revision):
    store._database.write(
        lambda connection: connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
        )
    )


def test_an_unknown_revision_is_named(store):
    with pytest.raises(InputError, match="nonsense"):
        store.upgrade("nonsense")


def test_a_store_taken_back_asks_for_an_upgrade(store):
    store.downgrade("base")
    with pytest.raises(InputError, match="no tables") as refused:
        store.towns()
    assert "wangge db upgrade" in str(refused.value.problems[0].remedy)


def test_an_upgrade_that_fails_leaves_nothing(gpkg_url, tmp_path):
    with open_store(gpkg_url) as store:
        store.downgrade("base")
    with sqlite3.connect(tmp_path / "store.gpkg") as raw:
        raw.execute("CREATE TABLE grids (mine TEXT)")
    raw.close()
    with pytest.raises(sa.exc.OperationalError, match="already exists"):
        open_store(gpkg_url)
    with sqlite3.connect(tmp_path / "store.gpkg") as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
        assert "towns" not in names
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


@pytest.mark.parametrize(
    "kind", ["new_gpkg", pytest.param("empty_postgis", marks=pytest.mark.postgis)]
)
def test_several_may_open_and_upgrade_a_new_store_at_once(kind, request):
    url = request.getfixturevalue(f"{kind}_url")
    failures = []

    def open_it():
        try:
            with open_store(url) as store:
                store.upgrade()
                store.towns()
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
