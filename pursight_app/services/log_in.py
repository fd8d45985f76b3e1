"""The half-done log-in: the password was right, the second factor is still to come.

Its token is in a cookie of its own and opens nothing; a session, under a new id, starts with the second factor.
"""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from sqlmodel import Session

from pursight_app.core.errors import NotAuthenticatedError, RateLimitedError, ServiceUnavailableError
from pursight_app.core.redis import RedisError, redis
from pursight_app.models import UserAccount
from pursight_app.services import access, audit, auth, passkeys, second_factors
from pursight_app.services.passkeys import Purpose

LIFETIME_S = 300
TRIES = 6


def begin(user: UserAccount) -> str:
    """Notes that this person's password was right and returns the token of the half-done log-in, good for 5 minutes.

    Raises:
        ServiceUnavailableError: Redis is away.
    """
    token = secrets.token_urlsafe(32)
    try:
        # A password that changes in between ends the log-in that began with the old one.
        redis().set(_key(token), f"{user.id.hex}:{user.auth_version}", ex=LIFETIME_S)
    except RedisError:
        raise _no_redis() from None
    return token


def _key(token: str) -> str:
    return f"pursight:log-in:{hashlib.sha256(token.encode()).hexdigest()}"


def _no_redis() -> ServiceUnavailableError:
    return ServiceUnavailableError("The session store does not answer. Try again in a moment.")


def person_of(session: Session, token: str) -> UserAccount:
    """Whose log-in this is.

    Raises:
        NotAuthenticatedError: it is over: too old, too many wrong codes, done, or the account has changed.
    """
    try:
        kept = redis().get(_key(token)) if token else None
    except RedisError:
        raise _no_redis() from None
    user_id, _, version = (kept or "").partition(":")
    user = session.get(UserAccount, UUID(user_id)) if user_id else None
    if user is None or not user.is_active or str(user.auth_version) != version:
        raise _over()
    return user


def _over() -> NotAuthenticatedError:
    return NotAuthenticatedError("This log-in took too long. Start again.", code="log_in_over")


def finish_with_code(session: Session, token: str, code: str) -> auth.Tokens | None:
    """A session for a right code or recovery code; None for a wrong one, so let the transaction commit.

    Raises:
        NotAuthenticatedError: the log-in is over.
        RateLimitedError: too many wrong codes for this account.
    """
    user = person_of(session, token)
    _count_try(token)
    kind = second_factors.verify_code(session, user, code)
    if kind is None:
        return None
    return _finish(session, token, user, "otp", shown=kind)


def finish_with_passkey(session: Session, token: str, credential: dict[str, Any]) -> auth.Tokens | None:
    """A session for an answer of one of the person's passkeys; None for any other, so let the transaction commit.

    Raises:
        NotAuthenticatedError: the log-in is over.
    """
    user = person_of(session, token)
    _count_try(token)
    if passkeys.verify(session, credential, Purpose.SECOND_FACTOR, user.id) is None:
        return None
    return _finish(session, token, user, "hwk", shown="passkey")


def _count_try(token: str) -> None:
    try:
        auth.throttle("log-in", token, limit=TRIES, window_s=LIFETIME_S)
    except RateLimitedError:
        raise _over() from None


def _finish(session: Session, token: str, user: UserAccount, factor: str, *, shown: str) -> auth.Tokens:
    try:
        is_first = redis().delete(_key(token)) == 1
    except RedisError:
        raise _no_redis() from None
    if not is_first:
        raise _over()
    actor = access.load_actor(session, user.id)
    audit.record(session, actor, "second_factor.use", _subject(user), factor=shown)
    return auth.start_session(session, user, factors=("pwd", factor, "mfa"))


def log_in_with_passkey(session: Session, credential: dict[str, Any]) -> tuple[UserAccount, auth.Tokens] | None:
    """A session for an answer of a passkey alone: the device is one factor, its PIN or fingerprint the other.

    None for an answer that does not count, so let the transaction commit.
    """
    user = passkeys.verify(session, credential, Purpose.LOG_IN)
    if user is None:
        return None
    return user, auth.start_session(session, user, factors=("hwk", "mfa"))


def _subject(user: UserAccount) -> audit.Subject:
    return audit.Subject("user_account", user.id)
