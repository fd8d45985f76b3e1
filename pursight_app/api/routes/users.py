"""The accounts of the installation (F1.16): list, make, change, suspend, merge."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import SecretRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import auth, invitations, password_resets, user_changes, user_merge, users
from pursight_app.services.access import Permission
from pursight_app.services.account_links import deliver
from pursight_app.services.users import UserFilter, UserRow

# Answers hold links that let somebody in: they are kept nowhere, also not for a repeated request.
router = APIRouter(tags=["people"], route_class=SecretRoute)


class _Body(BaseModel):
    # What is not named here cannot be set: nobody becomes an administrator by one more field.
    model_config = ConfigDict(extra="forbid")


class NewUser(_Body):
    """An account to be; without a password its person is invited and sets one."""

    email: str = Field(max_length=320)
    name: str = Field(default="", max_length=200)
    password: str | None = Field(default=None, max_length=1024)


class UserChange(_Body):
    """What to change of an account; what is left out stays."""

    name: str | None = Field(default=None, max_length=200)
    is_administrator: bool | None = None


class MergeInto(_Body):
    """The account that is kept; with `is_preview` nothing changes and the answer says what would."""

    into: UUID
    is_preview: bool = False


def _shown(row: UserRow) -> dict[str, Any]:
    return {
        "id": str(row.user.id),
        "email": row.user.email,
        "name": row.user.name,
        "is_active": row.user.is_active,
        "is_administrator": row.user.is_administrator,
        "state": row.state,
        "has_second_factor": row.has_second_factor,
        "last_login_at": row.user.last_login_at,
        "memberships": [
            {"workspace_id": str(each.workspace_id), "workspace": each.workspace_name, "role": each.role}
            for each in row.memberships
        ],
    }


@router.post("/api/users", status_code=201)
@guard(Permission.USER_MANAGE)
def create_user(body: NewUser, actor: CurrentActor) -> dict[str, Any]:
    """Adds an account. Without a password it is an invitation: its link is in this answer only, and mailed if mail is set."""
    if body.password is not None:
        with unit_of_work() as session:
            user = users.create_user(session, actor, email=body.email, name=body.name, password=body.password)
        return {"id": str(user.id), "email": user.email}
    with unit_of_work() as session:
        link = invitations.invite_user(session, actor, email=body.email, name=body.name)
    sent = deliver(link)
    return {
        "id": str(link.user_id),
        "email": link.mail.to,
        "invitation_link": link.url,
        "is_mailed": sent.is_mailed,
        "mail_problem": sent.problem,
    }


@router.get("/api/users")
@guard(Permission.USER_MANAGE)
def list_users(
    actor: CurrentActor,
    at: CurrentPaging,
    q: Annotated[str, Query(max_length=200)] = "",
    only: UserFilter = UserFilter.EVERYBODY,
) -> Page:
    """All accounts of this installation by e-mail address; `q` searches names and addresses."""
    with unit_of_work() as session:
        rows, total = users.list_users(session, actor, query=q, only=only, limit=at.limit, offset=at.offset)
    return page([_shown(row) for row in rows], total, at)


@router.get("/api/users/{user_id}")
@guard(Permission.USER_MANAGE)
def get_user(user_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """One account with its workspaces and live sessions."""
    with unit_of_work() as session:
        row = users.get_user(session, actor, user_id)
        live = auth.list_sessions(session, actor, user_id)
    sessions = [
        {"id": str(each.id), "address": each.address, "user_agent": each.user_agent, "last_seen_at": each.last_seen_at}
        for each in live
    ]
    return {**_shown(row), "sessions": sessions}


@router.patch("/api/users/{user_id}")
@guard(Permission.USER_MANAGE)
def change_user(user_id: UUID, body: UserChange, actor: CurrentActor) -> dict[str, Any]:
    """Renames an account, or makes it an administrator of the installation or no longer one."""
    with unit_of_work() as session:
        if body.name is not None:
            user_changes.rename_user(session, actor, user_id, name=body.name)
        if body.is_administrator is not None:
            user_changes.set_administrator(session, actor, user_id, is_administrator=body.is_administrator)
        session.flush()
        return _shown(users.get_user(session, actor, user_id))


@router.post("/api/users/{user_id}/suspend", status_code=204)
@guard(Permission.USER_MANAGE)
def suspend_user(user_id: UUID, actor: CurrentActor) -> Response:
    """Ends all sessions of the account; nobody gets in with it until it is reactivated."""
    with unit_of_work() as session:
        user_changes.suspend_user(session, actor, user_id)
    return Response(status_code=204)


@router.post("/api/users/{user_id}/reactivate", status_code=204)
@guard(Permission.USER_MANAGE)
def reactivate_user(user_id: UUID, actor: CurrentActor) -> Response:
    """Lets the person in again."""
    with unit_of_work() as session:
        user_changes.reactivate_user(session, actor, user_id)
    return Response(status_code=204)


@router.post("/api/users/{user_id}/password-reset", status_code=201)
@guard(Permission.USER_MANAGE)
def create_reset_link(user_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Mails a link to set a new password; when it cannot be mailed, the link is in this answer only."""
    with unit_of_work() as session:
        link = password_resets.create_reset_link(session, actor, user_id)
    sent = deliver(link)
    shown = {} if sent.is_mailed else {"reset_link": link.url}
    return {"is_mailed": sent.is_mailed, "mail_problem": sent.problem, **shown}


@router.post("/api/users/{user_id}/second-factor-reset", status_code=204)
@guard(Permission.USER_MANAGE)
def reset_second_factor(user_id: UUID, actor: CurrentActor) -> Response:
    """Takes app, passkeys and recovery codes away from somebody who lost them; their sessions end."""
    with unit_of_work() as session:
        user_changes.reset_second_factor(session, actor, user_id)
    return Response(status_code=204)


@router.post("/api/users/{user_id}/end-sessions")
@guard(Permission.USER_MANAGE)
def end_sessions(user_id: UUID, actor: CurrentActor) -> dict[str, int]:
    """Ends all sessions of the account, everywhere and at once; one's own goes on."""
    with unit_of_work() as session:
        return {"ended": user_changes.end_user_sessions(session, actor, user_id)}


@router.post("/api/users/{user_id}/merge")
@guard(Permission.USER_MANAGE)
def merge_user(user_id: UUID, body: MergeInto, actor: CurrentActor) -> dict[str, Any]:
    """Moves what the account has to another one and closes it for good; says what moved, or would."""
    work = user_merge.plan_merge if body.is_preview else user_merge.merge_users
    with unit_of_work() as session:
        return asdict(work(session, actor, closed_id=user_id, kept_id=body.into))
