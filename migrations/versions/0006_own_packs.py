"""Everybody who added a pack, and what people want of their own packs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "added_packs",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pack_id", ROW_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_added_packs_pack_id_packs")),
        sa.PrimaryKeyConstraint("user_id", "pack_id", name=op.f("pk_added_packs")),
    )
    # Until now only who was the first to add it was noted.
    op.execute(
        sa.text(
            "INSERT INTO added_packs (user_id, pack_id) SELECT requested_by, id FROM packs "
            "WHERE requested_by IS NOT NULL"
        )
    )
    op.create_table(
        "own_packs_modes",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_own_packs_modes")),
    )


def downgrade() -> None:
    op.drop_table("own_packs_modes")
    op.drop_table("added_packs")
