"""Workspaces and their members (F1.16-19)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import members, workspaces
from pursight_app.services.access import Permission

router = APIRouter(tags=["workspaces"], route_class=GuardedRoute)


class NewWorkspace(BaseModel):
    """A workspace to be."""

    name: str = Field(max_length=200)


class NewMember(BaseModel):
    """A person and their role."""

    user_id: UUID
    role: str = Field(max_length=40)


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
def list_members(
    workspace_id: UUID, actor: CurrentActor, at: CurrentPaging, q: Annotated[str, Query(max_length=200)] = ""
) -> Page:
    """The people of a workspace by name; `q` is part of a name or e-mail address."""
    with unit_of_work() as session:
        rows, total = members.list_members(session, actor, workspace_id, query=q, limit=at.limit, offset=at.offset)
    items = [
        {
            "user_id": str(row.user.id),
            "email": row.user.email,
            "name": row.user.name,
            "role": row.role,
            "groups": row.groups,
            "added_at": row.added_at,
        }
        for row in rows
    ]
    return page(items, total, at)


@router.post("/api/workspaces/{workspace_id}/members", status_code=201)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def set_member(workspace_id: UUID, body: NewMember, actor: CurrentActor) -> dict[str, str]:
    """Adds a person or changes their role."""
    with unit_of_work() as session:
        member = members.set_member(session, actor, workspace_id, user_id=body.user_id, role=body.role)
    return {"id": str(member.id), "user_id": str(member.user_id), "role": member.role}


@router.delete("/api/workspaces/{workspace_id}/members/{user_id}", status_code=204)
@guard(Permission.WORKSPACE_READ, "workspace_id", people_only=True)
def remove_member(workspace_id: UUID, user_id: UUID, actor: CurrentActor) -> None:
    """Takes a person out of a workspace with their groups and grants there; everybody may take themselves out."""
    with unit_of_work() as session:
        members.remove_member(session, actor, workspace_id, user_id)
