"""Accounts for programs: no password, no log-in, one workspace, one role. They act with API tokens only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import ApiToken, Member, Role, UserAccount
from pursight_app.services import access, api_tokens, audit
from pursight_app.services.access import Actor, Permission

# RFC 2606 keeps this top-level domain free for ever, so no mail and no provider can ever claim such an address.
_DOMAIN = "service.invalid"


@dataclass(frozen=True, slots=True)
class ServiceAccountRow:
    """A service account with its role, the number of its live tokens and when one of them was last used."""

    user: UserAccount
    role: str
    live_tokens: int
    last_used_at: datetime | None


def create_service_account(session: Session, actor: Actor, workspace_id: UUID, *, name: str, role: str) -> UserAccount:
    """Makes an account for a program, member of this one workspace.

    Raises:
        InvalidInputError: no usable name, no such role, or the role of administrators.
        PermissionDeniedError: the role includes what the actor does not have.
        ConflictError: the workspace has a service account of this name.
    """
    access.require(actor, Permission.TOKEN_MANAGE, workspace_id)
    access.require_step_up(actor)
    if role == Role.ADMINISTRATOR:
        raise InvalidInputError("A program is never an administrator: its tokens could not manage people anyway.")
    access.require_may_give(actor, workspace_id, access.permissions_of_role(session, workspace_id, role))
    email = _address(name, workspace_id)
    if session.exec(select(UserAccount.id).where(UserAccount.email == email)).first():
        raise ConflictError("There is a service account of this name already. Choose another name.")
    user = UserAccount(email=email, name=name.strip(), is_service=True)
    session.add(user)
    session.flush()
    session.add(Member(workspace_id=workspace_id, user_id=user.id, role=role))
    access.bump_version(session)
    subject = audit.Subject("user_account", user.id, workspace_id)
    audit.record(session, actor, "service_account.create", subject, name=user.name, role=role)
    return user


def _address(name: str, workspace_id: UUID) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    local = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not local or len(name.strip()) > 60 or not name.strip().isprintable():
        raise InvalidInputError("A service account needs a name of 1 to 60 characters with Latin letters or digits.")
    return f"{local}@{workspace_id.hex}.{_DOMAIN}"


def list_service_accounts(session: Session, actor: Actor, workspace_id: UUID) -> list[ServiceAccountRow]:
    """The workspace's service accounts, by name."""
    access.require(actor, Permission.TOKEN_MANAGE, workspace_id)
    is_live = (col(ApiToken.revoked_at).is_(None)) & (col(ApiToken.expires_at) > now())
    statement = (
        select(UserAccount, Member.role, func.count(col(ApiToken.id)).filter(is_live), func.max(ApiToken.last_used_at))
        .join(Member, col(Member.user_id) == UserAccount.id)
        .outerjoin(ApiToken, col(ApiToken.user_id) == UserAccount.id)
        .where(Member.workspace_id == workspace_id, col(UserAccount.is_service))
        .group_by(col(UserAccount.id), col(Member.role))
        .order_by(func.lower(UserAccount.name))
    )
    return [ServiceAccountRow(*row) for row in session.exec(statement).all()]


def set_service_account_active(
    session: Session, actor: Actor, workspace_id: UUID, user_id: UUID, *, is_active: bool
) -> UserAccount:
    """Suspends a service account, or lets it work again. Its tokens are refused at once, but kept."""
    user = get_service_account(session, actor, workspace_id, user_id)
    if user.is_active != is_active:
        user.is_active = is_active
        _end_streams(session, user_id)
        action = "service_account.resume" if is_active else "service_account.suspend"
        audit.record(session, actor, action, audit.Subject("user_account", user.id, workspace_id), name=user.name)
    return user


def delete_service_account(session: Session, actor: Actor, workspace_id: UUID, user_id: UUID) -> None:
    """Removes a service account with all its tokens; what it did stays in the audit log."""
    user = get_service_account(session, actor, workspace_id, user_id)
    access.require_step_up(actor)
    _end_streams(session, user_id)
    subject = audit.Subject("user_account", user.id, workspace_id)
    audit.record(session, actor, "service_account.delete", subject, name=user.name, email=user.email)
    session.delete(user)


def get_service_account(session: Session, actor: Actor, workspace_id: UUID, user_id: UUID) -> UserAccount:
    """One of the workspace's service accounts.

    Raises:
        NotFoundError: no such account, a person, or one of another workspace.
    """
    access.require(actor, Permission.TOKEN_MANAGE, workspace_id)
    statement = (
        select(UserAccount)
        .join(Member, col(Member.user_id) == UserAccount.id)
        .where(UserAccount.id == user_id, Member.workspace_id == workspace_id, col(UserAccount.is_service))
    )
    user = session.exec(statement).first()
    if user is None:
        raise NotFoundError("There is no such service account in this workspace.")
    return user


def _end_streams(session: Session, user_id: UUID) -> None:
    for token_id in session.exec(select(ApiToken.id).where(ApiToken.user_id == user_id)).all():
        api_tokens.end_streams(session, token_id)
