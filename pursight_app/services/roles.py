"""The roles of a workspace: the built-in ones and its own. What each permission means is in services/access."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import AccessGrant, Invitation, Member, Role, WorkspaceRole
from pursight_app.services import access, audit
from pursight_app.services.access import INSTALLATION_PERMISSIONS, PERMISSION_WORDS, ROLE_PERMISSIONS, Actor, Permission
from pursight_app.services.role_changes import RoleChange, describe_change
from pursight_app.services.workspaces import lock_workspace

# A letter, then up to 39 letters, digits and hyphens: it stands in URLs, grants and answers of identity providers.
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_BUILT_IN_WORDS = {
    Role.ADMINISTRATOR: "Runs the workspace: people, roles, sources and everything in it.",
    Role.STEWARD: "Looks after the data: sources, verdicts, findings and rules.",
    Role.ENGINEER: "Scans sources and describes what is in them.",
    Role.VIEWER: "Looks at everything but sampled values, and changes nothing.",
    Role.GUEST: "Sees the workspace, and only what is granted on top.",
}


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as lists show it; `member_count` are people with it as their role, `grant_count` grants of it."""

    key: str
    name: str
    description: str
    permissions: frozenset[Permission]
    is_built_in: bool
    member_count: int = 0
    grant_count: int = 0


def built_in_roles() -> list[RoleRow]:
    """The roles that every workspace has, most powerful first."""
    return [
        RoleRow(role, role.capitalize(), _BUILT_IN_WORDS[role], held, is_built_in=True)
        for role, held in sorted(ROLE_PERMISSIONS.items(), key=lambda item: -len(item[1]))
    ]


def list_roles(session: Session, actor: Actor, workspace_id: UUID) -> list[RoleRow]:
    """The built-in roles, most powerful first, then the workspace's own by name; with how many people have each."""
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    own = session.exec(
        select(WorkspaceRole).where(WorkspaceRole.workspace_id == workspace_id).order_by(func.lower(WorkspaceRole.name))
    ).all()
    members = session.exec(
        select(Member.role, func.count()).where(Member.workspace_id == workspace_id).group_by(Member.role)
    ).all()
    grants = session.exec(
        select(AccessGrant.role, func.count())
        .where(AccessGrant.workspace_id == workspace_id, col(AccessGrant.role).is_not(None))
        .group_by(col(AccessGrant.role))
    ).all()
    people, granted = dict(members), dict(grants)
    rows = [*built_in_roles(), *(_own(role) for role in own)]
    return [
        RoleRow(
            row.key,
            row.name,
            row.description,
            row.permissions,
            row.is_built_in,
            people.get(row.key, 0),
            granted.get(row.key, 0),
        )
        for row in rows
    ]


def _own(role: WorkspaceRole) -> RoleRow:
    # A permission that a later version of PurSight dropped is left out.
    held = frozenset(Permission(each) for each in role.permissions if each in set(Permission))
    return RoleRow(role.key, role.name, role.description, held, is_built_in=False)


def summary(permissions: Iterable[str]) -> str:
    """What a role with these permissions may do, as one sentence for people."""
    held = set(permissions)
    if held >= ROLE_PERMISSIONS[Role.ADMINISTRATOR]:
        return "May do everything in this workspace."
    words = [words for permission, words in PERMISSION_WORDS.items() if permission in held]
    if not words:
        return "May do nothing."
    return f"May {'; '.join(words)}."


def create_role(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    name: str,
    permissions: Iterable[str],
    description: str = "",
    key: str = "",
) -> RoleRow:
    """Adds an own role; without a `key` one is made from the name. Seeing the workspace is always part of it.

    Raises:
        InvalidInputError: a name, key or permission that does not fit.
        ConflictError: the workspace has a role of this key.
        PermissionDeniedError: the role would hold more than the actor does.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    access.require_step_up(actor)
    held = _checked(permissions)
    access.require_may_give(actor, workspace_id, held)
    name = _checked_name(name)
    key = key.strip() or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")
    if not _KEY.fullmatch(key):
        raise InvalidInputError(
            "The short name of a role is 1 to 40 small letters, digits and hyphens; a letter first."
        )
    lock_workspace(session, workspace_id)
    if key in set(Role) or _find(session, workspace_id, key) is not None:
        raise ConflictError(f"This workspace has a role {key} already. Choose another name.", code="role_key_taken")
    role = WorkspaceRole(
        workspace_id=workspace_id,
        key=key,
        name=name,
        description=description.strip()[:1000],
        permissions=sorted(held),
    )
    session.add(role)
    session.flush()
    subject = audit.Subject("role", role.id, workspace_id)
    audit.record(session, actor, "role.create", subject, before=None, after=_facts(role))
    access.bump_version(session)
    return _own(role)


def update_role(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    key: str,
    *,
    permissions: Iterable[str] | None = None,
    name: str | None = None,
    description: str | None = None,
) -> RoleRow:
    """Changes an own role; None leaves a part as it is. In force at once for all who have the role.

    Raises:
        NotFoundError: no such own role; built-in ones do not change.
        InvalidInputError: a name or permission that does not fit.
        PermissionDeniedError: it adds what the actor does not hold, or adds to the actor's own role.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    access.require_step_up(actor)
    lock_workspace(session, workspace_id)
    role = _get(session, workspace_id, key)
    before = _facts(role)
    if permissions is not None:
        held = _checked(permissions)
        added = held - _own(role).permissions
        access.require_may_give(actor, workspace_id, added)
        if added and actor.roles.get(workspace_id) == key and not actor.is_administrator:
            raise PermissionDeniedError("Nobody adds to their own role. Ask somebody else who manages roles.")
        role.permissions = sorted(held)
    role.name = role.name if name is None else _checked_name(name)
    role.description = role.description if description is None else description.strip()[:1000]
    session.add(role)
    session.flush()
    subject = audit.Subject("role", role.id, workspace_id)
    audit.record(session, actor, "role.update", subject, before=before, after=_facts(role))
    access.bump_version(session)
    return _own(role)


def delete_role(session: Session, actor: Actor, workspace_id: UUID, key: str) -> None:
    """Removes an own role that nobody has.

    Raises:
        NotFoundError: no such own role; built-in ones stay.
        ConflictError: members, grants or open invitations name it.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    access.require_step_up(actor)
    lock_workspace(session, workspace_id)
    role = _get(session, workspace_id, key)
    if used := _uses(session, workspace_id, key):
        raise ConflictError(f"{role.name} is in use: {used}. Give those another role first.", code="role_in_use")
    subject = audit.Subject("role", role.id, workspace_id)
    audit.record(session, actor, "role.delete", subject, before=_facts(role), after=None)
    session.delete(role)
    access.bump_version(session)


def preview_change(
    session: Session, actor: Actor, workspace_id: UUID, key: str, permissions: Iterable[str], *, limit: int = 50
) -> RoleChange:
    """Who would gain and lose what if an own role held `permissions`; nothing is kept. At most `limit` people by name.

    Raises:
        NotFoundError: no such own role.
        InvalidInputError: a permission that does not fit.
    """
    access.require(actor, Permission.ROLE_MANAGE, workspace_id)
    role = _get(session, workspace_id, key)
    return describe_change(session, role, _checked(permissions), limit=limit)


def _find(session: Session, workspace_id: UUID, key: str) -> WorkspaceRole | None:
    statement = select(WorkspaceRole).where(WorkspaceRole.workspace_id == workspace_id, WorkspaceRole.key == key)
    return session.exec(statement).first()


def _get(session: Session, workspace_id: UUID, key: str) -> WorkspaceRole:
    role = _find(session, workspace_id, key)
    if role is None:
        known = "Built-in roles do not change." if key in set(Role) else ""
        raise NotFoundError(f"This workspace has no role of its own called {key[:40]!r}. {known}".strip())
    return role


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A role needs a name of 1 to 200 characters.")
    return name


def _checked(permissions: Iterable[str]) -> frozenset[Permission]:
    given = set(permissions)
    if unknown := sorted(given - set(Permission)):
        raise InvalidInputError(f"{unknown[0][:60]!r} is no permission. Permissions are {', '.join(PERMISSION_WORDS)}.")
    held = frozenset(Permission(each) for each in given)
    if wrong := sorted(held & INSTALLATION_PERMISSIONS):
        raise InvalidInputError(f"{', '.join(wrong)} is about the whole installation; no role of a workspace holds it.")
    return held | {Permission.WORKSPACE_READ}


def _uses(session: Session, workspace_id: UUID, key: str) -> str:
    members = select(func.count()).where(Member.workspace_id == workspace_id, Member.role == key)
    grants = select(func.count()).where(AccessGrant.workspace_id == workspace_id, AccessGrant.role == key)
    invitations = select(func.count()).where(
        Invitation.workspace_id == workspace_id,
        Invitation.role == key,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
        col(Invitation.expires_at) > now(),
    )
    counted = (("member", members), ("grant", grants), ("open invitation", invitations))
    found = ((word, session.exec(counting).one()) for word, counting in counted)
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in found if count)


def _facts(role: WorkspaceRole) -> dict[str, object]:
    return {"key": role.key, "name": role.name, "description": role.description, "permissions": list(role.permissions)}
