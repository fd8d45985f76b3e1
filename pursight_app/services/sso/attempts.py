"""Log-ins that are under way at a provider: kept in Redis for ten minutes, taken once."""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from uuid import UUID

from pursight_app.core.redis import redis

LIFETIME_S = 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """One log-in. `browser` is the hash of the cookie of the browser that began it.

    `link_session` is the log-in session of the person who wants to link an identity to their account, "" for a log-in.
    """

    provider_id: str
    nonce: str
    verifier: str
    browser: str
    next_path: str
    link_session: str = ""

    @property
    def provider(self) -> UUID:
        """The id of the provider."""
        return UUID(self.provider_id)

    def is_of(self, browser_token: str) -> bool:
        """Whether the browser with this cookie began it."""
        return bool(browser_token) and hmac.compare_digest(self.browser, digest(browser_token))


def digest(token: str) -> str:
    """What is kept of a token, so that a copy of Redis finishes no log-in."""
    return hashlib.sha256(token.encode()).hexdigest()


def keep_attempt(attempt: Attempt) -> str:
    """Keeps it and returns its state, which nobody can guess."""
    state = secrets.token_urlsafe(32)
    redis().set(_key(state), json.dumps(asdict(attempt)), ex=LIFETIME_S)
    return state


def take_attempt(state: str) -> Attempt | None:
    """The log-in of this state; None when there is none, it is too old, or it was taken before."""
    found = redis().getdel(_key(state)) if state else None
    return Attempt(**json.loads(found)) if found else None


def _key(state: str) -> str:
    return f"pursight:sso:{digest(state)}"
