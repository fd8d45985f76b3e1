"""Roles: the built-in ones and those of a workspace (F1.16-19)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, Page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import roles
from pursight_app.services.access import PERMISSION_WORDS, Permission
from pursight_app.services.roles import RoleRow

router = APIRouter(tags=["roles"], route_class=GuardedRoute)
Permissions = Annotated[list[str], Field(max_length=100)]


class NewRole(BaseModel):
    """A role to be; without a `key` one is made from the name."""

    name: str = Field(max_length=200)
    key: str = Field(default="", max_length=40)
    description: str = Field(default="", max_length=1000)
    permissions: Permissions


class ChangedRole(BaseModel):
    """A role as it shall be; what is left out stays."""

    name: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=1000)
    permissions: Permissions | None = None


class RolePreview(BaseModel):
    """Permissions that a role might have."""

    permissions: Permissions


@router.get("/api/roles")
@guard()
def list_all_roles(actor: CurrentActor, workspace_id: Annotated[UUID | None, Query()] = None) -> Page:
    """The built-in roles and what each includes; with a workspace its own ones too."""
    if workspace_id is not None:
        return list_roles(workspace_id, actor)
    return _page(roles.built_in_roles())


@router.get("/api/workspaces/{workspace_id}/roles")
@guard(Permission.WORKSPACE_READ, "workspace_id")
def list_roles(workspace_id: UUID, actor: CurrentActor) -> Page:
    """The roles of a workspace, built-in ones first."""
    with unit_of_work() as session:
        return _page(roles.list_roles(session, actor, workspace_id))


@router.post("/api/workspaces/{workspace_id}/roles", status_code=201)
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def create_role(workspace_id: UUID, body: NewRole, actor: CurrentActor) -> dict[str, Any]:
    """Adds an own role."""
    with unit_of_work() as session:
        return _view(roles.create_role(session, actor, workspace_id, **body.model_dump()))


@router.patch("/api/workspaces/{workspace_id}/roles/{role_key}")
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def update_role(workspace_id: UUID, role_key: str, body: ChangedRole, actor: CurrentActor) -> dict[str, Any]:
    """Changes an own role, at once for all who have it."""
    with unit_of_work() as session:
        return _view(roles.update_role(session, actor, workspace_id, role_key, **body.model_dump()))


@router.post("/api/workspaces/{workspace_id}/roles/{role_key}/preview")
@guard(Permission.ROLE_MANAGE, "workspace_id")
def preview_role(workspace_id: UUID, role_key: str, body: RolePreview, actor: CurrentActor) -> dict[str, Any]:
    """Who would gain and lose what if the role had these permissions; changes nothing."""
    with unit_of_work() as session:
        change = roles.preview_change(session, actor, workspace_id, role_key, body.permissions)
    people = [
        {
            "user_id": str(each.user_id),
            "name": each.name,
            "email": each.email,
            "gains": each.gains,
            "loses": each.loses,
            "through": each.through,
        }
        for each in change.people
    ]
    return {
        "added": change.added,
        "removed": change.removed,
        "people": people,
        "looked_at": change.looked_at,
        "holders": change.holders,
    }


@router.delete("/api/workspaces/{workspace_id}/roles/{role_key}", status_code=204)
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def delete_role(workspace_id: UUID, role_key: str, actor: CurrentActor) -> None:
    """Removes an own role that nobody has."""
    with unit_of_work() as session:
        roles.delete_role(session, actor, workspace_id, role_key)


def _page(rows: list[RoleRow]) -> Page:
    return Page(items=[_view(row) for row in rows], next_cursor=None, total=len(rows))


def _view(row: RoleRow) -> dict[str, Any]:
    held = [each for each in PERMISSION_WORDS if each in row.permissions]
    return {
        "role": row.key,
        "name": row.name,
        "description": row.description,
        "summary": roles.summary(held),
        "permissions": held,
        "is_built_in": row.is_built_in,
        "member_count": row.member_count,
        "grant_count": row.grant_count,
    }
