"""What only a server can get wrong, said in words."""

import psycopg
import pytest
import sqlalchemy as sa

from boundaries.store import open_store
from geo.problem import InputError

pytestmark = pytest.mark.postgis


def problem_of(url):
    with pytest.raises(InputError) as caught, open_store(url) as store:
        store.upgrade()
    return caught.value.problems[0]


@pytest.fixture
def database(postgis_server):
    """Make a database with some options; dropped afterwards."""
    made = []

    def make(name, options):
        postgis_server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        made.append(name)
        return postgis_server.url(name)

    yield make
    for name in made:
        postgis_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_c_locale_is_refused_with_its_reason(database, postgis_server):
    """The reason is a fact: under it pg_trgm finds no trigram in Han text at all."""
    url = database("in_c", "ENCODING 'UTF8' LOCALE 'C'")
    problem = problem_of(url)
    assert problem.message.key == "store.c_locale"
    assert "pg_trgm" in problem.message.text("en")
    assert trigrams(postgis_server, "in_c") == 0
    database("in_utf8", "ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    assert trigrams(postgis_server, "in_utf8") > 0


def trigrams(server, name):
    server.execute("CREATE EXTENSION pg_trgm", name)
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user="wangge", dbname=name
    ) as connection:
        query = "SELECT cardinality(show_trgm('滨河小区'))"
        return connection.execute(query).fetchone()[0]


def test_another_encoding_is_refused(database):
    url = database("in_latin", "ENCODING 'SQL_ASCII' LOCALE 'C'")
    assert problem_of(url).message.key == "store.not_utf8"


def test_a_database_that_is_not_there(postgis_server):
    problem = problem_of(postgis_server.url("nowhere"))
    assert problem.message.key == "store.unreachable"
    assert "nowhere" in problem.message.text("en")


def test_a_user_who_may_not_make_the_extensions_is_told_which(database, postgis_server):
    url = database("plain", "ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    postgis_server.execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk') "
        "THEN CREATE ROLE clerk LOGIN; END IF; END $$"
    )
    postgis_server.execute("GRANT ALL ON SCHEMA public TO clerk", "plain")
    problem = problem_of(url.replace("wangge@", "clerk@"))
    assert problem.message.key == "store.not_permitted"
    assert "CREATE EXTENSION postgis" in problem.remedy.text("en")


def test_a_user_of_a_prepared_database_needs_no_special_rights(database, postgis_server, mini_demo):
    url = database("prepared", "ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    postgis_server.execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk') "
        "THEN CREATE ROLE clerk LOGIN; END IF; END $$"
    )
    for statement in (
        "CREATE EXTENSION postgis",
        "CREATE EXTENSION btree_gist",
        "CREATE EXTENSION pg_trgm",
        "GRANT ALL ON SCHEMA public TO clerk",
    ):
        postgis_server.execute(statement, "prepared")
    with open_store(url.replace("wangge@", "clerk@")) as store:
        saved = store.save_import(*mini_demo, actor="clerk")
        assert len(store.load_plan(saved.id).grids) == len(mini_demo[1].grids)


def test_places_are_postgis_geometries_with_their_reference_system_and_index(
    postgis_url, mini_demo
):
    town, plan = mini_demo
    with open_store(postgis_url) as store:
        store.save_import(town, plan, actor="ann")

        def ask(connection):
            return connection.execute(
                sa.text(
                    "SELECT count(*), min(ST_SRID(geometry)), bool_and(ST_IsValid(geometry)), "
                    "bool_and(ST_GeometryType(geometry) IN ('ST_Polygon', 'ST_MultiPolygon')) "
                    "FROM grids"
                )
            ).one()

        assert tuple(store._database.read(ask)) == (len(plan.grids), 4490, True, True)

        def plan_of_window(connection):
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            return "\n".join(
                connection.scalars(
                    sa.text(
                        "EXPLAIN SELECT code FROM grids WHERE geometry && "
                        "ST_MakeEnvelope(111.6, 38.2, 111.7, 38.3, 4490)"
                    )
                )
            )

        assert "place_of_grids" in store._database.read(plan_of_window)


def test_a_connection_lost_between_two_questions_is_made_again(postgis_url, postgis_server):
    with open_store(postgis_url) as store:
        assert store.towns() == []
        postgis_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'wangge'"
        )
        assert store.towns() == []
