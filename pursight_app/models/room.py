"""Rooms (REST: collaboration sessions): who takes part, what was said and shared, in one order per room."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Computed, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from pursight_app.models.base import Row, json_field, json_list, one_of, reference, time_field


class RoomStatus(StrEnum):
    """An ended room stays readable and takes nothing more."""

    ACTIVE = "active"
    ENDED = "ended"


class ParticipantStatus(StrEnum):
    """Where a person stands with a room. Only active ones read what is said in it."""

    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RoomSubject(StrEnum):
    """What a room was opened from; empty: the workspace itself."""

    NONE = ""
    ASSET = "asset"
    SCAN = "scan"
    FINDING = "finding"
    PLAN = "plan"


class DocumentKind(StrEnum):
    """What was shared: words, a file, a note written together, a thing of the catalogue, or a link to elsewhere."""

    TEXT = "text"
    FILE = "file"
    NOTE = "note"
    ASSET = "asset"
    LINK = "link"


class Room(Row, table=True):
    """A place to talk. `last_seq` is counted up in the transaction that writes an event: its order is that of commits."""

    __table_args__ = (one_of("status", RoomStatus), one_of("subject_kind", RoomSubject))

    workspace_id: UUID = reference("workspace")
    title: str = Field(max_length=200)
    status: str = RoomStatus.ACTIVE
    subject_kind: str = RoomSubject.NONE
    # Not a foreign key: a thing that is gone leaves the talk about it alone.
    subject_id: UUID | None = Field(default=None, index=True)
    created_by_id: UUID | None = reference("user_account", nullable=True)
    ended_at: datetime | None = time_field()
    ended_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    last_seq: int = Field(default=0, sa_type=BigInteger)
    message_count: int = Field(default=0, sa_type=BigInteger)


class Participant(Row, table=True):
    """A person in a room. `read_seq` is the last event they have seen, `expires_at` the end of an open invitation."""

    __table_args__ = (UniqueConstraint("room_id", "user_id"), one_of("status", ParticipantStatus))

    workspace_id: UUID = reference("workspace")
    room_id: UUID = reference("room")
    user_id: UUID = reference("user_account")
    status: str = ParticipantStatus.INVITED
    invited_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    expires_at: datetime | None = time_field()
    joined_at: datetime | None = time_field()
    read_seq: int = Field(default=0, sa_type=BigInteger)


class RoomEvent(SQLModel, table=True):
    """One thing that happened in a room. Texts of messages are not in `data`: they can be edited and deleted."""

    __tablename__ = "room_event"  # pyright: ignore[reportAssignmentType]  SQLModel types it as a declared_attr

    room_id: UUID = Field(primary_key=True, foreign_key="room.id", ondelete="CASCADE")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    workspace_id: UUID = reference("workspace")
    type: str = Field(max_length=40)
    actor_id: UUID | None = reference("user_account", nullable=True, index=False)
    created_at: datetime = time_field(default_now=True)
    message_id: UUID | None = Field(default=None)
    data: dict[str, Any] = json_field()


class Message(Row, table=True):
    """What somebody said. `client_id` is the sender's own id of it: the same one again is the same message."""

    __table_args__ = (
        UniqueConstraint("room_id", "author_id", "client_id"),
        UniqueConstraint("room_id", "seq"),
        Index("ix_message_search", "search", postgresql_using="gin"),
    )

    workspace_id: UUID = reference("workspace")
    room_id: UUID = reference("room", index=False)
    seq: int = Field(sa_type=BigInteger)
    author_id: UUID | None = reference("user_account", nullable=True, index=False)
    client_id: str = Field(max_length=100)
    body: str
    thread_id: UUID | None = Field(default=None, foreign_key="message.id", ondelete="CASCADE", index=True)
    mentions: list[str] = json_list()
    edited_at: datetime | None = time_field()
    deleted_at: datetime | None = time_field()
    search: Any = Field(
        default=None,
        sa_type=TSVECTOR,
        sa_column_args=(Computed("to_tsvector('simple'::regconfig, body)", persisted=True),),
        nullable=True,
    )


class MessageVersion(Row, table=True):
    """What a message said before it was edited or deleted."""

    workspace_id: UUID = reference("workspace")
    message_id: UUID = reference("message")
    body: str


class Reaction(Row, table=True):
    """One sign of one person on one message."""

    __table_args__ = (UniqueConstraint("message_id", "user_id", "emoji"),)

    workspace_id: UUID = reference("workspace")
    message_id: UUID = reference("message", index=False)
    user_id: UUID = reference("user_account")
    emoji: str = Field(max_length=16)


class Document(Row, table=True):
    """A thing shared in a room. A file lies in blob storage under `blob_key`, which nobody can guess."""

    __table_args__ = (one_of("kind", DocumentKind),)

    workspace_id: UUID = reference("workspace")
    room_id: UUID = reference("room")
    seq: int = Field(sa_type=BigInteger)
    kind: str
    title: str = Field(max_length=200)
    content_type: str = Field(default="", max_length=100)
    size_bytes: int = Field(default=0, sa_type=BigInteger)
    blob_key: str = Field(default="", max_length=200)
    asset_id: UUID | None = reference("asset", nullable=True)
    url: str = Field(default="", max_length=2_000)
    shared_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class Notification(Row, table=True):
    """Something that one person should know: an invitation, a mention. `read_at` NULL: not seen yet."""

    __table_args__ = (Index("ix_notification_user_id_created_at", "user_id", "created_at"),)

    workspace_id: UUID = reference("workspace")
    user_id: UUID = reference("user_account", index=False)
    kind: str = Field(max_length=40)
    room_id: UUID | None = Field(default=None, foreign_key="room.id", ondelete="CASCADE", index=True)
    actor_id: UUID | None = reference("user_account", nullable=True, index=False)
    data: dict[str, Any] = json_field()
    read_at: datetime | None = time_field()


class ActivityEvent(Row, table=True):
    """Who did what, for people to see; the audit log keeps the rest."""

    __table_args__ = (Index("ix_activity_event_workspace_id_created_at", "workspace_id", "created_at"),)

    workspace_id: UUID = reference("workspace", index=False)
    actor_id: UUID | None = reference("user_account", nullable=True)
    type: str = Field(max_length=60)
    asset_id: UUID | None = Field(default=None, foreign_key="asset.id", ondelete="CASCADE", index=True)
    room_id: UUID | None = Field(default=None, foreign_key="room.id", ondelete="CASCADE", index=True)
    data: dict[str, Any] = json_field()
