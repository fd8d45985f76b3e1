"""The matrix of roles: reading it, changing one own role, and seeing who that touches before it is saved."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import Role
from pursight_app.services import roles
from pursight_app.services.access import INSTALLATION_PERMISSIONS, PERMISSION_WORDS, Permission
from pursight_app.services.role_changes import PersonChange
from pursight_app.services.roles import RoleRow
from state.base import as_id, event, run
from state.session import current_workspace, notify

_MENDABLE = (InvalidInputError, ConflictError, NotFoundError)
_NOUNS = {
    "workspace": "Workspace",
    "data_source": "Data sources",
    "scan": "Scans",
    "catalog": "Catalogue",
    "values": "Sampled values",
    "classification": "Verdicts",
    "data_class": "Data classes",
    "model": "Learning",
    "finding": "Findings",
    "rule": "Rules",
    "pipeline": "Pipelines",
    "room": "Rooms",
    "member": "People",
    "role": "Roles and grants",
    "token": "API tokens",
    "audit": "Audit log",
}


@dataclass
class CellView:
    """Whether one role holds one permission."""

    role: str
    role_name: str
    is_held: bool
    is_own: bool
    is_shown: bool
    is_changed: bool


@dataclass
class PermissionView:
    """One line of the matrix; `noun` is set on the first line of a group."""

    key: str
    words: str
    noun: str
    cells: list[CellView] = field(default_factory=list)


@dataclass
class RoleView:
    """One column of the matrix."""

    key: str = ""
    name: str = ""
    description: str = ""
    summary: str = ""
    is_own: bool = False
    is_shown: bool = False
    is_changed: bool = False
    people: int = 0
    grants: int = 0


@dataclass
class PersonChangeView:
    """What a change means for one person."""

    name: str
    email: str
    through: str
    gains: str
    loses: str


class RolesState(rx.State):
    """One role is shown in words (`shown`); at most one is being changed (`draft_of`)."""

    is_loading: bool = True
    roles: list[RoleView] = []
    lines: list[PermissionView] = []
    shown: str = Role.ADMINISTRATOR
    role: RoleView = RoleView()
    draft_of: str = ""
    draft: list[str] = []
    is_making: bool = False
    is_reviewing: bool = False
    added: list[str] = []
    removed: list[str] = []
    people: list[PersonChangeView] = []
    more_people: int = 0
    problem: str = ""
    _rows: list[RoleRow] = []

    @event()
    async def load(self) -> None:
        """Loads the roles; an unsaved change stays."""
        await self._fill()
        self.is_loading = False

    async def _fill(self) -> None:
        home = as_id(await current_workspace(self))
        self._rows = await run(lambda session, actor: roles.list_roles(session, actor, home))
        known = {row.key for row in self._rows}
        if self.draft_of not in known:
            self.draft_of, self.draft = "", []
        self.shown = self.shown if self.shown in known else Role.ADMINISTRATOR
        self._show()

    def _held(self, row: RoleRow) -> frozenset[str]:
        return frozenset(self.draft) if row.key == self.draft_of else frozenset(row.permissions)

    def _show(self) -> None:
        self.roles = [self._role(row) for row in self._rows]
        self.role = next((role for role in self.roles if role.is_shown), RoleView())
        self.lines, last = [], ""
        for permission, words in PERMISSION_WORDS.items():
            if permission in INSTALLATION_PERMISSIONS:
                continue
            noun = _NOUNS[permission.partition(".")[0]]
            cells = [self._cell(row, permission) for row in self._rows]
            said = words[0].upper() + words[1:]
            self.lines.append(PermissionView(permission, said, noun if noun != last else "", cells))
            last = noun

    def _role(self, row: RoleRow) -> RoleView:
        held = self._held(row)
        return RoleView(
            key=row.key,
            name=row.name,
            description=row.description,
            summary=roles.summary(held),
            is_own=not row.is_built_in,
            is_shown=row.key == self.shown,
            is_changed=held != row.permissions,
            people=row.member_count,
            grants=row.grant_count,
        )

    def _cell(self, row: RoleRow, permission: Permission) -> CellView:
        held = permission in self._held(row)
        return CellView(
            role=row.key,
            role_name=row.name,
            is_held=held,
            # Seeing the workspace is part of every role.
            is_own=not row.is_built_in and permission != Permission.WORKSPACE_READ,
            is_shown=row.key == self.shown,
            is_changed=held != (permission in row.permissions),
        )

    @event()
    async def show(self, key: str) -> None:
        """Shows a role in words; on a phone it is the only column."""
        self.shown = key[:40]
        self._show()

    @event()
    async def toggle(self, key: str, permission: str) -> None:
        """Ticks or unticks a box of an own role; nothing is saved yet."""
        row = next((each for each in self._rows if each.key == key and not each.is_built_in), None)
        if row is None:
            return
        if self.draft_of and self.draft_of != key:
            await notify(self, "Save or discard the change of the other role first.", "error")
            self._show()
            return
        held = set(self.draft) if self.draft_of else set(row.permissions)
        self.draft = sorted(held ^ ({permission} & set(Permission)))
        self.draft_of = key if set(self.draft) != set(row.permissions) else ""
        self.shown = key
        self._show()

    @event()
    async def discard(self) -> None:
        """Forgets the change."""
        self.draft_of, self.draft = "", []
        self._show()

    @event()
    async def review(self) -> None:
        """Shows who would gain and lose what."""
        home, key, wanted = as_id(await current_workspace(self)), self.draft_of, list(self.draft)
        try:
            change = await run(lambda session, actor: roles.preview_change(session, actor, home, key, wanted))
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        self.added, self.removed = _words(change.added), _words(change.removed)
        self.people = [_person(person) for person in change.people]
        self.more_people = change.holders - change.looked_at
        self.is_reviewing, self.problem = True, ""

    @event()
    async def close_review(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Back to the matrix."""
        self.is_reviewing = is_open

    @event()
    async def save(self) -> None:
        """Saves what was reviewed; in force at once."""
        home, key, wanted = as_id(await current_workspace(self)), self.draft_of, list(self.draft)
        try:
            saved = await run(lambda session, actor: roles.update_role(session, actor, home, key, permissions=wanted))
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.draft_of, self.draft, self.is_reviewing = "", [], False
        await self._fill()
        await notify(self, f"{saved.name} has changed; it is in force now.")

    @event()
    async def open_making(self) -> None:
        """Opens the form for a new role."""
        self.is_making, self.problem = True, ""

    @event()
    async def close_making(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the form."""
        self.is_making = is_open

    @event()
    async def make(self, form: dict[str, Any]) -> None:
        """Makes a role that starts as a copy of another one."""
        home = as_id(await current_workspace(self))
        pattern = next((row for row in self._rows if row.key == form.get("pattern")), None)
        name, description = str(form.get("name", "")), str(form.get("description", ""))
        start = pattern.permissions if pattern else frozenset[Permission]()
        try:
            made = await run(
                lambda session, actor: roles.create_role(
                    session, actor, home, name=name, description=description, permissions=start
                )
            )
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.is_making, self.shown = False, made.key
        await self._fill()
        await notify(self, f"{made.name} is there. Tick what it may do in its column.")

    @event()
    async def rename(self, form: dict[str, Any]) -> None:
        """Changes name and description of the shown role."""
        home, key = as_id(await current_workspace(self)), self.shown
        name, description = str(form.get("name", "")), str(form.get("description", ""))
        try:
            await run(
                lambda session, actor: roles.update_role(session, actor, home, key, name=name, description=description)
            )
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        await self._fill()
        await notify(self, "Saved.")

    @event()
    async def delete(self) -> None:
        """Removes the shown role; only one that nobody has, so nobody loses anything."""
        home, key, name = as_id(await current_workspace(self)), self.shown, self.role.name
        try:
            await run(lambda session, actor: roles.delete_role(session, actor, home, key))
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        await self._fill()
        await notify(self, f"The role {name} is gone.")


def _words(permissions: tuple[Permission, ...]) -> list[str]:
    return [PERMISSION_WORDS[permission] for permission in permissions]


def _person(person: PersonChange) -> PersonChangeView:
    return PersonChangeView(
        person.name, person.email, person.through, "; ".join(_words(person.gains)), "; ".join(_words(person.loses))
    )
