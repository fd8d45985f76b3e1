"""API tokens and service accounts. Only people come in here: a token makes no tokens."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, SecretRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import ApiToken
from pursight_app.services import api_tokens, service_accounts
from pursight_app.services.access import Permission

router = APIRouter(tags=["API tokens"], route_class=GuardedRoute)
# Answers with a token in them, which must not be kept for repeated requests.
_secrets = APIRouter(tags=["API tokens"], route_class=SecretRoute)
Scope = Annotated[str, StringConstraints(max_length=60)]


class NewServiceToken(BaseModel):
    """A token of a service account to be; `scopes` are permissions."""

    name: str = Field(min_length=1, max_length=200)
    scopes: list[Scope] = Field(min_length=1, max_length=40)
    expires_in_days: int = Field(default=90, ge=1, le=365)


class NewToken(NewServiceToken):
    """A token of one's own to be; without a workspace it is good in all of one's workspaces."""

    workspace_id: UUID | None = None


class NewServiceAccount(BaseModel):
    """An account for a program to be."""

    name: str = Field(min_length=1, max_length=60)
    role: str = Field(max_length=40)


class ServiceAccountChange(BaseModel):
    """Whether a service account may work."""

    is_active: bool


@router.get("/api/tokens")
@guard(people_only=True)
def list_tokens(actor: CurrentActor, at: CurrentPaging) -> Page:
    """The caller's tokens, newest first."""
    with unit_of_work() as session:
        rows = api_tokens.list_own_tokens(session, actor)
    return page([_listed(row) for row in rows[at.offset : at.offset + at.limit]], len(rows), at)


@_secrets.post("/api/tokens", status_code=201)
@guard(people_only=True)
def create_token(body: NewToken, actor: CurrentActor) -> dict[str, object]:
    """Makes a token. This answer is the only one that holds it."""
    with unit_of_work() as session:
        token, presented = api_tokens.create_token(
            session,
            actor,
            name=body.name,
            scopes=body.scopes,
            workspace_id=body.workspace_id,
            expires_in_days=body.expires_in_days,
        )
    return {**_described(token), "token": presented}


@router.delete("/api/tokens/{token_id}", status_code=204)
@guard(people_only=True)
def revoke_token(token_id: UUID, actor: CurrentActor) -> Response:
    """Ends a token at once."""
    with unit_of_work() as session:
        api_tokens.revoke_token(session, actor, token_id)
    return Response(status_code=204)


@router.get("/api/workspaces/{workspace_id}/tokens")
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def list_workspace_tokens(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Everybody's tokens that are good in a workspace, newest first."""
    with unit_of_work() as session:
        rows = api_tokens.list_workspace_tokens(session, actor, workspace_id)
    return page([_listed(row) for row in rows[at.offset : at.offset + at.limit]], len(rows), at)


@router.get("/api/workspaces/{workspace_id}/service-accounts")
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def list_service_accounts(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The workspace's accounts for programs, by name."""
    with unit_of_work() as session:
        rows = service_accounts.list_service_accounts(session, actor, workspace_id)
    items = [
        {
            "id": str(row.user.id),
            "name": row.user.name,
            "email": row.user.email,
            "role": row.role,
            "is_active": row.user.is_active,
            "live_tokens": row.live_tokens,
            "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        }
        for row in rows
    ]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.post("/api/workspaces/{workspace_id}/service-accounts", status_code=201)
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def create_service_account(workspace_id: UUID, body: NewServiceAccount, actor: CurrentActor) -> dict[str, str]:
    """Makes an account for a program."""
    with unit_of_work() as session:
        user = service_accounts.create_service_account(session, actor, workspace_id, name=body.name, role=body.role)
    return {"id": str(user.id), "name": user.name, "email": user.email}


@router.patch("/api/workspaces/{workspace_id}/service-accounts/{user_id}")
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def set_service_account_active(
    workspace_id: UUID, user_id: UUID, body: ServiceAccountChange, actor: CurrentActor
) -> dict[str, object]:
    """Suspends an account for a program, or lets it work again."""
    with unit_of_work() as session:
        user = service_accounts.set_service_account_active(
            session, actor, workspace_id, user_id, is_active=body.is_active
        )
    return {"id": str(user.id), "is_active": user.is_active}


@router.delete("/api/workspaces/{workspace_id}/service-accounts/{user_id}", status_code=204)
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def delete_service_account(workspace_id: UUID, user_id: UUID, actor: CurrentActor) -> Response:
    """Removes an account for a program with all its tokens."""
    with unit_of_work() as session:
        service_accounts.delete_service_account(session, actor, workspace_id, user_id)
    return Response(status_code=204)


@_secrets.post("/api/workspaces/{workspace_id}/service-accounts/{user_id}/tokens", status_code=201)
@guard(Permission.TOKEN_MANAGE, "workspace_id", people_only=True)
def create_service_token(
    workspace_id: UUID, user_id: UUID, body: NewServiceToken, actor: CurrentActor
) -> dict[str, object]:
    """Makes a token of a service account. This answer is the only one that holds it."""
    with unit_of_work() as session:
        service_accounts.get_service_account(session, actor, workspace_id, user_id)
        token, presented = api_tokens.create_token(
            session,
            actor,
            name=body.name,
            scopes=body.scopes,
            workspace_id=workspace_id,
            expires_in_days=body.expires_in_days,
            user_id=user_id,
        )
    return {**_described(token), "token": presented}


def _described(token: ApiToken) -> dict[str, object]:
    return {
        "id": str(token.id),
        "name": token.name,
        "hint": token.hint,
        "scopes": token.scopes,
        "workspace_id": str(token.workspace_id) if token.workspace_id else None,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "last_used_address": token.last_used_address,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }


def _listed(row: api_tokens.TokenRow) -> dict[str, object]:
    owner = {"id": str(row.owner.id), "name": row.owner.name, "is_service": row.owner.is_service}
    return {**_described(row.token), "owner": owner, "may_revoke": row.may_revoke}


router.include_router(_secrets)
