"""Requests for access: a member asks for a permission, somebody else decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import AccessRequest, DataSource, Member, RequestStatus, ScopeKind, UserAccount
from pursight_app.services import access, audit, grants
from pursight_app.services.access import SCOPES_OF, Actor, Permission, Resource
from pursight_app.services.grants import NewGrant
from pursight_app.services.workspaces import lock_workspace

MIN_REASON, MAX_REASON = 10, 1000


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request with the names it speaks of; `decided_by` is "" while it is open."""

    request: AccessRequest
    who: str
    email: str
    data_source: str
    decided_by: str


def request_access(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    permission: str,
    reason: str,
    data_source_id: UUID | None = None,
) -> AccessRequest:
    """Asks for a permission, for the workspace or one of its data sources.

    Raises:
        InvalidInputError: no such permission, one that cannot be had so, or no reason.
        NotFoundError: no such workspace or data source for the actor.
        ConflictError: the actor has it already, or has an open request for it.
    """
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    asked = _checked_permission(permission, is_for_source=data_source_id is not None)
    reason = _checked_reason(reason)
    if data_source_id is not None:
        source = access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_READ)
        if source.workspace_id != workspace_id:
            raise NotFoundError("There is no such data source in this workspace.")
    _lock_member(session, actor, workspace_id)
    if actor.decide(asked, Resource(workspace_id, data_source_id)).allowed:
        raise ConflictError("You have this right already. Load the page again.", code="already_allowed")
    is_open = select(AccessRequest.id).where(
        AccessRequest.workspace_id == workspace_id,
        AccessRequest.user_id == actor.user_id,
        AccessRequest.permission == asked,
        AccessRequest.status == RequestStatus.PENDING,
    )
    if session.exec(is_open).first() is not None:
        raise ConflictError("You have asked for this already; it waits for a decision.", code="request_open")
    request = AccessRequest(
        workspace_id=workspace_id,
        user_id=actor.user_id,
        permission=asked,
        data_source_id=data_source_id,
        reason=reason,
    )
    session.add(request)
    session.flush()
    _record(session, actor, "access_request.create", request, before=None, text=reason)
    return request


def list_requests(
    session: Session, actor: Actor, workspace_id: UUID, *, status: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[RequestRow], int]:
    """Requests in a workspace, oldest first, and how many there are: all for those who manage roles, else one's own."""
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    statement = _named().where(AccessRequest.workspace_id == workspace_id)
    if not actor.may(Permission.ROLE_MANAGE, workspace_id):
        statement = statement.where(AccessRequest.user_id == actor.user_id)
    if status:
        statement = statement.where(AccessRequest.status == status)
    rows = session.exec(statement.limit(limit).offset(offset)).all()
    return [_row(*row) for row in rows], count_rows(session, statement)


def approve(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    request_id: UUID,
    *,
    expires_at: datetime | None = None,
    note: str = "",
) -> grants.GrantRow:
    """Grants what was asked for, until `expires_at` or for good.

    Raises:
        NotFoundError: no such request, or the person has left the workspace.
        PermissionDeniedError: one's own request, or more than the actor holds.
        ConflictError: it is decided already.
    """
    request = _take(session, actor, workspace_id, request_id)
    row = grants.create_grant(
        session,
        actor,
        workspace_id,
        NewGrant(
            user_id=request.user_id,
            permission=request.permission,
            scope_kind=ScopeKind.DATA_SOURCE if request.data_source_id else ScopeKind.WORKSPACE,
            data_source_id=request.data_source_id,
            reason=request.reason,
            expires_at=expires_at,
        ),
    )
    _decide(session, actor, request, RequestStatus.APPROVED, note)
    return row


def refuse(session: Session, actor: Actor, workspace_id: UUID, request_id: UUID, *, note: str) -> AccessRequest:
    """Says no, with a note for the person who asked.

    Raises:
        NotFoundError, PermissionDeniedError, ConflictError: as for `approve`.
        InvalidInputError: no note.
    """
    request = _take(session, actor, workspace_id, request_id)
    if not note.strip():
        raise InvalidInputError("Say in a few words why not; the person who asked reads it.")
    return _decide(session, actor, request, RequestStatus.REFUSED, note)


def withdraw(session: Session, actor: Actor, workspace_id: UUID, request_id: UUID) -> AccessRequest:
    """Takes one's own open request back.

    Raises:
        NotFoundError: no such request of the actor's.
        ConflictError: it is decided already.
    """
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    request = _locked(session, workspace_id, request_id)
    if request.user_id != actor.user_id:
        raise NotFoundError("There is no such request of yours.")
    _require_open(request)
    return _decide(session, actor, request, RequestStatus.WITHDRAWN, "")


def _take(session: Session, actor: Actor, workspace_id: UUID, request_id: UUID) -> AccessRequest:
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    request = _locked(session, workspace_id, request_id)
    if request.user_id == actor.user_id:
        raise PermissionDeniedError("Nobody decides their own request. Ask somebody else who manages roles.")
    _require_open(request)
    return request


def _locked(session: Session, workspace_id: UUID, request_id: UUID) -> AccessRequest:
    # Two who decide at once: the second waits here and then sees what the first decided. The workspace comes first, as
    # everywhere, so that nobody who removes the person meanwhile waits for this and this for them.
    lock_workspace(session, workspace_id)
    statement = (
        select(AccessRequest)
        .where(AccessRequest.id == request_id, AccessRequest.workspace_id == workspace_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    request = session.exec(statement).first()
    if request is None:
        raise NotFoundError("There is no such request in this workspace.")
    return request


def _require_open(request: AccessRequest) -> None:
    if request.status != RequestStatus.PENDING:
        raise ConflictError(f"This request is {request.status} already. Load the list again.", code="request_decided")


def _decide(session: Session, actor: Actor, request: AccessRequest, status: RequestStatus, note: str) -> AccessRequest:
    request.status, request.note = status, note.strip()[:MAX_REASON]
    request.decided_by_id, request.decided_at = actor.user_id, now()
    session.add(request)
    verb = {"approved": "approve", "refused": "refuse", "withdrawn": "withdraw"}[status]
    _record(session, actor, f"access_request.{verb}", request, before=RequestStatus.PENDING, text=request.note)
    return request


def _record(
    session: Session, actor: Actor, action: str, request: AccessRequest, *, before: str | None, text: str
) -> None:
    audit.record(
        session,
        actor,
        action,
        audit.Subject("access_request", request.id, request.workspace_id),
        user_id=str(request.user_id),
        permission=request.permission,
        data_source_id=str(request.data_source_id or ""),
        before=before,
        after=request.status,
        text=text,
    )


def _checked_permission(permission: str, *, is_for_source: bool) -> Permission:
    if permission not in SCOPES_OF:
        raise InvalidInputError(f"{permission[:60]!r} is nothing that one can ask for in a workspace.")
    if is_for_source and ScopeKind.DATA_SOURCE not in SCOPES_OF[Permission(permission)]:
        words = access.PERMISSION_WORDS[Permission(permission)]
        raise InvalidInputError(f"The right to {words} is for a whole workspace; ask without naming a data source.")
    return Permission(permission)


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise InvalidInputError(f"Say in {MIN_REASON} to {MAX_REASON} characters what you need it for.")
    return reason


def _lock_member(session: Session, actor: Actor, workspace_id: UUID) -> None:
    # One after the other, or two clicks at once would make two requests.
    statement = select(Member.id).where(Member.workspace_id == workspace_id, Member.user_id == actor.user_id)
    if session.exec(statement.with_for_update()).first() is None:
        raise ConflictError("Only members of a workspace ask for access in it.", code="not_a_member")


def _named() -> Any:
    decider = aliased(UserAccount)
    return (
        select(AccessRequest, UserAccount, DataSource, decider)
        .join(UserAccount, col(UserAccount.id) == AccessRequest.user_id)
        .outerjoin(DataSource, col(DataSource.id) == AccessRequest.data_source_id)
        .outerjoin(decider, col(decider.id) == AccessRequest.decided_by_id)
        .order_by(col(AccessRequest.created_at), col(AccessRequest.id))
    )


def _row(
    request: AccessRequest, user: UserAccount, source: DataSource | None, decider: UserAccount | None
) -> RequestRow:
    return RequestRow(request, user.name, user.email, source.name if source else "", decider.name if decider else "")
