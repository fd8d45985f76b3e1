"""Reads events for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, or_
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.core.errors import NotFoundError
from pursight_app.models import AuditEvent, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

RESULTS = ("ok", "denied", "failed")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events are wanted; empty fields want all.

    `who` is a part of a name or e-mail address, or the id of an account; `action` a whole one, or the beginning of several when
    it ends with a dot (`member.`); `since` is the first moment, `until` the first one after; `text` stands anywhere.
    """

    who: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


ALL = AuditFilter()


def list_audit_events(
    session: Session, actor: Actor, *, workspace_id: UUID | None, limit: int, offset: int, wanted: AuditFilter = ALL
) -> tuple[list[AuditEvent], int]:
    """Events of one workspace, or of the whole installation for its administrators; newest first, and how many."""
    access.require(actor, Permission.AUDIT_READ, workspace_id)
    statement = chosen(workspace_id, wanted).order_by(col(AuditEvent.position).desc())
    return list(session.exec(statement.limit(limit).offset(offset)).all()), count_rows(session, statement)


def get_audit_event(session: Session, actor: Actor, event_id: UUID) -> AuditEvent:
    """One event.

    Raises:
        NotFoundError: there is none, or it is of a workspace whose log the actor may not read.
    """
    event = session.get(AuditEvent, event_id)
    if event is None or not (event.workspace_id or actor.is_administrator):
        raise NotFoundError("There is no such event, or not one that you may see.")
    access.require(actor, Permission.AUDIT_READ, event.workspace_id)
    return event


def list_audit_actions(session: Session, actor: Actor, workspace_id: UUID | None) -> list[str]:
    """Every action that occurs, in alphabetical order: what there is to filter by."""
    access.require(actor, Permission.AUDIT_READ, workspace_id)
    statement = select(AuditEvent.action).distinct()
    if workspace_id is not None:
        statement = statement.where(AuditEvent.workspace_id == workspace_id)
    return sorted(session.exec(statement).all())


def chosen(workspace_id: UUID | None, wanted: AuditFilter) -> Any:
    """The query for those events, in no order yet."""
    statement = select(AuditEvent)
    if workspace_id is not None:
        statement = statement.where(AuditEvent.workspace_id == workspace_id)
    same = {"subject_kind": wanted.subject_kind, "subject_id": wanted.subject_id, "result": wanted.result}
    for name, value in same.items():
        if value:
            statement = statement.where(getattr(AuditEvent, name) == value)
    if wanted.action.endswith("."):
        statement = statement.where(col(AuditEvent.action).startswith(wanted.action, autoescape=True))
    elif wanted.action:
        statement = statement.where(AuditEvent.action == wanted.action)
    if wanted.since:
        statement = statement.where(col(AuditEvent.created_at) >= wanted.since)
    if wanted.until:
        statement = statement.where(col(AuditEvent.created_at) < wanted.until)
    return _with_text(statement, wanted)


def _with_text(statement: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.who:
        part = _searchable(wanted.who)
        email = col(AuditEvent.actor_email).icontains(part, autoescape=True)
        called = select(UserAccount.id).where(col(UserAccount.name).icontains(part, autoescape=True))
        is_id = cast(AuditEvent.actor_id, String) == wanted.who
        statement = statement.where(or_(email, is_id, col(AuditEvent.actor_id).in_(called)))
    if wanted.text:
        # Somebody who was refused has no account: the address that they tried stands in the detail.
        places: Iterable[Any] = (
            col(AuditEvent.actor_email),
            col(AuditEvent.action),
            col(AuditEvent.subject_id),
            col(AuditEvent.address),
            cast(AuditEvent.detail, String),
        )
        part = _searchable(wanted.text)
        statement = statement.where(or_(*(place.icontains(part, autoescape=True) for place in places)))
    return statement


def _searchable(text: str) -> str:
    # PostgreSQL refuses NUL in any text, and no event holds one.
    return text.replace("\0", "\ufffd")
