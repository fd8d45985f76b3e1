"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes. Passkeys are in passkeys.py."""

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno
from pyotp.totp import TOTP
from sqlalchemy import delete, func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.core.secrets import decrypt, encrypt, ensure_secret
from pursight_app.models import Passkey, RecoveryCode, UserAccount
from pursight_app.services import access, audit, auth
from pursight_app.services.access import Actor

ISSUER = "PurSight"
CODE_MAX = 40
RECOVERY_CODES = 10
TRIES, TRIES_WINDOW_S = 6, 300
_STEP_S = 30
# A phone's clock may be half a minute off, and typing takes time: the step before and the one after count too.
_STEPS_AROUND = (0, -1, 1)
# A key of its own: the keys of access tokens are replaced from time to time, printed recovery codes are not.
_RECOVERY_KEY = "recovery-codes.key"
# Without 0, 1, i, l and o, which people mistake for each other on paper.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_RECOVERY_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret to type, the same as a URI, and that as a QR code (SVG text)."""

    secret: str
    uri: str
    qr_svg: str


@dataclass(frozen=True, slots=True)
class Status:
    """Which second factors a person has; `recovery_codes_left` are the unused ones."""

    has_totp: bool
    passkey_count: int
    recovery_codes_left: int

    @property
    def takes_code(self) -> bool:
        """Whether some code is right for this person: one of the app or a recovery code."""
        return self.has_totp or self.recovery_codes_left > 0

    @property
    def takes_passkey(self) -> bool:
        """Whether there is a passkey to use."""
        return self.passkey_count > 0

    @property
    def is_any(self) -> bool:
        """Whether there is a second factor at all; recovery codes only stand in for one."""
        return self.has_totp or self.takes_passkey


def has_totp(user: UserAccount) -> bool:
    """Whether the person has confirmed an authenticator app."""
    return user.totp_secret is not None and user.totp_confirmed_at is not None


def has_second_factor(session: Session, user: UserAccount) -> bool:
    """Whether a password alone does not let this person in: an authenticator app or a passkey is there."""
    return has_totp(user) or _count_passkeys(session, user.id) > 0


def _count_passkeys(session: Session, user_id: UUID) -> int:
    return session.exec(select(func.count()).select_from(Passkey).where(Passkey.user_id == user_id)).one()


def get_status(session: Session, actor: Actor) -> Status:
    """The actor's own second factors."""
    return status_of(session, session.get_one(UserAccount, actor.user_id))


def status_of(session: Session, user: UserAccount) -> Status:
    """The second factors of somebody who is logging in; for everybody else see `get_status`."""
    unused = select(func.count()).select_from(RecoveryCode)
    unused = unused.where(RecoveryCode.user_id == user.id, col(RecoveryCode.used_at).is_(None))
    return Status(has_totp(user), _count_passkeys(session, user.id), session.exec(unused).one())


def begin_totp(session: Session, actor: Actor) -> Enrolment:
    """A new secret for an authenticator app; it counts once `confirm_totp` has seen a code made with it.

    Raises:
        ConflictError: an app is enrolled already.
        StepUpRequiredError: the last proof of identity is too old.
    """
    user = session.get_one(UserAccount, actor.user_id)
    if has_totp(user):
        raise ConflictError("An authenticator app is set up already. Remove it first to set up another one.")
    access.require_step_up(actor)
    secret = pyotp.random_base32()
    user.totp_secret = encrypt({"secret": secret}, context=user.id.hex)
    session.add(user)
    uri = TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    return Enrolment(secret, uri, _qr_svg(uri))


def _qr_svg(text: str) -> str:
    target = io.BytesIO()
    # Black on white in both themes: scanners of phones fail on light codes with a dark background.
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, title="QR code"
    )
    return target.getvalue().decode()


def confirm_totp(session: Session, actor: Actor, code: str) -> list[str]:
    """Turns the app on with a first code and returns fresh recovery codes, which nobody can read again.

    Raises:
        ConflictError: no enrolment was begun, or it is confirmed already.
        InvalidInputError: the code is not one of this app at this time.
        RateLimitedError: too many wrong codes.
    """
    user = session.get_one(UserAccount, actor.user_id)
    if user.totp_secret is None or has_totp(user):
        raise ConflictError("No authenticator app is being set up. Start again.")
    auth.throttle("code", user.id.hex, limit=TRIES, window_s=TRIES_WINDOW_S)
    step = _matching_step(user, _plain(code))
    if step is None:
        raise InvalidInputError(
            "This code is not right. Check that the app shows the account PurSight and that the phone's clock is set "
            "automatically, then type the newest code.",
            code="wrong_code",
        )
    auth.forget_tries("code", user.id.hex)
    user.totp_confirmed_at, user.totp_last_step = now(), step
    session.add(user)
    # Who had to set up a second factor may work from now on.
    access.bump_version(session)
    audit.record(session, actor, "second_factor.enable", _subject(user), factor="authenticator app")
    return _new_recovery_codes(session, user)


def disable_totp(session: Session, actor: Actor) -> None:
    """Removes the authenticator app; recovery codes go with the last second factor.

    Raises:
        StepUpRequiredError: the last proof of identity is too old.
    """
    access.require_step_up(actor)
    user = session.get_one(UserAccount, actor.user_id)
    if user.totp_secret is None:
        return
    was_on = has_totp(user)
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    session.add(user)
    session.flush()
    note_removal(session, user)
    if was_on:
        audit.record(session, actor, "second_factor.disable", _subject(user), factor="authenticator app")


def note_removal(session: Session, user: UserAccount) -> None:
    """After a factor went: rights are looked at anew, and recovery codes go when nothing is left to stand in for."""
    access.bump_version(session)
    if not has_second_factor(session, user):
        session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))


def create_recovery_codes(session: Session, actor: Actor) -> list[str]:
    """Ten new recovery codes, shown this once; the old ones are dead.

    Raises:
        ConflictError: there is no second factor for which they could stand in.
        StepUpRequiredError: the last proof of identity is too old.
    """
    access.require_step_up(actor)
    user = session.get_one(UserAccount, actor.user_id)
    if not has_second_factor(session, user):
        raise ConflictError("Recovery codes stand in for a second factor. Set up an app or a passkey first.")
    audit.record(session, actor, "recovery_codes.create", _subject(user))
    return _new_recovery_codes(session, user)


def _new_recovery_codes(session: Session, user: UserAccount) -> list[str]:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_code_hash(user.id, code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4)) for code in codes]


def _code_hash(user_id: UUID, code: str) -> str:
    key, _ = ensure_secret(_RECOVERY_KEY)
    return hmac.new(key.encode(), f"{user_id.hex}:{code}".encode(), hashlib.sha256).hexdigest()


def verify_code(session: Session, user: UserAccount, code: str) -> str | None:
    """What the code is: "otp" of the authenticator app, "recovery", or None for a wrong or used one.

    Either kind works once, also when it arrives twice at the same moment. A wrong one is audited, so the caller lets
    its transaction commit before it turns the person away.

    Raises:
        RateLimitedError: more than six codes in five minutes without a right one.
    """
    auth.throttle("code", user.id.hex, limit=TRIES, window_s=TRIES_WINDOW_S)
    plain = _plain(code)
    kind = "otp" if _use_totp(session, user, plain) else "recovery" if _use_recovery(session, user, plain) else None
    if kind is None:
        audit.record(session, None, "second_factor.use", _subject(user), result="denied")
    else:
        auth.forget_tries("code", user.id.hex)
    if kind == "recovery":
        audit.record(session, access.load_actor(session, user.id), "recovery_code.use", _subject(user))
    return kind


def _plain(code: str) -> str:
    return code[:CODE_MAX].replace(" ", "").replace("-", "").lower()


def _use_totp(session: Session, user: UserAccount, code: str) -> bool:
    step = _matching_step(user, code) if has_totp(user) else None
    if step is None:
        return False
    # Compared and set in one statement: of two uses of one code exactly one finds the older step.
    is_newer = or_(col(UserAccount.totp_last_step).is_(None), col(UserAccount.totp_last_step) < step)
    statement = update(UserAccount).where(col(UserAccount.id) == user.id, is_newer).values(totp_last_step=step)
    return session.execute(statement.returning(col(UserAccount.id))).first() is not None


def _matching_step(user: UserAccount, code: str) -> int | None:
    if user.totp_secret is None or not (code.isascii() and code.isdigit()):
        return None
    totp = TOTP(decrypt(user.totp_secret, context=user.id.hex)["secret"])
    current = int(now().timestamp()) // _STEP_S
    steps = (current + offset for offset in _STEPS_AROUND)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)), None)


def _use_recovery(session: Session, user: UserAccount, code: str) -> bool:
    if len(code) != _RECOVERY_LENGTH:
        return False
    used = update(RecoveryCode).values(used_at=now()).returning(col(RecoveryCode.id))
    used = used.where(
        col(RecoveryCode.user_id) == user.id,
        col(RecoveryCode.code_hash) == _code_hash(user.id, code),
        col(RecoveryCode.used_at).is_(None),
    )
    return session.execute(used).first() is not None


def _subject(user: UserAccount) -> audit.Subject:
    return audit.Subject("user_account", user.id)
