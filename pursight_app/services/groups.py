"""Groups of a workspace: members that are granted things together."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import AccessGrant, GrantEffect, GroupMember, Member, UserAccount, UserGroup
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.grants import permissions_of_grant
from pursight_app.services.workspaces import lock_workspace


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a list shows it."""

    group: UserGroup
    member_count: int
    grant_count: int


def list_groups(
    session: Session, actor: Actor, workspace_id: UUID, *, query: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[GroupRow], int]:
    """The groups whose name holds `query`, by name, and how many there are."""
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    people = select(func.count()).where(GroupMember.user_group_id == UserGroup.id).scalar_subquery()
    grants = select(func.count()).where(AccessGrant.user_group_id == UserGroup.id).scalar_subquery()
    statement = (
        select(UserGroup, people, grants)
        .where(UserGroup.workspace_id == workspace_id)
        .order_by(func.lower(UserGroup.name), col(UserGroup.id))
    )
    if query.strip():
        statement = statement.where(col(UserGroup.name).icontains(query.strip(), autoescape=True))
    rows = session.exec(statement.limit(limit).offset(offset)).all()
    return [GroupRow(*row) for row in rows], count_rows(session, statement)


def get_group(session: Session, actor: Actor, workspace_id: UUID, group_id: UUID) -> UserGroup:
    """One group.

    Raises:
        NotFoundError: the workspace has no such group.
    """
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    group = session.get(UserGroup, group_id)
    if group is None or group.workspace_id != workspace_id:
        raise NotFoundError("There is no such group in this workspace.")
    return group


def create_group(session: Session, actor: Actor, workspace_id: UUID, *, name: str, description: str = "") -> UserGroup:
    """Adds a group without members.

    Raises:
        InvalidInputError: no name, or one over 200 characters.
        ConflictError: the workspace has a group of this name.
    """
    access.require(actor, Permission.MEMBER_MANAGE, workspace_id)
    lock_workspace(session, workspace_id)
    group = UserGroup(
        workspace_id=workspace_id,
        name=_free_name(session, workspace_id, name),
        description=description.strip()[:1000],
    )
    session.add(group)
    session.flush()
    audit.record(session, actor, "group.create", _subject(group), before=None, after=_facts(group))
    return group


def update_group(
    session: Session, actor: Actor, workspace_id: UUID, group_id: UUID, *, name: str, description: str | None = None
) -> UserGroup:
    """Renames a group; `description` None leaves it.

    Raises:
        NotFoundError, InvalidInputError, ConflictError: as for `create_group`.
    """
    group = get_group(session, actor, workspace_id, group_id)
    lock_workspace(session, workspace_id)
    before = _facts(group)
    group.name = _free_name(session, workspace_id, name, but=group.id)
    group.description = group.description if description is None else description.strip()[:1000]
    session.add(group)
    audit.record(session, actor, "group.update", _subject(group), before=before, after=_facts(group))
    # The name of the group is part of the reasons that compiled policies give.
    access.bump_version(session)
    return group


def delete_group(session: Session, actor: Actor, workspace_id: UUID, group_id: UUID) -> None:
    """Removes a group with its grants; its members stay in the workspace.

    Raises:
        NotFoundError: the workspace has no such group.
        PermissionDeniedError: it would lift a denial from the actor, or one of something the actor does not hold.
    """
    group = get_group(session, actor, workspace_id, group_id)
    lock_workspace(session, workspace_id)
    grants = _grants(session, group)
    _require_may_lift(session, actor, group, grants, is_own=_is_in(session, group, actor.user_id))
    audit.record(
        session, actor, "group.delete", _subject(group), before={**_facts(group), "grants": len(grants)}, after=None
    )
    session.delete(group)
    access.bump_version(session)


def list_group_members(
    session: Session, actor: Actor, workspace_id: UUID, group_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[UserAccount], int]:
    """The people in a group, by name, and how many there are."""
    group = get_group(session, actor, workspace_id, group_id)
    statement = (
        select(UserAccount)
        .join(GroupMember, col(GroupMember.user_id) == UserAccount.id)
        .where(GroupMember.user_group_id == group.id)
        .order_by(func.lower(UserAccount.name), col(UserAccount.id))
    )
    return list(session.exec(statement.limit(limit).offset(offset)).all()), count_rows(session, statement)


def add_group_member(session: Session, actor: Actor, workspace_id: UUID, group_id: UUID, user_id: UUID) -> None:
    """Puts a member of the workspace into a group; who is in it already stays in it.

    Raises:
        NotFoundError: no such group, or the person is not a member of the workspace.
        PermissionDeniedError: oneself, or the group holds more than the actor does.
    """
    group = get_group(session, actor, workspace_id, group_id)
    if user_id == actor.user_id:
        raise PermissionDeniedError("Nobody adds themselves to a group. Ask somebody else who manages members.")
    lock_workspace(session, workspace_id)
    if (
        session.exec(select(Member).where(Member.workspace_id == workspace_id, Member.user_id == user_id)).first()
        is None
    ):
        raise NotFoundError("This person is not a member of the workspace. Add them to it first.")
    given = [grant for grant in _grants(session, group) if grant.effect == GrantEffect.ALLOW]
    if given:
        access.require_step_up(actor)
    for grant in given:
        access.require_may_give(actor, workspace_id, permissions_of_grant(session, grant))
    if _is_in(session, group, user_id):
        return
    session.add(GroupMember(workspace_id=workspace_id, user_group_id=group.id, user_id=user_id))
    session.flush()
    audit.record(session, actor, "group.add_member", _subject(group), user_id=str(user_id), group=group.name)
    access.bump_version(session)


def remove_group_member(session: Session, actor: Actor, workspace_id: UUID, group_id: UUID, user_id: UUID) -> None:
    """Takes a person out of a group.

    Raises:
        NotFoundError: no such group, or the person is not in it.
        PermissionDeniedError: it would lift a denial from the actor, or one of something the actor does not hold.
    """
    group = get_group(session, actor, workspace_id, group_id)
    lock_workspace(session, workspace_id)
    row = session.exec(
        select(GroupMember).where(GroupMember.user_group_id == group.id, GroupMember.user_id == user_id)
    ).first()
    if row is None:
        raise NotFoundError("This person is not in the group.")
    _require_may_lift(session, actor, group, _grants(session, group), is_own=user_id == actor.user_id)
    session.delete(row)
    audit.record(session, actor, "group.remove_member", _subject(group), user_id=str(user_id), group=group.name)
    access.bump_version(session)


def _require_may_lift(
    session: Session, actor: Actor, group: UserGroup, grants: list[AccessGrant], *, is_own: bool
) -> None:
    # To lose a denial is to gain a right.
    for grant in grants:
        if grant.effect != GrantEffect.DENY:
            continue
        if is_own:
            raise PermissionDeniedError(f"The group {group.name} denies you something; somebody else has to lift that.")
        access.require_step_up(actor)
        access.require_may_give(actor, group.workspace_id, permissions_of_grant(session, grant))


def _grants(session: Session, group: UserGroup) -> list[AccessGrant]:
    return list(session.exec(select(AccessGrant).where(AccessGrant.user_group_id == group.id)).all())


def _is_in(session: Session, group: UserGroup, user_id: UUID) -> bool:
    statement = select(GroupMember.id).where(GroupMember.user_group_id == group.id, GroupMember.user_id == user_id)
    return session.exec(statement).first() is not None


def _free_name(session: Session, workspace_id: UUID, name: str, *, but: UUID | None = None) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A group needs a name of 1 to 200 characters.")
    taken = session.exec(
        select(UserGroup.id).where(UserGroup.workspace_id == workspace_id, UserGroup.name == name)
    ).first()
    if taken is not None and taken != but:
        raise ConflictError(f"This workspace has a group called {name} already.", code="group_name_taken")
    return name


def _subject(group: UserGroup) -> audit.Subject:
    return audit.Subject("group", group.id, group.workspace_id)


def _facts(group: UserGroup) -> dict[str, object]:
    return {"name": group.name, "description": group.description}
