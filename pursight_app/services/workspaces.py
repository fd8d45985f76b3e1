"""Workspaces and the people in them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import DataSource, Member, Role, UserAccount, Workspace
from pursight_app.services import access, audit, compliance, users
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


def list_members(session: Session, actor: Actor, workspace_id: UUID) -> list[tuple[Member, UserAccount]]:
    """The members of a workspace with their accounts, by name."""
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    statement = (
        select(Member, UserAccount)
        .join(UserAccount, col(UserAccount.id) == Member.user_id)
        .where(Member.workspace_id == workspace_id)
        .order_by(UserAccount.name)
    )
    return list(session.exec(statement).all())


def set_member(session: Session, actor: Actor, workspace_id: UUID, *, user_id: UUID, role: str) -> Member:
    """Adds a person to a workspace or changes their role.

    Raises:
        InvalidInputError: no such role.
        NotFoundError: no such workspace or person.
        ConflictError: it would take the workspace's last administrator away.
    """
    access.require(actor, Permission.WORKSPACE_MANAGE, workspace_id)
    if role not in set(Role):
        raise InvalidInputError(f"{role[:40]!r} is no role. Roles are {', '.join(Role)}.")
    if session.get(Workspace, workspace_id) is None or session.get(UserAccount, user_id) is None:
        raise NotFoundError("There is no such workspace or person.")
    members = session.exec(select(Member).where(Member.workspace_id == workspace_id).with_for_update()).all()
    member = next((each for each in members if each.user_id == user_id), None)
    others = [each for each in members if each.role == Role.ADMINISTRATOR and each.user_id != user_id]
    if member and member.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR and not others:
        raise ConflictError("This is the workspace's last administrator; make somebody else one first.")
    before = member.role if member else None
    if member is None:
        member = Member(workspace_id=workspace_id, user_id=user_id, role=role)
    member.role = role
    session.add(member)
    session.flush()
    subject = audit.Subject("member", user_id, workspace_id)
    audit.record(session, actor, "member.set", subject, before=before, after=role)
    return member


def add_by_email(
    session: Session, actor: Actor, workspace_id: UUID, *, email: str, role: str, name: str = "", password: str = ""
) -> Member:
    """Adds the person with this address; with a name and password an administrator makes the account as well.

    Raises:
        NotFoundError: nobody here has this address, and no account was to be made.
    """
    access.require(actor, Permission.WORKSPACE_MANAGE, workspace_id)
    user = session.exec(select(UserAccount).where(UserAccount.email == users.checked_email(email))).first()
    if user is None and password:
        user = users.create_user(session, actor, email=email, name=name, password=password)
    if user is None:
        raise NotFoundError(f"Nobody here has the address {email.strip()[:80]}. Give a password to make an account.")
    return set_member(session, actor, workspace_id, user_id=user.id, role=role)
