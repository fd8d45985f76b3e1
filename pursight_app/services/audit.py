"""Keeps who did what. Called inside the transaction that does it, so that neither is there without the other.

Events form a chain: each holds the hash of the one before it, so that a gap or an edit shows.
"""

import hashlib
import json
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import before_commit, count_rows, unit_of_work
from pursight_app.models import AuditEvent, AuditHead
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

_PENDING = "pursight.audit"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as audit events keep it."""

    address: str = ""
    user_agent: str = ""
    request_id: str = ""


# Set by the gateway and by web/ for the request or event at hand; jobs and the command line have none.
ORIGIN: ContextVar[Origin] = ContextVar("origin")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about."""

    kind: str
    id: UUID | str
    workspace_id: UUID | None = None


def record(
    session: Session, actor: Actor | None, action: str, subject: Subject, *, result: str = "ok", **detail: object
) -> None:
    """Adds an event. `detail` is JSON-ready and holds no secret and no sampled value; `action` is `noun.verb`.

    `result` is ok, denied or failed. The event gets its place in the chain as the transaction commits.
    """
    origin = ORIGIN.get(Origin())
    event = AuditEvent(
        id=uuid4(),
        created_at=now(),
        position=0,
        workspace_id=subject.workspace_id,
        actor_id=actor.user_id if actor else None,
        actor_email=actor.email if actor else "",
        address=origin.address,
        user_agent=origin.user_agent[:300],
        request_id=origin.request_id,
        action=action,
        subject_kind=subject.kind,
        subject_id=str(subject.id),
        result=result,
        detail=detail,
    )
    session.info.setdefault(_PENDING, []).append(event)
    before_commit(session, _PENDING, _chain)


def record_apart(actor: Actor | None, action: str, subject: Subject, result: str, **detail: object) -> None:
    """Adds an event in a transaction of its own: of something that is refused, so that nothing else is kept of it."""
    with unit_of_work() as session:
        record(session, actor, action, subject, result=result, **detail)


def _chain(session: Session) -> None:
    # The lock on the head gives all events of the installation one order; it is the last thing before the commit.
    head = session.exec(select(AuditHead).with_for_update()).one()
    for event in session.info.pop(_PENDING):
        head.position += 1
        event.position, event.previous_hash = head.position, head.hash
        head.hash = event.hash = digest(event)
        session.add(event)


def digest(event: AuditEvent) -> str:
    """The SHA-256 that `event.hash` must be: over its previous hash and a canonical JSON of everything else."""
    values = [
        event.position,
        str(event.id),
        event.created_at.astimezone(UTC).isoformat(),
        str(event.workspace_id) if event.workspace_id else None,
        str(event.actor_id) if event.actor_id else None,
        event.actor_email,
        event.address,
        event.user_agent,
        event.request_id,
        event.action,
        event.subject_kind,
        event.subject_id,
        event.result,
        event.detail,
    ]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((event.previous_hash + text).encode()).hexdigest()


def list_audit_events(
    session: Session, actor: Actor, *, workspace_id: UUID | None, limit: int, offset: int
) -> tuple[list[AuditEvent], int]:
    """Events of one workspace, or of the whole installation for its administrators; newest first, and how many."""
    access.require(actor, Permission.AUDIT_READ, workspace_id)
    statement = select(AuditEvent).order_by(col(AuditEvent.position).desc())
    if workspace_id is not None:
        statement = statement.where(AuditEvent.workspace_id == workspace_id)
    return list(session.exec(statement.limit(limit).offset(offset)).all()), count_rows(session, statement)
