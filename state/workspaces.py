"""Workspaces and the people in the chosen one."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.services import members, roles, workspaces
from state import format as fmt
from state.base import acting, as_id, event, run
from state.session import SessionState, current_workspace, notify

PAGE_ROWS = 50
_MENDABLE = (InvalidInputError, ConflictError, NotFoundError)


@dataclass
class MemberView:
    """One person in the workspace."""

    user_id: str
    name: str
    email: str
    role: str
    role_name: str
    groups: str
    added: str
    added_exact: str
    is_me: bool


@dataclass
class RoleOption:
    """A role to choose."""

    key: str
    name: str


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
    """The list of workspaces and, page by page, the members of the chosen one."""

    is_loading: bool = True
    rows: list[WorkspaceRow] = []
    members: list[MemberView] = []
    total: int = 0
    offset: int = 0
    query: str = ""
    roles: list[RoleOption] = []
    is_adding: bool = False
    removing_id: str = ""
    removing_name: str = ""
    problem: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and loads both lists."""
        given = self.router.url.query_parameters
        start = str(given.get("from", "0"))
        self.query = str(given.get("q", ""))[:200]
        self.offset = min(int(start), 100_000) if start.isdigit() else 0
        await self._fill()
        self.is_loading = False

    async def _fill(self) -> None:
        current = await current_workspace(self)
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
            await self._fill_members(current)

    async def _fill_members(self, current: str) -> None:
        home, query, offset = as_id(current), self.query, self.offset
        known = await run(lambda session, actor: roles.list_roles(session, actor, home))
        names = {role.key: role.name for role in known}
        self.roles = [RoleOption(key, name) for key, name in names.items()]
        found, self.total = await run(
            lambda session, actor: members.list_members(
                session, actor, home, query=query, limit=PAGE_ROWS, offset=offset
            )
        )
        me = acting().user_id
        self.members = [
            MemberView(
                user_id=str(row.user.id),
                name=row.user.name,
                email=row.user.email,
                role=row.role,
                role_name=names.get(row.role, row.role),
                groups=", ".join(row.groups),
                added=fmt.ago(row.added_at),
                added_exact=fmt.exact(row.added_at),
                is_me=row.user.id == me,
            )
            for row in found
        ]

    @rx.var
    def first(self) -> int:
        """Number of the first member shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last member shown."""
        return self.offset + len(self.members)

    def _href(self, **changed: str) -> str:
        values = {"q": self.query, **changed}
        return f"/workspaces?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows the members by name or address."""
        return rx.redirect(self._href(q=str(form.get("q", ""))[:200]), replace=True)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        start = max(0, self.offset - PAGE_ROWS)
        return rx.redirect(self._href(**{"from": str(start) if start else ""}))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(self._href(**{"from": str(self.offset + PAGE_ROWS)}))

    @event()
    async def create(self, form: dict[str, Any]) -> Any:
        """Makes a workspace and goes there."""
        name = str(form.get("name", ""))
        made = await run(lambda session, actor: workspaces.create_workspace(session, actor, name=name))
        return SessionState.choose_workspace(str(made.id))

    @event()
    async def open_adding(self) -> None:
        """Opens the form for an existing person."""
        self.is_adding, self.problem = True, ""

    @event()
    async def close_adding(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the form."""
        self.is_adding = is_open

    @event()
    async def add_member(self, form: dict[str, Any]) -> None:
        """Adds a person who has an account, by e-mail address."""
        home = as_id(await current_workspace(self))
        email, role = str(form.get("email", "")), str(form.get("role", ""))
        try:
            await run(lambda session, actor: members.add_by_email(session, actor, home, email=email, role=role))
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.is_adding = False
        await self._fill()
        await notify(self, f"{email} is a member now.")

    @event()
    async def set_role(self, user_id: str, role: str) -> None:
        """Changes a member's role."""
        home = as_id(await current_workspace(self))
        try:
            await run(
                lambda session, actor: members.set_member(session, actor, home, user_id=as_id(user_id), role=role)
            )
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        await self._fill()
        await notify(self, "The role has changed; it is in force now.")

    @event()
    async def ask_removal(self, user_id: str, name: str) -> None:
        """Opens the question before a person is removed."""
        self.removing_id, self.removing_name, self.problem = user_id[:40], name[:200], ""

    @event()
    async def cancel_removal(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Leaves the person in."""
        if not is_open:
            self.removing_id = ""

    @event()
    async def remove_member(self) -> Any:
        """Removes the person."""
        home, user_id = as_id(await current_workspace(self)), as_id(self.removing_id)
        try:
            await run(lambda session, actor: members.remove_member(session, actor, home, user_id))
        except _MENDABLE as error:
            self.problem = error.message
            return None
        self.removing_id = ""
        if user_id == acting().user_id:
            return rx.redirect("/")
        await self._fill()
        await notify(self, f"{self.removing_name} is no longer in this workspace.")
        return None
