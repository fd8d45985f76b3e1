"""Who holds a permission on a thing, as one query: compiling ten thousand people to name five would take minutes.

The engine has the last word: whoever this finds is compiled and decided before they are named.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, false, func, literal, not_, or_
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.models import (
    AccessGrant,
    GrantEffect,
    GroupMember,
    Member,
    ScopeKind,
    UserAccount,
    WorkspaceRole,
)
from pursight_app.services.access.permissions import OWNER_PERMISSIONS, ROLE_PERMISSIONS, SCOPES_OF, Permission
from pursight_app.services.access.policy import Resource


def holders(session: Session, permission: Permission, resource: Resource) -> Any:
    """A query of the active accounts that hold `permission` on `resource`, by name."""
    return (
        select(UserAccount)
        .where(holds(session, permission, resource))
        .order_by(func.lower(UserAccount.name), col(UserAccount.id))
    )


def holds(session: Session, permission: Permission, resource: Resource) -> ColumnElement[bool]:
    """The condition that an account holds `permission` on `resource`; the same as `Policy.decide`, without the reason."""
    home = resource.workspace_id
    roles = _roles_with(session, permission, home)
    person = col(UserAccount.id)
    members = select(Member.user_id).where(Member.workspace_id == home)
    allowed = [
        person.in_(members.where(col(Member.role).in_(roles))),
        and_(person.in_(members), _receives(permission, roles, resource, GrantEffect.ALLOW)),
    ]
    if permission in OWNER_PERMISSIONS and resource.owner_id is not None:
        allowed.append(and_(person == resource.owner_id, person.in_(members)))
    denied = and_(person.in_(members), _receives(permission, roles, resource, GrantEffect.DENY))
    return and_(
        col(UserAccount.is_active),
        or_(col(UserAccount.is_administrator), *allowed),
        not_(denied),
    )


def _roles_with(session: Session, permission: Permission, home: UUID) -> list[str]:
    own = select(WorkspaceRole.key).where(
        WorkspaceRole.workspace_id == home, literal(str(permission)) == any_(col(WorkspaceRole.permissions))
    )
    return [*(role for role, held in ROLE_PERMISSIONS.items() if permission in held), *session.exec(own).all()]


def _receives(
    permission: Permission, roles: Iterable[str], resource: Resource, effect: GrantEffect
) -> ColumnElement[bool]:
    grants = select(AccessGrant).where(
        AccessGrant.workspace_id == resource.workspace_id,
        AccessGrant.effect == effect,
        or_(col(AccessGrant.permission) == permission, col(AccessGrant.role).in_(list(roles))),
        or_(col(AccessGrant.expires_at).is_(None), col(AccessGrant.expires_at) > now()),
        _covers(permission, resource),
    )
    people = grants.with_only_columns(col(AccessGrant.user_id)).where(col(AccessGrant.user_id).is_not(None))
    groups = grants.with_only_columns(col(AccessGrant.user_group_id))
    grouped = select(GroupMember.user_id).where(col(GroupMember.user_group_id).in_(groups))
    return or_(col(UserAccount.id).in_(people), col(UserAccount.id).in_(grouped))


def _covers(permission: Permission, resource: Resource) -> ColumnElement[bool]:
    """The condition that the scope of a grant holds the thing."""
    conditions = [
        and_(
            col(AccessGrant.scope_kind) == kind,
            col(AccessGrant.scope_value) == value,
            col(AccessGrant.data_source_id) == place
            if kind in {ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE}
            else col(AccessGrant.workspace_id) == place,
        )
        for kind, place, value in resource.scopes()
        if kind in SCOPES_OF.get(permission, frozenset())
    ]
    return or_(false(), *conditions)
