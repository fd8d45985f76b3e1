"""Workspaces, members, and answers to "may X do Y" (F1.16-19)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlmodel import Session

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.models import Asset, DataSource, Finding, Role, ScanRun, Workspace
from pursight_app.services import access, audit, workspaces
from pursight_app.services.access import ROLE_PERMISSIONS, Permission

router = APIRouter(tags=["workspaces"], route_class=GuardedRoute)
_RESOURCES = {"workspace": Workspace, "data_source": DataSource, "asset": Asset, "scan": ScanRun, "finding": Finding}


class NewWorkspace(BaseModel):
    """A workspace to be."""

    name: str = Field(max_length=200)


class NewMember(BaseModel):
    """A person and their role."""

    user_id: UUID
    role: str = Field(max_length=40)


class AccessQuestion(BaseModel):
    """May `user_id` (default: the caller) do `action` with `resource`, given as `kind:id` such as `asset:…`?"""

    user_id: UUID | None = None
    resource: str = Field(max_length=120)
    action: str = Field(max_length=60)


@router.post("/api/workspaces", status_code=201)
@guard(Permission.USER_MANAGE)
def create_workspace(body: NewWorkspace, actor: CurrentActor) -> dict[str, str]:
    """Makes a workspace with the starter rules; the caller becomes its administrator."""
    with unit_of_work() as session:
        workspace = workspaces.create_workspace(session, actor, name=body.name)
    return {"id": str(workspace.id), "name": workspace.name}


@router.get("/api/workspaces")
@guard()
def list_workspaces(actor: CurrentActor, at: CurrentPaging) -> Page:
    """The workspaces that the caller may see."""
    with unit_of_work() as session:
        rows = workspaces.list_workspaces(session, actor)
    items = [{"id": str(row.workspace.id), "name": row.workspace.name, "role": row.role} for row in rows]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.get("/api/workspaces/{workspace_id}/members")
@guard(Permission.WORKSPACE_READ, "workspace_id")
def list_members(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The people of a workspace."""
    with unit_of_work() as session:
        rows = workspaces.list_members(session, actor, workspace_id)
    items = [
        {"user_id": str(user.id), "email": user.email, "name": user.name, "role": member.role} for member, user in rows
    ]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.post("/api/workspaces/{workspace_id}/members", status_code=201)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def set_member(workspace_id: UUID, body: NewMember, actor: CurrentActor) -> dict[str, str]:
    """Adds a person or changes their role."""
    with unit_of_work() as session:
        member = workspaces.set_member(session, actor, workspace_id, user_id=body.user_id, role=body.role)
    return {"id": str(member.id), "user_id": str(member.user_id), "role": member.role}


@router.get("/api/roles")
@guard()
def list_roles(actor: CurrentActor) -> Page:  # noqa: ARG001  asked for so that only people with a session see it
    """The built-in roles and what each includes."""
    items = [{"role": role, "permissions": sorted(held)} for role, held in ROLE_PERMISSIONS.items()]
    return Page(items=items, next_cursor=None, total=len(Role))


@router.get("/api/audit-events")
@guard(Permission.AUDIT_READ)
def list_audit_events(
    actor: CurrentActor, at: CurrentPaging, workspace_id: Annotated[UUID | None, Query()] = None
) -> Page:
    """Who did what, newest first."""
    with unit_of_work() as session:
        rows, total = audit.list_audit_events(
            session, actor, workspace_id=workspace_id, limit=at.limit, offset=at.offset
        )
    return page([row.model_dump(mode="json") for row in rows], total, at)


@router.post("/api/access/check")
@guard()
def check_access(body: AccessQuestion, actor: CurrentActor) -> dict[str, object]:
    """Whether and why somebody may do something. Asking about others takes the right to manage the workspace."""
    kind, _, row_id = body.resource.partition(":")
    if kind not in _RESOURCES or body.action not in set(Permission):
        raise InvalidInputError(f"A resource is KIND:ID with KIND of {', '.join(_RESOURCES)}; an action is noun.verb.")
    with unit_of_work() as session:
        resource = _resource(session, actor, kind, row_id)
        subject = actor
        if body.user_id and body.user_id != actor.user_id:
            access.require(actor, Permission.MEMBER_MANAGE, resource.workspace_id)
            subject = access.someone(session, body.user_id)
        found = access.explain(session, subject, Permission(body.action), resource)
    return {
        "allowed": found.decision.allowed,
        "reason": found.decision.reason,
        "granted_by": list(found.decision.granted_by),
        "path": list(found.decision.path),
        "missing": found.missing,
        "grantable_by": list(found.grantable_by),
    }


def _resource(session: Session, actor: access.Actor, kind: str, row_id: str) -> access.Resource:
    model = _RESOURCES[kind]
    try:
        row = session.get(model, UUID(row_id))
    except ValueError:
        row = None
    if row is not None:
        resource = access.resource_of(session, row)
        read = access.READ_OF.get(model, Permission.WORKSPACE_READ)
        if actor.knows(resource.workspace_id) and actor.decide(read, resource).allowed:
            return resource
    raise NotFoundError("There is no such thing, or not one that you may see.")
