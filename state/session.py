"""Who is looking, in which workspace, and the notice that tells them how something went."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.services import access, workspaces
from pursight_app.services.access import INSTALLATION_PERMISSIONS, PERMISSION_WORDS, Actor, Permission
from state.base import PAGE_LOADS, PageLoads, acting, event, run

_MANAGING = (Permission.MEMBER_MANAGE, Permission.ROLE_MANAGE, Permission.AUDIT_READ, Permission.USER_MANAGE)


@dataclass
class WorkspaceView:
    """A workspace in the switcher."""

    id: str
    name: str
    role: str


class SessionState(rx.State):
    """Loaded by every page. `workspace_hint` is kept by the browser and only ever a hint: rights decide."""

    user_name: str = ""
    user_email: str = ""
    initials: str = ""
    is_administrator: bool = False
    workspaces: list[WorkspaceView] = []
    workspace_id: str = ""
    workspace_name: str = ""
    permissions: list[str] = []
    is_managing: bool = False
    is_denied: bool = False
    denied_permission: str = ""
    denied_words: str = ""
    denied_helpers: str = ""
    _route: str = "/"
    _rights: str = ""
    workspace_hint: str = rx.LocalStorage("", name="pursight-workspace")
    notice: str = ""
    notice_kind: str = "info"
    notice_id: int = 0

    @event()
    async def open_page(self, route: str) -> Any:
        """Says who is looking and what they may do, then runs what the page itself loads, if they may see it."""
        self._route, self._rights = route, acting().policy.fingerprint()
        await self._load()
        if acting().must_enrol and route != "/account":
            return rx.redirect("/account?enrol=1")
        page = PAGE_LOADS.get(route, PageLoads("", ()))
        self.is_denied = bool(page.permission) and page.permission not in self.permissions
        if self.is_denied:
            await self._explain_denial(Permission(page.permission))
            return None
        return list(page.handlers)

    @event()
    async def look_again(self) -> Any:
        """Called by the live hub when somebody's rights have changed: opens the page as if it were new, if they are ours."""
        if acting().policy.fingerprint() == self._rights:
            return None
        return await SessionState.open_page.fn(self, self._route)

    async def _load(self) -> None:
        rows = await run(workspaces.list_workspaces)
        actor = acting()
        self.user_name, self.user_email = actor.name, actor.email
        self.initials = "".join(word[0] for word in actor.name.split()[:2]).upper() or "?"
        self.is_administrator = actor.is_administrator
        self.workspaces = [WorkspaceView(str(row.workspace.id), row.workspace.name, row.role) for row in rows]
        known = {row.workspace.id: row.workspace for row in rows}
        chosen = next((one for one in known.values() if str(one.id) == self.workspace_hint), None)
        chosen = chosen or next(iter(known.values()), None)
        self.workspace_id = str(chosen.id) if chosen else ""
        self.workspace_name = chosen.name if chosen else ""
        self.permissions = [right for right in Permission if _may(actor, right, chosen.id if chosen else None)]
        self.is_managing = any(right in self.permissions for right in _MANAGING)

    async def _explain_denial(self, permission: Permission) -> None:
        home = self.workspace_id
        self.denied_permission, self.denied_words = permission, PERMISSION_WORDS[permission]
        self.denied_helpers = ""
        if home and permission not in INSTALLATION_PERMISSIONS:
            found = await run(
                lambda session, actor: access.explain(session, actor, permission, access.Resource(UUID(home)))
            )
            self.denied_helpers = ", ".join(found.grantable_by[:5])

    @event()
    async def choose_workspace(self, workspace_id: str) -> rx.event.EventSpec:
        """Switches to another workspace and starts at its home."""
        self.workspace_hint = workspace_id
        await self._load()
        return rx.redirect("/")

    @event()
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Opens the catalogue with what was typed into the top bar."""
        return rx.redirect(f"/catalog?{urlencode({'q': str(form.get('q', ''))[:200]})}")

    @event("public")
    async def show_notice(self, text: str, kind: str = "info") -> None:
        """Shows a short message; only ever in the tab that asks for it."""
        self._notify(text, kind)

    @event("public")
    async def clear_notice(self) -> None:
        """Takes the message away."""
        self.notice = ""

    def _notify(self, text: str, kind: str = "info") -> None:
        self.notice, self.notice_kind, self.notice_id = text[:500], kind, self.notice_id + 1


def _may(actor: Actor, permission: Permission, workspace_id: UUID | None) -> bool:
    if permission in INSTALLATION_PERMISSIONS:
        return actor.may(permission)
    return workspace_id is not None and actor.may_somewhere(permission, workspace_id)


async def notify(state: rx.State, text: str, kind: str = "ok") -> None:
    """Shows a message from another state's handler."""
    session = await state.get_state(SessionState)
    session._notify(text, kind)  # noqa: SLF001  # a handler would be callable with any text from outside


async def current_workspace(state: rx.State) -> str:
    """The workspace that the tab is in, "" when the person is in none."""
    session = await state.get_state(SessionState)
    if not session.workspace_id:
        await session._load()  # noqa: SLF001  # a tab whose state was lost arrives here first
    return session.workspace_id
