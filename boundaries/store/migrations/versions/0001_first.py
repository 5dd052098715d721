"""The store's first tables.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

# ruff: noqa: S608 - every statement is made of the constants below
from typing import Any

import sqlalchemy as sa
from alembic import op

from boundaries.store import geopackage
from boundaries.store.columns import Json, Moment, Place, RowNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_POINT = ("addresses",)

_TOWN_LAYERS = {
    "jurisdiction": "code? name?",
    "communities": "code name households#?",
    "estates": "id name? kind community?",
    "buildings": "id name? estate? residential! households#? stairs#? floors#? estimated!",
    "barriers": "id kind rank#? name?",
    "addresses": "id text town? village? road? number? compound? zone? building? stair? aliases? "
    "building_id? grid? households#?",
}
_PLAN_LAYERS = {
    "grids": "code level# parent? community? name? kind mode? special_type? households#? "
    "estimated! reason? party?",
    "assignments": "building stairs? floors? grid households#?",
    "contacts": "id grid role stand_in! name? title? phone? duty_phone? basis? duties? "
    "since@? until@? verified@?",
}
_WITHOUT_PLACES = ("assignments", "contacts")
_TITLES = {
    "towns": "城镇 towns",
    "plans": "网格划分方案 plans",
    "publications": "公布记录 publications",
    "effective_periods": "生效期 effective periods",
    "jurisdiction": "辖区 jurisdiction",
    "communities": "社区、行政村 communities",
    "estates": "小区 estates",
    "buildings": "楼栋 buildings",
    "barriers": "边界要素 barriers",
    "addresses": "地址库 addresses",
    "grids": "网格 grids",
    "assignments": "楼栋归属 assignments",
    "contacts": "联系人 contacts",
}


def upgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    if not embedded:
        for extension in ("postgis", "btree_gist", "pg_trgm"):
            op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    _create_towns()
    for layer, columns in _TOWN_LAYERS.items():
        _create_layer(layer, columns, "town_id", RowNumber, "towns.id")
    _create_plans()
    for layer, columns in _PLAN_LAYERS.items():
        _create_layer(layer, columns, "plan_id", sa.Text(), "plans.id")
    _create_publications()
    _create_keys_and_events()
    for statement in _GUARDS_EMBEDDED if embedded else _GUARDS_POSTGRESQL:
        op.execute(statement)
    if embedded:
        _register(op.execute)


def downgrade() -> None:
    embedded = op.get_bind().dialect.name == "sqlite"
    tables = [*_TOWN_LAYERS, *_PLAN_LAYERS]
    if embedded:
        for table in _TITLES:
            placed = table in tables and table not in _WITHOUT_PLACES
            geopackage.unregister(op.execute, table, "geometry" if placed else None)
    for table in ("events", "api_keys", "effective_periods", "publications", *reversed(tables)):
        op.drop_table(table)
    op.drop_table("plans")
    op.drop_table("towns")
    if not embedded:
        for function in ("refuse_change", "refuse_published_change", "refuse_published_plan"):
            op.execute(f"DROP FUNCTION IF EXISTS wangge_{function}()")


def _create_towns() -> None:
    op.create_table(
        "towns",
        sa.Column("id", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("revision", RowNumber, nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("town_id", RowNumber, sa.ForeignKey("towns.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", RowNumber, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("content_hash", sa.Text()),
    )
    op.create_index("ix_plans_town_id", "plans", ["town_id"])


def _create_layer(layer: str, columns: str, owner: str, owner_type: Any, owner_key: str) -> None:
    made = [
        sa.Column("fid", RowNumber, primary_key=True, autoincrement=True),
        sa.Column(owner, owner_type, sa.ForeignKey(owner_key, ondelete="CASCADE"), nullable=False),
        *(_column(word) for word in columns.split()),
    ]
    if layer not in _WITHOUT_PLACES:
        place = Place("POINT" if layer in _POINT else "GEOMETRY")
        made.append(sa.Column("geometry", place, nullable=layer in _POINT))
    op.create_table(layer, *made, sqlite_autoincrement=True)
    op.create_index(f"ix_{layer}_{owner}", layer, [owner])
    if layer not in _WITHOUT_PLACES and op.get_bind().dialect.name != "sqlite":
        op.execute(f"CREATE INDEX place_of_{layer} ON {layer} USING gist (geometry)")


def _column(word: str) -> sa.Column[Any]:
    """Make a column of ``name`` and marks: ``#`` count, ``!`` flag, ``@`` date, ``?`` nullable."""
    name = word.rstrip("#!@?")
    kinds: dict[str, Any] = {"#": RowNumber, "!": sa.Boolean(), "@": sa.Date()}
    kind = next((kinds[mark] for mark in word if mark in kinds), sa.Text())
    return sa.Column(name, kind, nullable=word.endswith("?"))


def _create_publications() -> None:
    op.create_table(
        "publications",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("plan_id", sa.Text(), sa.ForeignKey("plans.id"), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
    )
    op.create_index("ix_publications_plan_id", "publications", ["plan_id"])
    op.create_table(
        "effective_periods",
        sa.Column("fid", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("publication_id", sa.Text(), sa.ForeignKey("publications.id"), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("effective_from", Moment(), nullable=False),
        sa.Column("effective_to", Moment()),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_until", Moment()),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_from < effective_to", name="period_runs_forward"
        ),
        sqlite_autoincrement=True,
    )
    for column in ("publication_id", "community"):
        op.create_index(f"ix_effective_periods_{column}", "effective_periods", [column])


def _create_keys_and_events() -> None:
    live = sa.text("revoked_at IS NULL")
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", Moment()),
    )
    op.create_index(
        "live_key_name",
        "api_keys",
        ["name"],
        unique=True,
        postgresql_where=live,
        sqlite_where=live,
    )
    op.create_table(
        "events",
        sa.Column("fid", RowNumber, primary_key=True, autoincrement=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", Json(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at", "events", ["at"])


def _register(execute: geopackage.Execute) -> None:
    for table, title in _TITLES.items():
        placed = table in (*_TOWN_LAYERS, *_PLAN_LAYERS) and table not in _WITHOUT_PLACES
        if placed:
            geopackage.register_features(
                execute,
                table,
                title,
                geometry_type="POINT" if table in _POINT else "GEOMETRY",
            )
        else:
            geopackage.register_attributes(execute, table, title)


# What no program may do, whichever it is: the database refuses it.

_OVERLAP = "two published plans of a community overlap in time"
_IMMUTABLE = "a published plan is immutable"
_HISTORY = "history is only added to"
# No number: SQLite would turn it into one beside a DATETIME column, and numbers sort before text.
_END = "9999-12-31T23:59:59.999Z"

_GUARDS_POSTGRESQL = [
    # Half-open periods of one community may touch, never overlap, among those still believed.
    """ALTER TABLE effective_periods ADD CONSTRAINT one_plan_at_a_time
    EXCLUDE USING gist (community WITH =, tstzrange(effective_from, effective_to, '[)') WITH &&)
    WHERE (recorded_until IS NULL)""",
    f"""CREATE FUNCTION wangge_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_HISTORY}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE FUNCTION wangge_refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM plans WHERE content_hash IS NOT NULL
                   AND id IN (OLD.plan_id, NEW.plan_id)) THEN
            RAISE EXCEPTION '{_IMMUTABLE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$""",
    f"""CREATE FUNCTION wangge_refuse_published_plan() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.content_hash IS NOT NULL THEN
            RAISE EXCEPTION '{_IMMUTABLE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_immutable BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION wangge_refuse_published_change()"""
        for table in _PLAN_LAYERS
    ),
    """CREATE TRIGGER plans_immutable BEFORE UPDATE OR DELETE ON plans
    FOR EACH ROW EXECUTE FUNCTION wangge_refuse_published_plan()""",
    *(
        f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION wangge_refuse_change()"""
        for table in ("events", "publications")
    ),
    """CREATE TRIGGER effective_periods_only_end BEFORE UPDATE ON effective_periods
    FOR EACH ROW WHEN (OLD.recorded_until IS NOT NULL OR (OLD.publication_id, OLD.community,
        OLD.effective_from, OLD.effective_to, OLD.recorded_at) IS DISTINCT FROM
        (NEW.publication_id, NEW.community, NEW.effective_from, NEW.effective_to, NEW.recorded_at))
    EXECUTE FUNCTION wangge_refuse_change()""",
    """CREATE TRIGGER effective_periods_stay BEFORE DELETE ON effective_periods
    FOR EACH ROW EXECUTE FUNCTION wangge_refuse_change()""",
]

_GUARDS_EMBEDDED = [
    *(
        f"""CREATE TRIGGER one_plan_at_a_time_{event.split()[0].lower()}
        BEFORE {event} ON effective_periods
        WHEN NEW.recorded_until IS NULL AND EXISTS (
            SELECT 1 FROM effective_periods AS other
            WHERE other.community = NEW.community AND other.recorded_until IS NULL
            AND other.fid IS NOT {own}
            AND other.effective_from < COALESCE(NEW.effective_to, '{_END}')
            AND NEW.effective_from < COALESCE(other.effective_to, '{_END}'))
        BEGIN SELECT RAISE(ABORT, '{_OVERLAP}'); END"""
        for event, own in (("INSERT", "NULL"), ("UPDATE", "OLD.fid"))
    ),
    *(
        f"""CREATE TRIGGER {table}_immutable_{event.lower()} BEFORE {event} ON {table}
        WHEN EXISTS (SELECT 1 FROM plans WHERE content_hash IS NOT NULL AND id IN ({plans}))
        BEGIN SELECT RAISE(ABORT, '{_IMMUTABLE}'); END"""
        for table in _PLAN_LAYERS
        for event, plans in (
            ("INSERT", "NEW.plan_id"),
            ("UPDATE", "OLD.plan_id, NEW.plan_id"),
            ("DELETE", "OLD.plan_id"),
        )
    ),
    *(
        f"""CREATE TRIGGER plans_immutable_{event.lower()} BEFORE {event} ON plans
        WHEN OLD.content_hash IS NOT NULL
        BEGIN SELECT RAISE(ABORT, '{_IMMUTABLE}'); END"""
        for event in ("UPDATE", "DELETE")
    ),
    *(
        f"""CREATE TRIGGER {table}_only_grows_{event.lower()} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{_HISTORY}'); END"""
        for table in ("events", "publications")
        for event in ("UPDATE", "DELETE")
    ),
    f"""CREATE TRIGGER effective_periods_only_end BEFORE UPDATE ON effective_periods
    WHEN OLD.recorded_until IS NOT NULL
        OR (OLD.publication_id, OLD.community, OLD.effective_from, OLD.recorded_at)
        IS NOT (NEW.publication_id, NEW.community, NEW.effective_from, NEW.recorded_at)
        OR OLD.effective_to IS NOT NEW.effective_to
    BEGIN SELECT RAISE(ABORT, '{_HISTORY}'); END""",
    f"""CREATE TRIGGER effective_periods_stay BEFORE DELETE ON effective_periods
    BEGIN SELECT RAISE(ABORT, '{_HISTORY}'); END""",
]
