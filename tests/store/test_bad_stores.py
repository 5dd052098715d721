"""What cannot be a store is refused in words, and left as it was."""

import contextlib
import sqlite3

import pytest

from boundaries.store import geopackage, open_store
from geo.problem import InputError


def refused(url):
    with pytest.raises(InputError) as caught, open_store(url) as store:
        store.towns()
    (problem,) = caught.value.problems
    assert problem.remedy is not None
    assert problem.remedy.text("zh")
    assert problem.remedy.text("en")
    return problem.message.key


@pytest.mark.parametrize("url", ["", "store.gpkg", "mysql://host/base", "sqlite:///x.db"])
def test_an_unknown_kind_of_url(url):
    assert refused(url) == "store.unknown_url"


def test_a_path_is_absolute_with_three_slashes_and_with_four(tmp_path):
    open_store(f"gpkg://{tmp_path}/store.gpkg").close()
    with open_store(f"gpkg:///{tmp_path}/store.gpkg") as store:
        assert store.shown_url == f"gpkg://{tmp_path}/store.gpkg"
        assert store.towns() == []


def test_a_password_is_shown_nowhere():
    with pytest.raises(InputError) as caught:
        open_store("postgresql+psycopg://me:geheim@127.0.0.1:1/base?connect_timeout=1")
    assert "geheim" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        open_store("oracle://me:geheim@host/base")
    assert "geheim" not in str(caught.value)


def test_a_server_that_does_not_answer():
    assert refused("postgresql+psycopg://me@127.0.0.1:1/base") == "store.unreachable"


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 99, b"SQLite format 3\0" + b"x" * 999]
)
def test_a_file_that_is_something_else(tmp_path, content):
    file = tmp_path / "store.gpkg"
    file.write_bytes(content)
    assert refused(f"gpkg:///{file}") == "store.not_geopackage"
    assert file.read_bytes() == content


def test_a_truncated_store(tmp_path, gpkg_url, mini_town):
    with open_store(gpkg_url) as store:
        store.save_town(mini_town, actor="ann")
    file = tmp_path / "store.gpkg"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError), open_store(gpkg_url) as store:
        store.load_town(mini_town.name)


def test_an_sqlite_file_that_is_no_geopackage(tmp_path):
    file = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(file)) as raw:
        raw.execute("CREATE TABLE mine (x)")
    before = file.read_bytes()
    assert refused(f"gpkg:///{file}") == "store.not_geopackage"
    assert file.read_bytes() == before


def test_a_geopackage_of_the_users_own(tmp_path, mini_town):
    file = tmp_path / "layers.gpkg"
    mini_town.buildings.to_file(file, layer="buildings")
    before = file.read_bytes()
    assert refused(f"gpkg:///{file}") == "store.foreign_geopackage"
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path):
    assert refused(f"gpkg:///{tmp_path / 'none' / 'store.gpkg'}") == "store.no_folder"


def test_a_folder_in_place_of_the_file(tmp_path):
    assert refused(f"gpkg:///{tmp_path}") == "store.file_fault"


def test_a_file_held_by_another_program(gpkg_url, tmp_path, mini_town, monkeypatch):
    with open_store(gpkg_url) as store:
        store.save_town(mini_town, actor="ann")
    monkeypatch.setattr(geopackage, "BUSY_TIMEOUT_S", 0.2)
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "store.gpkg", isolation_level=None)) as other,
        open_store(gpkg_url) as store,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert store.towns() == [mini_town.name]
        read = store.load_town(mini_town.name)
        with pytest.raises(InputError, match="held by another program"):
            store.save_town(read, actor="bo")
        other.execute("ROLLBACK")
        store.save_town(read, actor="bo")
