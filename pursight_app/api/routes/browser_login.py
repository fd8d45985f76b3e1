"""Logging in and out with a browser: native forms, because only their answers can set HttpOnly cookies.

The gate lets forms through to `/auth/browser-…` only from our own pages.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from pursight_app.api.dependencies import COOKIE, set_session_cookie
from pursight_app.api.guard import GuardedRoute, public
from pursight_app.api.log_in_pool import in_log_in_pool
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, RateLimitedError, ServiceUnavailableError
from pursight_app.core.settings import get_settings
from pursight_app.services import auth, log_in, passkeys, second_factors
from pursight_app.services.passkeys import Purpose

router = APIRouter(tags=["log-in"], route_class=GuardedRoute, include_in_schema=False)
LOG_IN_COOKIE = "ps_login"
_CREDENTIAL_MAX = 20_000
_MOST_ENCODINGS = 3

NextPath = Annotated[str, Form(alias="next", max_length=500)]
Ways = Annotated[str, Form(max_length=20)]
Credential = Annotated[str, Form(max_length=_CREDENTIAL_MAX)]


def own_path(path: str) -> str:
    """`path` if it is one of our own pages, "/" for everything that a browser or proxy could take for another host."""
    # Only what names the page: encoded slashes in a query are data.
    decoded = path.partition("?")[0].partition("#")[0]
    for _ in range(_MOST_ENCODINGS):
        if not _is_own(decoded):
            return "/"
        decoded = unquote(decoded)
    return path if _is_own(decoded) and _is_own(path) else "/"


def _is_own(path: str) -> bool:
    # Browsers read a backslash as a slash and drop tabs and line breaks: "/\evil.example" is another host to them.
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def _wanted_by_form_page(request: Request) -> str:
    """Where the form's own page should lead: a fast person sends the form before the page could fill in `next`."""
    _, _, query = request.headers.get("referer", "").partition("?")
    return parse_qs(query.partition("#")[0]).get("next", [""])[0][:500]


@router.post("/auth/browser-login")
@public
async def log_in_with_password(
    request: Request,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=auth.PASSWORD_MAX)] = "",
    next_path: NextPath = "",
) -> Response:
    """The log-in form's target: on to the wanted page, or to the one that asks for the second factor."""
    target = own_path(next_path or _wanted_by_form_page(request))
    try:
        outcome = await in_log_in_pool(lambda: _check_password(email, password))
    except RateLimitedError as error:
        return _to_log_in(f"wait-{error.retry_after_s}", target)
    except ServiceUnavailableError:
        return _to_log_in("busy", target)
    if outcome is None:
        return _to_log_in("wrong", target)
    if isinstance(outcome, auth.Tokens):
        return await _let_in(request, outcome, target)
    answer = _to_code("", target, has=outcome.has)
    answer.set_cookie(
        LOG_IN_COOKIE,
        outcome.token,
        max_age=log_in.LIFETIME_S,
        httponly=True,
        samesite="strict",
        secure=get_settings().origin.startswith("https://"),
        path="/auth",
    )
    return answer


@dataclass(frozen=True, slots=True)
class _HalfDone:
    """The password was right; `has` names the ways to go on."""

    token: str
    has: str


def _check_password(email: str, password: str) -> auth.Tokens | _HalfDone | None:
    with unit_of_work() as session:
        user = auth.authenticate(session, email, password)
        if user is None:
            return None
        status = second_factors.status_of(session, user)
        if not status.is_any:
            return auth.start_session(session, user, factors=("pwd",))
        ways = {"code": status.takes_code, "passkey": status.takes_passkey}
        return _HalfDone(log_in.begin(user), " ".join(way for way, is_there in ways.items() if is_there))


@router.post("/auth/browser-login-code")
@public
async def log_in_with_code(
    request: Request,
    code: Annotated[str, Form(max_length=second_factors.CODE_MAX)] = "",
    next_path: NextPath = "/",
    has: Ways = "",
) -> Response:
    """The second step with a code of the app or a recovery code."""
    return await _second_step(
        request, lambda session, token: log_in.finish_with_code(session, token, code), own_path(next_path), has
    )


@router.post("/auth/browser-login-passkey")
@public
async def log_in_with_second_passkey(
    request: Request, credential: Credential = "", next_path: NextPath = "/", has: Ways = ""
) -> Response:
    """The second step with a passkey."""
    answer = _parsed(credential)
    return await _second_step(
        request, lambda session, token: log_in.finish_with_passkey(session, token, answer), own_path(next_path), has
    )


async def _second_step(
    request: Request, finish: Callable[[Session, str], auth.Tokens | None], target: str, has: str
) -> Response:
    token = request.cookies.get(LOG_IN_COOKIE, "")

    def work() -> auth.Tokens | None:
        with unit_of_work() as session:
            return finish(session, token)

    try:
        tokens = await asyncio.to_thread(work)
    except NotAuthenticatedError:
        return _to_log_in("over", target)
    except RateLimitedError as error:
        return _to_code(f"wait-{error.retry_after_s}", target, has=has)
    return _to_code("wrong", target, has=has) if tokens is None else await _let_in(request, tokens, target)


@router.post("/auth/browser-login-passkey-options")
@public
def second_passkey_options(request: Request) -> Response:
    """What the second step calls `navigator.credentials.get` with: the passkeys of the person who gave the password."""
    with unit_of_work() as session:
        user = log_in.person_of(session, request.cookies.get(LOG_IN_COOKIE, ""))
        options = passkeys.authentication_options(session, Purpose.SECOND_FACTOR, user.id)
    return Response(options, media_type="application/json")


@router.post("/auth/browser-passkey")
@public
async def log_in_with_passkey(request: Request, credential: Credential = "", next_path: NextPath = "") -> Response:
    """A passkey instead of e-mail and password."""
    answer, target = _parsed(credential), own_path(next_path or _wanted_by_form_page(request))

    def work() -> auth.Tokens | None:
        with unit_of_work() as session:
            made = log_in.log_in_with_passkey(session, answer)
        return made[1] if made else None

    tokens = await asyncio.to_thread(work)
    return _to_log_in("passkey", target) if tokens is None else await _let_in(request, tokens, target)


def _parsed(credential: str) -> dict[str, Any]:
    try:
        parsed = json.loads(credential)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


async def _let_in(request: Request, tokens: auth.Tokens, target: str) -> Response:
    await _end_session_of(request, reason="logged_in_again")
    answer = RedirectResponse(target, status_code=303)
    set_session_cookie(answer, tokens)
    answer.delete_cookie(LOG_IN_COOKIE, path="/auth")
    return answer


def _to_log_in(problem: str, target: str) -> Response:
    return RedirectResponse(f"/login?{urlencode({'problem': problem, 'next': target})}", status_code=303)


def _to_code(problem: str, target: str, *, has: str) -> Response:
    query = {"problem": problem, "has": has, "next": target}
    return RedirectResponse(f"/login/code?{urlencode(query)}", status_code=303)


@router.post("/auth/browser-logout")
@public
async def log_out(request: Request) -> Response:
    """Ends the cookie's session; every tab of it leaves."""
    await _end_session_of(request, reason="logged_out")
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def _end_session_of(request: Request, *, reason: str) -> None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return
    session_id = auth.session_id_of(token)
    actor = await auth.actor_of_session(session_id)

    def work() -> None:
        with unit_of_work() as session:
            auth.end_session(session, session_id, reason=reason, actor=actor)

    await asyncio.to_thread(work)
