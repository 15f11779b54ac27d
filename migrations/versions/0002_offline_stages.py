"""What the offline stages have done with each sticker, and people's style profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sticker_work",
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("task", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["sticker_id"], ["stickers.id"], name=op.f("fk_sticker_work_sticker_id_stickers")
        ),
        sa.PrimaryKeyConstraint("sticker_id", "task", name=op.f("pk_sticker_work")),
    )
    op.create_index(op.f("ix_sticker_work_task_done"), "sticker_work", ["task", "done"])
    op.create_table(
        "style_profiles",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("space_id", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "space_id", name=op.f("pk_style_profiles")),
    )


def downgrade() -> None:
    op.drop_table("style_profiles")
    op.drop_table("sticker_work")
