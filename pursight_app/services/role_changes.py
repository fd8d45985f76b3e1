"""What a change of a role would mean for people: computed with the engine itself, inside a savepoint that is undone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.models import AccessGrant, GroupMember, Member, UserAccount, WorkspaceRole
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What one person gains and loses, and how they come by the role."""

    user_id: UUID
    name: str
    email: str
    gains: tuple[Permission, ...]
    loses: tuple[Permission, ...]
    through: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A change of a role before it is saved.

    `people` are those for whom something changes, by name; `looked_at` of `holders` people with the role were compared.
    """

    added: tuple[Permission, ...]
    removed: tuple[Permission, ...]
    people: tuple[PersonChange, ...]
    looked_at: int
    holders: int


def describe_change(session: Session, role: WorkspaceRole, after: frozenset[Permission], *, limit: int) -> RoleChange:
    """Compares the rights of everybody who has the role, at most `limit` people by name, before and after."""
    before = frozenset(each for each in Permission if each in role.permissions)
    changed = after ^ before
    people = _holders(role)
    rows = session.exec(people.limit(limit)).all() if changed else []
    held_before = {user.id: _held(session, user.id, role.workspace_id, changed) for user, _ in rows}
    with session.begin_nested() as savepoint:
        role.permissions = sorted(after)
        session.flush()
        held_after = {user.id: _held(session, user.id, role.workspace_id, changed) for user, _ in rows}
        savepoint.rollback()
    session.refresh(role)
    compared = [_compared(user, member, role, held_before[user.id], held_after[user.id]) for user, member in rows]
    return RoleChange(
        added=_in_order(after - before),
        removed=_in_order(before - after),
        people=tuple(person for person in compared if person.gains or person.loses),
        looked_at=len(rows),
        holders=count_rows(session, people),
    )


def _holders(role: WorkspaceRole) -> Any:
    """Members who have the role as theirs, by a grant, or by a group with a grant of it; by name."""
    grants = (AccessGrant.workspace_id == role.workspace_id, AccessGrant.role == role.key)
    granted = select(AccessGrant.user_id).where(*grants, col(AccessGrant.user_id).is_not(None))
    groups = select(AccessGrant.user_group_id).where(*grants, col(AccessGrant.user_group_id).is_not(None))
    grouped = select(GroupMember.user_id).where(col(GroupMember.user_group_id).in_(groups))
    return (
        select(UserAccount, Member)
        .join(Member, col(Member.user_id) == UserAccount.id)
        .where(
            Member.workspace_id == role.workspace_id,
            col(UserAccount.is_active),
            or_(col(Member.role) == role.key, col(UserAccount.id).in_(granted), col(UserAccount.id).in_(grouped)),
        )
        .order_by(func.lower(UserAccount.name), col(UserAccount.id))
    )


def _held(
    session: Session, user_id: UUID, workspace_id: UUID, permissions: frozenset[Permission]
) -> dict[Permission, int]:
    actor = access.load_actor(session, user_id)
    return {each: _extent(actor, each, workspace_id) if actor else 0 for each in permissions}


def _extent(actor: Actor, permission: Permission, workspace_id: UUID) -> int:
    """2 for the whole workspace, 1 for a part of it, 0 for nothing."""
    if actor.may(permission, workspace_id):
        return 2
    return 1 if actor.may_somewhere(permission, workspace_id) else 0


def _compared(
    user: UserAccount,
    member: Member,
    role: WorkspaceRole,
    before: dict[Permission, int],
    after: dict[Permission, int],
) -> PersonChange:
    gains = frozenset(each for each in before if after[each] > before[each])
    loses = frozenset(each for each in before if after[each] < before[each])
    through = "as their role" if member.role == role.key else "through a grant or a group"
    return PersonChange(user.id, user.name, user.email, _in_order(gains), _in_order(loses), through)


def _in_order(permissions: frozenset[Permission]) -> tuple[Permission, ...]:
    return tuple(each for each in Permission if each in permissions)
