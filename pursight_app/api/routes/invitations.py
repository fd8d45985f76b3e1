"""Invitations and links for a new password: making them takes rights, using them only the link."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import SecretRoute, guard, public
from pursight_app.core.db import unit_of_work
from pursight_app.services import auth, invitations, password_resets
from pursight_app.services.access import Actor, Permission
from pursight_app.services.account_links import TOKEN_MAX, IssuedLink, deliver, throttle_links
from pursight_app.services.invitations import PendingInvitation

# Answers hold links that let somebody in: they are kept nowhere, also not for a repeated request.
router = APIRouter(tags=["people"], route_class=SecretRoute)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewInvitation(_Body):
    """Whom to invite into a workspace, and with which of its roles."""

    email: str = Field(max_length=320)
    name: str = Field(default="", max_length=200)
    role: str = Field(max_length=40)


class Acceptance(_Body):
    """The token of the link and what the person chose."""

    token: str = Field(max_length=TOKEN_MAX)
    name: str = Field(default="", max_length=200)
    password: str = Field(max_length=auth.PASSWORD_MAX)


class LinkToken(_Body):
    """The token of a link."""

    token: str = Field(max_length=TOKEN_MAX)


class ResetRequest(_Body):
    """Whose password was forgotten."""

    email: str = Field(max_length=320)


class NewPassword(_Body):
    """The token of the link and the new password."""

    token: str = Field(max_length=TOKEN_MAX)
    password: str = Field(max_length=auth.PASSWORD_MAX)


def _issued(actor: Actor, link: IssuedLink) -> dict[str, Any]:
    sent = deliver(link)
    shown = {"invitation_link": link.url} if invitations.may_see_link(actor) else {}
    return {"id": str(link.id), "is_mailed": sent.is_mailed, "mail_problem": sent.problem, **shown}


def _shown(row: PendingInvitation) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "email": row.email,
        "workspace_id": str(row.workspace_id) if row.workspace_id else None,
        "workspace": row.workspace_name,
        "role": row.role,
        "expires_at": row.expires_at,
        "is_expired": row.is_expired,
        "invited_by": row.invited_by,
    }


@router.post("/api/workspaces/{workspace_id}/invitations", status_code=201)
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def invite_member(workspace_id: UUID, body: NewInvitation, actor: CurrentActor) -> dict[str, Any]:
    """Invites a person into the workspace. The answer is the same whether or not the address has an account."""
    with unit_of_work() as session:
        link = invitations.invite_member(session, actor, workspace_id, email=body.email, name=body.name, role=body.role)
    return _issued(actor, link)


@router.get("/api/workspaces/{workspace_id}/invitations")
@guard(Permission.MEMBER_MANAGE, "workspace_id")
def list_invitations_of_workspace(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Open invitations into the workspace, the newest first."""
    with unit_of_work() as session:
        rows, total = invitations.list_invitations(
            session, actor, workspace_id=workspace_id, limit=at.limit, offset=at.offset
        )
    return page([_shown(row) for row in rows], total, at)


@router.get("/api/invitations")
@guard(Permission.USER_MANAGE)
def list_invitations(actor: CurrentActor, at: CurrentPaging) -> Page:
    """All open invitations of the installation, the newest first."""
    with unit_of_work() as session:
        rows, total = invitations.list_invitations(session, actor, workspace_id=None, limit=at.limit, offset=at.offset)
    return page([_shown(row) for row in rows], total, at)


@router.post("/api/invitations/accept")
@guard(people_only=True)
def accept_as_member(body: LinkToken, actor: CurrentActor) -> dict[str, Any]:
    """Accepts an invitation with the account that one is logged in with."""
    with unit_of_work() as session:
        row = invitations.accept_as_member(session, actor, body.token)
    return {"workspace_id": str(row.workspace_id) if row.workspace_id else None, "role": row.role}


@router.post("/api/invitations/{invitation_id}/resend", status_code=201)
@guard()
def resend_invitation(invitation_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Makes a new link; the old one is dead."""
    with unit_of_work() as session:
        link = invitations.resend_invitation(session, actor, invitation_id)
    return _issued(actor, link)


@router.delete("/api/invitations/{invitation_id}", status_code=204)
@guard()
def withdraw_invitation(invitation_id: UUID, actor: CurrentActor) -> Response:
    """Makes the link dead."""
    with unit_of_work() as session:
        invitations.withdraw_invitation(session, actor, invitation_id)
    return Response(status_code=204)


@router.post("/auth/invitations/accept")
@public
def accept_invitation(body: Acceptance) -> dict[str, str]:
    """Sets the first password of an invited account; log in with it afterwards."""
    throttle_links()
    with unit_of_work() as session:
        user = invitations.accept_invitation(session, body.token, name=body.name, password=body.password)
    return {"id": str(user.id), "email": user.email}


@router.post("/auth/password-reset", status_code=202)
@public
def request_reset(body: ResetRequest) -> dict[str, str]:
    """Mails a link if the address has an account; the answer and its time are the same for every address."""
    password_resets.request_reset(body.email)
    return {"detail": "If this address has an account with a password, a link is on its way. It works for 30 minutes."}


@router.post("/auth/password-reset/confirm", status_code=204)
@public
def set_new_password(body: NewPassword) -> Response:
    """Sets a new password with the token of a link, once; all sessions end, the second factor stays."""
    throttle_links()
    with unit_of_work() as session:
        password_resets.set_new_password(session, body.token, body.password)
    return Response(status_code=204)
