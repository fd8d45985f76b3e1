"""The accounts of the installation: who has one, what state it is in, what it holds. Changes are in user_changes.py."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import Member, Passkey, UserAccount, Workspace
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.auth import hash_password


class AccountState(StrEnum):
    """What an account is at this moment."""

    ACTIVE = "active"
    INVITED = "invited"
    SUSPENDED = "suspended"
    MERGED = "merged"


class UserFilter(StrEnum):
    """What a list of accounts can be narrowed to."""

    EVERYBODY = ""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    INVITED = "invited"
    ADMINISTRATORS = "administrators"
    NO_SECOND_FACTOR = "no_second_factor"


@dataclass(frozen=True, slots=True)
class Membership:
    """A workspace that somebody is in; `role` is a built-in role or the key of one of the workspace's own."""

    workspace_id: UUID
    workspace_name: str
    role: str


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as a list shows it; its workspaces by name."""

    user: UserAccount
    state: AccountState
    has_second_factor: bool
    memberships: list[Membership] = field(default_factory=list[Membership])


def create_user(
    session: Session,
    actor: Actor | None,
    *,
    email: str,
    name: str,
    password: str | None,
    is_administrator: bool = False,
) -> UserAccount:
    """Adds an account; `actor` is None only for the command line, whose user owns the machine.

    Raises:
        ConflictError: the e-mail address has an account already.
        InvalidInputError: no e-mail address, or a password that is too short or too common.
    """
    if actor is not None:
        access.require(actor, Permission.USER_MANAGE)
    email = checked_email(email)
    if find_by_email(session, email):
        raise ConflictError(f"{email} has an account already.", code="email_taken")
    password_hash = hash_password(password) if password else None
    user = UserAccount(
        email=email, name=name.strip() or email, password_hash=password_hash, is_administrator=is_administrator
    )
    return add_account(session, actor, user)


def add_account(session: Session, actor: Actor | None, user: UserAccount) -> UserAccount:
    """Stores and audits a new account; whether the actor may is the caller's to check: invitations make some too."""
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.create", audit.Subject("user_account", user.id), email=user.email)
    return user


def checked_email(email: str) -> str:
    """The address in lower case; InvalidInputError when it is none.

    Only the form `local@host` is checked: libraries refuse `.local` and other inner domains, which are common here.
    """
    email = email.strip().lower()
    local, _, host = email.partition("@")
    if not local or not host or "@" in host or len(email) > 320 or not email.isprintable() or " " in email:
        raise InvalidInputError(f"{email[:80]!r} is not an e-mail address.")
    return email


def find_by_email(session: Session, email: str) -> UserAccount | None:
    """The account with this address, in lower case, whatever its state."""
    return session.exec(select(UserAccount).where(UserAccount.email == email)).first()


def get_by_email(session: Session, actor: Actor, email: str) -> UserAccount:
    """The account with this address.

    Raises:
        NotFoundError: nobody here has it.
    """
    access.require(actor, Permission.USER_MANAGE)
    user = find_by_email(session, email.strip().lower())
    if user is None:
        raise NotFoundError(f"Nobody here has the address {email.strip()[:80]}.")
    return user


def state_of(user: UserAccount) -> AccountState:
    """What the account is now; "invited" until its person has set a password or come in another way."""
    if user.merged_into_id is not None:
        return AccountState.MERGED
    if not user.is_active:
        return AccountState.SUSPENDED
    is_untouched = user.password_hash is None and user.last_login_at is None and not user.is_service
    return AccountState.INVITED if is_untouched else AccountState.ACTIVE


def list_users(
    session: Session,
    actor: Actor,
    *,
    query: str = "",
    only: UserFilter = UserFilter.EVERYBODY,
    limit: int,
    offset: int,
) -> tuple[list[UserRow], int]:
    """Accounts whose name or address contains `query`, by address, and how many there are."""
    access.require(actor, Permission.USER_MANAGE)
    statement = select(UserAccount, _has_second_factor()).where(*_conditions(only))
    if query := query.strip():
        matches = (col(each).icontains(query, autoescape=True) for each in (UserAccount.name, UserAccount.email))
        statement = statement.where(or_(*matches))
    total = count_rows(session, statement)
    found = session.exec(statement.order_by(UserAccount.email).limit(limit).offset(offset)).all()
    memberships = _memberships(session, [user.id for user, _ in found])
    return [UserRow(user, state_of(user), has, memberships.get(user.id, [])) for user, has in found], total


def _has_second_factor() -> ColumnElement[bool]:
    has_passkey = exists().where(col(Passkey.user_id) == col(UserAccount.id))
    return or_(col(UserAccount.totp_confirmed_at).is_not(None), has_passkey)


def _conditions(only: UserFilter) -> list[ColumnElement[bool]]:
    is_active = col(UserAccount.is_active).is_(True)
    untouched = and_(
        col(UserAccount.password_hash).is_(None),
        col(UserAccount.last_login_at).is_(None),
        not_(col(UserAccount.is_service)),
    )
    conditions: dict[UserFilter, list[ColumnElement[bool]]] = {
        UserFilter.EVERYBODY: [],
        UserFilter.ACTIVE: [is_active, not_(untouched)],
        UserFilter.SUSPENDED: [not_(is_active)],
        UserFilter.INVITED: [is_active, untouched],
        UserFilter.ADMINISTRATORS: [is_active, col(UserAccount.is_administrator).is_(True)],
        # A service account logs in with tokens only, so it has no use for one.
        UserFilter.NO_SECOND_FACTOR: [is_active, not_(_has_second_factor()), not_(col(UserAccount.is_service))],
    }
    return conditions[only]


def _memberships(session: Session, user_ids: list[UUID]) -> dict[UUID, list[Membership]]:
    statement = (
        select(Member, Workspace.name)
        .join(Workspace, col(Workspace.id) == Member.workspace_id)
        .where(col(Member.user_id).in_(user_ids))
        .order_by(Workspace.name)
    )
    found: dict[UUID, list[Membership]] = {}
    for member, name in session.exec(statement).all():
        found.setdefault(member.user_id, []).append(Membership(member.workspace_id, name, member.role))
    return found


def get_user(session: Session, actor: Actor, user_id: UUID) -> UserRow:
    """One account.

    Raises:
        NotFoundError: there is none with this id.
    """
    access.require(actor, Permission.USER_MANAGE)
    found: Any = session.exec(select(UserAccount, _has_second_factor()).where(UserAccount.id == user_id)).first()
    if found is None:
        raise NotFoundError("There is no such person.")
    user, has_second_factor = found
    return UserRow(user, state_of(user), has_second_factor, _memberships(session, [user_id]).get(user_id, []))
