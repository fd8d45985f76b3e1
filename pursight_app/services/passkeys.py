"""Passkeys (WebAuthn level 2): registering them and checking what they sign. They log in alone or after a password.

A challenge lies in Redis for five minutes and is taken out when it comes back, so that an answer counts once.
"""

import hashlib
import ipaddress
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, select
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, ServiceUnavailableError
from pursight_app.core.redis import RedisError, redis
from pursight_app.core.settings import get_settings
from pursight_app.models import Passkey, UserAccount
from pursight_app.services import access, audit, auth, second_factors
from pursight_app.services.access import Actor

RP_NAME = "PurSight"
NAME_MAX = 100
PASSKEYS_MAX = 20
OPTIONS_PER_ADDRESS = 300
_CHALLENGE_S = 300
# What the parsers of webauthn raise on bytes that are no credential at all.
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, RecursionError)


class Purpose(StrEnum):
    """What a challenge was given for; an answer counts for nothing else."""

    REGISTER = "register"
    LOG_IN = "log-in"
    SECOND_FACTOR = "second-factor"
    STEP_UP = "step-up"


def rp_id() -> str:
    """The name that passkeys are bound to: the host people type.

    Raises:
        ConflictError: people reach this server by an IP address or without TLS, where browsers have no passkeys.
    """
    reason = why_not_at(get_settings().origin)
    if reason:
        raise ConflictError(reason, code="passkeys_unavailable")
    return urlsplit(get_settings().origin).hostname or ""


def why_not_at(origin: str) -> str:
    """Why passkeys do not work on pages of this origin, as a sentence; "" where they do."""
    wanted, used = urlsplit(get_settings().origin), urlsplit(origin)
    if _is_address(wanted.hostname or ""):
        return (
            "Passkeys need a host name: browsers refuse them for an IP address. Ask your administrator to set one up."
        )
    if used.hostname != wanted.hostname:
        return f"Passkeys work at {get_settings().origin} only. Open PurSight there to use one."
    if wanted.scheme != "https" and wanted.hostname != "localhost":
        return "Passkeys need an encrypted connection (https)."
    return ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _origins() -> list[str]:
    return [origin for origin in get_settings().allowed_origins if urlsplit(origin).hostname == rp_id()]


def registration_options(session: Session, actor: Actor) -> str:
    """What `navigator.credentials.create` is to be called with, as JSON.

    Raises:
        ConflictError: passkeys do not work here, or the person has twenty already.
        StepUpRequiredError: the last proof of identity is too old.
    """
    access.require_step_up(actor)
    known = list_passkeys(session, actor)
    if len(known) >= PASSKEYS_MAX:
        raise ConflictError(f"You have {PASSKEYS_MAX} passkeys. Remove one that you no longer use.")
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name=RP_NAME,
        user_id=actor.user_id.bytes,
        user_name=actor.email,
        user_display_name=actor.name,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    _keep_challenge(options.challenge, Purpose.REGISTER, actor.user_id)
    return options_to_json(options)


def _descriptors(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id, transports=[AuthenticatorTransport(each) for each in passkey.transports]
        )
        for passkey in passkeys
    ]


def _keep_challenge(challenge: bytes, purpose: Purpose, user_id: UUID | None) -> None:
    value = f"{purpose}:{user_id.hex if user_id else ''}"
    try:
        redis().set(_challenge_key(challenge), value, ex=_CHALLENGE_S)
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None


def _challenge_key(challenge: bytes) -> str:
    return f"pursight:challenge:{hashlib.sha256(challenge).hexdigest()}"


def _take_challenge(credential: dict[str, Any], purpose: Purpose, user_id: UUID | None) -> bytes | None:
    """The challenge that a credential answers, if it was given for this and nobody has answered it yet."""
    try:
        challenge = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    except _MALFORMED:
        return None
    try:
        kept = redis().getdel(_challenge_key(challenge))
    except RedisError:
        raise ServiceUnavailableError("The session store does not answer. Try again in a moment.") from None
    return challenge if kept == f"{purpose}:{user_id.hex if user_id else ''}" else None


def register(session: Session, actor: Actor, credential: dict[str, Any], *, name: str) -> Passkey:
    """Keeps the public key of a credential that the person's device has just made.

    Raises:
        InvalidInputError: the answer is not one to a challenge of this person, from this site, with the person verified.
        ConflictError: the credential is known already.
    """
    challenge = _take_challenge(credential, Purpose.REGISTER, actor.user_id)
    if challenge is None:
        raise _refused()
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=_origins(),
            require_user_verification=True,
        )
    except _MALFORMED:
        raise _refused() from None
    if session.exec(select(Passkey).where(Passkey.credential_id == verified.credential_id)).first():
        raise ConflictError("This passkey is registered already.")
    passkey = Passkey(
        user_id=actor.user_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=_clean_name(name) or f"Passkey of {now():%-d %B %Y}",
        transports=_transports(credential),
        is_backed_up=verified.credential_backed_up,
    )
    session.add(passkey)
    # Who had to set up a second factor may work from now on.
    access.bump_version(session)
    audit.record(session, actor, "passkey.create", _subject(actor.user_id), passkey=passkey.name)
    return passkey


def _refused() -> InvalidInputError:
    return InvalidInputError(
        "This passkey was not accepted: the request is too old, was used already or came from another site. Try again.",
        code="passkey_refused",
    )


def _transports(credential: dict[str, Any]) -> list[str]:
    said = credential["response"].get("transports")
    known = {str(each) for each in said} if isinstance(said, list) else set[str]()
    return sorted(known & {each.value for each in AuthenticatorTransport})


def _clean_name(name: str) -> str:
    return " ".join(name.split())[:NAME_MAX]


def authentication_options(session: Session, purpose: Purpose, user_id: UUID | None = None) -> str:
    """What `navigator.credentials.get` is to be called with, as JSON.

    Without `user_id` the device offers the passkeys it has for this site; nothing is told about who has some.

    Raises:
        RateLimitedError: too many log-ins were begun from this address.
    """
    if user_id is None:
        # Each answer leaves a challenge in Redis, and strangers may ask.
        address = audit.ORIGIN.get(audit.Origin()).address
        auth.throttle("passkey-options", address, limit=OPTIONS_PER_ADDRESS, window_s=_CHALLENGE_S)
    known = _of_user(session, user_id) if user_id else []
    options = generate_authentication_options(
        rp_id=rp_id(), allow_credentials=_descriptors(known), user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep_challenge(options.challenge, purpose, user_id)
    return options_to_json(options)


def verify(
    session: Session, credential: dict[str, Any], purpose: Purpose, user_id: UUID | None = None
) -> UserAccount | None:
    """The active person whose passkey signed this, or None; a refusal is audited, so let the transaction commit.

    `purpose` and `user_id` must be those that the options were made for.
    """
    passkey = _signer(session, credential, purpose, user_id)
    if passkey is None:
        audit.record(session, None, "passkey.use", _subject(user_id), result="denied", purpose=purpose)
        return None
    user = session.get_one(UserAccount, passkey.user_id)
    if not user.is_active:
        audit.record(session, None, "passkey.use", _subject(user.id), result="denied", purpose=purpose)
        return None
    return user


def _signer(session: Session, credential: dict[str, Any], purpose: Purpose, user_id: UUID | None) -> Passkey | None:
    challenge = _take_challenge(credential, purpose, user_id)
    if challenge is None:
        return None
    try:
        # Locked, so that of two answers with one counter the second one sees the first one's.
        statement = select(Passkey).where(Passkey.credential_id == base64url_to_bytes(credential["rawId"]))
        passkey = session.exec(statement.with_for_update()).first()
        if passkey is None or not _is_owner(passkey, credential, user_id):
            return None
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=_origins(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED:
        return None
    passkey.sign_count, passkey.is_backed_up = verified.new_sign_count, verified.credential_backed_up
    passkey.last_used_at = now()
    session.add(passkey)
    return passkey


def _is_owner(passkey: Passkey, credential: dict[str, Any], user_id: UUID | None) -> bool:
    # Section 7.2, step 6: known beforehand, or named by the credential itself as user handle.
    handle = credential["response"].get("userHandle")
    if handle is not None and handle != bytes_to_base64url(passkey.user_id.bytes):
        return False
    return passkey.user_id == user_id if user_id else handle is not None


def list_passkeys(session: Session, actor: Actor) -> list[Passkey]:
    """The actor's own passkeys, oldest first."""
    return _of_user(session, actor.user_id)


def _of_user(session: Session, user_id: UUID) -> list[Passkey]:
    return list(session.exec(select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.created_at))))


def rename_passkey(session: Session, actor: Actor, passkey_id: UUID, name: str) -> Passkey:
    """Gives one of the actor's passkeys another name.

    Raises:
        NotFoundError: the actor has no such passkey.
        InvalidInputError: the name is empty.
    """
    passkey = _own(session, actor, passkey_id)
    cleaned = _clean_name(name)
    if not cleaned:
        raise InvalidInputError("Give the passkey a name.")
    before, passkey.name = passkey.name, cleaned
    session.add(passkey)
    audit.record(session, actor, "passkey.rename", _subject(actor.user_id), before=before, after=cleaned)
    return passkey


def delete_passkey(session: Session, actor: Actor, passkey_id: UUID) -> None:
    """Removes one of the actor's passkeys; recovery codes go with the last second factor.

    Raises:
        NotFoundError: the actor has no such passkey.
        StepUpRequiredError: the last proof of identity is too old.
    """
    access.require_step_up(actor)
    passkey = _own(session, actor, passkey_id)
    session.delete(passkey)
    session.flush()
    second_factors.note_removal(session, session.get_one(UserAccount, actor.user_id))
    audit.record(session, actor, "passkey.delete", _subject(actor.user_id), passkey=passkey.name)


def _own(session: Session, actor: Actor, passkey_id: UUID) -> Passkey:
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != actor.user_id:
        raise NotFoundError("There is no such passkey among yours.")
    return passkey


def _subject(user_id: UUID | None) -> audit.Subject:
    return audit.Subject("user_account", user_id or "")
