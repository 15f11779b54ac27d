"""What Alembic runs for every command; `persrv.adapters.database.migrating` hands it the connection."""

from alembic import context

from persrv.adapters.database.tables import metadata
from persrv.errors import MigrationError

connection = context.config.attributes.get("connection")
if connection is None:
    raise MigrationError("Migrations run through `persrv db upgrade`, which opens the database for them.")

context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite changes tables inside transactions too: all or nothing.
    transactional_ddl=True,
    # SQLite cannot alter a column: Alembic rebuilds the table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
