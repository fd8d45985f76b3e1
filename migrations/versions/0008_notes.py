"""Notes written together."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_update",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_note_update_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_note_update_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_note_update_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_update")),
    )
    op.create_index(op.f("ix_note_update_document_id"), "note_update", ["document_id"], unique=False)
    op.create_index(op.f("ix_note_update_workspace_id"), "note_update", ["workspace_id"], unique=False)
    op.create_table(
        "note_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_note_version_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_note_version_document_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_note_version_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_version")),
    )
    op.create_index(op.f("ix_note_version_document_id"), "note_version", ["document_id"], unique=False)
    op.create_index(op.f("ix_note_version_workspace_id"), "note_version", ["workspace_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_note_version_workspace_id"), table_name="note_version")
    op.drop_index(op.f("ix_note_version_document_id"), table_name="note_version")
    op.drop_table("note_version")
    op.drop_index(op.f("ix_note_update_workspace_id"), table_name="note_update")
    op.drop_index(op.f("ix_note_update_document_id"), table_name="note_update")
    op.drop_table("note_update")
