"""Alembic's entry: run the revisions on the connection that ``store_schema`` hands over."""

from __future__ import annotations

from alembic import context

from cds_service.adapters.store_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
