"""Grants: what a person or a group may do, or may not, beyond their role; for a workspace or a part of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import (
    AccessGrant,
    DataSource,
    GrantEffect,
    GroupMember,
    Member,
    ScopeKind,
    UserAccount,
    UserGroup,
    WorkspaceRole,
)
from pursight_app.services import access, audit
from pursight_app.services.access import PERMISSION_WORDS, Actor, Permission
from pursight_app.services.grant_scopes import checked_content, checked_scope
from pursight_app.services.workspaces import lock_workspace

MIN_REASON, MAX_REASON = 10, 1000


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be: to a person or a group, a role or one permission; see `AccessGrant` for the scope."""

    user_id: UUID | None = None
    group_id: UUID | None = None
    effect: str = GrantEffect.ALLOW
    role: str | None = None
    permission: str | None = None
    scope_kind: str = ScopeKind.WORKSPACE
    data_source_id: UUID | None = None
    scope_value: str = ""
    reason: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant with the names it speaks of; `sentence` says in plain words what it does."""

    grant: AccessGrant
    receiver: str
    is_group: bool
    sentence: str
    created_by: str

    @property
    def has_run_out(self) -> bool:
        """Whether it counts no more."""
        return self.grant.expires_at is not None and self.grant.expires_at <= now()


def list_grants(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    query: str = "",
    user_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[GrantRow], int]:
    """The grants of a workspace, newest first, and how many there are.

    `query` is part of a person's or a group's name; `user_id` keeps those of one person.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    statement = _named().where(AccessGrant.workspace_id == workspace_id)
    if user_id is not None:
        statement = statement.where(AccessGrant.user_id == user_id)
    if query.strip():
        columns = (UserAccount.name, UserAccount.email, UserGroup.name)
        statement = statement.where(or_(*(col(each).icontains(query.strip(), autoescape=True) for each in columns)))
    rows = session.exec(statement.limit(limit).offset(offset)).all()
    return [_row(row) for row in rows], count_rows(session, statement)


def grants_of_group(session: Session, actor: Actor, group: UserGroup) -> list[GrantRow]:
    """What a group was granted and denied, newest first; for those who manage its members too."""
    access.require(actor, Permission.MEMBER_MANAGE, group.workspace_id)
    return [_row(row) for row in session.exec(_named().where(AccessGrant.user_group_id == group.id)).all()]


def get_grant(session: Session, actor: Actor, workspace_id: UUID, grant_id: UUID) -> GrantRow:
    """One grant.

    Raises:
        NotFoundError: the workspace has no such grant.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    found = session.exec(_named().where(AccessGrant.id == grant_id, AccessGrant.workspace_id == workspace_id)).first()
    if found is None:
        raise NotFoundError("There is no such grant in this workspace. It may have been revoked.")
    return _row(found)


def create_grant(session: Session, actor: Actor, workspace_id: UUID, new: NewGrant) -> GrantRow:
    """Allows or denies something; in force at once.

    Raises:
        InvalidInputError: something does not fit; the sentence says what would.
        NotFoundError: no such person, group or data source in this workspace.
        PermissionDeniedError: to oneself, or more than the actor holds.
        ConflictError: the same grant exists.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    access.require_step_up(actor)
    lock_workspace(session, workspace_id)
    permissions = checked_content(session, workspace_id, new.effect, new.role, new.permission)
    _check_receiver(session, actor, workspace_id, new)
    grant = AccessGrant(
        workspace_id=workspace_id,
        user_id=new.user_id,
        user_group_id=new.group_id,
        effect=new.effect,
        role=new.role or None,
        permission=new.permission or None,
        reason=_checked_reason(new, permissions),
        expires_at=_checked_end(new.expires_at),
        created_by_id=actor.user_id,
        **checked_scope(
            session,
            actor,
            workspace_id,
            permissions=permissions,
            is_role=bool(new.role),
            scope_kind=new.scope_kind,
            data_source_id=new.data_source_id,
            scope_value=new.scope_value,
        ),
    )
    if grant.effect == GrantEffect.ALLOW:
        access.require_may_give(actor, workspace_id, permissions)
    _check_is_new(session, grant)
    session.add(grant)
    session.flush()
    row = get_grant(session, actor, workspace_id, grant.id)
    _record(session, actor, "grant.create", row, before=None, after=row.sentence)
    access.bump_version(session)
    return row


def revoke_grant(session: Session, actor: Actor, workspace_id: UUID, grant_id: UUID) -> NewGrant:
    """Takes a grant away, at once; what it was, so that it can be made again.

    Raises:
        NotFoundError: the workspace has no such grant.
        PermissionDeniedError: a denial of the actor's own, or of something the actor does not hold.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    access.require_step_up(actor)
    lock_workspace(session, workspace_id)
    row = get_grant(session, actor, workspace_id, grant_id)
    grant = row.grant
    if grant.effect == GrantEffect.DENY:
        # To lose a denial is to gain a right.
        if _is_received_by(session, actor.user_id, grant.user_id, grant.user_group_id):
            raise PermissionDeniedError("This denies something to you; somebody else has to lift that.")
        access.require_may_give(actor, workspace_id, permissions_of_grant(session, grant))
    _record(session, actor, "grant.revoke", row, before=row.sentence, after=None)
    session.delete(grant)
    access.bump_version(session)
    return NewGrant(
        user_id=grant.user_id,
        group_id=grant.user_group_id,
        effect=grant.effect,
        role=grant.role,
        permission=grant.permission,
        scope_kind=grant.scope_kind,
        data_source_id=grant.data_source_id,
        scope_value=grant.scope_value,
        reason=grant.reason,
        expires_at=grant.expires_at,
    )


def permissions_of_grant(session: Session, grant: AccessGrant) -> frozenset[Permission]:
    """What a grant allows or denies, of whatever part of the workspace."""
    if grant.role:
        return access.permissions_of_role(session, grant.workspace_id, grant.role)
    return frozenset({Permission(str(grant.permission))})


def _named() -> Any:
    maker = aliased(UserAccount)
    return (
        select(AccessGrant, UserAccount, UserGroup, DataSource)
        .add_columns(WorkspaceRole, maker)
        .outerjoin(UserAccount, col(UserAccount.id) == AccessGrant.user_id)
        .outerjoin(UserGroup, col(UserGroup.id) == AccessGrant.user_group_id)
        .outerjoin(DataSource, col(DataSource.id) == AccessGrant.data_source_id)
        .outerjoin(
            WorkspaceRole,
            and_(
                col(WorkspaceRole.workspace_id) == AccessGrant.workspace_id,
                col(WorkspaceRole.key) == AccessGrant.role,
            ),
        )
        .outerjoin(maker, col(maker.id) == AccessGrant.created_by_id)
        .order_by(col(AccessGrant.created_at).desc(), col(AccessGrant.id))
    )


def _row(found: Any) -> GrantRow:
    grant, user, group, source, role, maker = found
    receiver = group.name if group else user.name
    return GrantRow(
        grant=grant,
        receiver=receiver,
        is_group=group is not None,
        sentence=_sentence(grant, receiver, is_group=group is not None, source=source, role=role),
        created_by=maker.name if maker else "",
    )


def _sentence(
    grant: AccessGrant, receiver: str, *, is_group: bool, source: DataSource | None, role: WorkspaceRole | None
) -> str:
    who = f"Everybody in {receiver}" if is_group else receiver
    verb = "may not" if grant.effect == GrantEffect.DENY else "may"
    if grant.role:
        what = f"do everything that the role {role.name if role else grant.role.capitalize()} includes"
    else:
        what = PERMISSION_WORDS[Permission(str(grant.permission))]
    where = access.scope_words(grant, source.name if source else "")
    until = f" until {grant.expires_at:%-d %B %Y}" if grant.expires_at else ""
    return f"{who} {verb} {what}, {where}{until}."


def _check_receiver(session: Session, actor: Actor, workspace_id: UUID, new: NewGrant) -> None:
    if (new.user_id is None) == (new.group_id is None):
        raise InvalidInputError("A grant is to one person or to one group: give user_id or group_id.")
    if new.user_id is not None:
        member = select(Member.id).where(Member.workspace_id == workspace_id, Member.user_id == new.user_id)
        if session.exec(member).first() is None:
            raise NotFoundError("This person is not a member of the workspace. Add them to it first.")
    else:
        group = session.get(UserGroup, new.group_id)
        if group is None or group.workspace_id != workspace_id:
            raise NotFoundError("There is no such group in this workspace.")
    if _is_received_by(session, actor.user_id, new.user_id, new.group_id):
        raise PermissionDeniedError("Nobody grants anything to themselves. Ask somebody else who manages roles.")


def _is_received_by(session: Session, person: UUID, user_id: UUID | None, group_id: UUID | None) -> bool:
    if group_id is None:
        return person == user_id
    inside = select(GroupMember.id).where(GroupMember.user_group_id == group_id, GroupMember.user_id == person)
    return session.exec(inside).first() is not None


def _checked_reason(new: NewGrant, permissions: frozenset[Permission]) -> str:
    reason = new.reason.strip()
    is_needed = new.effect == GrantEffect.DENY or Permission.VALUES_READ in permissions
    if is_needed and len(reason) < MIN_REASON:
        what = "A denial" if new.effect == GrantEffect.DENY else "To let somebody see unmasked values"
        raise InvalidInputError(f"{what} needs a reason of at least {MIN_REASON} characters; auditors read it.")
    if len(reason) > MAX_REASON:
        raise InvalidInputError(f"A reason has at most {MAX_REASON} characters.")
    return reason


def _checked_end(expires_at: datetime | None) -> datetime | None:
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now()):
        raise InvalidInputError("A grant ends in the future. Choose a later day, or none.")
    return expires_at


def _check_is_new(session: Session, grant: AccessGrant) -> None:
    columns = ("user_id", "user_group_id", "effect", "role", "permission", "scope_kind", "data_source_id")
    same = [
        col(getattr(AccessGrant, name)).is_not_distinct_from(getattr(grant, name))
        for name in (*columns, "workspace_id", "scope_value")
    ]
    is_alive = or_(col(AccessGrant.expires_at).is_(None), col(AccessGrant.expires_at) > now())
    if session.exec(select(AccessGrant.id).where(is_alive, *same)).first() is not None:
        raise ConflictError(
            "The same grant exists already. Revoke it first to change how long it lasts.", code="grant_exists"
        )


def _record(
    session: Session, actor: Actor, action: str, row: GrantRow, *, before: str | None, after: str | None
) -> None:
    grant = row.grant
    audit.record(
        session,
        actor,
        action,
        audit.Subject("grant", grant.id, grant.workspace_id),
        user_id=str(grant.user_id or ""),
        group_id=str(grant.user_group_id or ""),
        reason=grant.reason,
        before=before,
        after=after,
    )
