"""How the database's tables came to be, one revision a file; run by `persrv db upgrade` (Alembic)."""
