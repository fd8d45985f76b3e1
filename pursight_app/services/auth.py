"""Log-in, sessions and tokens (F1.1-15). The session in Redis decides; a token only names it."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlmodel import Session, select

from pursight_app.core.clock import now
from pursight_app.core.errors import (
    InvalidInputError,
    NotAuthenticatedError,
    RateLimitedError,
    ServiceUnavailableError,
)
from pursight_app.core.events import publish_session_end
from pursight_app.core.redis import RedisError, redis
from pursight_app.core.secrets import jwt_key
from pursight_app.core.settings import get_settings
from pursight_app.models import UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor

ISSUER = "pursight"
PASSWORD_MIN, PASSWORD_MAX = 8, 1024
_WINDOW_S = 300
_HASH_SLOTS = threading.BoundedSemaphore(2)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a log-in hands out: `session_token` for the browser's cookie, the other two for REST."""

    session_id: str
    session_token: str
    access_token: str
    refresh_token: str
    expires_in_s: int


@cache
def _hasher() -> PasswordHasher:
    settings = get_settings()
    return PasswordHasher(settings.argon2_time_cost, settings.argon2_memory_kib, parallelism=1)


@cache
def _dummy_hash() -> str:
    # Unknown addresses cost the same time as wrong passwords, so nobody can list who has an account.
    return _hasher().hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """An argon2id hash.

    Raises:
        InvalidInputError: shorter than 8 or longer than 1,024 characters.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInputError(f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.")
    return _in_hash_slot(lambda: _hasher().hash(password))


def _in_hash_slot(work: Callable[[], Result]) -> Result:
    # One hash takes 19 MiB and 20 ms of a core: two at a time bound both, a flood of log-ins waits or is turned away.
    if not _HASH_SLOTS.acquire(timeout=5):
        raise ServiceUnavailableError("Too many people are logging in at this moment. Try again in a few seconds.")
    try:
        return work()
    finally:
        _HASH_SLOTS.release()


def _verify(password_hash: str | None, password: str) -> bool:
    def verify() -> bool:
        try:
            return _hasher().verify(password_hash or _dummy_hash(), password)
        except VerificationError:
            return False

    return _in_hash_slot(verify) and password_hash is not None


def authenticate(session: Session, email: str, password: str, *, address: str) -> UserAccount | None:
    """The person whose e-mail and password these are, or None; both outcomes are audited.

    Raises:
        RateLimitedError: too many failed tries for this account or from this address in 5 minutes.
    """
    email = email.strip().lower()
    counters = _check_throttle(email, address)
    user = session.exec(select(UserAccount).where(UserAccount.email == email)).first()
    is_right = len(password) <= PASSWORD_MAX and _verify(user.password_hash if user else None, password)
    subject = audit.Subject("user_account", user.id if user else "")
    if user is None or not is_right or not user.is_active:
        for key in counters:
            # The window starts with the first failure; EXPIRE … NX would say so in one call, but needs Redis 7.
            redis().pipeline().set(key, 0, ex=_WINDOW_S, nx=True).incr(key).execute()
        audit.record(session, None, "session.start", subject, result="denied", address=address)
        return None
    redis().delete(counters[0])
    if user.password_hash and _hasher().check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    user.last_login_at = now()
    actor = access.load_actor(session, user.id)
    audit.record(session, actor, "session.start", subject, address=address)
    return user


def _check_throttle(email: str, address: str) -> tuple[str, str]:
    settings = get_settings()
    digest = hashlib.sha256(email.encode()).hexdigest()[:32]
    keys = (f"pursight:attempts:account:{digest}", f"pursight:attempts:address:{address}")
    limits = (settings.login_attempts_per_account, settings.login_attempts_per_address)
    for key, limit in zip(keys, limits, strict=True):
        if int(_ask_redis(lambda key=key: redis().get(key)) or 0) >= limit:
            wait_s = max(1, int(redis().ttl(key)))
            raise RateLimitedError(f"Too many failed log-ins. Try again in {wait_s} seconds.", retry_after_s=wait_s)
    return keys


def _ask_redis(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except RedisError:
        # Fails closed: without the session store nobody is let in and nobody is taken for somebody else.
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None


def _session_key(session_id: str) -> str:
    return f"pursight:session:{session_id}"


def session_id_of(session_token: str) -> str:
    """The id under which a cookie's token is stored: its hash, so that a copy of Redis opens no session."""
    return hashlib.sha256(session_token.encode()).hexdigest()


def start_session(user: UserAccount) -> Tokens:
    """Stores a new session in Redis and makes its tokens (F1.7-8)."""
    session_token = secrets.token_urlsafe(32)
    session_id = session_id_of(session_token)
    refresh = secrets.token_urlsafe(32)
    fields = {"user_id": str(user.id), "started_at": str(int(now().timestamp())), "refresh": _digest(refresh)}
    key = _session_key(session_id)
    _ask_redis(
        lambda: redis().pipeline().hset(key, mapping=fields).expire(key, get_settings().session_idle_s).execute()
    )
    return _tokens(session_id, session_token, refresh)


def _tokens(session_id: str, session_token: str, refresh: str) -> Tokens:
    lifetime_s = get_settings().access_token_s
    issued = int(now().timestamp())
    claims = {"iss": ISSUER, "aud": ISSUER, "sid": session_id, "iat": issued, "exp": issued + lifetime_s}
    token = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, OctKey.import_key(jwt_key()))
    return Tokens(session_id, session_token, token, f"{session_id}.{refresh}", lifetime_s)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def refresh_session(refresh_token: str) -> Tokens:
    """New access and refresh tokens for an old refresh token, which is dead from then on.

    Raises:
        NotAuthenticatedError: the session is over; a token used twice ends it, because one of the users is a thief.
    """
    session_id, _, refresh = refresh_token.partition(".")
    successor = secrets.token_urlsafe(32)
    # Compared and replaced in one step: of two uses of one token exactly one finds it current.
    script = """
    local current = redis.call('HGET', KEYS[1], 'refresh')
    if not current then return 0 end
    if current ~= ARGV[1] then return -1 end
    redis.call('HSET', KEYS[1], 'refresh', ARGV[2])
    return 1
    """
    outcome = _ask_redis(
        lambda: redis().eval(script, 1, _session_key(session_id), _digest(refresh), _digest(successor))
    )
    if outcome == -1:
        end_session(session_id)
    if outcome != 1 or _session_user(session_id) is None:
        raise NotAuthenticatedError("This session has ended. Log in again.")
    return _tokens(session_id, "", successor)


def end_session(session_id: str) -> None:
    """Ends a session everywhere: its tokens are dead, its tabs and streams close. Ending twice is fine."""
    _ask_redis(lambda: redis().delete(_session_key(session_id)))
    publish_session_end(session_id)


def _session_user(session_id: str) -> UUID | None:
    key = _session_key(session_id)
    settings = get_settings()
    fields = _ask_redis(lambda: redis().hgetall(key))
    if not fields:
        return None
    if int(now().timestamp()) - int(fields["started_at"]) > settings.session_absolute_s:
        end_session(session_id)
        return None
    _ask_redis(lambda: redis().expire(key, settings.session_idle_s))
    return UUID(fields["user_id"])


def actor_of_session(session: Session, session_id: str) -> Actor | None:
    """The actor behind a live session (F1.13-20); None when it has ended or the account is suspended."""
    user_id = _session_user(session_id) if session_id else None
    return access.load_actor(session, user_id, session_id=session_id) if user_id else None


def session_id_of_access_token(token: str) -> str | None:
    """The session that a valid access token names; None for any other text."""
    try:
        decoded = jwt.decode(token, OctKey.import_key(jwt_key()), algorithms=["HS256"])
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": ISSUER},
            exp={"essential": True},
            sid={"essential": True},
        )
        registry.validate(decoded.claims)
    except (JoseError, ValueError):
        return None
    # joserfc accepts any `typ`; ASVS 9.2.2 wants a refresh or ID token refused here.
    if not hmac.compare_digest(str(decoded.header.get("typ")), "at+jwt"):
        return None
    return str(decoded.claims["sid"])
