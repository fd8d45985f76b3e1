"""Rooms, what is said and shared in them, notifications and activity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'ended')", name=op.f("ck_room_status")),
        sa.CheckConstraint("subject_kind IN ('', 'asset', 'scan', 'finding')", name=op.f("ck_room_subject_kind")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_room_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["user_account.id"], name=op.f("fk_room_ended_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_room_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    op.create_index(op.f("ix_room_created_by_id"), "room", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_room_subject_id"), "room", ["subject_id"], unique=False)
    op.create_index(op.f("ix_room_workspace_id"), "room", ["workspace_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.String(100), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("mentions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple'::regconfig, body)", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_message_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_message_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thread_id"], ["message.id"], name=op.f("fk_message_thread_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_message_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("room_id", "author_id", "client_id", name=op.f("uq_message_room_id_author_id_client_id")),
        sa.UniqueConstraint("room_id", "seq", name=op.f("uq_message_room_id_seq")),
    )
    op.create_index("ix_message_search", "message", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_message_thread_id"), "message", ["thread_id"], unique=False)
    op.create_index(op.f("ix_message_workspace_id"), "message", ["workspace_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_notification_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_notification_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notification_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_notification_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_room_id"), "notification", ["room_id"], unique=False)
    op.create_index("ix_notification_user_id_created_at", "notification", ["user_id", "created_at"], unique=False)
    op.create_index(op.f("ix_notification_workspace_id"), "notification", ["workspace_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status IN ('invited', 'active', 'left', 'declined', 'withdrawn')", name=op.f("ck_participant_status")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user_account.id"], name=op.f("fk_participant_invited_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_participant_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_participant_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_participant_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("room_id", "user_id", name=op.f("uq_participant_room_id_user_id")),
    )
    op.create_index(op.f("ix_participant_room_id"), "participant", ["room_id"], unique=False)
    op.create_index(op.f("ix_participant_user_id"), "participant", ["user_id"], unique=False)
    op.create_index(op.f("ix_participant_workspace_id"), "participant", ["workspace_id"], unique=False)
    op.create_table(
        "room_event",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_room_event_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_event_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_room_event_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("room_id", "seq", name=op.f("pk_room_event")),
    )
    op.create_index(op.f("ix_room_event_workspace_id"), "room_event", ["workspace_id"], unique=False)
    op.create_table(
        "activity_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_activity_event_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name=op.f("fk_activity_event_asset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_activity_event_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_activity_event_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_event")),
    )
    op.create_index(op.f("ix_activity_event_actor_id"), "activity_event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_activity_event_asset_id"), "activity_event", ["asset_id"], unique=False)
    op.create_index(op.f("ix_activity_event_room_id"), "activity_event", ["room_id"], unique=False)
    op.create_index(
        "ix_activity_event_workspace_id_created_at", "activity_event", ["workspace_id", "created_at"], unique=False
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("blob_key", sa.String(200), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("shared_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('text', 'file', 'note', 'asset')", name=op.f("ck_document_kind")),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_document_asset_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_document_room_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["shared_by_id"], ["user_account.id"], name=op.f("fk_document_shared_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_document_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_asset_id"), "document", ["asset_id"], unique=False)
    op.create_index(op.f("ix_document_room_id"), "document", ["room_id"], unique=False)
    op.create_index(op.f("ix_document_workspace_id"), "document", ["workspace_id"], unique=False)
    op.create_table(
        "message_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_version_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_message_version_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_version")),
    )
    op.create_index(op.f("ix_message_version_message_id"), "message_version", ["message_id"], unique=False)
    op.create_index(op.f("ix_message_version_workspace_id"), "message_version", ["workspace_id"], unique=False)
    op.create_table(
        "reaction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("emoji", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_reaction_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_reaction_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_reaction_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint("message_id", "user_id", "emoji", name=op.f("uq_reaction_message_id_user_id_emoji")),
    )
    op.create_index(op.f("ix_reaction_user_id"), "reaction", ["user_id"], unique=False)
    op.create_index(op.f("ix_reaction_workspace_id"), "reaction", ["workspace_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_reaction_workspace_id"), table_name="reaction")
    op.drop_index(op.f("ix_reaction_user_id"), table_name="reaction")
    op.drop_table("reaction")
    op.drop_index(op.f("ix_message_version_workspace_id"), table_name="message_version")
    op.drop_index(op.f("ix_message_version_message_id"), table_name="message_version")
    op.drop_table("message_version")
    op.drop_index(op.f("ix_document_workspace_id"), table_name="document")
    op.drop_index(op.f("ix_document_room_id"), table_name="document")
    op.drop_index(op.f("ix_document_asset_id"), table_name="document")
    op.drop_table("document")
    op.drop_index("ix_activity_event_workspace_id_created_at", table_name="activity_event")
    op.drop_index(op.f("ix_activity_event_room_id"), table_name="activity_event")
    op.drop_index(op.f("ix_activity_event_asset_id"), table_name="activity_event")
    op.drop_index(op.f("ix_activity_event_actor_id"), table_name="activity_event")
    op.drop_table("activity_event")
    op.drop_index(op.f("ix_room_event_workspace_id"), table_name="room_event")
    op.drop_table("room_event")
    op.drop_index(op.f("ix_participant_workspace_id"), table_name="participant")
    op.drop_index(op.f("ix_participant_user_id"), table_name="participant")
    op.drop_index(op.f("ix_participant_room_id"), table_name="participant")
    op.drop_table("participant")
    op.drop_index(op.f("ix_notification_workspace_id"), table_name="notification")
    op.drop_index("ix_notification_user_id_created_at", table_name="notification")
    op.drop_index(op.f("ix_notification_room_id"), table_name="notification")
    op.drop_table("notification")
    op.drop_index(op.f("ix_message_workspace_id"), table_name="message")
    op.drop_index(op.f("ix_message_thread_id"), table_name="message")
    op.drop_index("ix_message_search", table_name="message", postgresql_using="gin")
    op.drop_table("message")
    op.drop_index(op.f("ix_room_workspace_id"), table_name="room")
    op.drop_index(op.f("ix_room_subject_id"), table_name="room")
    op.drop_index(op.f("ix_room_created_by_id"), table_name="room")
    op.drop_table("room")
