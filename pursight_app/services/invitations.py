"""Invitations: a link with which a person sets the first password of an account, or joins a workspace with the one they have.

Somebody who manages one workspace is not told whether an address has an account: either way they get an invitation, the
membership comes with its acceptance, and the person accepts with a new password or from their own session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, NotFoundError
from pursight_app.core.mail import Mail, can_send_mail
from pursight_app.models import Invitation, Member, UserAccount, Workspace
from pursight_app.services import access, audit, auth, users
from pursight_app.services.access import Actor, Permission
from pursight_app.services.account_links import IssuedLink, dead_link, digest_of, link_to, new_token
from pursight_app.services.security_policy import get_security_policy
from pursight_app.services.users import AccountState


@dataclass(frozen=True, slots=True)
class PendingInvitation:
    """An invitation that nobody has accepted yet; `workspace_name` is "" for one to the installation only."""

    id: UUID
    user_id: UUID
    email: str
    workspace_id: UUID | None
    workspace_name: str
    role: str
    expires_at: datetime
    invited_by: str

    @property
    def is_expired(self) -> bool:
        """Whether its link is too old by now."""
        return self.expires_at <= now()


def invite_user(
    session: Session, actor: Actor, *, email: str, name: str, workspace_id: UUID | None = None, role: str = ""
) -> IssuedLink:
    """Makes an account without a password and the link that sets one; with a workspace, its membership comes too.

    Raises:
        ConflictError: the address has an account; code `email_taken`.
        InvalidInputError: no e-mail address, or no such role.
    """
    access.require(actor, Permission.USER_MANAGE)
    if workspace_id is not None:
        _check_role(session, actor, workspace_id, role)
    user = users.create_user(session, actor, email=email, name=name, password=None)
    return _issue(session, actor, user, workspace_id=workspace_id, role=role)


def invite_member(
    session: Session, actor: Actor, workspace_id: UUID, *, email: str, name: str, role: str
) -> IssuedLink:
    """Invites a person into a workspace, the same for those who have an account and those who do not.

    An older open invitation of the same person to the workspace is withdrawn.

    Raises:
        PermissionDeniedError: the role may more than the actor.
        ConflictError: the person is a member already.
    """
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    _check_role(session, actor, workspace_id, role)
    email = users.checked_email(email)
    user = users.find_by_email(session, email)
    if user is None:
        user = users.add_account(session, actor, UserAccount(email=email, name=name.strip() or email))
    elif _is_member(session, user.id, workspace_id):
        raise ConflictError(f"{email} is a member of this workspace already.")
    older = update(Invitation).where(
        col(Invitation.user_id) == user.id, col(Invitation.workspace_id) == workspace_id, *_open()
    )
    session.execute(older.values(withdrawn_at=now()))
    return _issue(session, actor, user, workspace_id=workspace_id, role=role)


def may_see_link(actor: Actor) -> bool:
    """Whether the inviter is shown the link.

    Where mail works, those who manage only a workspace are not: with the link they could take the account themselves.
    """
    return actor.may(Permission.USER_MANAGE) or not can_send_mail()


def _check_role(session: Session, actor: Actor, workspace_id: UUID, role: str) -> None:
    if session.get(Workspace, workspace_id) is None:
        raise NotFoundError("There is no such workspace.")
    access.require_may_give(actor, workspace_id, access.permissions_of_role(session, workspace_id, role))


def _is_member(session: Session, user_id: UUID, workspace_id: UUID) -> bool:
    found = select(Member.id).where(Member.user_id == user_id, Member.workspace_id == workspace_id)
    return session.exec(found).first() is not None


def _open() -> list[ColumnElement[bool]]:
    return [col(Invitation.accepted_at).is_(None), col(Invitation.withdrawn_at).is_(None)]


def _issue(session: Session, actor: Actor, user: UserAccount, *, workspace_id: UUID | None, role: str) -> IssuedLink:
    token = new_token()
    row = Invitation(
        user_id=user.id,
        workspace_id=workspace_id,
        role=role if workspace_id else "",
        token_hash=digest_of(token),
        expires_at=_end(session),
        invited_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    _record(session, actor, "invitation.create", row, email=user.email, role=row.role)
    return _link(session, actor, row, user, token)


def _end(session: Session) -> datetime:
    return now() + timedelta(days=get_security_policy(session).invitation_days)


def _link(session: Session, actor: Actor, row: Invitation, user: UserAccount, token: str) -> IssuedLink:
    workspace = session.get(Workspace, row.workspace_id) if row.workspace_id else None
    url = link_to("welcome", token)
    place = f"the workspace {workspace.name} in PurSight" if workspace else "PurSight"
    text = (
        f"Hello,\n\n{actor.name} ({actor.email}) invites you to {place}.\n\nOpen this link to accept:\n{url}\n\n"
        f"It works once, until {row.expires_at:%-d %B %Y, %H:%M} UTC. If you do not know what this is about, do nothing.\n"
    )
    return IssuedLink(row.id, user.id, url, Mail(user.email, "You are invited to PurSight", text))


def list_invitations(
    session: Session,
    actor: Actor,
    *,
    workspace_id: UUID | None,
    user_id: UUID | None = None,
    limit: int,
    offset: int,
) -> tuple[list[PendingInvitation], int]:
    """Open invitations, the newest first, and how many there are.

    Those of one workspace, or of the whole installation without `workspace_id`; with `user_id` of one person only.
    """
    if workspace_id is None:
        access.require(actor, Permission.USER_MANAGE)
    else:
        access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    statement = _with_names().where(*_open())
    if workspace_id is not None:
        statement = statement.where(Invitation.workspace_id == workspace_id)
    if user_id is not None:
        statement = statement.where(Invitation.user_id == user_id)
    total = count_rows(session, statement)
    found = session.execute(statement.order_by(col(Invitation.created_at).desc()).limit(limit).offset(offset))
    return [_pending(*each) for each in found.all()], total


def _with_names():  # noqa: ANN202  the type of a joined SELECT says nothing that the line below does not
    inviter = aliased(UserAccount)
    return (
        select(Invitation, UserAccount.email, Workspace.name, inviter.name)
        .join(UserAccount, col(UserAccount.id) == Invitation.user_id)
        .outerjoin(Workspace, col(Workspace.id) == Invitation.workspace_id)
        .outerjoin(inviter, col(inviter.id) == Invitation.invited_by_id)
    )


def _pending(row: Invitation, email: str, workspace_name: str | None, inviter: str | None) -> PendingInvitation:
    return PendingInvitation(
        id=row.id,
        user_id=row.user_id,
        email=email,
        workspace_id=row.workspace_id,
        workspace_name=workspace_name or "",
        role=row.role,
        expires_at=row.expires_at,
        invited_by=inviter or "",
    )


def resend_invitation(session: Session, actor: Actor, invitation_id: UUID) -> IssuedLink:
    """A new link with a new end; the old one is dead.

    Raises:
        NotFoundError: no open invitation of this id that the actor may manage.
        PermissionDeniedError: the role may more than the actor.
    """
    row = _manageable(session, actor, invitation_id)
    if row.workspace_id is not None:
        _check_role(session, actor, row.workspace_id, row.role)
    token = new_token()
    row.token_hash, row.expires_at, row.invited_by_id = digest_of(token), _end(session), actor.user_id
    user = session.get_one(UserAccount, row.user_id)
    _record(session, actor, "invitation.resend", row, email=user.email)
    return _link(session, actor, row, user, token)


def withdraw_invitation(session: Session, actor: Actor, invitation_id: UUID) -> None:
    """Makes the link dead. The account stays, without a password.

    Raises:
        NotFoundError: no open invitation of this id that the actor may manage.
    """
    row = _manageable(session, actor, invitation_id)
    row.withdrawn_at = now()
    _record(session, actor, "invitation.withdraw", row)


def _manageable(session: Session, actor: Actor, invitation_id: UUID) -> Invitation:
    row = session.exec(select(Invitation).where(Invitation.id == invitation_id, *_open()).with_for_update()).first()
    may = row is not None and (
        actor.may(Permission.USER_MANAGE)
        or (row.workspace_id is not None and actor.may(Permission.MEMBER_MANAGE, row.workspace_id))
    )
    if row is None or not may:
        raise NotFoundError("There is no such invitation, or it was accepted or withdrawn.")
    return row


def look_at_invitation(session: Session, token: str) -> PendingInvitation:
    """What a link invites to. No permission: whoever holds the link may; it says nothing on whether there is an account.

    Raises:
        NotFoundError: the link is dead; code `link_dead`.
    """
    statement = _with_names().where(
        Invitation.token_hash == digest_of(token), Invitation.expires_at > now(), *_open(), col(UserAccount.is_active)
    )
    found = session.execute(statement).first()
    if found is None:
        raise dead_link()
    return _pending(*found)


def accept_invitation(session: Session, token: str, *, name: str, password: str) -> UserAccount:
    """Gives the account its first password and the membership it was invited to. No permission: the link is the proof.

    Raises:
        NotFoundError: the link is dead; code `link_dead`.
        ConflictError: the account has been used already, so its person accepts from a session; code `account_exists`.
        InvalidInputError: the password is too short or too common.
    """
    row = _take(session, token)
    user = session.exec(select(UserAccount).where(UserAccount.id == row.user_id).with_for_update()).one()
    if not user.is_active:
        raise dead_link()
    if users.state_of(user) != AccountState.INVITED:
        raise ConflictError(
            "You have an account already. Log in with it, then open the link again to accept.", code="account_exists"
        )
    user.name = " ".join(name.split())[:200] or user.name
    auth.set_password(session, user, password)
    _join(session, access.load_actor(session, user.id), row)
    return user


def accept_as_member(session: Session, actor: Actor, token: str) -> Invitation:
    """Accepts with the account that one is logged in with.

    Raises:
        NotFoundError: the link is dead; code `link_dead`.
        ConflictError: it is for another account; code `other_account`.
    """
    row = _take(session, token)
    if row.user_id != actor.user_id:
        raise ConflictError(
            "This invitation is for another account. Log out, then open the link again.", code="other_account"
        )
    _join(session, actor, row)
    return row


def _take(session: Session, token: str) -> Invitation:
    # Compared and set in one statement: of many acceptances at once exactly one finds it open, and a rollback reopens it.
    taking = (
        update(Invitation)
        .where(col(Invitation.token_hash) == digest_of(token), col(Invitation.expires_at) > now(), *_open())
        .values(accepted_at=now())
        .returning(Invitation)
    )
    row = session.execute(taking).scalar_one_or_none()
    if row is None:
        raise dead_link()
    return row


def _join(session: Session, actor: Actor | None, row: Invitation) -> None:
    if row.workspace_id is not None:
        # The role may have been deleted since.
        access.permissions_of_role(session, row.workspace_id, row.role)
        member = Member(workspace_id=row.workspace_id, user_id=row.user_id, role=row.role)
        session.execute(insert(Member).values(**member.model_dump()).on_conflict_do_nothing())
        access.bump_version(session)
    _record(session, actor, "invitation.accept", row, role=row.role)


def _record(session: Session, actor: Actor | None, action: str, row: Invitation, **detail: Any) -> None:
    audit.record(session, actor, action, audit.Subject("invitation", row.id, row.workspace_id), **detail)
