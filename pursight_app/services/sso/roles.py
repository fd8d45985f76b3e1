"""Which roles a workspace has for groups at a provider to lead to."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, select

from pursight_app.models import Role, Workspace, WorkspaceRole
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A workspace with its roles as (key, name): the built-in ones, then its own."""

    workspace_id: UUID
    workspace_name: str
    roles: tuple[tuple[str, str], ...]


def has_role(session: Session, workspace_id: UUID, role: str) -> bool:
    """Whether the workspace is there and has this role, built-in or its own."""
    if session.get(Workspace, workspace_id) is None:
        return False
    own = select(WorkspaceRole.id).where(WorkspaceRole.workspace_id == workspace_id, WorkspaceRole.key == role)
    return role in set(Role) or session.exec(own).first() is not None


def list_role_choices(session: Session, actor: Actor) -> list[RoleChoice]:
    """Every workspace with its roles, by name."""
    access.require(actor, Permission.INSTALLATION_MANAGE)
    built_in = tuple((str(role), role.value.capitalize()) for role in Role)
    own: dict[UUID, list[tuple[str, str]]] = {}
    for role in session.exec(select(WorkspaceRole).order_by(func.lower(WorkspaceRole.name))).all():
        own.setdefault(role.workspace_id, []).append((role.key, role.name))
    workspaces = session.exec(select(Workspace).order_by(func.lower(Workspace.name))).all()
    return [RoleChoice(each.id, each.name, (*built_in, *own.get(each.id, []))) for each in workspaces]
