"""From a browser's cookie to an actor: the one place for pages and sockets."""

from http.cookies import CookieError, SimpleCookie

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.services import auth
from pursight_app.services.access import Actor

COOKIE = "ps_session"
# What sockets get in its place, from the gate only: Reflex keeps the headers of each tab in Redis, as they are.
SOCKET_COOKIE = "ps_session_id"


def session_id_of_cookies(header: str) -> str:
    """The session id that a Cookie header names, "" for none; says nothing on whether the session is alive."""
    token = _value(header, COOKIE)
    return auth.session_id_of(token) if token else ""


def _value(header: str, name: str) -> str:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def socket_cookies(session_id: str) -> str:
    """The Cookie header of a socket behind the gate: the id alone, which opens no session from outside."""
    return f"{SOCKET_COOKIE}={session_id}"


def session_id_of_socket(header: str) -> str:
    """The session id that the gate has put into a socket's Cookie header, "" for none."""
    return _value(header, SOCKET_COOKIE)


async def actor_of_cookies(header: str) -> Actor | None:
    """The actor of a live session; None for everybody else, and while a server we need is away (fails closed)."""
    return await _actor_of(session_id_of_cookies(header))


async def actor_of_socket(header: str) -> Actor | None:
    """The same for a socket's Cookie header, which the gate has written."""
    return await _actor_of(session_id_of_socket(header))


async def _actor_of(session_id: str) -> Actor | None:
    try:
        return await auth.actor_of_session(session_id) if session_id else None
    except ServiceUnavailableError:
        return None
