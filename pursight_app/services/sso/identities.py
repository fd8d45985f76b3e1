"""Who somebody at a provider is here. Known by provider and subject, never by e-mail address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import ExternalIdentity, IdentityProvider, Invitation, Member, Passkey, UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor
from pursight_app.services.sso.memberships import apply_roles, mapped_roles
from pursight_app.services.users import checked_email

MAX_GROUPS = 1_000
# RFC 8176 names that say more than one factor, or a second one, was used at the provider.
_STRONG = ("mfa", "otp", "hwk", "swk")


@dataclass(frozen=True, slots=True)
class ExternalPerson:
    """Somebody as a provider's verified claims describe them; `is_email_verified` None: it does not say."""

    subject: str
    email: str
    is_email_verified: bool | None
    name: str
    groups: frozenset[str]
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may come in; otherwise `problem` is the code that the log-in page explains."""

    user: UserAccount | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """One's identity at a provider, as the account page lists it."""

    id: UUID
    provider_name: str
    email: str
    linked_at: datetime
    last_login_at: datetime | None


def person_of(claims: Mapping[str, Any], *, group_claim: str) -> ExternalPerson:
    """Reads the claims; what has another type than OpenID Connect says counts as absent."""
    verified, groups, methods = claims.get("email_verified"), claims.get(group_claim), claims.get("amr")
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    amr = methods if isinstance(methods, list) else []
    try:
        email = checked_email(str(claims.get("email") or ""))
    except InvalidInputError:
        email = ""
    return ExternalPerson(
        subject=str(claims["sub"]),
        email=email,
        # Some providers send the word.
        is_email_verified={True: True, False: False, "true": True, "false": False}.get(verified)
        if isinstance(verified, bool | str)
        else None,
        name=str(claims.get("name") or "")[:200].strip(),
        groups=frozenset(str(group) for group in named[:MAX_GROUPS]),
        factors=("fed", *(factor for factor in _STRONG if factor in amr)),
    )


def admit(session: Session, provider: IdentityProvider, person: ExternalPerson) -> Admission:
    """Finds or makes the person's account and brings its memberships up to date; every outcome is audited.

    A new subject whose e-mail address has an account is turned away: the address proves nothing about who owns it.
    """
    # One at a time per provider: two tabs of one new person make one account.
    session.get(IdentityProvider, provider.id, with_for_update=True)
    identity = _find(session, provider, person.subject)
    roles = mapped_roles(session, provider, person.groups)
    problem = ""
    if identity is None:
        identity, problem = _first_time(session, provider, person, has_role=bool(roles))
    user = session.get(UserAccount, identity.user_id, with_for_update=True) if identity else None
    if identity is None or user is None or not user.is_active:
        return _refused(session, provider, person, user, problem or "sso-no-access")
    apply_roles(session, None, identity, roles)
    session.flush()
    is_member = session.exec(select(Member.id).where(Member.user_id == user.id)).first() is not None
    if not is_member and not user.is_administrator:
        return _refused(session, provider, person, user, "sso-no-access")
    identity.email, identity.last_login_at = person.email, now()
    return Admission(user)


def _find(session: Session, provider: IdentityProvider, subject: str) -> ExternalIdentity | None:
    return session.exec(
        select(ExternalIdentity).where(
            ExternalIdentity.identity_provider_id == provider.id, ExternalIdentity.subject == subject
        )
    ).first()


def _first_time(
    session: Session, provider: IdentityProvider, person: ExternalPerson, *, has_role: bool
) -> tuple[ExternalIdentity | None, str]:
    # An address that the provider says is not proven would hold the place of its real owner's account.
    if not person.email or person.is_email_verified is False:
        return None, "sso-no-access"
    user = session.exec(select(UserAccount).where(UserAccount.email == person.email)).first()
    if user is not None and not _accept_invitation(session, user, person):
        return None, "sso-link"
    if user is None and not has_role:
        return None, "sso-no-access"
    if user is None:
        user = UserAccount(email=person.email, name=person.name or person.email)
        session.add(user)
        session.flush()
        subject = audit.Subject("user_account", user.id)
        audit.record(session, None, "user.create", subject, email=user.email, identity_provider=provider.key)
    return _add_identity(session, provider, person, user), ""


def _accept_invitation(session: Session, user: UserAccount, person: ExternalPerson) -> bool:
    """Whether the account only waits for the person whom somebody invited under this address, which is proven."""
    has_been_used = user.password_hash is not None or user.last_login_at is not None or user.is_administrator
    if has_been_used or not user.is_active or user.is_service or person.is_email_verified is not True:
        return False
    if session.exec(select(ExternalIdentity.id).where(ExternalIdentity.user_id == user.id)).first():
        return False
    invitations = session.exec(
        select(Invitation).where(
            Invitation.user_id == user.id,
            col(Invitation.accepted_at).is_(None),
            col(Invitation.withdrawn_at).is_(None),
            col(Invitation.expires_at) > now(),
        )
    ).all()
    for invitation in invitations:
        invitation.accepted_at = now()
        _join(session, user, invitation)
    return bool(invitations)


def _join(session: Session, user: UserAccount, invitation: Invitation) -> None:
    workspace_id = invitation.workspace_id
    subject = audit.Subject("user_account", user.id, workspace_id)
    audit.record(session, None, "invitation.accept", subject, invitation=str(invitation.id))
    if (
        workspace_id is None
        or session.exec(select(Member.id).where(Member.workspace_id == workspace_id, Member.user_id == user.id)).first()
    ):
        return
    session.add(Member(workspace_id=workspace_id, user_id=user.id, role=invitation.role))
    access.bump_version(session)


def _add_identity(
    session: Session, provider: IdentityProvider, person: ExternalPerson, user: UserAccount, actor: Actor | None = None
) -> ExternalIdentity:
    identity = ExternalIdentity(
        identity_provider_id=provider.id, user_id=user.id, subject=person.subject, email=person.email
    )
    session.add(identity)
    session.flush()
    subject = audit.Subject("user_account", user.id)
    audit.record(
        session, actor, "identity.link", subject, identity_provider=provider.key, external_subject=person.subject
    )
    return identity


def _refused(
    session: Session, provider: IdentityProvider, person: ExternalPerson, user: UserAccount | None, problem: str
) -> Admission:
    subject = audit.Subject("user_account", user.id if user else "")
    detail = {"identity_provider": provider.key, "external_subject": person.subject, "reason": problem}
    audit.record(session, None, "session.start", subject, result="denied", **detail)
    return Admission(None, problem)


def link_identity(session: Session, actor: Actor, provider: IdentityProvider, person: ExternalPerson) -> None:
    """Lets the actor log in through the provider from now on.

    Raises:
        ConflictError: that identity, or another one of this provider, is linked already.
    """
    access.require_step_up(actor)
    session.get(IdentityProvider, provider.id, with_for_update=True)
    known = _find(session, provider, person.subject)
    if known is not None and known.user_id == actor.user_id:
        return
    mine = select(ExternalIdentity.id).where(
        ExternalIdentity.identity_provider_id == provider.id, ExternalIdentity.user_id == actor.user_id
    )
    if known is not None or session.exec(mine).first():
        raise ConflictError(f"This identity of {provider.name}, or your account, is linked to another one already.")
    _add_identity(session, provider, person, session.get_one(UserAccount, actor.user_id), actor)


def list_identities(session: Session, actor: Actor) -> list[IdentityRow]:
    """The actor's own identities, by provider."""
    statement = (
        select(ExternalIdentity, IdentityProvider.name)
        .join(IdentityProvider, col(IdentityProvider.id) == ExternalIdentity.identity_provider_id)
        .where(ExternalIdentity.user_id == actor.user_id)
        .order_by(IdentityProvider.name)
    )
    return [
        IdentityRow(row.id, name, row.email, row.created_at, row.last_login_at)
        for row, name in session.exec(statement).all()
    ]


def unlink(session: Session, actor: Actor, identity_id: UUID) -> None:
    """Takes one's own identity away, and with it the memberships that it gave.

    Raises:
        NotFoundError: it is not one of the actor's own.
        ConflictError: it is the only way into the account.
    """
    access.require_step_up(actor)
    user = session.get(UserAccount, actor.user_id, with_for_update=True)
    identity = session.get(ExternalIdentity, identity_id)
    if user is None or identity is None or identity.user_id != actor.user_id:
        raise NotFoundError("There is no such identity of yours.")
    others = select(ExternalIdentity.id).where(
        ExternalIdentity.user_id == user.id, col(ExternalIdentity.id) != identity.id
    )
    passkeys = select(Passkey.id).where(Passkey.user_id == user.id)
    if user.password_hash is None and not session.exec(others).first() and not session.exec(passkeys).first():
        raise ConflictError("This is the only way into your account. Set a password or add a passkey first.")
    # Else a person could keep by unlinking what the provider will take from them.
    apply_roles(session, actor, identity, {})
    subject = audit.Subject("user_account", user.id)
    audit.record(session, actor, "identity.unlink", subject, external_subject=identity.subject)
    session.delete(identity)
