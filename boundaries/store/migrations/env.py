"""Run the migrations on the connection that the store hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from boundaries.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=False,
)
context.run_migrations()
