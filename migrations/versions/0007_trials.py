"""What is tried out on a share of the answers: two rankings interleaved, and a sticker that nobody has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("impressions", sa.Column("compared", sa.String(length=64), nullable=True))
    op.add_column("impressions", sa.Column("teams", sa.Text(), nullable=True))
    op.add_column("impressions", sa.Column("explored", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_impressions_compared"), "impressions", ["compared"])
    op.create_index(op.f("ix_impressions_explored_served"), "impressions", ["explored", "served"])


def downgrade() -> None:
    op.drop_index(op.f("ix_impressions_explored_served"), table_name="impressions")
    op.drop_index(op.f("ix_impressions_compared"), table_name="impressions")
    op.drop_column("impressions", "explored")
    op.drop_column("impressions", "teams")
    op.drop_column("impressions", "compared")
