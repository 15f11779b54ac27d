"""Who has a private chat with the bot, broadcasts to them, and when things were shown and chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "private_chats",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_private_chats")),
    )
    # Until now it was not noted who writes to the bot. Whoever waits for a set does; and somebody who is known
    # without a choice is known from /start. Where that is wrong, Telegram says so and they are left alone.
    op.execute(
        sa.text(
            "INSERT INTO private_chats (user_id, blocked) SELECT id, false FROM users "
            "WHERE id NOT IN (SELECT user_id FROM interactions) "
            "OR id IN (SELECT progress_chat FROM packs WHERE progress_chat IS NOT NULL)"
        )
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("told_in", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "broadcast_recipients",
        sa.Column("broadcast_id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_recipients_broadcast_id_broadcasts")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "user_id", name=op.f("pk_broadcast_recipients")),
    )
    op.create_index(
        op.f("ix_broadcast_recipients_broadcast_id_delivery_user_id"),
        "broadcast_recipients",
        ["broadcast_id", "delivery", "user_id"],
    )
    op.create_index(op.f("ix_impressions_shown_at_served"), "impressions", ["shown_at", "served"])
    op.create_index(op.f("ix_interactions_chosen_at"), "interactions", ["chosen_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_interactions_chosen_at"), table_name="interactions")
    op.drop_index(op.f("ix_impressions_shown_at_served"), table_name="impressions")
    op.drop_table("broadcast_recipients")
    op.drop_table("broadcasts")
    op.drop_table("private_chats")
