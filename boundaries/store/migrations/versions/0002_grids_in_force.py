"""Show the grids in force as a layer of their own, for QGIS and its kin.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

from boundaries.store import geopackage

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_VIEW = "grids_in_force"

_PERIOD_OF_COMMUNITY = """
FROM grids AS g
JOIN plans AS p ON p.id = g.plan_id
JOIN towns AS t ON t.id = p.town_id
JOIN publications AS b ON b.plan_id = p.id
JOIN effective_periods AS e ON e.publication_id = b.id
    AND e.community = COALESCE(g.community, substr(g.code, 1, length(e.community)))
WHERE e.recorded_until IS NULL
"""
_COLUMNS = (
    "g.code, g.level, g.parent, g.community, g.name, g.kind, g.mode, g.special_type, "
    "g.households, t.name AS town, p.name AS plan, e.effective_from, e.effective_to"
)
_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE VIEW {_VIEW} AS SELECT g.fid, {_COLUMNS}, g.geometry {_PERIOD_OF_COMMUNITY} "
            "AND e.effective_from <= now() AND (e.effective_to IS NULL OR now() < e.effective_to)"
        )
        return
    # GDAL takes a view's first column for its key when it has this name.
    op.execute(
        f"CREATE VIEW {_VIEW} AS SELECT g.fid AS OGC_FID, {_COLUMNS}, g.geometry "
        f"{_PERIOD_OF_COMMUNITY} "
        f"AND e.effective_from <= {_NOW} AND (e.effective_to IS NULL OR {_NOW} < e.effective_to)"
    )
    geopackage.register_place(
        op.execute, _VIEW, "现行网格 grids in force", geometry_type="GEOMETRY"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        geopackage.unregister(op.execute, _VIEW)
    op.execute(f"DROP VIEW {_VIEW}")
