"""The list of rooms, invitations first, and opening a new one."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.services import collaboration
from state.base import as_id, event, hear, run
from state.room_views import FoundView, RoomView, find_messages, room_view
from state.session import current_workspace, notify

_KINDS = ("asset", "scan", "finding", "plan")


class RoomsState(rx.State):
    """`about` in the URL (`asset:ID`, `scan:ID`, `finding:ID`) opens the form for a room on that thing."""

    is_loading: bool = True
    rooms: list[RoomView] = []
    invitations: list[RoomView] = []
    is_opening: bool = False
    about: str = ""
    about_words: str = ""
    problem: str = ""
    query: str = ""
    found: list[FoundView] = []

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the list."""
        self.problem = ""
        given = str(self.router.url.query_parameters.get("about", ""))
        kind, _, thing = given.partition(":")
        self.about = given[:60] if kind in _KINDS and thing else ""
        self.about_words = f"About the {kind} that you came from." if self.about else ""
        # Never closed here: who was quick has opened it before this ran.
        self.is_opening = self.is_opening or bool(self.about) or self.router.url.query_parameters.get("new") == "1"
        self.query = str(self.router.url.query_parameters.get("q", ""))[:200]
        await self._fill()
        await self._search()
        if workspace_id := await current_workspace(self):
            await hear(self, "rooms", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        workspace_id = await current_workspace(self)
        if not workspace_id:
            return
        home = as_id(workspace_id)
        rows = await run(lambda session, actor: collaboration.list_rooms(session, actor, home)[0])
        views = [room_view(row) for row in rows]
        self.invitations = [view for view in views if view.is_invitation]
        self.rooms = [view for view in views if not view.is_invitation]

    async def _search(self) -> None:
        query, workspace_id = self.query, await current_workspace(self)
        self.found = []
        if query.strip() and workspace_id:
            home = as_id(workspace_id)
            self.found = await run(lambda session, actor: find_messages(session, actor, query, workspace_id=home))

    @event()
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Finds what was said in all rooms that one is in."""
        query = str(form.get("q", ""))[:200].strip()
        return rx.redirect(f"/rooms?{urlencode({'q': query})}" if query else "/rooms", replace=True)

    @event()
    async def open_form(self) -> None:
        """Shows the form for a new room."""
        self.problem, self.about, self.about_words, self.is_opening = "", "", "", True

    @event()
    async def close_form(self) -> None:
        """Puts the form away."""
        self.is_opening = False

    @event()
    async def create(self, form: dict[str, Any]) -> Any:
        """Opens a room and goes into it."""
        home = as_id(await current_workspace(self))
        kind, _, thing = self.about.partition(":")
        try:
            subject: UUID | None = as_id(thing) if thing else None
            room = await run(
                lambda session, actor: collaboration.create_room(
                    session,
                    actor,
                    home,
                    title=str(form.get("title", "")),
                    subject_kind=kind if subject else "",
                    subject_id=subject,
                )
            )
        except (InvalidInputError, NotFoundError) as error:
            self.problem = error.message
            return None
        self.is_opening = False
        return rx.redirect(f"/rooms/{room.id}")

    @event()
    async def accept(self, room_id: str) -> Any:
        """Takes the seat and goes in."""
        wanted = as_id(room_id)
        try:
            await run(lambda session, actor: collaboration.join(session, actor, wanted))
        except (ConflictError, NotFoundError) as error:
            await notify(self, error.message, "error")
            return await self._fill()
        return rx.redirect(f"/rooms/{wanted}")

    @event()
    async def decline(self, room_id: str) -> None:
        """Says no."""
        wanted = as_id(room_id)
        await run(lambda session, actor: collaboration.decline(session, actor, wanted))
        await notify(self, "You declined the invitation.")
        await self._fill()
