"""Keeps who did what. Called inside the transaction that does it, so that neither is there without the other."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.models import AuditEvent
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about."""

    kind: str
    id: UUID | str
    workspace_id: UUID | None = None


def record(
    session: Session, actor: Actor | None, action: str, subject: Subject, *, result: str = "ok", **detail: object
) -> None:
    """Adds an event. `detail` is JSON-ready and holds no secret and no sampled value; `action` is `noun.verb`."""
    session.add(
        AuditEvent(
            workspace_id=subject.workspace_id,
            actor_id=actor.user_id if actor else None,
            actor_email=actor.email if actor else "",
            action=action,
            subject_kind=subject.kind,
            subject_id=str(subject.id),
            result=result,
            detail=detail,
        )
    )


def list_audit_events(
    session: Session, actor: Actor, *, workspace_id: UUID | None, limit: int, offset: int
) -> tuple[list[AuditEvent], int]:
    """Events of one workspace, or of the whole installation for its administrators; newest first, and how many."""
    access.require(actor, Permission.AUDIT_READ, workspace_id)
    statement = select(AuditEvent).order_by(col(AuditEvent.created_at).desc(), col(AuditEvent.id))
    if workspace_id is not None:
        statement = statement.where(AuditEvent.workspace_id == workspace_id)
    return list(session.exec(statement.limit(limit).offset(offset)).all()), count_rows(session, statement)
