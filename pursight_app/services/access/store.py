"""Compiles policies from PostgreSQL and keeps them while they are known to be the newest.

One number, the authorization version, is raised in the same transaction as every change of rights. A process that has not
seen it for `LEASE_S` asks again before it decides anything, so a change counts everywhere within that time, and a process
that cannot ask decides nothing.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, before_commit, read_now, unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.events import publish_access_change
from pursight_app.models import (
    AccessGrant,
    Asset,
    AuthorizationVersion,
    DataSource,
    GrantEffect,
    GroupMember,
    Member,
    Passkey,
    Role,
    ScopeKind,
    SecurityPolicy,
    UserAccount,
    UserGroup,
    WorkspaceRole,
)
from pursight_app.services.access.permissions import ROLE_PERMISSIONS, SCOPES_OF, Permission
from pursight_app.services.access.policy import Decision, Policy, Scope

LEASE_S = 0.05
_KEPT_POLICIES = 20_000
_VERSION = select(AuthorizationVersion.version)


@dataclass(slots=True)
class _Kept:
    version: int = 0
    seen_at: float = 0.0
    policies: dict[UUID, Policy] = field(default_factory=dict[UUID, Policy])


_kept = _Kept()
_lock = threading.Lock()


def bump_version(session: Session) -> None:
    """Makes a change of rights count: every process compiles anew. Part of the surrounding transaction."""
    # Last in the transaction, because everybody who changes rights waits for this one row.
    before_commit(session, "pursight.authorization", _raise_version)
    after_commit(session, forget_policies)
    after_commit(session, publish_access_change)


def _raise_version(session: Session) -> None:
    session.execute(update(AuthorizationVersion).values(version=AuthorizationVersion.version + 1))


def forget_policies() -> None:
    """Drops what this process has compiled; the next decision asks PostgreSQL."""
    with _lock:
        _kept.seen_at = 0.0


def kept_policy(user_id: UUID) -> Policy | None:
    """The person's policy if this process has it and knows that it is the newest; None says nothing about the person."""
    if time.monotonic() - _kept.seen_at > LEASE_S:
        return None
    policy = _kept.policies.get(user_id)
    return policy if policy and not _has_run_out(policy) else None


def _has_run_out(policy: Policy) -> bool:
    return policy.valid_until is not None and policy.valid_until <= now()


def current_policy(user_id: UUID) -> Policy | None:
    """The person's newest policy; None when the account is gone, suspended or merged. May read PostgreSQL.

    Raises:
        ServiceUnavailableError: PostgreSQL is away; nothing is decided from memory then.
    """
    if (policy := kept_policy(user_id)) is not None:
        return policy
    asked_at = time.monotonic()
    version = read_now(_VERSION)
    with _lock:
        if version != _kept.version or len(_kept.policies) > _KEPT_POLICIES:
            _kept.policies = {}
        _kept.version, _kept.seen_at = version, asked_at
        policies = _kept.policies
        known = policies.get(user_id)
    if known is not None and not _has_run_out(known):
        return known
    with unit_of_work() as session:
        policy = compile_policy(session, user_id)
    if policy is not None:
        # Into the dict of the version that was read before compiling: what changed since raises it again.
        policies[user_id] = policy
    return policy


def compile_policy(session: Session, user_id: UUID) -> Policy | None:
    """The policy as this transaction sees it; None when the account is gone, suspended or merged."""
    user = session.get(UserAccount, user_id)
    if user is None or not user.is_active:
        return None
    roles = dict(session.exec(select(Member.workspace_id, Member.role).where(Member.user_id == user_id)).all())
    own_roles = _own_roles(session, roles)
    grants = _grants(session, user_id, roles)
    rules = _Rules()
    for workspace_id, role in roles.items():
        _add_role(rules.allows, role, own_roles.get((workspace_id, role)), workspace_id)
    sources: dict[UUID, UUID] = {}
    for grant, group, source in grants:
        if source is not None:
            sources[source.id] = grant.workspace_id
        _add_grant(rules, grant, group.name if group else "", source.name if source else "", own_roles)
    owned = select(Asset.workspace_id).where(Asset.owner_id == user_id, col(Asset.workspace_id).in_(roles)).distinct()
    ends = [grant.expires_at for grant, _, _ in grants if grant.expires_at]
    return Policy(
        user_id=user.id,
        email=user.email,
        name=user.name,
        is_administrator=user.is_administrator,
        is_service=user.is_service,
        auth_version=user.auth_version,
        roles=roles,
        allows=rules.allows,
        denies=rules.denies,
        source_workspaces=sources,
        owned=frozenset(session.exec(owned).all()),
        must_enrol=_must_enrol(session, user, roles),
        valid_until=min(ends, default=None),
    )


def _must_enrol(session: Session, user: UserAccount, roles: Mapping[UUID, str]) -> bool:
    """Whether the installation wants a second factor of this person, who has none."""
    if user.is_service or user.totp_confirmed_at is not None:
        return False
    wanted = session.exec(select(SecurityPolicy)).one().settings.get("require_second_factor", "nobody")
    is_administrator = user.is_administrator or Role.ADMINISTRATOR in roles.values()
    if wanted == "nobody" or (wanted == "administrators" and not is_administrator):
        return False
    return session.exec(select(Passkey.id).where(Passkey.user_id == user.id)).first() is None


OwnRoles = dict[tuple[UUID, str], WorkspaceRole]


def _own_roles(session: Session, workspace_ids: Iterable[UUID]) -> OwnRoles:
    rows = session.exec(select(WorkspaceRole).where(col(WorkspaceRole.workspace_id).in_(workspace_ids))).all()
    return {(row.workspace_id, row.key): row for row in rows}


def _grants(
    session: Session, user_id: UUID, workspace_ids: Iterable[UUID]
) -> list[tuple[AccessGrant, UserGroup | None, DataSource | None]]:
    # Only in workspaces that the person is in: who leaves one loses all there, whatever rows are left behind.
    in_groups = select(GroupMember.user_group_id).where(GroupMember.user_id == user_id)
    moment = now()
    statement = (
        select(AccessGrant, UserGroup, DataSource)
        .outerjoin(UserGroup, col(UserGroup.id) == AccessGrant.user_group_id)
        .outerjoin(DataSource, col(DataSource.id) == AccessGrant.data_source_id)
        .where(
            col(AccessGrant.workspace_id).in_(workspace_ids),
            or_(col(AccessGrant.user_id) == user_id, col(AccessGrant.user_group_id).in_(in_groups)),
            or_(col(AccessGrant.expires_at).is_(None), col(AccessGrant.expires_at) > moment),
        )
        .order_by(col(AccessGrant.created_at), col(AccessGrant.id))
    )
    return list(session.exec(statement).all())


@dataclass(slots=True)
class _Rules:
    allows: dict[Permission, dict[Scope, Decision]] = field(default_factory=dict[Permission, dict[Scope, Decision]])
    denies: dict[Permission, dict[Scope, Decision]] = field(default_factory=dict[Permission, dict[Scope, Decision]])


def _add_role(
    allows: dict[Permission, dict[Scope, Decision]], key: str, own: WorkspaceRole | None, workspace_id: UUID
) -> None:
    name = own.name if own else key
    for permission in _included(key, own):
        decision = Decision(
            allowed=True,
            reason=f"The role {name} includes {permission}.",
            granted_by=(f"role {name}",),
            path=(f"Member of the workspace with the role {name}", f"{name} includes {permission}"),
        )
        allows.setdefault(permission, {})[ScopeKind.WORKSPACE, workspace_id, ""] = decision


def _included(key: str, own: WorkspaceRole | None) -> frozenset[Permission]:
    if key in set(Role):
        return ROLE_PERMISSIONS[Role(key)]
    # A permission that a later version of PurSight dropped is left out rather than stopping everybody.
    return frozenset(Permission(held) for held in own.permissions if held in set(Permission)) if own else frozenset()


def _add_grant(rules: _Rules, grant: AccessGrant, group: str, source: str, own_roles: OwnRoles) -> None:
    is_denial = grant.effect == GrantEffect.DENY
    scope = _scope_of(grant)
    where = scope_words(grant, source)
    receiver = f"the group {group}" if group else "the person"
    content = f"the role {grant.role}" if grant.role else str(grant.permission)
    verb = "Denied" if is_denial else "Granted"
    steps = (*((f"In the group {group}",) if group else ()), f"{verb} to {receiver}: {content} {where}")
    own = own_roles.get((grant.workspace_id, grant.role or ""))
    permissions = _included(grant.role, own) if grant.role else frozenset({Permission(str(grant.permission))})
    for permission in permissions:
        # A role that is granted for a part gives there what can be given for such a part.
        if scope[0] not in SCOPES_OF.get(permission, frozenset()):
            continue
        decision = Decision(
            allowed=not is_denial,
            reason=f"{verb} to {receiver}: {content} {where}.",
            granted_by=(f"grant {grant.id}",),
            path=(*steps, f"{grant.role} includes {permission}") if grant.role else steps,
        )
        into = rules.denies if is_denial else rules.allows
        into.setdefault(permission, {}).setdefault(scope, decision)


def _scope_of(grant: AccessGrant) -> Scope:
    kind = ScopeKind(grant.scope_kind)
    return kind, grant.data_source_id or grant.workspace_id, grant.scope_value


def scope_words(grant: AccessGrant, source: str) -> str:
    """Where a grant holds, as the end of a sentence; `source` is the name of its data source."""
    return {
        ScopeKind.WORKSPACE: "in the whole workspace",
        ScopeKind.DATA_SOURCE: f"in the data source {source}",
        ScopeKind.SUBTREE: f"below {grant.scope_value} in {source}",
        ScopeKind.DATA_CLASS: f"for columns that hold {grant.scope_value}",
        ScopeKind.SENSITIVITY: f"for {grant.scope_value} data",
    }[ScopeKind(grant.scope_kind)]


def permissions_of_role(session: Session, workspace_id: UUID, key: str) -> frozenset[Permission]:
    """What a role of the workspace includes, built-in or its own.

    Raises:
        InvalidInputError: there is no such role.
    """
    if key in set(Role):
        return ROLE_PERMISSIONS[Role(key)]
    own = _own_roles(session, [workspace_id])
    if (workspace_id, key) not in own:
        names = ", ".join([*Role, *sorted(key for _, key in own)])
        raise InvalidInputError(f"{key[:40]!r} is no role of this workspace. Roles are {names}.")
    return _included(key, own[workspace_id, key])
