"""Which memberships an identity at a provider gave."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("granted_roles", postgresql.JSONB(), nullable=False, server_default="{}")
    op.add_column("external_identity", column)
    # The default was for the rows that were there; the application always gives a value.
    op.alter_column("external_identity", "granted_roles", server_default=None)


def downgrade() -> None:
    op.drop_column("external_identity", "granted_roles")
