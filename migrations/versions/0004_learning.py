"""What stewards teach: reviews, column models, data classes of their own, labels along lineage; risk of combinations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "column_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("base_version", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("artefact_key", sa.String(), nullable=True),
        sa.Column("review_count", sa.Integer(), nullable=False),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'training', 'challenger', 'promoting', 'champion', 'retired', 'dismissed', 'failed')",
            name=op.f("ck_column_model_status"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_column_model_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user_account.id"], name=op.f("fk_column_model_requested_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_column_model_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_model")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_column_model_workspace_id_number")),
    )
    op.create_index(op.f("ix_column_model_workspace_id"), "column_model", ["workspace_id"], unique=False)
    op.create_index(
        "uq_column_model_active",
        "column_model",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'training', 'promoting')"),
    )
    op.create_index(
        "uq_column_model_champion",
        "column_model",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("status = 'champion'"),
    )
    op.create_table(
        "custom_data_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("sensitivity", sa.String(), nullable=False),
        sa.Column("regulations", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("recognised_by", sa.String(), nullable=False),
        sa.Column("patterns", postgresql.JSONB(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("header_words", postgresql.JSONB(), nullable=False),
        sa.Column("min_match_ratio", sa.Float(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rescored_version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "recognised_by IN ('pattern', 'words', 'examples')", name=op.f("ck_custom_data_class_recognised_by")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_custom_data_class_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_custom_data_class_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_data_class")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_custom_data_class_workspace_id_name")),
    )
    op.create_table(
        "column_features",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("asset_column_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_column_id"],
            ["asset_column.id"],
            name=op.f("fk_column_features_asset_column_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_column_features_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_features")),
        sa.UniqueConstraint("asset_column_id", name=op.f("uq_column_features_asset_column_id")),
    )
    op.create_index(op.f("ix_column_features_workspace_id"), "column_features", ["workspace_id"], unique=False)
    op.create_table(
        "lineage_break",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("upstream_column_id", sa.Uuid(), nullable=False),
        sa.Column("downstream_column_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_lineage_break_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["downstream_column_id"],
            ["asset_column.id"],
            name=op.f("fk_lineage_break_downstream_column_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["upstream_column_id"],
            ["asset_column.id"],
            name=op.f("fk_lineage_break_upstream_column_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lineage_break_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_break")),
        sa.UniqueConstraint(
            "upstream_column_id",
            "downstream_column_id",
            name=op.f("uq_lineage_break_upstream_column_id_downstream_column_id"),
        ),
    )
    op.create_index(
        op.f("ix_lineage_break_downstream_column_id"), "lineage_break", ["downstream_column_id"], unique=False
    )
    op.create_index(op.f("ix_lineage_break_workspace_id"), "lineage_break", ["workspace_id"], unique=False)
    op.create_table(
        "model_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("column_model_id", sa.Uuid(), nullable=False),
        sa.Column("asset_column_id", sa.Uuid(), nullable=False),
        sa.Column("before_class", sa.String(), nullable=True),
        sa.Column("before_confidence", sa.Float(), nullable=False),
        sa.Column("after_class", sa.String(), nullable=True),
        sa.Column("after_confidence", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_column_id"], ["asset_column.id"], name=op.f("fk_model_change_asset_column_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["column_model_id"], ["column_model.id"], name=op.f("fk_model_change_column_model_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_model_change_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_change")),
        sa.UniqueConstraint(
            "column_model_id", "asset_column_id", name=op.f("uq_model_change_column_model_id_asset_column_id")
        ),
    )
    op.create_index(op.f("ix_model_change_asset_column_id"), "model_change", ["asset_column_id"], unique=False)
    op.create_index(op.f("ix_model_change_workspace_id"), "model_change", ["workspace_id"], unique=False)
    op.create_table(
        "propagation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("asset_column_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asset_column_id"], ["asset_column.id"], name=op.f("fk_propagation_asset_column_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_propagation_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["user_account.id"], name=op.f("fk_propagation_withdrawn_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_propagation_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_propagation")),
    )
    op.create_index(op.f("ix_propagation_asset_column_id"), "propagation", ["asset_column_id"], unique=False)
    op.create_index(op.f("ix_propagation_workspace_id"), "propagation", ["workspace_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("asset_column_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("data_class", sa.String(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("decision IN ('confirm', 'reject', 'correct')", name=op.f("ck_review_decision")),
        sa.ForeignKeyConstraint(
            ["asset_column_id"], ["asset_column.id"], name=op.f("fk_review_asset_column_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_review_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user_account.id"], name=op.f("fk_review_undone_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_review_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_asset_column_id"), "review", ["asset_column_id"], unique=False)
    op.create_index(op.f("ix_review_batch_id"), "review", ["batch_id"], unique=False)
    op.create_index(op.f("ix_review_workspace_id"), "review", ["workspace_id"], unique=False)
    op.create_table(
        "propagated_label",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("propagation_id", sa.Uuid(), nullable=False),
        sa.Column("asset_column_id", sa.Uuid(), nullable=False),
        sa.Column("data_class", sa.String(), nullable=False),
        sa.Column("sensitivity", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("path", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_column_id"],
            ["asset_column.id"],
            name=op.f("fk_propagated_label_asset_column_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["propagation_id"], ["propagation.id"], name=op.f("fk_propagated_label_propagation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_propagated_label_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_propagated_label")),
        sa.UniqueConstraint(
            "propagation_id", "asset_column_id", name=op.f("uq_propagated_label_propagation_id_asset_column_id")
        ),
    )
    op.create_index(op.f("ix_propagated_label_asset_column_id"), "propagated_label", ["asset_column_id"], unique=False)
    op.create_index(op.f("ix_propagated_label_workspace_id"), "propagated_label", ["workspace_id"], unique=False)
    # Defaults for the rows that are there; the application always gives a value.
    for table, name in (("asset", "combination_risk"), ("classification", "suggestion")):
        op.add_column(table, sa.Column(name, postgresql.JSONB(), nullable=False, server_default="{}"))
        op.alter_column(table, name, server_default=None)
    # What nobody has touched is still the classifier's own word.
    op.execute(
        """
        UPDATE classification SET suggestion = jsonb_build_object(
            'data_class', data_class, 'confidence', confidence, 'sensitivity', sensitivity,
            'regulations', to_jsonb(regulations), 'evidence', evidence, 'model_version', model_version)
        WHERE status = 'suggested' AND origin = 'automated'
        """
    )
    op.add_column(
        "column_lineage_edge", sa.Column("transformation", sa.String(), nullable=False, server_default="identity")
    )
    op.alter_column("column_lineage_edge", "transformation", server_default=None)
    op.create_check_constraint(
        "transformation",
        "column_lineage_edge",
        "transformation IN ('identity', 'transformation', 'aggregation', 'masking')",
    )


def downgrade() -> None:
    op.drop_column("column_lineage_edge", "transformation")
    op.drop_column("classification", "suggestion")
    op.drop_column("asset", "combination_risk")
    op.drop_index(op.f("ix_propagated_label_workspace_id"), table_name="propagated_label")
    op.drop_index(op.f("ix_propagated_label_asset_column_id"), table_name="propagated_label")
    op.drop_table("propagated_label")
    op.drop_index(op.f("ix_review_workspace_id"), table_name="review")
    op.drop_index(op.f("ix_review_batch_id"), table_name="review")
    op.drop_index(op.f("ix_review_asset_column_id"), table_name="review")
    op.drop_table("review")
    op.drop_index(op.f("ix_propagation_workspace_id"), table_name="propagation")
    op.drop_index(op.f("ix_propagation_asset_column_id"), table_name="propagation")
    op.drop_table("propagation")
    op.drop_index(op.f("ix_model_change_workspace_id"), table_name="model_change")
    op.drop_index(op.f("ix_model_change_asset_column_id"), table_name="model_change")
    op.drop_table("model_change")
    op.drop_index(op.f("ix_lineage_break_workspace_id"), table_name="lineage_break")
    op.drop_index(op.f("ix_lineage_break_downstream_column_id"), table_name="lineage_break")
    op.drop_table("lineage_break")
    op.drop_index(op.f("ix_column_features_workspace_id"), table_name="column_features")
    op.drop_table("column_features")
    op.drop_table("custom_data_class")
    op.drop_index(
        "uq_column_model_champion", table_name="column_model", postgresql_where=sa.text("status = 'champion'")
    )
    op.drop_index(
        "uq_column_model_active",
        table_name="column_model",
        postgresql_where=sa.text("status IN ('queued', 'training', 'promoting')"),
    )
    op.drop_index(op.f("ix_column_model_workspace_id"), table_name="column_model")
    op.drop_table("column_model")
