"""All tables, from nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "impressions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("sticker_ids", sa.JSON(), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("shown_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impressions")),
    )
    op.create_index(op.f("ix_impressions_user_id"), "impressions", ["user_id"])
    op.create_table(
        "jobs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_name_started_at"), "jobs", ["name", "started_at"])
    op.create_table(
        "packs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("name_norm", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("progress_chat", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", MOMENT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("name_key", name=op.f("uq_packs_name_key")),
    )
    op.create_index(op.f("ix_packs_fetched_at"), "packs", ["fetched_at"])
    op.create_index(op.f("ix_packs_name_norm"), "packs", ["name_norm"])
    op.create_index(op.f("ix_packs_requested_by"), "packs", ["requested_by"])
    op.create_index(op.f("ix_packs_title_key"), "packs", ["title_key"])
    op.create_table(
        "stickers",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("file_unique_id", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("media", sa.String(length=16), nullable=False),
        sa.Column("media_problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stickers")),
        sa.UniqueConstraint("file_unique_id", name=op.f("uq_stickers_file_unique_id")),
    )
    op.create_table(
        "uploads",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sticker_identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_uploads")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_table(
        "index_queue",
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("ticket", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sticker_id"], ["stickers.id"], name=op.f("fk_index_queue_sticker_id_stickers")
        ),
        sa.PrimaryKeyConstraint("sticker_id", name=op.f("pk_index_queue")),
    )
    op.create_index(op.f("ix_index_queue_ticket"), "index_queue", ["ticket"])
    op.create_table(
        "interactions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("query_key", sa.Text(), nullable=False),
        sa.Column("impression_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["sticker_id"], ["stickers.id"], name=op.f("fk_interactions_sticker_id_stickers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
        sa.UniqueConstraint("key", name=op.f("uq_interactions_key")),
    )
    op.create_index(op.f("ix_interactions_sticker_id_user_id"), "interactions", ["sticker_id", "user_id"])
    op.create_index(op.f("ix_interactions_user_id_chosen_at"), "interactions", ["user_id", "chosen_at"])
    op.create_table(
        "pack_stickers",
        sa.Column("pack_id", ROW_ID, nullable=False),
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_stickers_pack_id_packs")),
        sa.ForeignKeyConstraint(
            ["sticker_id"], ["stickers.id"], name=op.f("fk_pack_stickers_sticker_id_stickers")
        ),
        sa.PrimaryKeyConstraint("pack_id", "sticker_id", name=op.f("pk_pack_stickers")),
    )
    op.create_index(op.f("ix_pack_stickers_pack_id_position"), "pack_stickers", ["pack_id", "position"])
    op.create_index(op.f("ix_pack_stickers_sticker_id"), "pack_stickers", ["sticker_id"])
    op.create_table(
        "semantics",
        sa.Column("sticker_id", ROW_ID, nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["sticker_id"], ["stickers.id"], name=op.f("fk_semantics_sticker_id_stickers")
        ),
        sa.PrimaryKeyConstraint("sticker_id", "field", name=op.f("pk_semantics")),
    )


def downgrade() -> None:
    op.drop_table("semantics")
    op.drop_table("pack_stickers")
    op.drop_table("interactions")
    op.drop_table("index_queue")
    op.drop_table("users")
    op.drop_table("uploads")
    op.drop_table("stickers")
    op.drop_table("packs")
    op.drop_table("jobs")
    op.drop_table("impressions")
    op.drop_table("counters")
