"""Who and what is banned, and which stickers people have reported."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bans",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("banned_by", sa.BigInteger(), nullable=False),
        sa.Column("banned_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_bans")),
    )
    op.create_table(
        "reports",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_reports_sticker_id_stickers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("sticker_id", name=op.f("uq_reports_sticker_id")),
    )


def downgrade() -> None:
    op.drop_table("reports")
    op.drop_table("bans")
