"""What is kept for proof, and answers kept for repeated requests."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field


class AuditEvent(Row, table=True):
    """Who did what to which thing. Ids stay without foreign keys: the record outlives what it speaks of.

    `position` counts without gaps over the installation; `hash` is the SHA-256 over this event and `previous_hash`, the
    one before it. A trigger refuses UPDATE, DELETE and TRUNCATE.
    """

    __table_args__ = (
        Index("ix_audit_event_list", "workspace_id", "created_at"),
        Index("ix_audit_event_actor", "actor_id", "created_at"),
        Index("ix_audit_event_subject", "subject_id", "created_at"),
    )

    position: int = Field(sa_type=BigInteger, unique=True)
    workspace_id: UUID | None = None
    actor_id: UUID | None = None
    actor_email: str = ""
    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    action: str
    subject_kind: str = ""
    subject_id: str = ""
    result: str = "ok"
    detail: dict[str, Any] = json_field()
    previous_hash: str = ""
    hash: str = ""


class AuditHead(Row, table=True):
    """One row: the end of the chain. Locked by whoever adds to it, so positions and hashes have one order."""

    position: int = Field(default=0, sa_type=BigInteger)
    hash: str = ""


class IdempotencyKey(Row, table=True):
    """The answer that a creating request got; `status` 0 while the first one is still at work."""

    __table_args__ = (UniqueConstraint("user_id", "path", "key"),)

    user_id: UUID
    path: str
    key: str = Field(max_length=200)
    request_hash: str
    status: int = 0
    body: str = Field(default="", sa_type=Text)
