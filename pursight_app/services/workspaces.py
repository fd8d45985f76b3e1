"""Workspaces. The people in them are in services/members."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.models import DataSource, Member, Role, Workspace
from pursight_app.services import access, audit, compliance
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace as a list shows it; `role` is the reader's own, "" for an administrator who is not a member."""

    workspace: Workspace
    role: str
    member_count: int
    data_source_count: int


def create_workspace(session: Session, actor: Actor, *, name: str) -> Workspace:
    """Makes a workspace with the starter rules and its maker as its administrator.

    Raises:
        PermissionDeniedError: only administrators of the installation make workspaces.
        InvalidInputError: no name, or one over 200 characters.
    """
    access.require(actor, Permission.USER_MANAGE)
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise InvalidInputError("A workspace needs a name of 1 to 200 characters.")
    workspace = Workspace(name=name)
    session.add(workspace)
    session.flush()
    session.add(Member(workspace_id=workspace.id, user_id=actor.user_id, role=Role.ADMINISTRATOR))
    compliance.install_packs(session, workspace.id)
    audit.record(session, actor, "workspace.create", audit.Subject("workspace", workspace.id, workspace.id), name=name)
    access.bump_version(session)
    return workspace


def list_workspaces(session: Session, actor: Actor) -> list[WorkspaceRow]:
    """The workspaces that the actor may see, by name."""
    members = select(Member.workspace_id, func.count().label("n")).group_by(col(Member.workspace_id)).subquery()
    sources = select(DataSource.workspace_id, func.count().label("n")).group_by(col(DataSource.workspace_id)).subquery()
    statement = (
        select(Workspace, func.coalesce(members.c.n, 0), func.coalesce(sources.c.n, 0))
        .outerjoin(members, members.c.workspace_id == Workspace.id)
        .outerjoin(sources, sources.c.workspace_id == Workspace.id)
        .order_by(func.lower(Workspace.name))
    )
    if not actor.is_administrator:
        statement = statement.where(col(Workspace.id).in_(list(actor.roles)))
    return [
        WorkspaceRow(workspace, str(actor.roles.get(workspace.id, "")), people, connected)
        for workspace, people, connected in session.exec(statement).all()
    ]


def lock_workspace(session: Session, workspace_id: UUID) -> None:
    """Makes changes of who may do what in a workspace wait for each other, until the transaction ends.

    Raises:
        NotFoundError: there is no such workspace.
    """
    # Weaker than FOR UPDATE, which every insert of a row that refers to the workspace would wait for.
    statement = select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    if session.exec(statement).first() is None:
        raise NotFoundError("There is no such workspace.")
