"""Grants and denials beyond the roles of members."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import GrantEffect, ScopeKind
from pursight_app.services import grants
from pursight_app.services.access import Permission
from pursight_app.services.grants import GrantRow, NewGrant

router = APIRouter(tags=["grants"], route_class=GuardedRoute)


class GrantBody(BaseModel):
    """A grant to be: to `user_id` or `group_id`, of a `role` or one `permission`.

    `scope_kind` data_source and subtree take `data_source_id`; subtree, data_class and sensitivity take `scope_value`.
    """

    user_id: UUID | None = None
    group_id: UUID | None = None
    effect: GrantEffect = GrantEffect.ALLOW
    role: str | None = Field(default=None, max_length=40)
    permission: str | None = Field(default=None, max_length=60)
    scope_kind: ScopeKind = ScopeKind.WORKSPACE
    data_source_id: UUID | None = None
    scope_value: str = Field(default="", max_length=500)
    reason: str = Field(default="", max_length=1000)
    expires_at: AwareDatetime | None = None


@router.get("/api/workspaces/{workspace_id}/grants")
@guard(Permission.ROLE_MANAGE, "workspace_id")
def list_grants(
    workspace_id: UUID,
    actor: CurrentActor,
    at: CurrentPaging,
    q: Annotated[str, Query(max_length=200)] = "",
    user_id: Annotated[UUID | None, Query()] = None,
) -> Page:
    """The grants of a workspace, newest first; `q` is part of a person's or a group's name."""
    with unit_of_work() as session:
        rows, total = grants.list_grants(
            session, actor, workspace_id, query=q, user_id=user_id, limit=at.limit, offset=at.offset
        )
    return page([grant_view(row) for row in rows], total, at)


@router.post("/api/workspaces/{workspace_id}/grants", status_code=201)
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def create_grant(workspace_id: UUID, body: GrantBody, actor: CurrentActor) -> dict[str, Any]:
    """Allows or denies something, at once."""
    with unit_of_work() as session:
        return grant_view(grants.create_grant(session, actor, workspace_id, NewGrant(**body.model_dump())))


@router.delete("/api/workspaces/{workspace_id}/grants/{grant_id}", status_code=204)
@guard(Permission.ROLE_MANAGE, "workspace_id", people_only=True)
def revoke_grant(workspace_id: UUID, grant_id: UUID, actor: CurrentActor) -> None:
    """Takes a grant away, at once."""
    with unit_of_work() as session:
        grants.revoke_grant(session, actor, workspace_id, grant_id)


def grant_view(row: GrantRow) -> dict[str, Any]:
    """A grant as answers hold it."""
    hidden = {"workspace_id", "created_by_id", "user_group_id"}
    group_id = row.grant.user_group_id
    return {
        **row.grant.model_dump(mode="json", exclude=hidden),
        "group_id": str(group_id) if group_id else None,
        "receiver": row.receiver,
        "sentence": row.sentence,
        "created_by": row.created_by,
        "has_run_out": row.has_run_out,
    }
