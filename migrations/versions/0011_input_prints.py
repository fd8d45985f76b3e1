"""What the inputs of a run were, so that its results are compared only with those of the same inputs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A default of the server only while old rows get one, as models have none.
    op.add_column(
        "pipeline_run",
        sa.Column(
            "input_prints",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
        ),
    )
    op.alter_column("pipeline_run", "input_prints", server_default=None)


def downgrade() -> None:
    op.drop_column("pipeline_run", "input_prints")
