"""From a browser's cookie to an actor: the one place for pages and sockets."""

from http.cookies import CookieError, SimpleCookie

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.services import auth
from pursight_app.services.access import Actor

COOKIE = "ps_session"


def session_id_of_cookies(header: str) -> str:
    """The session id that a Cookie header names, "" for none; says nothing on whether the session is alive."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return auth.session_id_of(morsel.value) if morsel and morsel.value else ""


async def actor_of_cookies(header: str) -> Actor | None:
    """The actor of a live session; None for everybody else, and while a server we need is away (fails closed)."""
    session_id = session_id_of_cookies(header)
    try:
        return await auth.actor_of_session(session_id) if session_id else None
    except ServiceUnavailableError:
        return None
