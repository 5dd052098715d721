"""Keep what was accepted with a plan: findings that are let stand, with reason and author.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

# ruff: noqa: S608 - every statement is made of the constants below
import sqlalchemy as sa
from alembic import op

from boundaries.store import geopackage
from boundaries.store.columns import Json, Moment, Place, RowNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLE = "accepted_findings"
_IMMUTABLE = "a published plan is immutable"
_GUARD_POSTGRESQL = f"""CREATE TRIGGER {_TABLE}_immutable
    BEFORE INSERT OR UPDATE OR DELETE ON {_TABLE}
    FOR EACH ROW EXECUTE FUNCTION wangge_refuse_published_change()"""
_GUARDS_EMBEDDED = [
    f"""CREATE TRIGGER {_TABLE}_immutable_{event.lower()} BEFORE {event} ON {_TABLE}
    WHEN EXISTS (SELECT 1 FROM plans WHERE content_hash IS NOT NULL AND id IN ({plans}))
    BEGIN SELECT RAISE(ABORT, '{_IMMUTABLE}'); END"""
    for event, plans in (
        ("INSERT", "NEW.plan_id"),
        ("UPDATE", "OLD.plan_id, NEW.plan_id"),
        ("DELETE", "OLD.plan_id"),
    )
]


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("fid", RowNumber, primary_key=True, autoincrement=True),
        sa.Column(
            "plan_id", sa.Text(), sa.ForeignKey("plans.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("level", RowNumber),
        sa.Column("grids", Json(), nullable=False),
        sa.Column("said", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=False),
        sa.Column("geometry", Place("GEOMETRY")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{_TABLE}_plan_id", _TABLE, ["plan_id"])
    op.create_index("accepted_once", _TABLE, ["plan_id", "finding"], unique=True)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"CREATE INDEX place_of_{_TABLE} ON {_TABLE} USING gist (geometry)")
        op.execute(_GUARD_POSTGRESQL)
        return
    geopackage.register_features(
        op.execute, _TABLE, "已认可的问题 accepted findings", geometry_type="GEOMETRY"
    )
    for statement in _GUARDS_EMBEDDED:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        geopackage.unregister(op.execute, _TABLE)
    op.drop_table(_TABLE)
