"""Links as shared things; invitations that ran out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KINDS = ("text", "file", "note", "asset")
_STANDINGS = ("invited", "active", "left", "declined", "withdrawn")


def _one_of(table: str, column: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    op.add_column("document", sa.Column("url", sa.String(length=2000), nullable=False, server_default=""))
    op.alter_column("document", "url", server_default=None)
    _one_of("document", "kind", (*_KINDS, "link"))
    _one_of("participant", "status", (*_STANDINGS, "expired"))


def downgrade() -> None:
    op.execute("DELETE FROM document WHERE kind = 'link'")
    op.execute("UPDATE participant SET status = 'withdrawn' WHERE status = 'expired'")
    _one_of("document", "kind", _KINDS)
    _one_of("participant", "status", _STANDINGS)
    op.drop_column("document", "url")
