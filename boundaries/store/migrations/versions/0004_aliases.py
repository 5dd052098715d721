"""Keep names that callers use: proposed by dispatchers, approved or rejected by planners.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boundaries.store import geopackage
from boundaries.store.columns import Moment, RowNumber

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "aliases"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column(
            "town_id", RowNumber, sa.ForeignKey("towns.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("compound", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("times", RowNumber, nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", Moment()),
    )
    op.create_index(f"ix_{_TABLE}_town_id", _TABLE, ["town_id"])
    op.create_index("one_alias", _TABLE, ["town_id", "alias", "compound", "township"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        geopackage.register_attributes(op.execute, _TABLE, "别名 aliases")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        geopackage.unregister(op.execute, _TABLE, None)
    op.drop_table(_TABLE)
