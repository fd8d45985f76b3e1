"""Answers to "may X do Y" and "who may" (F1.16-19), and requests for access."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.api.routes.grants import grant_view
from pursight_app.core.db import unit_of_work
from pursight_app.models import AccessRequest, RequestStatus
from pursight_app.services import access_questions, access_requests
from pursight_app.services.access import Permission

router = APIRouter(tags=["access"], route_class=GuardedRoute)


class AccessQuestion(BaseModel):
    """May `user_id` (default: the caller) do `action` with `resource`, given as `kind:id` such as `asset:…`?"""

    user_id: UUID | None = None
    resource: str = Field(max_length=120)
    action: str = Field(max_length=60)


class NewAccessRequest(BaseModel):
    """What somebody asks for, and why."""

    permission: str = Field(max_length=60)
    data_source_id: UUID | None = None
    reason: str = Field(max_length=1000)


class Approval(BaseModel):
    """Until when (None: for good), with a note."""

    expires_at: AwareDatetime | None = None
    note: str = Field(default="", max_length=1000)


class Refusal(BaseModel):
    """Why not."""

    note: str = Field(max_length=1000)


@router.post("/api/access/check")
@guard()
def check_access(body: AccessQuestion, actor: CurrentActor) -> dict[str, object]:
    """Whether and why somebody may do something. Asking about others takes `member.manage` or `role.manage`."""
    permission = access_questions.checked_action(body.action)
    with unit_of_work() as session:
        resource = access_questions.find_resource(session, actor, body.resource)
        found = access_questions.check(session, actor, user_id=body.user_id, permission=permission, resource=resource)
    return {
        "allowed": found.decision.allowed,
        "reason": found.decision.reason,
        "granted_by": list(found.decision.granted_by),
        "path": list(found.decision.path),
        "missing": found.missing,
        "grantable_by": list(found.grantable_by),
    }


@router.get("/api/access/who")
@guard()
def who_may(
    actor: CurrentActor,
    at: CurrentPaging,
    resource: Annotated[str, Query(max_length=120)],
    action: Annotated[str, Query(max_length=60)],
) -> Page:
    """Everybody who may do `action` with `resource`, and why. Takes `member.manage` or `role.manage`."""
    permission = access_questions.checked_action(action)
    with unit_of_work() as session:
        found = access_questions.find_resource(session, actor, resource)
        rows, total = access_questions.who_may(session, actor, permission, found, limit=at.limit, offset=at.offset)
    items = [
        {
            "user_id": str(row.user_id),
            "name": row.name,
            "email": row.email,
            "reason": row.decision.reason,
            "granted_by": list(row.decision.granted_by),
            "path": list(row.decision.path),
        }
        for row in rows
    ]
    return page(items, total, at)


@router.get("/api/workspaces/{workspace_id}/access-requests")
@guard(Permission.WORKSPACE_READ, "workspace_id")
def list_access_requests(
    workspace_id: UUID,
    actor: CurrentActor,
    at: CurrentPaging,
    status: Annotated[RequestStatus | None, Query()] = None,
) -> Page:
    """Requests, oldest first: all for those who manage roles, one's own for everybody else."""
    with unit_of_work() as session:
        rows, total = access_requests.list_requests(
            session, actor, workspace_id, status=status or "", limit=at.limit, offset=at.offset
        )
    items = [
        {**_view(row.request), "name": row.who, "data_source": row.data_source, "decided_by": row.decided_by}
        for row in rows
    ]
    return page(items, total, at)


@router.post("/api/workspaces/{workspace_id}/access-requests", status_code=201)
@guard(Permission.WORKSPACE_READ, "workspace_id")
def request_access(workspace_id: UUID, body: NewAccessRequest, actor: CurrentActor) -> dict[str, Any]:
    """Asks for a permission, for the workspace or one of its data sources."""
    with unit_of_work() as session:
        return _view(access_requests.request_access(session, actor, workspace_id, **body.model_dump()))


@router.post("/api/workspaces/{workspace_id}/access-requests/{request_id}/approve")
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def approve(workspace_id: UUID, request_id: UUID, body: Approval, actor: CurrentActor) -> dict[str, Any]:
    """Grants what was asked for; never one's own request."""
    with unit_of_work() as session:
        row = access_requests.approve(session, actor, workspace_id, request_id, **body.model_dump())
    return {"status": RequestStatus.APPROVED, "grant": grant_view(row)}


@router.post("/api/workspaces/{workspace_id}/access-requests/{request_id}/refuse")
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def refuse(workspace_id: UUID, request_id: UUID, body: Refusal, actor: CurrentActor) -> dict[str, Any]:
    """Says no, with a note for the person who asked."""
    with unit_of_work() as session:
        return _view(access_requests.refuse(session, actor, workspace_id, request_id, note=body.note))


@router.delete("/api/workspaces/{workspace_id}/access-requests/{request_id}")
@guard(Permission.WORKSPACE_READ, "workspace_id")
def withdraw(workspace_id: UUID, request_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Takes one's own open request back."""
    with unit_of_work() as session:
        return _view(access_requests.withdraw(session, actor, workspace_id, request_id))


def _view(request: AccessRequest) -> dict[str, Any]:
    return request.model_dump(mode="json", exclude={"workspace_id", "decided_by_id"})
