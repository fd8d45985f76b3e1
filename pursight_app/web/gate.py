"""The outermost ASGI layer: who may open a page or a socket at all, and the headers on every answer.

Rights on things are decided in services; this gate keeps strangers, foreign origins and oversized bodies out.
"""

import base64
import hashlib
import hmac
import re
import uuid
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pursight_app.core.secrets import jwt_key
from pursight_app.core.settings import get_settings
from pursight_app.web.sessions import actor_of_cookies, session_id_of_cookies, socket_cookies

MAX_BODY_BYTES = 10 * 1024 * 1024
# Event logs are large; their routes read them part by part, and nothing before they know who sends it.
MAX_LOG_BYTES = 1024 * 1024 * 1024 + MAX_BODY_BYTES
_LOGS = re.compile(r"/racine/pipeline/[^/]{1,60}/event-logs|/auth/browser-event-log")
_SOCKETS = "/_event"
# In one process: more tabs than any person has open, more log-in pages than come from one address (a proxy is one, too).
MOST_SOCKETS, MOST_OF_STRANGERS = 100, 1_000
_OPEN_PAGES = frozenset({"/login", "/login/code", "/welcome", "/reset", "/docs"})
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]{0,500}\bsrc=)[^>]{0,500}>(.*?)</script>", re.DOTALL)
# Reflex's upload routes parse whole bodies before any check and serve files to anybody; nothing here uses them.
_CLOSED = ("/_upload",)
# Answers that are no pages; REST checks who calls in its own guard.
_DATA = ("/api/", "/auth/", "/racine/", "/assets/", "/swagger/")
_POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'; "
    "object-src 'none'"
)


class Gate:
    """Wraps the whole application; `pages` is the folder of the built front end."""

    def __init__(self, app: ASGIApp, *, pages: Path) -> None:
        self._app = app
        self._pages = pages
        self._origins = get_settings().allowed_origins
        self._open = Counter[object]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a connection through, or answers it here."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(_SOCKETS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("origin") not in self._origins:
            await send({"type": "websocket.close", "code": 4403})
            return
        session_id = session_id_of_cookies(headers.get("cookie", ""))
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        # A token that somebody saw over a shoulder is worth nothing without the cookie it is bound to here.
        query["token"] = _bound_token(session_id, query.get("token", ""))
        inner = {**scope, "query_string": urlencode(query).encode(), "headers": _socket_headers(scope, session_id)}
        actor = await actor_of_cookies(headers.get("cookie", ""))
        whose = actor.user_id if actor else (scope.get("client") or ("",))[0]
        if self._open[whose] >= (MOST_SOCKETS if actor else MOST_OF_STRANGERS):
            await send({"type": "websocket.close", "code": 4429})
            return
        self._open[whose] += 1
        try:
            await self._app(inner, receive, send)
        finally:
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path: str = scope["path"]
        refusal = self._refusal(request, path)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        is_page = _is_page(request, path)
        is_guarded = is_page and path.rstrip("/") not in _OPEN_PAGES
        if is_guarded and await actor_of_cookies(request.headers.get("cookie", "")) is None:
            wanted = path + (f"?{request.url.query}" if request.url.query else "")
            await RedirectResponse(f"/login?next={quote(wanted, safe='')}", 303)(scope, receive, send)
            return
        extensions = {name: value for name, value in scope.get("extensions", {}).items() if "pathsend" not in name}
        inner = {**scope, "extensions": extensions}
        if path.startswith(_SOCKETS):
            # Whatever the client has put there in place of the gate must not be taken for its word.
            session_id = session_id_of_cookies(request.headers.get("cookie", ""))
            inner["headers"] = _socket_headers(scope, session_id)
        if not path.startswith(_DATA):
            inner["path"] = self._file_path(path)
        if is_page:
            # The hashes of a page's scripts are taken from its text, so a page is never sent compressed.
            inner["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app(inner, _bounded(receive, _most_bytes(path)), _Answer(send, path))

    def _refusal(self, request: Request, path: str) -> PlainTextResponse | None:
        # Browsers resolve ".." themselves. A path that still has one dresses a page up as something below another address.
        if path.startswith(_CLOSED) or ".." in path.split("/"):
            return PlainTextResponse("Not found", 404)
        if int(request.headers.get("content-length") or 0) > (most := _most_bytes(path)):
            return PlainTextResponse(f"A request has at most {most:,} bytes.", 413)
        is_form = path.startswith("/auth/browser-")
        if is_form and request.headers.get("origin", "null") not in self._origins:
            return PlainTextResponse("This form was sent from another site.", 403)
        return None

    def _file_path(self, path: str) -> str:
        # StaticFiles would answer "/login" with a redirect to "/login/" that names the wrong scheme behind TLS.
        is_folder = not path.endswith("/") and "." not in path and ".." not in path
        return path + "/" if is_folder and (self._pages / path.lstrip("/") / "index.html").is_file() else path


def _is_page(request: Request, path: str) -> bool:
    return request.method == "GET" and not path.startswith(_DATA) and "text/html" in request.headers.get("accept", "")


def _socket_headers(scope: Scope, session_id: str) -> list[tuple[bytes, bytes]]:
    """The headers without the session's token, which Reflex would write to Redis with every tab's state."""
    kept = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    return [*kept, (b"cookie", socket_cookies(session_id).encode())] if session_id else kept


def _bound_token(session_id: str, client_token: str) -> str:
    digest = hmac.new(jwt_key(), f"{session_id}|{client_token}".encode(), hashlib.sha256).digest()
    # The client library insists on the form of a UUID.
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _most_bytes(path: str) -> int:
    return MAX_LOG_BYTES if _LOGS.fullmatch(path) else MAX_BODY_BYTES


def _bounded(receive: Receive, most: int) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            # A chunked body has no length to refuse beforehand.
            return {"type": "http.disconnect"}
        return message

    return limited


class _Answer:
    """Adds headers to an answer; holds an HTML page back until the hashes of its inline scripts are known."""

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            _add_headers(headers, self._path)
            message["headers"] = headers.raw
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=self._start["headers"])
            headers["Content-Security-Policy"] = _POLICY.format(scripts=_script_hashes(self._body))
            await self._send({**self._start, "headers": headers.raw})
            message, self._start = {"type": "http.response.body", "body": self._body}, None
        await self._send(message)


def _add_headers(headers: MutableHeaders, path: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    if _is_behind_tls():
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if path.startswith("/assets/"):
        # The names of built files hold a hash of their content.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "cache-control" not in headers:
        headers["Cache-Control"] = "no-cache" if path.startswith("/swagger/") else "no-store"


@cache
def _is_behind_tls() -> bool:
    return get_settings().origin.startswith("https://")


def _script_hashes(page: bytes) -> str:
    digests = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
