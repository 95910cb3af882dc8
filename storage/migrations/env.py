"""Alembic's way in. `storage.schema` hands it an open connection; it never makes one."""

from alembic import context

from storage import models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.Incident.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
