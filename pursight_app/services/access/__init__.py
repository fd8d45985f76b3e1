"""Who may do what: the one place that decides. Everything else asks here."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import Session, SQLModel, col, select

from pursight_app.core.errors import NotFoundError, PermissionDeniedError
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Member, Role, UserAccount
from pursight_app.services.access.permissions import ROLE_PERMISSIONS, Permission

Model = TypeVar("Model", bound=SQLModel)
SelectT = TypeVar("SelectT", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: made from a live session by services.auth, never from what a client says."""

    user_id: UUID
    email: str
    name: str
    is_administrator: bool = False
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    session_id: str = ""

    def may(self, permission: Permission, workspace_id: UUID | None = None) -> bool:
        """Whether `permission` holds in the workspace; without one, only installation administrators have any."""
        if self.is_administrator:
            return True
        role = self.roles.get(workspace_id) if workspace_id else None
        return role is not None and permission in ROLE_PERMISSIONS[role]

    def may_see_values(self, sensitivity: str | None, workspace_id: UUID) -> bool:
        """Whether sampled values and extremes of data of this sensitivity may be shown unmasked."""
        if sensitivity is None or not Sensitivity(sensitivity).is_sensitive:
            return True
        return self.may(Permission.VALUES_READ, workspace_id)


# Who acts in the event that is being handled; web/ sets it for pages, REST passes actors as arguments.
ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with its reason; `granted_by` names the role or right that decided, empty for a denial."""

    allowed: bool
    reason: str
    granted_by: tuple[str, ...] = ()


def decide(actor: Actor, permission: Permission, workspace_id: UUID | None) -> Decision:
    """Says whether and why `actor` holds `permission` in a workspace."""
    if actor.is_administrator:
        return Decision(
            allowed=True,
            reason=f"{actor.email} administers this installation.",
            granted_by=("installation administrator",),
        )
    role = actor.roles.get(workspace_id) if workspace_id else None
    if role is None:
        return Decision(allowed=False, reason=f"{actor.email} is not a member of this workspace.")
    if permission in ROLE_PERMISSIONS[role]:
        return Decision(allowed=True, reason=f"The role {role} includes {permission}.", granted_by=(f"role {role}",))
    able = [str(other) for other, held in ROLE_PERMISSIONS.items() if permission in held]
    needed = f"one of the roles {', '.join(able)}" if able else "an administrator of this installation"
    return Decision(allowed=False, reason=f"The role {role} does not include {permission}; that takes {needed}.")


def require(actor: Actor, permission: Permission, workspace_id: UUID | None = None) -> None:
    """Lets the caller go on only with the permission.

    Raises:
        NotFoundError: the actor is not in the workspace, so it does not exist for them.
        PermissionDeniedError: a member without this permission.
    """
    if actor.may(permission, workspace_id):
        return
    if workspace_id is not None and workspace_id not in actor.roles:
        raise NotFoundError("There is no such thing, or not one that you may see.")
    raise PermissionDeniedError(decide(actor, permission, workspace_id).reason)


def scoped(actor: Actor, statement: SelectT, model: type[SQLModel]) -> SelectT:
    """Narrows a query on a workspace table to the actor's workspaces; administrators of the installation see all."""
    if actor.is_administrator:
        return statement
    return statement.where(col(cast("Any", model).workspace_id).in_(list(actor.roles)))


def get(session: Session, actor: Actor, model: type[Model], row_id: UUID, permission: Permission) -> Model:
    """The row, if it exists, lies in one of the actor's workspaces and the permission holds there.

    Raises:
        NotFoundError: no such row, or one of another workspace.
        PermissionDeniedError: the row is visible, but not for this.
    """
    row = session.get(model, row_id)
    if row is None:
        raise NotFoundError("There is no such thing, or not one that you may see.")
    require(actor, permission, cast("Any", row).workspace_id)
    return row


def load_actor(session: Session, user_id: UUID, *, session_id: str = "") -> Actor | None:
    """The actor for a person as PostgreSQL has them now; None when the account is gone or suspended."""
    user = session.get(UserAccount, user_id)
    if user is None or not user.is_active:
        return None
    members = session.exec(select(Member).where(Member.user_id == user_id)).all()
    return Actor(
        user_id=user.id,
        email=user.email,
        name=user.name,
        is_administrator=user.is_administrator,
        roles={member.workspace_id: Role(member.role) for member in members},
        session_id=session_id,
    )
