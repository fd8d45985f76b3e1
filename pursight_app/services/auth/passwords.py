"""Password hashes: argon2id in a bounded number of slots, and which passwords are refused."""

import secrets
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlmodel import Session

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError, ServiceUnavailableError
from pursight_app.core.settings import get_settings
from pursight_app.models import UserAccount
from pursight_app.services import access
from pursight_app.services.security_policy import get_security_policy

PASSWORD_MIN, PASSWORD_MAX = 8, 1024
# One hash takes 19 MiB and 20 ms of a core: two at a time bound both, whoever else comes waits or is turned away.
HASH_SLOTS, MAX_WAITING = 2, 50
_slots = threading.BoundedSemaphore(HASH_SLOTS)
_places = threading.BoundedSemaphore(HASH_SLOTS + MAX_WAITING)
_BUSY = "Too many people are logging in at this moment. Try again in a few seconds."


@cache
def _hasher() -> PasswordHasher:
    settings = get_settings()
    return PasswordHasher(settings.argon2_time_cost, settings.argon2_memory_kib, parallelism=1)


@cache
def _dummy_hash() -> str:
    # Unknown addresses cost the same time as wrong passwords, so nobody can list who has an account.
    return _hasher().hash(secrets.token_urlsafe(16))


@cache
def _common_passwords() -> frozenset[str]:
    # Here, because the whole of its lists takes 12 MB and few processes ever set a password.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


@contextmanager
def _hash_slot() -> Generator[None]:
    if not _places.acquire(blocking=False):
        raise ServiceUnavailableError(_BUSY, retry_after_s=5)
    try:
        with _slots:
            yield
    finally:
        _places.release()


def check_password(password: str, *, minimum: int = PASSWORD_MIN, words: Iterable[str] = ()) -> None:
    """Lets a password pass that is long enough and not among those that are tried first.

    `words` are those that somebody who knows the person would try: a password is more than one of them and a digit or two.

    Raises:
        InvalidInputError: too short, too long, common (the list of zxcvbn, about 30,000), or hardly more than a word.
    """
    if not minimum <= len(password) <= PASSWORD_MAX:
        raise InvalidInputError(f"A password has {minimum} to {PASSWORD_MAX} characters.", code="weak_password")
    if password.lower() in _common_passwords() or len(set(password)) < 4:
        raise InvalidInputError(
            "This password is among those that are guessed first. Choose another one, such as four random words.",
            code="weak_password",
        )
    known = {word.lower() for word in ("pursight", *words) if len(word) >= 4}
    if any(word in password.lower() and len(password) - len(word) < 4 for word in known):
        raise InvalidInputError(
            "This password is hardly more than a name that others know. Choose another one, such as four random words.",
            code="weak_password",
        )


def hash_password(password: str, *, minimum: int = PASSWORD_MIN, words: Iterable[str] = ()) -> str:
    """An argon2id hash of an acceptable password.

    Raises:
        InvalidInputError: see `check_password`.
        ServiceUnavailableError: more than 50 hashes wait already.
    """
    check_password(password, minimum=minimum, words=words)
    return _on_slot(lambda: _hasher().hash(password))


def _on_slot(work: Callable[[], str]) -> str:
    with _hash_slot():
        return work()


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the hash is that of the password; None costs the same time and is always wrong."""
    if len(password) > PASSWORD_MAX:
        return False
    with _hash_slot():
        try:
            return _hasher().verify(password_hash or _dummy_hash(), password) and password_hash is not None
        except VerificationError:
            return False


def rehash_if_needed(user: UserAccount, password: str) -> None:
    """Hashes anew what was hashed with other parameters than the settings say now; the password has just been right."""
    if user.password_hash and _hasher().check_needs_rehash(user.password_hash):
        user.password_hash = _on_slot(lambda: _hasher().hash(password))


def set_password(session: Session, user: UserAccount, password: str) -> None:
    """Gives an account a password; access tokens that were issued before are dead. The caller ends sessions and audits.

    Raises:
        InvalidInputError: the password is too short or too common.
    """
    words = (*user.email.replace("@", ".").split("."), *user.name.split())
    minimum = get_security_policy(session).password_min_length
    user.password_hash = hash_password(password, minimum=minimum, words=words)
    user.password_changed_at = now()
    user.auth_version += 1
    access.bump_version(session)
