"""Log-in, refresh, log-out, who am I (F1.2-22)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, RateLimitedError
from pursight_app.core.settings import get_settings
from pursight_app.services import access, audit, auth
from pursight_app.services.access import Permission

router = APIRouter(tags=["log-in"])
COOKIE = "ps_session"


class Credentials(BaseModel):
    """E-mail and password; `otp` is for accounts with a second factor."""

    email: str = Field(max_length=320)
    password: str = Field(max_length=auth.PASSWORD_MAX)
    otp: str | None = None


class RefreshToken(BaseModel):
    """The newest refresh token of a session."""

    refresh_token: str = Field(max_length=500)


def _address(request: Request) -> str:
    return request.client.host if request.client else "local"


def _bearer(tokens: auth.Tokens) -> dict[str, object]:
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "bearer",
        "expires_in": tokens.expires_in_s,
    }


@router.post("/auth/login")
def log_in(body: Credentials, request: Request) -> dict[str, object]:
    """Starts a session. A wrong password and an unknown address get the same answer in the same time."""
    with unit_of_work() as session:
        user = auth.authenticate(session, body.email, body.password, address=_address(request))
    if user is None:
        raise NotAuthenticatedError("E-mail address or password is wrong.", code="invalid_credentials")
    tokens = auth.start_session(user)
    return {**_bearer(tokens), "user": {"id": str(user.id), "email": user.email, "name": user.name}}


@router.post("/auth/refresh")
def refresh(body: RefreshToken) -> dict[str, object]:
    """A new pair of tokens; using a refresh token twice ends the whole session."""
    return _bearer(auth.refresh_session(body.refresh_token))


@router.post("/auth/logout", status_code=204)
def log_out(actor: CurrentActor) -> Response:
    """Ends this session everywhere, at once."""
    with unit_of_work() as session:
        audit.record(session, actor, "session.end", audit.Subject("user_account", actor.user_id))
    auth.end_session(actor.session_id)
    return Response(status_code=204)


@router.get("/auth/me")
def who_am_i(actor: CurrentActor) -> dict[str, object]:
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
        "permissions": sorted(access.Permission) if actor.is_administrator else [],
    }


@router.post("/auth/browser-login", include_in_schema=False)
def browser_log_in(
    request: Request,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=auth.PASSWORD_MAX)] = "",
    next_path: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """The log-in form's target: sets the HttpOnly cookie and goes on to one of our own pages."""
    target = next_path if _is_own_path(next_path) else "/"
    try:
        with unit_of_work() as session:
            user = auth.authenticate(session, email, password, address=_address(request))
    except RateLimitedError as error:
        return _back_to_form(f"wait-{error.retry_after_s}", target)
    if user is None:
        return _back_to_form("wrong", target)
    tokens = auth.start_session(user)
    answer = RedirectResponse(target, status_code=303)
    answer.set_cookie(
        COOKIE,
        tokens.session_token,
        httponly=True,
        samesite="lax",
        secure=get_settings().origin.startswith("https://"),
        path="/",
    )
    return answer


def _is_own_path(path: str) -> bool:
    # "//evil.example" and "/\evil.example" are other hosts to a browser.
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _back_to_form(problem: str, target: str) -> Response:
    return RedirectResponse(f"/login?{urlencode({'problem': problem, 'next': target})}", status_code=303)


@router.post("/auth/browser-logout", include_in_schema=False)
def browser_log_out(request: Request) -> Response:
    """Ends the cookie's session; every tab of it leaves."""
    session_token = request.cookies.get(COOKIE, "")
    if session_token:
        session_id = auth.session_id_of(session_token)
        with unit_of_work() as session:
            actor = auth.actor_of_session(session, session_id)
            if actor:
                audit.record(session, actor, "session.end", audit.Subject("user_account", actor.user_id))
        auth.end_session(session_id)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer
