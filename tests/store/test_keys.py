"""API keys: shown once, kept as a hash, worthless when revoked."""

import json
import string

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boundaries.store import open_store
from geo.problem import InputError


def test_a_secret_opens_its_key_and_only_that(store):
    secret = store.create_key("hotline", ["planner", "dispatcher"], actor="ann")
    other = store.create_key("maps", ["admin"], actor="ann")
    found = store.verify_key(secret)
    assert (found.name, found.scopes) == ("hotline", ("dispatcher", "planner"))
    assert store.verify_key(other).name == "maps"
    mixed = f"{secret[:20]}{other[20:]}"
    assert store.verify_key(mixed) is None


def test_the_store_does_not_hold_the_secret(store):
    secret = store.create_key("hotline", ["admin"], actor="ann")
    rows = store._database.read(
        lambda connection: connection.execute(sa.text("SELECT * FROM api_keys")).all()
    )
    trail = json.dumps([event.as_dict() for event in store.events()])
    for part in (secret, secret.split("_", 2)[2]):
        assert part not in str(rows)
        assert part not in trail


def test_a_revoked_key_opens_nothing_and_frees_its_name(store):
    old = store.create_key("hotline", ["admin"], actor="ann")
    store.revoke_key("hotline", actor="bo")
    assert store.verify_key(old) is None
    assert store.keys() == []
    new = store.create_key("hotline", ["dispatcher"], actor="ann")
    assert store.verify_key(new).scopes == ("dispatcher",)
    assert [key.revoked_at is None for key in store.keys(revoked=True)] == [False, True]


def test_a_name_is_given_once(store):
    store.create_key("hotline", ["admin"], actor="ann")
    with pytest.raises(InputError, match="hotline"):
        store.create_key("hotline", ["admin"], actor="ann")


@pytest.mark.parametrize("scopes", [[], ["root"], ["admin", "root"]])
def test_a_scope_must_be_one_of_three(store, scopes):
    with pytest.raises(InputError, match="scope") as refused:
        store.create_key("hotline", scopes, actor="ann")
    assert "dispatcher、planner、admin" in str(refused.value.problems[0].remedy)
    assert store.keys() == []


def test_revoking_what_is_not_there_names_what_is(store):
    store.create_key("hotline", ["admin"], actor="ann")
    with pytest.raises(InputError, match="hotlin") as refused:
        store.revoke_key("hotlin", actor="ann")
    assert "hotline" in str(refused.value.problems[0].remedy)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    secret=st.one_of(
        st.text(max_size=80),
        st.text(string.ascii_letters + "_", max_size=20).map("wangge_".__add__),
    )
)
def test_no_guess_opens_or_breaks_anything(gpkg_url, secret):
    with open_store(gpkg_url) as store:
        if not store.keys():
            store.create_key("hotline", ["admin"], actor="ann")
        assert store.verify_key(secret) is None
