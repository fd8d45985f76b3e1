"""Log-in, refresh, log-out, who am I (F1.2-22)."""

import asyncio
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from pursight_app.api.dependencies import CurrentActor
from pursight_app.api.guard import GuardedRoute, guard, public
from pursight_app.api.log_in_pool import in_log_in_pool
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError
from pursight_app.models import UserAccount
from pursight_app.services import auth, second_factors
from pursight_app.services.access import Permission

router = APIRouter(tags=["log-in"], route_class=GuardedRoute)


class Credentials(BaseModel):
    """E-mail and password; `otp` is for accounts with a second factor."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=auth.PASSWORD_MAX)
    otp: str | None = Field(default=None, max_length=40)


class RefreshToken(BaseModel):
    """The newest refresh token of a session."""

    refresh_token: str = Field(max_length=500)


def _bearer(tokens: auth.Tokens) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "bearer",
        "expires_in": tokens.expires_in_s,
    }


@router.post("/auth/login")
@public
async def log_in(body: Credentials) -> dict[str, object]:
    """Starts a session. A wrong password and an unknown address get the same answer in the same time."""
    user, tokens = await in_log_in_pool(lambda: _log_in(body))
    return {**_bearer(tokens), "user": {"id": str(user.id), "email": user.email, "name": user.name}}


def _log_in(body: Credentials) -> tuple[UserAccount, auth.Tokens]:
    with unit_of_work() as session:
        user = auth.authenticate(session, body.email, body.password)
        factor = _second_factor(session, user, body.otp) if user else ""
        if user is not None and factor is not None:
            tokens = auth.start_session(session, user, factors=("pwd", factor) if factor else ("pwd",))
            return user, tokens
    # Outside, so that the failed try is kept.
    if user is not None and not body.otp:
        raise NotAuthenticatedError("This account wants the code of a second factor as `otp`.", code="otp_required")
    raise NotAuthenticatedError("E-mail address, password or code is wrong.", code="invalid_credentials")


def _second_factor(session: Session, user: UserAccount, code: str | None) -> str | None:
    """The factor that was shown, "" where none is wanted, None where it is missing or wrong."""
    if not second_factors.has_second_factor(session, user):
        return ""
    return second_factors.verify_code(session, user, code) if code else None


@router.post("/auth/refresh")
@public
async def refresh(body: RefreshToken) -> dict[str, object]:
    """A new pair of tokens; using a refresh token twice ends the whole session."""
    tokens = await asyncio.to_thread(_refresh, body.refresh_token, now())
    # Tabs that refresh at the same moment all get this answer; when it is given, the old token is dead.
    await asyncio.sleep(auth.REFRESH_SETTLES_S)
    return _bearer(tokens)


def _refresh(presented: str, asked_at: datetime) -> auth.Tokens:
    with unit_of_work() as session:
        tokens = auth.refresh_session(session, presented, asked_at=asked_at)
        is_reused = tokens is None and auth.was_reused(session, presented)
    if is_reused:
        raise NotAuthenticatedError(
            "This session was ended because one of its refresh tokens was used twice, so somebody else may have had it. "
            "Log in again, and change your password if it was not a program of yours.",
            code="refresh_reused",
        )
    if tokens is None:
        raise NotAuthenticatedError("This session has ended. Log in again.")
    return tokens


@router.post("/auth/logout", status_code=204)
@guard(people_only=True)
def log_out(actor: CurrentActor) -> Response:
    """Ends this session everywhere, at once."""
    with unit_of_work() as session:
        auth.end_session(session, actor.session_id, reason="logged_out", actor=actor)
    return Response(status_code=204)


@router.get("/auth/me")
@guard()
async def who_am_i(actor: CurrentActor) -> dict[str, object]:
    """The person behind the token, with memberships and what they allow."""
    return {
        "user": {"id": str(actor.user_id), "email": actor.email, "name": actor.name},
        "is_administrator": actor.is_administrator,
        "memberships": [
            {
                "workspace_id": str(workspace_id),
                "role": role,
                "permissions": sorted(right for right in Permission if actor.may_somewhere(right, workspace_id)),
            }
            for workspace_id, role in actor.roles.items()
        ],
        "permissions": sorted(Permission) if actor.is_administrator else [],
        "must_enrol": actor.must_enrol,
    }
