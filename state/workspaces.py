"""Workspaces and the people in the chosen one."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import PurSightError
from pursight_app.models import Role
from pursight_app.services import members, workspaces
from state.base import as_id, event, run
from state.session import SessionState, current_workspace, notify


@dataclass
class MemberView:
    """One person in the workspace."""

    user_id: str
    name: str
    email: str
    role: str
    is_me: bool


@dataclass
class WorkspaceRow:
    """One workspace of the list."""

    id: str
    name: str
    role: str
    members: int
    sources: int
    is_current: bool


class WorkspacesState(rx.State):
    """The list of workspaces and the members of the chosen one."""

    is_loading: bool = True
    rows: list[WorkspaceRow] = []
    members: list[MemberView] = []
    roles: list[str] = list(Role)
    problem: str = ""

    @event()
    async def load(self) -> None:
        """Loads both lists."""
        await self._fill()
        self.problem, self.is_loading = "", False

    async def _fill(self) -> None:
        current = await current_workspace(self)
        session_state = await self.get_state(SessionState)
        rows = await run(workspaces.list_workspaces)
        self.rows = [
            WorkspaceRow(
                str(row.workspace.id),
                row.workspace.name,
                row.role or "administrator of this installation",
                row.member_count,
                row.data_source_count,
                str(row.workspace.id) == current,
            )
            for row in rows
        ]
        if current:
            found, _ = await run(lambda session, actor: members.list_members(session, actor, as_id(current), limit=200))
            self.members = [
                MemberView(
                    str(row.user.id),
                    row.user.name,
                    row.user.email,
                    row.role,
                    row.user.email == session_state.user_email,
                )
                for row in found
            ]

    @event()
    async def create(self, form: dict[str, Any]) -> Any:
        """Makes a workspace and goes there."""
        name = str(form.get("name", ""))
        made = await run(lambda session, actor: workspaces.create_workspace(session, actor, name=name))
        return SessionState.choose_workspace(str(made.id))

    @event()
    async def add_member(self, form: dict[str, Any]) -> None:
        """Adds a person by e-mail; an administrator may make the account at once."""
        workspace_id = as_id(await current_workspace(self))
        email, role = str(form.get("email", "")), str(form.get("role", ""))
        try:
            await run(lambda session, actor: members.add_by_email(session, actor, workspace_id, email=email, role=role))
        except PurSightError as error:
            self.problem = error.message
            return
        self.problem = ""
        await self._fill()
        await notify(self, f"{email} is a member now.")

    @event()
    async def set_role(self, user_id: str, role: str) -> None:
        """Changes a member's role."""
        workspace_id = as_id(await current_workspace(self))
        await run(
            lambda session, actor: members.set_member(session, actor, workspace_id, user_id=as_id(user_id), role=role)
        )
        await self._fill()
        await notify(self, "The role has changed; it is in force now.")
