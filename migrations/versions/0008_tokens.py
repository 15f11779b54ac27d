"""Errors on record held the address that Telegram was asked under, and so the bot token."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TOKEN = re.compile(r"\d{3,20}(?::|%3[Aa])[A-Za-z0-9_-]{20,100}")
TEXTS = (("packs", "problem"), ("stickers", "media_problem"), ("jobs", "error"))


def upgrade() -> None:
    connection = op.get_bind()
    for name, column in TEXTS:
        table = sa.table(name, sa.column("id"), sa.column(column))
        text = table.c[column]
        rows = connection.execute(sa.select(table.c.id, text).where(text != ""))
        for row_id, told in rows.all():
            blotted = TOKEN.sub("[token]", told)
            if blotted != told:
                connection.execute(sa.update(table).where(table.c.id == row_id).values({column: blotted}))


def downgrade() -> None:
    """What was blotted out stays so."""
