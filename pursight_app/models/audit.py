"""What is kept for proof, and answers kept for repeated requests."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field


class AuditEvent(Row, table=True):
    """Who did what to which thing. Ids stay without foreign keys: the record outlives what it speaks of."""

    __table_args__ = (Index("ix_audit_event_list", "workspace_id", "created_at"),)

    workspace_id: UUID | None = None
    actor_id: UUID | None = None
    actor_email: str = ""
    action: str
    subject_kind: str = ""
    subject_id: str = ""
    result: str = "ok"
    detail: dict[str, Any] = json_field()


class IdempotencyKey(Row, table=True):
    """The answer that a creating request got; `status` 0 while the first one is still at work."""

    __table_args__ = (UniqueConstraint("user_id", "path", "key"),)

    user_id: UUID
    path: str
    key: str = Field(max_length=200)
    request_hash: str
    status: int = 0
    body: str = Field(default="", sa_type=Text)
