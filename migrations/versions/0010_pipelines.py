"""Pipelines on Spark: definitions, runs, plans, deployments, and what was learned from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _one_of(table: str, column: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    op.create_table(
        "cost_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_champion", sa.Boolean(), nullable=False),
        sa.Column("example_count", sa.Integer(), nullable=False),
        sa.Column("artefact_key", sa.String(), nullable=True),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cost_model_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_model")),
        sa.UniqueConstraint("workspace_id", "number", name=op.f("uq_cost_model_workspace_id_number")),
    )
    op.create_index(
        "uq_cost_model_champion", "cost_model", ["workspace_id"], unique=True, postgresql_where=sa.text("is_champion")
    )
    op.create_table(
        "pipeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.String(length=100), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_pipeline_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_pipeline_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_pipeline_workspace_id_name")),
    )
    op.create_table(
        "cost_example",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("recommendation_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("log_ratio", sa.Float(), nullable=False),
        sa.Column("expected_log_ratio", sa.Float(), nullable=True),
        sa.Column("expected_low", sa.Float(), nullable=True),
        sa.Column("expected_high", sa.Float(), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_cost_example_pipeline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_cost_example_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_example")),
    )
    op.create_index(op.f("ix_cost_example_pipeline_id"), "cost_example", ["pipeline_id"], unique=False)
    op.create_index(op.f("ix_cost_example_recommendation_id"), "cost_example", ["recommendation_id"], unique=False)
    op.create_index(op.f("ix_cost_example_workspace_id"), "cost_example", ["workspace_id"], unique=False)
    op.create_table(
        "optimization_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("budget", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bottlenecks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trials", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("baseline_s", sa.Float(), nullable=True),
        sa.Column("optimized_s", sa.Float(), nullable=True),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'analysing', 'trying', 'ready', 'applied', 'failed')",
            name=op.f("ck_optimization_plan_status"),
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_optimization_plan_pipeline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["user_account.id"],
            name=op.f("fk_optimization_plan_requested_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_optimization_plan_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optimization_plan")),
    )
    op.create_index(op.f("ix_optimization_plan_pipeline_id"), "optimization_plan", ["pipeline_id"], unique=False)
    op.create_index(op.f("ix_optimization_plan_workspace_id"), "optimization_plan", ["workspace_id"], unique=False)
    op.create_index(
        "uq_optimization_plan_active",
        "optimization_plan",
        ["pipeline_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'analysing', 'trying')"),
    )
    op.create_table(
        "pipeline_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("app_id", sa.String(length=200), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("outputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bottlenecks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("open_lineage", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("open_lineage_sent", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('manual', 'scheduled', 'monitoring', 'ingested')", name=op.f("ck_pipeline_run_reason")
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'submitted', 'running', 'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_pipeline_run_status"),
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_pipeline_run_pipeline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user_account.id"], name=op.f("fk_pipeline_run_requested_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_pipeline_run_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_run")),
    )
    op.create_index(op.f("ix_pipeline_run_deployment_id"), "pipeline_run", ["deployment_id"], unique=False)
    op.create_index("ix_pipeline_run_history", "pipeline_run", ["pipeline_id", "created_at"], unique=False)
    op.create_index(
        "ix_pipeline_run_untold",
        "pipeline_run",
        ["finished_at"],
        unique=False,
        postgresql_where=sa.text("jsonb_array_length(open_lineage) > open_lineage_sent"),
    )
    op.create_index(
        "ix_pipeline_run_open",
        "pipeline_run",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'submitted', 'running')"),
    )
    op.create_index(op.f("ix_pipeline_run_workspace_id"), "pipeline_run", ["workspace_id"], unique=False)
    op.create_table(
        "pipeline_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_pipeline_version_made_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_pipeline_version_pipeline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_pipeline_version_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_version")),
        sa.UniqueConstraint("pipeline_id", "number", name=op.f("uq_pipeline_version_pipeline_id_number")),
    )
    op.create_index(op.f("ix_pipeline_version_workspace_id"), "pipeline_version", ["workspace_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("before_version", sa.Integer(), nullable=False),
        sa.Column("after_version", sa.Integer(), nullable=False),
        sa.Column("recommendation_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wanted_runs", sa.Integer(), nullable=False),
        sa.Column("baseline_durations_s", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("baseline_outputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result_matches", sa.Boolean(), nullable=True),
        sa.Column("judged_run_id", sa.Uuid(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('deploying', 'monitoring', 'kept', 'rolled_back', 'failed')", name=op.f("ck_deployment_status")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_deployment_approved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_deployment_pipeline_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["optimization_plan.id"], name=op.f("fk_deployment_plan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_deployment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_deployment_plan_id")),
    )
    op.create_index(op.f("ix_deployment_pipeline_id"), "deployment", ["pipeline_id"], unique=False)
    op.create_index(op.f("ix_deployment_workspace_id"), "deployment", ["workspace_id"], unique=False)
    op.create_index(
        "uq_deployment_active",
        "deployment",
        ["pipeline_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('deploying', 'monitoring')"),
    )
    op.create_table(
        "pipeline_query",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_run_id", sa.Uuid(), nullable=False),
        sa.Column("query_id", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_run_id"], ["pipeline_run.id"], name=op.f("fk_pipeline_query_pipeline_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_pipeline_query_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_query")),
        sa.UniqueConstraint("pipeline_run_id", "query_id", name=op.f("uq_pipeline_query_pipeline_run_id_query_id")),
    )
    op.create_index(op.f("ix_pipeline_query_workspace_id"), "pipeline_query", ["workspace_id"], unique=False)
    op.create_table(
        "pipeline_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_run_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("submitted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_run_id"], ["pipeline_run.id"], name=op.f("fk_pipeline_stage_pipeline_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_pipeline_stage_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline_stage")),
        sa.UniqueConstraint(
            "pipeline_run_id", "stage_id", "attempt", name=op.f("uq_pipeline_stage_pipeline_run_id_stage_id_attempt")
        ),
    )
    op.create_index(op.f("ix_pipeline_stage_workspace_id"), "pipeline_stage", ["workspace_id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mechanism", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("change", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expected_gain_ratio", sa.Float(), nullable=True),
        sa.Column("expected_low", sa.Float(), nullable=True),
        sa.Column("expected_high", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("risk", sa.String(length=300), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("measured_gain_ratio", sa.Float(), nullable=True),
        sa.Column("result_matches", sa.Boolean(), nullable=True),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('configuration', 'sql', 'python', 'caching', 'layout', 'suggestion')",
            name=op.f("ck_recommendation_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["optimization_plan.id"], name=op.f("fk_recommendation_plan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_recommendation_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index(op.f("ix_recommendation_plan_id"), "recommendation", ["plan_id"], unique=False)
    op.create_index(op.f("ix_recommendation_workspace_id"), "recommendation", ["workspace_id"], unique=False)
    op.add_column("lineage_edge", sa.Column("pipeline_run_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_lineage_edge_pipeline_run_id"), "lineage_edge", ["pipeline_run_id"], unique=False)

    _one_of("room", "subject_kind", ("", "asset", "scan", "finding", "plan"))
    _one_of("lineage_edge", "kind", ("view", "foreign_key", "pipeline"))


def downgrade() -> None:
    op.execute("DELETE FROM lineage_edge WHERE kind = 'pipeline'")
    op.execute("UPDATE room SET subject_kind = '', subject_id = NULL WHERE subject_kind = 'plan'")
    _one_of("lineage_edge", "kind", ("view", "foreign_key"))
    _one_of("room", "subject_kind", ("", "asset", "scan", "finding"))
    op.drop_index(op.f("ix_lineage_edge_pipeline_run_id"), table_name="lineage_edge")
    op.drop_column("lineage_edge", "pipeline_run_id")
    op.drop_index(op.f("ix_recommendation_workspace_id"), table_name="recommendation")
    op.drop_index(op.f("ix_recommendation_plan_id"), table_name="recommendation")
    op.drop_table("recommendation")
    op.drop_index(op.f("ix_pipeline_stage_workspace_id"), table_name="pipeline_stage")
    op.drop_table("pipeline_stage")
    op.drop_index(op.f("ix_pipeline_query_workspace_id"), table_name="pipeline_query")
    op.drop_table("pipeline_query")
    op.drop_index(
        "uq_deployment_active",
        table_name="deployment",
        postgresql_where=sa.text("status IN ('deploying', 'monitoring')"),
    )
    op.drop_index(op.f("ix_deployment_workspace_id"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_pipeline_id"), table_name="deployment")
    op.drop_table("deployment")
    op.drop_index(op.f("ix_pipeline_version_workspace_id"), table_name="pipeline_version")
    op.drop_table("pipeline_version")
    op.drop_index(op.f("ix_pipeline_run_workspace_id"), table_name="pipeline_run")
    op.drop_index(
        "ix_pipeline_run_open",
        table_name="pipeline_run",
        postgresql_where=sa.text("status IN ('queued', 'submitted', 'running')"),
    )
    op.drop_index("ix_pipeline_run_history", table_name="pipeline_run")
    op.drop_index("ix_pipeline_run_untold", table_name="pipeline_run")
    op.drop_index(op.f("ix_pipeline_run_deployment_id"), table_name="pipeline_run")
    op.drop_table("pipeline_run")
    op.drop_index(
        "uq_optimization_plan_active",
        table_name="optimization_plan",
        postgresql_where=sa.text("status IN ('queued', 'analysing', 'trying')"),
    )
    op.drop_index(op.f("ix_optimization_plan_workspace_id"), table_name="optimization_plan")
    op.drop_index(op.f("ix_optimization_plan_pipeline_id"), table_name="optimization_plan")
    op.drop_table("optimization_plan")
    op.drop_index(op.f("ix_cost_example_workspace_id"), table_name="cost_example")
    op.drop_index(op.f("ix_cost_example_recommendation_id"), table_name="cost_example")
    op.drop_index(op.f("ix_cost_example_pipeline_id"), table_name="cost_example")
    op.drop_table("cost_example")
    op.drop_table("pipeline")
    op.drop_index("uq_cost_model_champion", table_name="cost_model", postgresql_where=sa.text("is_champion"))
    op.drop_table("cost_model")
