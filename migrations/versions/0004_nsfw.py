"""NSFW scores of stickers, and the people who have switched them on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "nsfw_scores",
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sticker_id"], ["stickers.id"], name=op.f("fk_nsfw_scores_sticker_id_stickers")),
        sa.PrimaryKeyConstraint("sticker_id", name=op.f("pk_nsfw_scores")),
    )
    op.create_index(op.f("ix_nsfw_scores_score"), "nsfw_scores", ["score"])
    op.create_index(op.f("ix_nsfw_scores_ticket"), "nsfw_scores", ["ticket"])
    op.create_table(
        "nsfw_people",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_nsfw_people")),
    )


def downgrade() -> None:
    op.drop_table("nsfw_people")
    op.drop_table("nsfw_scores")
