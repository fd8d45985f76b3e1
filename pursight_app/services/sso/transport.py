"""The one way to an identity provider: checked address, bounded time, bounded size, bounded number at once."""

import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pursight_app.connectors.boundaries import check_host
from pursight_app.core.errors import InvalidInputError, SourceUnreachableError
from pursight_app.core.settings import get_settings
from pursight_app.services.sso.errors import ProviderUnavailableError

TIMEOUT = httpx2.Timeout(5, connect=3)
TOTAL_S = 10.0
MAX_ANSWER_BYTES = 512 * 1024
# A provider that hangs must not take the threads that local log-ins and everything else run on.
_slots = threading.BoundedSemaphore(8)
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def checked_url(url: str, *, what: str) -> str:
    """The URL, if PurSight may call it: https, or http on this machine while nobody else can reach the web server.

    Raises:
        InvalidInputError: any other URL; `what` names it in the message.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    is_local = parts.scheme == "http" and host in _LOOPBACK_NAMES and get_settings().is_loopback_only
    if not host or parts.username is not None or parts.fragment or not url.isprintable() or " " in url:
        raise InvalidInputError(f"The {what} is not a web address. It looks like https://login.example.com.")
    if parts.scheme != "https" and not is_local:
        raise InvalidInputError(f"The {what} must start with https:// so that nobody on the way can read along.")
    return url


@contextmanager
def slot() -> Generator[None]:
    """Holds one of the few places for work that waits for a provider.

    Raises:
        ProviderUnavailableError: all are taken, because a provider is slow.
    """
    if not _slots.acquire(timeout=0.5):
        raise ProviderUnavailableError("Too many log-ins wait for the identity provider. Try again in a moment.")
    try:
        yield
    finally:
        _slots.release()


def fetch_json(url: str, *, access_token: str = "") -> dict[str, Any]:
    """The JSON object at `url`.

    Raises:
        ProviderUnavailableError: no connection, no answer in time, an error status, or not a JSON object.
    """
    headers = {"Accept": "application/json"}
    if access_token:
        headers["Authorization"] = f"Bearer {access_token}"
    with spoken(url), httpx2.Client(**client_options()) as client:
        answer = client.get(url, headers=headers)
        answer.raise_for_status()
        found = answer.json()
    if not isinstance(found, dict):
        raise ProviderUnavailableError(f"{url} does not answer with a JSON object.")
    return found


@contextmanager
def spoken(url: str) -> Generator[None]:
    """Turns the client's errors into sentences about `url`."""
    try:
        yield
    except httpx2.TimeoutException:
        raise ProviderUnavailableError(f"{url} does not answer in time.") from None
    except httpx2.HTTPStatusError as error:
        raise ProviderUnavailableError(f"{url} answers with status {error.response.status_code}.") from None
    except httpx2.HTTPError as error:
        raise ProviderUnavailableError(f"Cannot reach {url}: {_reason(error)}.") from None
    except ValueError:
        raise ProviderUnavailableError(f"{url} does not answer with JSON.") from None


def _reason(error: httpx2.HTTPError) -> str:
    return str(error).removeprefix("[Errno ").partition("] ")[2] or str(error) or "the connection broke"


def client_options() -> dict[str, Any]:
    """What every HTTP client for a provider is made with. Redirects are not followed: they lead past the checks."""
    return {
        "transport": _CheckedTransport(),
        "timeout": TIMEOUT,
        "trust_env": False,
        "follow_redirects": False,
        # An encoded answer could unpack to any size.
        "headers": {"Accept-Encoding": "identity", "User-Agent": "PurSight"},
    }


class _CheckedTransport(httpx2.BaseTransport):
    """Resolves each host once, refuses inner addresses, and connects to the very address that was checked."""

    def __init__(self) -> None:
        self._inner = httpx2.HTTPTransport(verify=_tls())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer, read."""
        host = request.url.host
        # The certificate is still checked against the name; the Host header was set when the request was made.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=_address(host))
        deadline = time.monotonic() + TOTAL_S
        answer = self._inner.handle_request(request)
        try:
            return httpx2.Response(answer.status_code, headers=answer.headers, content=_body(answer, deadline))
        finally:
            answer.close()

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


def _address(host: str) -> str:
    try:
        return check_host(host, allowed_hosts=get_settings().allowed_hosts)
    except SourceUnreachableError:
        raise ProviderUnavailableError(f"The host name {host} is unknown. Check its spelling.") from None
    except InvalidInputError:
        raise ProviderUnavailableError(
            f"The host {host} lies in a network that PurSight may not reach. "
            "Add it to the setting PURSIGHT_SOURCE_HOSTS if it should."
        ) from None


def _body(answer: httpx2.Response, deadline: float) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise ProviderUnavailableError("The identity provider sent a compressed answer that nobody asked for.")
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderUnavailableError("The identity provider's answer is too large.")
        # The client's own timeouts are per read: a trickle of bytes would never end.
        if time.monotonic() > deadline:
            raise ProviderUnavailableError("The identity provider does not answer in time.")
    return bytes(body)


@cache
def _tls() -> ssl.SSLContext:
    # Reading the system's authorities takes tens of milliseconds. SSL_CERT_FILE adds a company's own.
    return ssl.create_default_context()
