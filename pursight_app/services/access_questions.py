"""What people ask about rights: may X do Y, what may X do, who may see Y, and why. The answers are the engine's."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.models import Asset, DataSource, Finding, Member, ScanRun, ScopeKind, UserAccount, Workspace
from pursight_app.services import access
from pursight_app.services.access import (
    INSTALLATION_PERMISSIONS,
    PERMISSION_WORDS,
    Actor,
    Decision,
    Explanation,
    Permission,
    Policy,
    Resource,
)

_KINDS: dict[str, type[SQLModel]] = {
    "workspace": Workspace,
    "data_source": DataSource,
    "asset": Asset,
    "scan": ScanRun,
    "finding": Finding,
}
_NOT_THERE = "There is no such thing, or not one that you may see."


@dataclass(frozen=True, slots=True)
class Right:
    """One permission of one person: for the `whole` workspace, for a `part`, or `none` of it; `rules` decide in parts."""

    permission: Permission
    words: str
    extent: str
    decision: Decision
    rules: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may, and why."""

    user_id: UUID
    name: str
    email: str
    decision: Decision


def checked_action(action: str) -> Permission:
    """The permission of this name.

    Raises:
        InvalidInputError: there is none.
    """
    if action not in set(Permission):
        raise InvalidInputError(f"{action[:60]!r} is no action. Actions are {', '.join(Permission)}.")
    return Permission(action)


def find_resource(session: Session, actor: Actor, text: str) -> Resource:
    """What `KIND:ID` is to the engine.

    Raises:
        InvalidInputError: not of that form.
        NotFoundError: no such thing, or one that the actor may not know of; both alike.
    """
    kind, _, row_id = text.partition(":")
    if kind not in _KINDS:
        raise InvalidInputError(f"A resource is KIND:ID with KIND one of {', '.join(_KINDS)}.")
    model = _KINDS[kind]
    try:
        row = session.get(model, UUID(row_id))
    except ValueError:
        row = None
    if row is not None:
        resource = access.resource_of(session, row)
        read = access.READ_OF.get(model, Permission.WORKSPACE_READ)
        if actor.knows(resource.workspace_id) and actor.decide(read, resource).allowed:
            return resource
    raise NotFoundError(_NOT_THERE)


def name_of(session: Session, text: str) -> str:
    """What people call the thing `KIND:ID`; only for one that `find_resource` has let through."""
    kind, _, row_id = text.partition(":")
    row = session.get_one(_KINDS[kind], UUID(row_id))
    match row:
        case Asset():
            return row.qualified_name
        case Workspace():
            return "the whole workspace"
        case DataSource():
            return row.name
        case _:
            return f"this {kind}"


def check(
    session: Session, actor: Actor, *, user_id: UUID | None, permission: Permission, resource: Resource
) -> Explanation:
    """Whether and why a person (None: the actor) may do something with a thing that the actor may see.

    Raises:
        PermissionDeniedError: asking about others takes the right to manage members or roles.
        NotFoundError: no such person in the workspace.
    """
    asked = actor if user_id in {None, actor.user_id} else _other(session, actor, resource.workspace_id, user_id)
    return access.explain(session, asked, permission, resource)


def rights_of(session: Session, actor: Actor, workspace_id: UUID, user_id: UUID) -> list[Right]:
    """Everything that a person may and may not do in a workspace, in the order of the permissions.

    Raises:
        PermissionDeniedError, NotFoundError: as for `check`.
    """
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    asked = actor if user_id == actor.user_id else _other(session, actor, workspace_id, user_id)
    return [_right(asked, each, workspace_id) for each in PERMISSION_WORDS if each not in INSTALLATION_PERMISSIONS]


def who_may(
    session: Session, actor: Actor, permission: Permission, resource: Resource, *, limit: int, offset: int
) -> tuple[list[Holder], int]:
    """The people who may do something with a thing that the actor may see, by name, and how many they are.

    Raises:
        PermissionDeniedError: asking about others takes the right to manage members or roles.
    """
    found, total = access.who_may(session, actor, permission, resource, limit=limit, offset=offset)
    return [Holder(policy.user_id, policy.name, policy.email, decision) for policy, decision in found], total


def _require_may_ask(actor: Actor, workspace_id: UUID) -> None:
    if not actor.may(Permission.MEMBER_MANAGE, workspace_id):
        access.require(actor, Permission.ROLE_MANAGE, workspace_id)


def _other(session: Session, actor: Actor, workspace_id: UUID, user_id: UUID | None) -> Actor:
    _require_may_ask(actor, workspace_id)
    is_member = select(Member.id).where(Member.workspace_id == workspace_id, Member.user_id == user_id)
    # Administrators of the installation may everything everywhere, so whoever manages people here may know it.
    is_root = select(UserAccount.id).where(UserAccount.id == user_id, col(UserAccount.is_administrator))
    if user_id is None or not (session.exec(is_member).first() or session.exec(is_root).first()):
        raise NotFoundError("There is no such person in this workspace.")
    return access.someone(session, user_id)


def _right(asked: Actor, permission: Permission, workspace_id: UUID) -> Right:
    decision = asked.decide(permission, Resource(workspace_id))
    rules = tuple(_rules(asked.policy, permission, workspace_id))
    is_part = not decision.allowed and asked.may_somewhere(permission, workspace_id)
    extent = "whole" if decision.allowed else "part" if is_part else "none"
    return Right(permission, PERMISSION_WORDS[permission], extent, decision, rules)


def _rules(policy: Policy, permission: Permission, workspace_id: UUID) -> list[Decision]:
    """What narrows or widens the decision on the whole workspace: denials first."""
    found: list[Decision] = []
    for rules in (policy.denies, policy.allows):
        for (kind, place, _), decision in rules.get(permission, {}).items():
            home = policy.source_workspaces.get(place) if kind in _IN_SOURCE else place
            if home == workspace_id and kind != ScopeKind.WORKSPACE:
                found.append(decision)
    return found


_IN_SOURCE = frozenset({ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE})
