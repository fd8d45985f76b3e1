"""Reads events for people."""

from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.models import AuditEvent
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


def list_audit_events(
    session: Session, actor: Actor, *, workspace_id: UUID | None, limit: int, offset: int
) -> tuple[list[AuditEvent], int]:
    """Events of one workspace, or of the whole installation for its administrators; newest first, and how many."""
    access.require(actor, Permission.AUDIT_READ, workspace_id)
    statement = select(AuditEvent).order_by(col(AuditEvent.position).desc())
    if workspace_id is not None:
        statement = statement.where(AuditEvent.workspace_id == workspace_id)
    return list(session.exec(statement.limit(limit).offset(offset)).all()), count_rows(session, statement)
