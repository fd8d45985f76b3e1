"""The people of a workspace: who is in it, with which role."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, NotFoundError, PermissionDeniedError
from pursight_app.models import (
    AccessGrant,
    AccessRequest,
    GrantEffect,
    GroupMember,
    Member,
    RequestStatus,
    Role,
    UserAccount,
    UserGroup,
)
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.workspaces import lock_workspace


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in a workspace as a list shows it; `groups` are names, `added_at` is when they became a member."""

    user: UserAccount
    role: str
    groups: tuple[str, ...]
    added_at: datetime


def list_members(
    session: Session, actor: Actor, workspace_id: UUID, *, query: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[MemberRow], int]:
    """The members whose name or e-mail address holds `query`, by name, and how many there are."""
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    names = (
        select(func.array_agg(UserGroup.name))
        .join(GroupMember, col(GroupMember.user_group_id) == UserGroup.id)
        .where(GroupMember.user_id == Member.user_id, GroupMember.workspace_id == workspace_id)
        .scalar_subquery()
    )
    statement = (
        select(Member, UserAccount, names)
        .join(UserAccount, col(UserAccount.id) == Member.user_id)
        .where(Member.workspace_id == workspace_id)
        .order_by(func.lower(UserAccount.name), col(UserAccount.id))
    )
    if query.strip():
        statement = statement.where(matches(query))
    rows = session.exec(statement.limit(limit).offset(offset)).all()
    members = [
        MemberRow(user, member.role, tuple(sorted(groups or ())), member.created_at) for member, user, groups in rows
    ]
    return members, count_rows(session, statement)


def matches(query: str) -> ColumnElement[bool]:
    """The condition that an account's name or e-mail address holds `query`."""
    wanted = query.strip()[:200]
    return or_(*(col(each).icontains(wanted, autoescape=True) for each in (UserAccount.name, UserAccount.email)))


def set_member(session: Session, actor: Actor, workspace_id: UUID, *, user_id: UUID, role: str) -> Member:
    """Adds a person to a workspace or changes their role; in force at once.

    Raises:
        InvalidInputError: the workspace has no such role.
        NotFoundError: no such workspace or person.
        PermissionDeniedError: more than the actor holds, or a rise of the actor's own role.
        StepUpRequiredError: changing a role and giving administrator are dangerous; adding somebody is not.
        ConflictError: it would take the workspace's last administrator away.
    """
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    lock_workspace(session, workspace_id)
    user = session.get(UserAccount, user_id)
    if user is None or user.merged_into_id is not None:
        raise NotFoundError("There is no such person.")
    member = _find(session, workspace_id, user_id)
    before = member.role if member else None
    if user.is_service and (member is None or role == Role.ADMINISTRATOR):
        raise ConflictError("A service account stays in the workspace that made it, and never administers it.")
    _check_role(session, actor, workspace_id, user_id, before=before, after=role)
    if before != role and (before is not None or role == Role.ADMINISTRATOR):
        access.require_step_up(actor)
    if before == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _require_another_administrator(session, workspace_id, user_id)
    member = member or Member(workspace_id=workspace_id, user_id=user_id, role=role)
    member.role = role
    session.add(member)
    session.flush()
    subject = audit.Subject("member", user_id, workspace_id)
    audit.record(session, actor, "member.set", subject, email=user.email, before=before, after=role)
    access.bump_version(session)
    return member


def add_by_email(session: Session, actor: Actor, workspace_id: UUID, *, email: str, role: str) -> Member:
    """Adds the person with this address; unlike `set_member` never changes the role of somebody who is in already.

    Raises:
        NotFoundError: nobody here has this address.
        ConflictError: the person is a member already.
    """
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    user = session.exec(select(UserAccount).where(UserAccount.email == email.strip().lower())).first()
    if user is None:
        raise NotFoundError(f"Nobody here has the address {email.strip()[:80]}. Invite them instead.")
    if _find(session, workspace_id, user.id) is not None:
        raise ConflictError(f"{user.name} is a member already.")
    return set_member(session, actor, workspace_id, user_id=user.id, role=role)


def remove_member(session: Session, actor: Actor, workspace_id: UUID, user_id: UUID) -> None:
    """Takes a person out of a workspace with their groups, grants and open requests there; anybody may leave.

    Raises:
        NotFoundError: no such workspace, or the person is not in it.
        PermissionDeniedError: the person holds more than the actor does, or is denied things and the actor does not
            manage roles: leaving and coming back would shed a denial.
        ConflictError: it would take the workspace's last administrator away.
    """
    is_own = user_id == actor.user_id
    access.require(actor, Permission.WORKSPACE_READ if is_own else Permission.MEMBER_MANAGE, workspace_id)
    access.require_step_up(actor)
    lock_workspace(session, workspace_id)
    member = _find(session, workspace_id, user_id)
    if member is None:
        raise NotFoundError("This person is not a member of the workspace.")
    if session.get_one(UserAccount, user_id).is_service:
        raise ConflictError("This is a service account. Remove it under “Service accounts”, with its tokens.")
    if not is_own:
        _require_not_above(session, actor, workspace_id, member.role)
        if _is_denied_something(session, workspace_id, user_id):
            access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    if member.role == Role.ADMINISTRATOR:
        _require_another_administrator(session, workspace_id, user_id)
    groups, grants = _remove_rows(session, workspace_id, user_id)
    session.delete(member)
    subject = audit.Subject("member", user_id, workspace_id)
    audit.record(session, actor, "member.remove", subject, before=member.role, after=None, groups=groups, grants=grants)
    access.bump_version(session)


def _find(session: Session, workspace_id: UUID, user_id: UUID) -> Member | None:
    return session.exec(select(Member).where(Member.workspace_id == workspace_id, Member.user_id == user_id)).first()


def _check_role(
    session: Session, actor: Actor, workspace_id: UUID, user_id: UUID, *, before: str | None, after: str
) -> None:
    given = access.permissions_of_role(session, workspace_id, after)
    held = access.permissions_of_role(session, workspace_id, before) if before else frozenset[Permission]()
    if user_id == actor.user_id:
        # What one holds by a grant that ends could be made to last otherwise.
        if given - held and not actor.is_administrator:
            raise PermissionDeniedError("Nobody raises their own role. Ask somebody else who manages members.")
        return
    access.require_may_give(actor, workspace_id, given - held)
    if before and before != after:
        _require_not_above(session, actor, workspace_id, before)


def _require_not_above(session: Session, actor: Actor, workspace_id: UUID, role: str) -> None:
    held = access.permissions_of_role(session, workspace_id, role)
    if any(not actor.may(permission, workspace_id) for permission in held):
        raise PermissionDeniedError(f"The role {role} includes more than you hold; ask somebody who has all of it.")


def _require_another_administrator(session: Session, workspace_id: UUID, user_id: UUID) -> None:
    # Suspended people cannot help anybody, so they do not count.
    others = (
        select(Member.id)
        .join(UserAccount, col(UserAccount.id) == Member.user_id)
        .where(
            Member.workspace_id == workspace_id,
            Member.role == Role.ADMINISTRATOR,
            Member.user_id != user_id,
            col(UserAccount.is_active),
        )
    )
    if session.exec(others).first() is None:
        raise ConflictError(
            "This is the workspace's last administrator. Make somebody else one first.", code="last_administrator"
        )


def _is_denied_something(session: Session, workspace_id: UUID, user_id: UUID) -> bool:
    groups = select(GroupMember.user_group_id).where(GroupMember.user_id == user_id)
    denials = select(AccessGrant.id).where(
        AccessGrant.workspace_id == workspace_id,
        AccessGrant.effect == GrantEffect.DENY,
        or_(col(AccessGrant.user_id) == user_id, col(AccessGrant.user_group_id).in_(groups)),
    )
    return session.exec(denials).first() is not None


def _remove_rows(session: Session, workspace_id: UUID, user_id: UUID) -> list[int]:
    """Removes what a person has in a workspace; how many groups and grants it was."""
    lost: list[int] = []
    for model in (GroupMember, AccessGrant):
        rows = delete(model).where(col(model.workspace_id) == workspace_id, col(model.user_id) == user_id)
        lost.append(len(session.execute(rows.returning(col(model.id))).all()))
    session.execute(
        update(AccessRequest)
        .where(
            col(AccessRequest.workspace_id) == workspace_id,
            col(AccessRequest.user_id) == user_id,
            col(AccessRequest.status) == RequestStatus.PENDING,
        )
        .values(status=RequestStatus.WITHDRAWN, decided_at=now())
    )
    return lost
