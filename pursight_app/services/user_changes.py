"""What administrators do to accounts: rename, suspend, make administrator, end sessions, take a lost second factor away.

Each takes the right to manage accounts and a fresh proof of who acts, and is audited with before and after.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_
from sqlmodel import Session, col, select

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import Passkey, RecoveryCode, UserAccount
from pursight_app.services import access, audit, auth
from pursight_app.services.access import Actor, Permission


def lock_user(session: Session, actor: Actor, user_id: UUID) -> UserAccount:
    """The account for a change by an administrator; it and all administrators stay locked until the commit.

    One statement locks them in one order, so that of two administrators who demote each other one comes second, sees
    what the first one did, and neither waits for ever.

    Raises:
        NotFoundError: there is no such account.
    """
    access.require(actor, Permission.USER_MANAGE)
    access.require_step_up(actor)
    is_administrator = and_(col(UserAccount.is_administrator), col(UserAccount.is_active))
    statement = (
        select(UserAccount)
        .where(or_(is_administrator, col(UserAccount.id) == user_id))
        .order_by(col(UserAccount.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    user = next((each for each in session.exec(statement).all() if each.id == user_id), None)
    if user is None:
        raise NotFoundError("There is no such person.")
    return user


def require_other_administrator(session: Session, user: UserAccount) -> None:
    """Refuses to take away the last active administrator of the installation; the caller holds the lock.

    Raises:
        ConflictError: it is this one; code `last_administrator`.
    """
    if not (user.is_administrator and user.is_active):
        return
    others = select(UserAccount.id).where(
        col(UserAccount.is_administrator), col(UserAccount.is_active), UserAccount.id != user.id
    )
    if session.exec(others.limit(1)).first() is None:
        raise ConflictError(
            f"{user.name} is the last administrator of this installation. Make somebody else one first.",
            code="last_administrator",
        )


def require_somebody_else(actor: Actor, user: UserAccount) -> None:
    """Nobody locks themselves out by mistake.

    Raises:
        ConflictError: it is the actor's own account; code `own_account`.
    """
    if actor.user_id == user.id:
        raise ConflictError("This is your own account. Another administrator can do this.", code="own_account")


def rename_user(session: Session, actor: Actor, user_id: UUID, *, name: str) -> UserAccount:
    """Gives the account another name.

    Raises:
        InvalidInputError: no name, or one over 200 characters.
    """
    user = lock_user(session, actor, user_id)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A name has 1 to 200 characters.")
    if name != user.name:
        _record(session, actor, "user.rename", user, before={"name": user.name}, after={"name": name})
        user.name = name
        # The name is part of the policy that every process keeps.
        access.bump_version(session)
    return user


def set_administrator(session: Session, actor: Actor, user_id: UUID, *, is_administrator: bool) -> UserAccount:
    """Makes the account one that administers the installation, or no longer one.

    Raises:
        ConflictError: it is the actor's own, the last one, or one that cannot log in.
    """
    user = lock_user(session, actor, user_id)
    if user.is_administrator == is_administrator:
        return user
    if is_administrator and (user.is_service or not user.is_active):
        raise ConflictError("Only a person with an active account can administer the installation.")
    if not is_administrator:
        require_somebody_else(actor, user)
        require_other_administrator(session, user)
    before, after = {"is_administrator": user.is_administrator}, {"is_administrator": is_administrator}
    user.is_administrator = is_administrator
    access.bump_version(session)
    _record(session, actor, "user.set_administrator", user, before=before, after=after)
    return user


def suspend_user(session: Session, actor: Actor, user_id: UUID) -> UserAccount:
    """Nobody gets in with the account any more, at once: sessions end, API tokens and links are refused.

    Raises:
        ConflictError: it is the actor's own or the last administrator's.
    """
    user = lock_user(session, actor, user_id)
    require_somebody_else(actor, user)
    require_other_administrator(session, user)
    if user.is_active:
        user.is_active = False
        ended = auth.end_sessions_of(session, user.id, reason="suspended", actor=actor)
        access.bump_version(session)
        before, after = {"is_active": True}, {"is_active": False}
        _record(session, actor, "user.suspend", user, before=before, after=after, sessions_ended=ended)
    return user


def reactivate_user(session: Session, actor: Actor, user_id: UUID) -> UserAccount:
    """Lets the person in again, with the roles they had.

    Raises:
        ConflictError: the account was merged into another one.
    """
    user = lock_user(session, actor, user_id)
    if user.merged_into_id is not None:
        raise ConflictError("This account was merged into another one and stays closed.")
    if not user.is_active:
        user.is_active = True
        access.bump_version(session)
        _record(session, actor, "user.reactivate", user, before={"is_active": False}, after={"is_active": True})
    return user


def end_user_sessions(session: Session, actor: Actor, user_id: UUID) -> int:
    """Ends all sessions of a person but the one in which the actor does it; says how many."""
    user = lock_user(session, actor, user_id)
    ended = auth.end_sessions_of(session, user.id, reason="ended_by_administrator", keep=actor.session_id, actor=actor)
    _record(session, actor, "user.end_sessions", user, sessions_ended=ended)
    return ended


def reset_second_factor(session: Session, actor: Actor, user_id: UUID) -> UserAccount:
    """Takes app, passkeys and recovery codes away from somebody who lost them; all their sessions end."""
    user = lock_user(session, actor, user_id)
    has_app = user.totp_confirmed_at is not None
    passkeys = len(session.exec(select(Passkey.id).where(Passkey.user_id == user.id)).all())
    forget_second_factor(session, user)
    session.execute(delete(Passkey).where(col(Passkey.user_id) == user.id))
    auth.end_sessions_of(session, user.id, reason="second_factor_reset", actor=actor)
    before = {"authenticator_app": has_app, "passkeys": passkeys}
    after = {"authenticator_app": False, "passkeys": 0}
    _record(session, actor, "user.reset_second_factor", user, before=before, after=after)
    return user


def forget_second_factor(session: Session, user: UserAccount) -> None:
    """Clears the authenticator app and the recovery codes that stand in for it."""
    user.totp_secret = user.totp_confirmed_at = user.totp_last_step = None
    session.add(user)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))


def _record(session: Session, actor: Actor, action: str, user: UserAccount, **detail: Any) -> None:
    audit.record(session, actor, action, audit.Subject("user_account", user.id), email=user.email, **detail)
