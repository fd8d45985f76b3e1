"""What the review queue orders by, within reach of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "classification",
        sa.Column("runner_up", sa.Text(), sa.Computed("evidence #>> '{runner_up,0}'", persisted=True), nullable=True),
    )
    op.create_index(
        "ix_classification_queue",
        "classification",
        ["workspace_id"],
        postgresql_include=["id", "asset_column_id", "data_class", "confidence", "sensitivity", "runner_up"],
        postgresql_where=sa.text("status = 'suggested'"),
    )
    op.create_index(
        "ix_asset_column_queue",
        "asset_column",
        ["workspace_id"],
        postgresql_include=["id", "asset_id", "name"],
        postgresql_where=sa.text("missing_since IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_asset_column_queue", table_name="asset_column")
    op.drop_index("ix_classification_queue", table_name="classification")
    op.drop_column("classification", "runner_up")
