"""Single sign-on: the browser's way to a provider and back, and the providers themselves over REST."""

import html
import re
import secrets
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import COOKIE, CurrentActor, Page, set_session_cookie
from pursight_app.api.guard import GuardedRoute, guard, public
from pursight_app.api.log_in_pool import BoundedPool
from pursight_app.api.routes.browser_login import own_path
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import (
    ExternalError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    UserError,
)
from pursight_app.core.settings import get_settings
from pursight_app.services import auth, sso
from pursight_app.services.access import Actor, Permission

router = APIRouter(tags=["single sign-on"], route_class=GuardedRoute)
BROWSER_COOKIE = "ps_sso"
_BROWSER_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE_S = 600
# A provider that hangs holds these threads and nobody else's.
in_sso_pool = BoundedPool("sso", threads=8, waiting=16)


class GroupRoleBody(BaseModel):
    """Whoever has `group` at the provider gets `role` in the workspace."""

    group: str = Field(max_length=200)
    workspace_id: UUID
    role: str = Field(max_length=40)


class ProviderBody(BaseModel):
    """What an administrator enters; the first row of `group_roles` that fits counts per workspace."""

    name: str = Field(max_length=200)
    issuer: str = Field(max_length=500)
    client_id: str = Field(max_length=500)
    scopes: str = Field(default="openid email profile", max_length=1000)
    group_claim: str = Field(default="groups", max_length=200)
    group_roles: list[GroupRoleBody] = Field(default_factory=list[GroupRoleBody], max_length=200)

    def settings(self) -> sso.ProviderSettings:
        """The same for the service."""
        rows = [sso.GroupRole(row.group, row.workspace_id, row.role) for row in self.group_roles]
        return sso.ProviderSettings(
            self.name, self.issuer, self.client_id, scopes=self.scopes, group_claim=self.group_claim, group_roles=rows
        )


class NewProvider(ProviderBody):
    """A provider to be; `key` becomes a part of its redirect URI and stays."""

    key: str = Field(max_length=40)
    client_secret: str = Field(default="", max_length=1000)


class ProviderChange(BaseModel):
    """What is to change; what is absent stays. `client_secret` "" removes the secret."""

    name: str | None = Field(default=None, max_length=200)
    issuer: str | None = Field(default=None, max_length=500)
    client_id: str | None = Field(default=None, max_length=500)
    scopes: str | None = Field(default=None, max_length=1000)
    group_claim: str | None = Field(default=None, max_length=200)
    group_roles: list[GroupRoleBody] | None = Field(default=None, max_length=200)
    client_secret: str | None = Field(default=None, max_length=1000)
    is_enabled: bool | None = None


@router.get("/auth/sso/providers")
@public
def list_login_providers() -> list[dict[str, str]]:
    """The providers that people can log in through."""
    with unit_of_work() as session:
        return [{"key": key, "name": name} for key, name in sso.list_enabled_providers(session)]


@router.get("/auth/sso/{key}/start", include_in_schema=False)
@public
async def start(
    key: str, request: Request, next_path: Annotated[str, Query(alias="next", max_length=500)] = "/"
) -> Response:
    """Sends the browser to the provider."""
    return await _to_provider(key, request, next_path)


@router.get("/auth/sso/{key}/link/start", include_in_schema=False)
@public
async def start_link(
    key: str, request: Request, next_path: Annotated[str, Query(alias="next", max_length=500)] = "/account"
) -> Response:
    """Sends somebody who is logged in to the provider, to link their identity there to their account here."""
    try:
        actor = await _linking_actor(request)
        return await _to_provider(key, request, next_path, actor=actor)
    except UserError as refusal:
        return _refusal(request, refusal)


async def _linking_actor(request: Request) -> Actor:
    # A link on another site must not begin this: it would bind whatever identity the provider's session has.
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise PermissionDeniedError("Open your account page in PurSight and link from there.")
    actor = await _actor_of(request)
    if actor is None:
        raise NotAuthenticatedError("Log in first, then link the identity provider under Your account.")
    return actor


async def _actor_of(request: Request) -> Actor | None:
    token = request.cookies.get(COOKIE, "")
    return await auth.actor_of_session(auth.session_id_of(token)) if token else None


async def _to_provider(key: str, request: Request, next_path: str, *, actor: Actor | None = None) -> Response:
    known = request.cookies.get(BROWSER_COOKIE, "")
    # Kept while it lasts, so that log-ins begun in two tabs both end well.
    browser = known if _BROWSER_TOKEN.fullmatch(known) else secrets.token_urlsafe(32)
    target = own_path(next_path)
    try:
        url = await in_sso_pool(lambda: sso.start_login(key, next_path=target, browser=browser, actor=actor))
    except (NotFoundError, ExternalError) as error:
        return _back(_problem(error), target)
    except RateLimitedError as error:
        return _back(f"wait-{error.retry_after_s}", target)
    answer = RedirectResponse(url, status_code=303)
    answer.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=_COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=get_settings().origin.startswith("https://"),
        path="/auth/sso",
    )
    return answer


def _problem(error: NotFoundError | ExternalError) -> str:
    return "sso-disabled" if isinstance(error, NotFoundError) else "sso-unavailable"


def _back(problem: str, target: str) -> Response:
    return RedirectResponse(f"/login?{urlencode({'problem': problem, 'next': target})}", status_code=303)


@router.get("/auth/sso/{key}/callback", include_in_schema=False)
@public
async def callback(  # noqa: PLR0917  the framework passes them by name
    key: str,
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Where the provider sends the browser back: a session, or the log-in page with the reason why not."""
    brought = sso.Callback(
        state=state,
        code=code,
        issuer=iss,
        error=error,
        browser=request.cookies.get(BROWSER_COOKIE, ""),
        actor=await _actor_of(request),
    )
    try:
        outcome = await in_sso_pool(lambda: sso.finish_login(key, brought))
    except (NotFoundError, ExternalError) as failure:
        return _back(_problem(failure), "/")
    except UserError as refusal:
        return _refusal(request, refusal)
    if outcome.problem:
        return _back(outcome.problem, outcome.next_path)
    answer = RedirectResponse(outcome.next_path, status_code=303)
    if outcome.tokens is not None:
        set_session_cookie(answer, outcome.tokens)
    return answer


def _refusal(request: Request, error: UserError) -> Response:
    """A plain page for somebody who sits before it; programs get the problem document.

    Raises:
        UserError: the same, for the gateway to answer.
    """
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    return HTMLResponse(_REFUSAL.format(reason=html.escape(error.message)), status_code=error.status)


_REFUSAL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Refused · PurSight</title><link rel="stylesheet" href="/pursight.css"></head>
<body><main class="login"><div class="login-card"><h1>That did not work</h1>
<p>{reason}</p><p>Nothing was changed and nobody was logged in.</p>
<p><a class="button button-primary" href="/">Go on to PurSight</a></p></div></main></body></html>
"""


@router.get("/api/identity-providers")
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def list_providers(actor: CurrentActor) -> Page:
    """All identity providers. Of a client secret only whether it is set."""
    with unit_of_work() as session:
        rows = sso.list_providers(session, actor)
    return Page(items=[_shown(row) for row in rows], next_cursor=None, total=len(rows))


@router.post("/api/identity-providers", status_code=201)
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def create_provider(body: NewProvider, actor: CurrentActor) -> dict[str, object]:
    """Adds a provider. Enter the `redirect_uri` of the answer there."""
    with unit_of_work() as session:
        row = sso.create_provider(
            session, actor, key=body.key, settings=body.settings(), client_secret=body.client_secret
        )
    return _shown(row)


@router.patch("/api/identity-providers/{provider_id}")
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def update_provider(provider_id: UUID, body: ProviderChange, actor: CurrentActor) -> dict[str, object]:
    """Changes a provider, or switches it on or off."""
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    is_enabled, client_secret = given.pop("is_enabled", None), given.pop("client_secret", None)
    with unit_of_work() as session:
        row = sso.get_provider(session, actor, provider_id)
        if given or client_secret is not None:
            merged = ProviderBody.model_validate({**_shown(row), **given})
            row = sso.update_provider(
                session, actor, provider_id, settings=merged.settings(), client_secret=client_secret
            )
        if is_enabled is not None:
            row = sso.set_provider_enabled(session, actor, provider_id, is_enabled=is_enabled)
    return _shown(row)


@router.delete("/api/identity-providers/{provider_id}", status_code=204)
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def delete_provider(provider_id: UUID, actor: CurrentActor) -> Response:
    """Removes a provider and the links to it; accounts and memberships stay."""
    with unit_of_work() as session:
        sso.delete_provider(session, actor, provider_id)
    return Response(status_code=204)


@router.post("/api/identity-providers/{provider_id}/test")
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def test_provider(provider_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Fetches the provider's discovery document and keys and says what is wrong."""
    check = sso.check_provider(actor, provider_id)
    return {"ok": check.is_ok, "detail": check.sentence, "found": dict(check.facts)}


def _shown(row: sso.ProviderRow) -> dict[str, object]:
    settings = row.settings
    return {
        "id": str(row.id),
        "key": row.key,
        "name": settings.name,
        "issuer": settings.issuer,
        "client_id": settings.client_id,
        "client_secret": "set" if row.has_secret else "not set",
        "scopes": settings.scopes,
        "group_claim": settings.group_claim,
        "group_roles": [
            {"group": each.group, "workspace_id": str(each.workspace_id), "role": each.role}
            for each in settings.group_roles
        ],
        "is_enabled": row.is_enabled,
        "redirect_uri": row.redirect_uri,
        "people_count": row.people_count,
    }
