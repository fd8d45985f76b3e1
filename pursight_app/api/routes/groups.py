"""Groups of a workspace and who is in them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import UserGroup
from pursight_app.services import groups
from pursight_app.services.access import Permission

router = APIRouter(tags=["groups"], route_class=GuardedRoute)


class NewGroup(BaseModel):
    """A group to be."""

    name: str = Field(max_length=200)
    description: str = Field(default="", max_length=1000)


class ChangedGroup(BaseModel):
    """A group's new name; without a description the old one stays."""

    name: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=1000)


class NewGroupMember(BaseModel):
    """Who shall be in the group."""

    user_id: UUID


@router.get("/api/workspaces/{workspace_id}/groups")
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def list_groups(
    workspace_id: UUID, actor: CurrentActor, at: CurrentPaging, q: Annotated[str, Query(max_length=200)] = ""
) -> Page:
    """The groups of a workspace by name."""
    with unit_of_work() as session:
        rows, total = groups.list_groups(session, actor, workspace_id, query=q, limit=at.limit, offset=at.offset)
    items = [{**_view(row.group), "member_count": row.member_count, "grant_count": row.grant_count} for row in rows]
    return page(items, total, at)


@router.post("/api/workspaces/{workspace_id}/groups", status_code=201)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def create_group(workspace_id: UUID, body: NewGroup, actor: CurrentActor) -> dict[str, Any]:
    """Adds a group without members."""
    with unit_of_work() as session:
        return _view(groups.create_group(session, actor, workspace_id, **body.model_dump()))


@router.patch("/api/workspaces/{workspace_id}/groups/{group_id}")
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def update_group(workspace_id: UUID, group_id: UUID, body: ChangedGroup, actor: CurrentActor) -> dict[str, Any]:
    """Renames a group."""
    with unit_of_work() as session:
        return _view(groups.update_group(session, actor, workspace_id, group_id, **body.model_dump()))


@router.delete("/api/workspaces/{workspace_id}/groups/{group_id}", status_code=204)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def delete_group(workspace_id: UUID, group_id: UUID, actor: CurrentActor) -> None:
    """Removes a group with its grants; its members stay in the workspace."""
    with unit_of_work() as session:
        groups.delete_group(session, actor, workspace_id, group_id)


@router.get("/api/workspaces/{workspace_id}/groups/{group_id}/members")
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def list_group_members(workspace_id: UUID, group_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The people in a group by name."""
    with unit_of_work() as session:
        rows, total = groups.list_group_members(
            session, actor, workspace_id, group_id, limit=at.limit, offset=at.offset
        )
    return page([{"user_id": str(row.id), "email": row.email, "name": row.name} for row in rows], total, at)


@router.post("/api/workspaces/{workspace_id}/groups/{group_id}/members", status_code=201)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def add_group_member(workspace_id: UUID, group_id: UUID, body: NewGroupMember, actor: CurrentActor) -> dict[str, str]:
    """Puts a member of the workspace into a group."""
    with unit_of_work() as session:
        groups.add_group_member(session, actor, workspace_id, group_id, body.user_id)
    return {"group_id": str(group_id), "user_id": str(body.user_id)}


@router.delete("/api/workspaces/{workspace_id}/groups/{group_id}/members/{user_id}", status_code=204)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def remove_group_member(workspace_id: UUID, group_id: UUID, user_id: UUID, actor: CurrentActor) -> None:
    """Takes a person out of a group."""
    with unit_of_work() as session:
        groups.remove_group_member(session, actor, workspace_id, group_id, user_id)


def _view(group: UserGroup) -> dict[str, Any]:
    return {"id": str(group.id), "name": group.name, "description": group.description}
