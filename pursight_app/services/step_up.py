"""Proving once more who one is before a dangerous act. Good for the session at hand and as long as `step_up_s` says."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from pursight_app.core.errors import InvalidInputError, PermissionDeniedError
from pursight_app.models import UserAccount
from pursight_app.services import audit, auth, passkeys, second_factors
from pursight_app.services.access import Actor
from pursight_app.services.passkeys import Purpose


@dataclass(frozen=True, slots=True)
class Ways:
    """With what a person can prove who they are; with a second factor the password alone is not enough."""

    password: bool
    code: bool
    passkey: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What the person gives; exactly one of them."""

    password: str = ""
    code: str = ""
    credential: dict[str, Any] | None = None


def list_ways(session: Session, actor: Actor) -> Ways:
    """What `step_up` takes from this person; nothing at all for one who only ever logs in elsewhere."""
    user = session.get_one(UserAccount, actor.user_id)
    status = second_factors.status_of(session, user)
    if status.is_any:
        return Ways(password=False, code=status.takes_code, passkey=status.takes_passkey)
    return Ways(password=user.password_hash is not None, code=False, passkey=False)


def passkey_options(session: Session, actor: Actor) -> str:
    """What `navigator.credentials.get` is to be called with, as JSON.

    Raises:
        ConflictError: passkeys do not work at this server's address.
    """
    return passkeys.authentication_options(session, Purpose.STEP_UP, actor.user_id)


def step_up(session: Session, actor: Actor, proof: Proof) -> bool:
    """Whether the proof is right, and if so notes it on the session; False is audited, so let the transaction commit.

    Raises:
        PermissionDeniedError: an API token acts, or the password is given although there is a second factor.
        InvalidInputError: nothing is given.
        RateLimitedError: too many wrong tries.
    """
    if not actor.session_id:
        raise PermissionDeniedError("Only a person who is logged in can confirm who they are.")
    if _is_right(session, actor, proof):
        auth.mark_stepped_up(session, actor)
        return True
    subject = audit.Subject("user_account", actor.user_id)
    audit.record(session, actor, "session.step_up", subject, result="denied")
    return False


def _is_right(session: Session, actor: Actor, proof: Proof) -> bool:
    if proof.credential is not None:
        return passkeys.verify(session, proof.credential, Purpose.STEP_UP, actor.user_id) is not None
    user = session.get_one(UserAccount, actor.user_id)
    if proof.code:
        return second_factors.verify_code(session, user, proof.code) is not None
    if not proof.password:
        raise InvalidInputError("Give your password, a code or a passkey.")
    if second_factors.has_second_factor(session, user):
        raise PermissionDeniedError(
            "Your account has a second factor: confirm with a code or a passkey.", code="second_factor_needed"
        )
    return auth.confirm_password(session, actor, proof.password)
