"""Groups of the workspace: the list, and one beside it with its people and grants."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.services import grants, groups
from state.base import as_id, event, run
from state.person_choice import clear_choice
from state.session import current_workspace, notify

PAGE_ROWS = 50
_MENDABLE = (InvalidInputError, ConflictError, NotFoundError)


@dataclass
class GroupView:
    """One group."""

    id: str = ""
    name: str = ""
    description: str = ""
    people: int = 0
    grants: int = 0


@dataclass
class GroupMemberView:
    """One person in the open group."""

    id: str
    name: str
    email: str


class GroupsState(rx.State):
    """The page of the list and the open group are in the URL."""

    is_loading: bool = True
    groups: list[GroupView] = []
    total: int = 0
    offset: int = 0
    query: str = ""
    is_making: bool = False
    is_open: bool = False
    group: GroupView = GroupView()
    people: list[GroupMemberView] = []
    people_total: int = 0
    people_offset: int = 0
    sentences: list[str] = []
    problem: str = ""

    @event()
    async def load(self) -> Any:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        start = str(given.get("from", "0"))
        self.query = str(given.get("q", ""))[:200]
        self.offset = min(int(start), 100_000) if start.isdigit() else 0
        await self._fill()
        self.is_loading = False
        group_id = str(given.get("group", ""))
        if group_id != self.group.id:
            self.people_offset = 0
        if group_id:
            await self._open(group_id)
        else:
            self.is_open, self.group = False, GroupView()

    async def _fill(self) -> None:
        home, query, offset = as_id(await current_workspace(self)), self.query, self.offset
        rows, self.total = await run(
            lambda session, actor: groups.list_groups(session, actor, home, query=query, limit=PAGE_ROWS, offset=offset)
        )
        self.groups = [
            GroupView(str(row.group.id), row.group.name, row.group.description, row.member_count, row.grant_count)
            for row in rows
        ]

    async def _open(self, group_id: str) -> None:
        home, wanted, offset = as_id(await current_workspace(self)), as_id(group_id), self.people_offset

        def read(session: Any, actor: Any) -> tuple[Any, ...]:
            group = groups.get_group(session, actor, home, wanted)
            people = groups.list_group_members(session, actor, home, wanted, limit=PAGE_ROWS, offset=offset)
            return group, people, grants.grants_of_group(session, actor, group)

        try:
            group, (people, self.people_total), held = await run(read)
        except NotFoundError as error:
            self.is_open = False
            await notify(self, error.message, "error")
            return
        self.group = GroupView(str(group.id), group.name, group.description, self.people_total, len(held))
        self.people = [GroupMemberView(str(each.id), each.name, each.email) for each in people]
        self.sentences = [row.sentence for row in held]
        if not self.is_open:
            await clear_choice(self)
            self.problem = ""
        self.is_open = True

    @rx.var
    def first(self) -> int:
        """Number of the first group shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last group shown."""
        return self.offset + len(self.groups)

    @rx.var
    def people_first(self) -> int:
        """Number of the first person shown."""
        return self.people_offset + 1

    @rx.var
    def people_last(self) -> int:
        """Number of the last person shown."""
        return self.people_offset + len(self.people)

    def _href(self, **changed: str) -> str:
        start = str(self.offset) if self.offset else ""
        values = {"q": self.query, "from": start, **changed}
        return f"/admin/groups?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows the groups by name."""
        return rx.redirect(self._href(**{"q": str(form.get("q", ""))[:200], "from": ""}), replace=True)

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
    async def open_group(self, group_id: str) -> rx.event.EventSpec:
        """Opens one; the URL says so."""
        return rx.redirect(self._href(group=group_id[:40]), replace=True)

    @event()
    async def close_group(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        return None if is_open else rx.redirect(self._href(), replace=True)

    @event()
    async def people_previous(self) -> None:
        """The people before."""
        self.people_offset = max(0, self.people_offset - PAGE_ROWS)
        await self._open(self.group.id)

    @event()
    async def people_next(self) -> None:
        """The people after."""
        self.people_offset += PAGE_ROWS
        await self._open(self.group.id)

    @event()
    async def open_making(self) -> None:
        """Opens the form for a new group."""
        self.is_making, self.problem = True, ""

    @event()
    async def close_making(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the form."""
        self.is_making = is_open

    @event()
    async def make(self, form: dict[str, Any]) -> Any:
        """Makes a group and opens it."""
        home = as_id(await current_workspace(self))
        name, description = str(form.get("name", "")), str(form.get("description", ""))
        try:
            made = await run(
                lambda session, actor: groups.create_group(session, actor, home, name=name, description=description)
            )
        except _MENDABLE as error:
            self.problem = error.message
            return None
        self.is_making = False
        return rx.redirect(self._href(group=str(made.id)), replace=True)

    @event()
    async def rename(self, form: dict[str, Any]) -> None:
        """Changes name and description of the open group."""
        name, description = str(form.get("name", "")), str(form.get("description", ""))
        await self._change(
            lambda session, actor, home, group_id: groups.update_group(
                session, actor, home, group_id, name=name, description=description
            ),
            "Saved.",
        )

    @event()
    async def add_person(self, form: dict[str, Any]) -> None:
        """Puts the chosen person into the open group."""
        user_id = as_id(str(form.get("user_id", "")))
        await self._change(
            lambda session, actor, home, group_id: groups.add_group_member(session, actor, home, group_id, user_id),
            "Added. What the group was granted counts for them now.",
        )
        if not self.problem:
            await clear_choice(self)

    @event()
    async def remove_person(self, user_id: str) -> None:
        """Takes a person out of the open group; adding them again undoes it."""
        await self._change(
            lambda session, actor, home, group_id: groups.remove_group_member(
                session, actor, home, group_id, as_id(user_id)
            ),
            "Removed from the group.",
        )

    async def _change(self, work: Any, said: str) -> None:
        home, group_id = as_id(await current_workspace(self)), as_id(self.group.id)
        try:
            await run(lambda session, actor: work(session, actor, home, group_id))
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.problem = ""
        await self._fill()
        await self._open(self.group.id)
        await notify(self, said)

    @event()
    async def delete(self, form: dict[str, Any]) -> Any:
        """Removes the open group once its name was typed."""
        home, group = as_id(await current_workspace(self)), self.group
        if form.get("name") != group.name:
            self.problem = "That is not the name of the group, so nothing was removed."
            return None
        await run(lambda session, actor: groups.delete_group(session, actor, home, as_id(group.id)))
        await notify(self, f"The group {group.name} and its grants are gone.")
        return rx.redirect(self._href(), replace=True)
